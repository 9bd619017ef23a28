/* Between the files of the executor. */
#ifndef DTCP_PRIV_EXECUTOR_PARTS_H
#define DTCP_PRIV_EXECUTOR_PARTS_H

#include "dtcp/executor.h"

/*
 * executor.c: resolve op by its slot and add it; 0, -errno, -EEXIST among them,
 * or EXECUTOR_REFUSED: the kernel has answered that it does not take this
 * address on a LAN's interface, for a reason that is neither -EEXIST nor
 * -ENODEV.  Write the journal down where the file as it is undoes enough.
 */
#define EXECUTOR_REFUSED 1
int executor_add(struct executor *x, struct netop *op, struct err *e);
void executor_save(struct executor *x);

/*
 * resolve.c: op's interface, by its slot, as far as it needs one.  0 or -errno:
 * -ENODEV where there is none, -EPERM for what is not done to a LAN's.
 */
int executor_resolve(const struct executor *x, struct netop *op, struct err *e);
/* Is there something in effect that this takes away? */
bool executor_in_effect(const struct executor *x, const struct netop *removal);
/*
 * removal was in effect on a LAN's interface that does not have its name any
 * more: is that gone for good?  Where it only goes by another name, ours is
 * removed from it, for nobody would find it there again.
 */
bool executor_leave_lan(struct executor *x, const struct netop *removal);
/*
 * op is about to be added: if it was in effect on a LAN's interface that has
 * gone since, forget that.
 */
void executor_drop_stale(struct executor *x, const struct netop *op);

/*
 * lost.c: op is not in effect any more, and need not be undone; where that
 * turns out otherwise, the journal keeps it.
 */
void executor_forget(struct executor *x, const struct netop *op);
/* All of p that are equal to op (netop_equal()) go. */
void executor_take_out(struct plan *p, const struct netop *op);

/*
 * left.c.  What finds no room is not remembered.  False: it was left out
 * before, or is in effect.
 */
bool left_remember(struct executor *x, const struct netop *op);
/* executor_add(), but what is to be left out is, with a line, and gives 0. */
int left_or_added(struct executor *x, struct netop *op, struct err *e);
/* By the operation, or by its inverse: it is there, or wanted no longer. */
void left_forget(struct executor *x, const struct netop *op);
/* What was left out on that slot goes, to the end of to (NULL: nowhere). */
void left_forget_slot(struct executor *x, uint8_t slot, struct plan *to);

/*
 * duplicates.c: tell of each address on a LAN that another host has, once; and
 * again where op was added anew.
 */
void duplicates_tell(struct executor *x, const struct snapshot *now);

#endif
