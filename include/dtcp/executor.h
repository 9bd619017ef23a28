/*
 * Applies lists of operations through a kernel, keeps the journal of how to
 * undo them, and knows what is in effect.  Root side.
 */
#ifndef DTCP_EXECUTOR_H
#define DTCP_EXECUTOR_H

#include "dtcp/err.h"
#include "dtcp/journal.h"
#include "dtcp/kernel.h"
#include "dtcp/plan.h"

struct executor_slot {
	char ifname[NETOP_NAMESIZE]; /* "": not in use */
	uint32_t ifindex;
	struct netop wanted; /* TUNNEL as asked for; its present pair */
	bool lan;	     /* executor_set_lan(): ifname stays, ifindex 0 */
};

struct executor {
	struct kernel *kernel;
	struct journal journal; /* how to undo what is in effect */
	struct plan have;	/* what is in effect, resolved */
	struct plan left;	/* wanted, but something is in the way */
	struct plan duplicates; /* in effect, of no use, and told */
	struct executor_slot slots[NETOP_SLOTS];
	/* Write the journal down; called before each operation.  NULL: no. */
	int (*save)(void *arg, const struct journal *, struct err *);
	void *save_arg;
};

void executor_init(struct executor *x, struct kernel *k);

/*
 * What a kernel's apply() gave.  Gone: somebody else has removed it already, or
 * the interface with it.  Answer: it was done or it was not; without one,
 * nothing proves that it was not.
 */
bool executor_is_gone(int rc);
bool executor_is_answer(int rc);

/*
 * slot is a LAN interface, by name, for good, and watched from now on.  It may
 * come and go: an operation looks it up at that moment.  An addition where
 * there is none is left out as if somebody else's was there, but not tried
 * again: whoever asked is told of the interface when it comes.  What the
 * kernel refuses there, for whatever reason it gives, is left out and tried
 * again as if somebody else's was there: a LAN's trouble is not the tunnel's.
 */
void executor_set_lan(struct executor *x, uint8_t slot, const char *ifname);

/*
 * Apply n operations in order.  Each one's actual inverse is saved before it
 * is applied.  F_OPTIONAL ones that are there already are logged and left out,
 * for executor_fill_in() to try again until they are removed or undone as if
 * they had been made; removals of what is not in effect are nothing to do.
 * TUNNEL_* first undoes what else is on the slot, and then what was really
 * done (destroy or release) to get the tunnel.
 * On the first failure everything in effect, not only this list, is undone
 * and the kernel is as it was before the first list; the error is the
 * failure's.
 */
int executor_apply(
    struct executor *x, const struct netop *ops, unsigned n, struct err *e);

/*
 * Undo everything, newest first; goes on after a failure.  Returns 0 or the
 * first failure (what could not be undone stays in the journal, and so does
 * TUNNEL_RELEASE as long as any of it is on the interface).  "Gone already" is
 * no failure.
 */
int executor_undo(struct executor *x, struct err *e);

/*
 * Compare what should be in effect with the kernel.  What someone removed is
 * taken out of have and out of the journal and listed in lost, in the order
 * in which it has to be put back, slots unresolved and the tunnel as it was
 * asked for; with a tunnel, also what was left out on it.  A tunnel that is
 * there with another outer pair is listed as OUTER, once; until that is applied
 * have holds it without a pair.  Addresses on LANs that turned out to be
 * another host's as well are in effect; each is logged once.  Returns 0 or
 * -errno.
 */
int executor_find_lost(struct executor *x, struct plan *lost, struct err *e);

/*
 * The LAN interface of that slot went, or is another one now, of that index:
 * what was in effect on the one before is gone with it, or is removed if that
 * one has but another name now.
 */
void executor_forget_lan(struct executor *x, uint8_t slot, uint32_t ifindex);

/*
 * Try again what was left out because somebody else's was there or a LAN's
 * interface refused it: to be called when something changed in the kernel and
 * nothing of ours is lost.  What is added now is logged, and in effect like any
 * other; what fails for another reason is logged and forgotten.
 */
void executor_fill_in(struct executor *x);

/* Is an operation of that kind in effect on the tunnel's slot? */
bool executor_has(const struct executor *x, enum netop_kind kind);

/* The TUNNEL operation in effect with its present outer pair; NULL: none. */
const struct netop *executor_tunnel(const struct executor *x);

/*
 * The undo file: written atomically (a new file, renamed over the old one),
 * mode 0600; an empty journal removes it.  -ENAMETOOLONG: a tag of
 * JOURNAL_TAG_MAX bytes or more.
 */
int undofile_write(
    const char *path, const char *tag, const struct journal *j, struct err *e);
/*
 * 0; -ENOENT (there is none), -EBADMSG (cannot be read, or of another tag),
 * -EPERM (a file that others could write or own, no plain file), -ELOOP (a
 * symbolic link), other -errno.
 */
int undofile_read(
    const char *path, const char *tag, struct journal *j, struct err *e);

/*
 * Undo what an instance that died left behind: the file of that tag, then the
 * file is removed.  What could not be undone stays in it.  Logs one line when
 * there was something.  0 or -errno.
 */
int undofile_replay(
    const char *path, const char *tag, struct kernel *k, struct err *e);

#endif
