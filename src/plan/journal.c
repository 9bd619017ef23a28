/* How to undo what is in effect: a list in memory, and the undo file. */
#include <arpa/inet.h>

#include <errno.h>
#include <string.h>

#include "dtcp/journal.h"

/* "DUJ" and the version of the format, then the number of entries. */
static const uint8_t magic[4] = {'D', 'U', 'J', 3};

int
journal_push(struct journal *j, const struct netop *inverse)
{
	unsigned i;

	if (inverse->kind == NETOP_NONE)
		return 0;
	for (i = 0; i < j->n; i++) {
		if (netop_is_value(inverse->kind) &&
		    j->entries[i].kind == inverse->kind &&
		    j->entries[i].slot == inverse->slot &&
		    strcmp(j->entries[i].ifname, inverse->ifname) == 0)
			return 0;
	}
	if (j->n == JOURNAL_MAX)
		return -EOVERFLOW;
	j->entries[j->n++] = *inverse;
	return 0;
}

void
journal_pop(struct journal *j)
{
	if (j->n > 0)
		j->n--;
}

void
journal_remove(struct journal *j, unsigned i)
{
	j->n--;
	memmove(&j->entries[i], &j->entries[i + 1],
	    (j->n - i) * sizeof(j->entries[0]));
}

bool
journal_discharge(struct journal *j, const struct netop *op)
{
	bool slot = op->kind == NETOP_TUNNEL_DESTROY ||
	    op->kind == NETOP_TUNNEL_RELEASE;
	unsigned i, kept = 0, n = j->n;

	for (i = 0; i < n; i++) {
		const struct netop *entry = &j->entries[i];

		if (slot ? !netop_on_slot(entry, op->slot) :
			   !netop_equal(entry, op))
			j->entries[kept++] = *entry;
	}
	j->n = kept;
	return kept != n;
}

size_t
journal_encode(
    const struct journal *j, const char *tag, uint8_t buf[JOURNAL_WIRE_MAX])
{
	uint32_t n = htonl(j->n);
	uint8_t *p = buf + JOURNAL_HEADER_SIZE;
	unsigned i;

	memset(buf, 0, JOURNAL_HEADER_SIZE);
	memcpy(buf, magic, sizeof(magic));
	memcpy(buf + 4, &n, sizeof(n));
	memcpy(buf + 8, tag, strnlen(tag, JOURNAL_TAG_MAX - 1));
	for (i = 0; i < j->n; i++, p += NETOP_WIRE_SIZE)
		netop_encode(&j->entries[i], p);
	return (size_t)(p - buf);
}

static int
decode_tag(const uint8_t *p, char tag[JOURNAL_TAG_MAX])
{
	size_t i, len;

	memcpy(tag, p, JOURNAL_TAG_MAX);
	len = strnlen(tag, JOURNAL_TAG_MAX);
	if (len == JOURNAL_TAG_MAX)
		return -EBADMSG;
	for (i = len; i < JOURNAL_TAG_MAX; i++) {
		if (p[i] != 0)
			return -EBADMSG;
	}
	return 0;
}

int
journal_decode(const uint8_t *buf, size_t n, struct journal *j,
    char tag[JOURNAL_TAG_MAX], struct err *e)
{
	const uint8_t *p = buf + JOURNAL_HEADER_SIZE;
	struct netop *op;
	uint32_t count;
	unsigned i;

	memset(j, 0, sizeof(*j));
	if (n < JOURNAL_HEADER_SIZE)
		return err_set(
		    e, EBADMSG, "undo file: %zu bytes are too few", n);
	if (memcmp(buf, magic, sizeof(magic) - 1) != 0)
		return err_set(e, EBADMSG, "undo file: not of this program");
	if (buf[3] != magic[3])
		return err_set(e, EBADMSG,
		    "undo file: version %u, written by another version of "
		    "this program",
		    buf[3]);
	if (decode_tag(buf + 8, tag) != 0)
		return err_set(e, EBADMSG, "undo file: broken tag");
	memcpy(&count, buf + 4, sizeof(count));
	count = ntohl(count);
	if (count > JOURNAL_MAX ||
	    n != JOURNAL_HEADER_SIZE + (size_t)count * NETOP_WIRE_SIZE)
		return err_set(e, EBADMSG,
		    "undo file: %u entries do not fit %zu bytes", count, n);
	for (i = 0; i < count; i++, p += NETOP_WIRE_SIZE) {
		op = &j->entries[i];
		if (netop_decode(p, op) != 0 ||
		    (!netop_is_inverse(op->kind) &&
			!netop_is_value(op->kind))) {
			j->n = 0;
			return err_set(e, EBADMSG,
			    "undo file: entry %u cannot be read", i + 1);
		}
		j->n = i + 1;
	}
	return 0;
}
