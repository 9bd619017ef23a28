/* Between the files of the fake kernel. */
#ifndef FAKE_PRIVATE_H
#define FAKE_PRIVATE_H

#include "fake_kernel.h"

/* struct kernel_ops' prepare and apply, one kind of operation each. */
int fake_prepare(struct kernel *k, const struct netop *op, struct netop *undo,
    struct err *e);
int fake_apply(struct kernel *k, struct netop *op, struct err *e);

/*
 * The interface that TUNNEL names: 1 and *l there and to be adopted, 0 to be
 * created, or -errno.
 */
int fake_find_tunnel(struct fake_kernel *fk, const struct netop *op,
    struct fake_link **l, struct err *e);
int fake_apply_tunnel(struct fake_kernel *fk, struct netop *op, struct err *e);
/* TUNNEL_DESTROY and TUNNEL_RELEASE. */
int fake_end_tunnel(
    struct fake_kernel *fk, const struct netop *op, struct err *e);

/* Has another sit device that pair? */
bool fake_pair_taken(const struct fake_host *h, const struct netop *op);

bool fake_is_ours(const struct fake_kernel *fk, const struct fake_link *l);
bool fake_is_lan(const struct fake_kernel *fk, const struct fake_link *l);
/* The link that op is resolved to; NULL: gone, or not what op means. */
struct fake_link *fake_resolved(struct fake_kernel *fk, const struct netop *op);

/* One line about an operation that failed. */
int fake_refuse(
    const struct netop *op, int error, const char *why, struct err *e);

#endif
