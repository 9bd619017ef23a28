/*
 * The undo journal: the actual inverse of each operation in effect, oldest
 * first.  In memory pure; its encoding is the undo file's content.
 */
#ifndef DTCP_JOURNAL_H
#define DTCP_JOURNAL_H

#include "dtcp/err.h"
#include "dtcp/netop.h"

/* PLAN_MAX, and what dtcps has to give back: four of 256 interfaces each. */
#define JOURNAL_MAX	    1200
#define JOURNAL_TAG_MAX	    128
#define JOURNAL_HEADER_SIZE (8 + JOURNAL_TAG_MAX) /* magic, n, tag */
#define JOURNAL_WIRE_MAX    (JOURNAL_HEADER_SIZE + JOURNAL_MAX * NETOP_WIRE_SIZE)

struct journal {
	unsigned n;
	struct netop entries[JOURNAL_MAX];
};

/*
 * Append an inverse (NETOP_NONE is ignored).  Of several former values of the
 * same thing (netop_is_value()) the oldest is the one to go back
 * to: later ones are ignored.  0 or -EOVERFLOW.
 */
int journal_push(struct journal *j, const struct netop *inverse);

/* Take the newest entry off; the one of that index, which there is. */
void journal_pop(struct journal *j);
void journal_remove(struct journal *j, unsigned i);

/*
 * op has just been applied as an operation of its own and equals an entry:
 * that entry is discharged.  TUNNEL_* discharges all of its slot.  Returns
 * true when something was removed.
 */
bool journal_discharge(struct journal *j, const struct netop *op);

/*
 * The undo file: tag says whose it is (shorter than JOURNAL_TAG_MAX; what is
 * longer is cut).  Encoding returns the size; decoding returns 0, or -EBADMSG
 * with text for anything not exactly so: another version of the format, an
 * entry that is neither an inverse nor a former value (netop_is_value()).
 */
size_t journal_encode(
    const struct journal *j, const char *tag, uint8_t buf[JOURNAL_WIRE_MAX]);
int journal_decode(const uint8_t *buf, size_t n, struct journal *j,
    char tag[JOURNAL_TAG_MAX], struct err *e);

#endif
