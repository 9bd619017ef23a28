/* Between the files of the executor. */
#ifndef DTCP_PRIV_EXECUTOR_PARTS_H
#define DTCP_PRIV_EXECUTOR_PARTS_H

#include "dtcp/executor.h"

/*
 * executor.c: resolve op by its slot and add it; 0 or -errno, -EEXIST among
 * them.  Write the journal down where the file as it is undoes enough.
 */
int executor_add(struct executor *x, struct netop *op, struct err *e);
void executor_save(struct executor *x);

/* left.c.  What finds no room is not remembered, nor what is in effect. */
void left_remember(struct executor *x, const struct netop *op);
/* By the operation, or by its inverse: it is there, or wanted no longer. */
void left_forget(struct executor *x, const struct netop *op);
/* What was left out on that slot goes, to the end of to (NULL: nowhere). */
void left_forget_slot(struct executor *x, uint8_t slot, struct plan *to);

#endif
