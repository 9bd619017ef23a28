/*
 * The Linux back-end's front: which operation goes where.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/plan.h"

#include "../lan.h"
#include "linux.h"

/*
 * Is it still the one that op means?  On the tunnel's slot it must be ours:
 * whatever else has come to carry its index is nobody's business here.
 */
static bool
is_meant(const struct lx *lx, const struct netop *op, const struct link *l)
{
	if (op->slot == NETOP_SLOT_TUNNEL)
		return link_is_ours(lx, l);
	return lan_is_meant(op, l->name);
}

/* The interface that op is about. */
static int
resolve(struct lx *lx, const struct netop *op, struct link *l, struct err *e)
{
	int error;

	error = link_by_index(lx, op->ifindex, l);
	if (error == 0 && is_meant(lx, op, l))
		return 0;
	if (error != 0 && error != -ENODEV)
		return nl_fail(&lx->nl, e, error, "interface %s", op->ifname);
	/* To a removal that means: gone already. */
	error = netop_is_inverse(op->kind) ? ENOENT : ENODEV;
	return err_set(e, error, "interface %s is gone%s", op->ifname,
	    op->slot == NETOP_SLOT_TUNNEL ? " or no longer ours" : "");
}

/* An ACCEPT_RA of the former value, where the interface outlives us. */
static void
undo_accept_ra(struct lx *lx, const struct netop *op, const struct link *l,
    struct netop *undo)
{
	if (op->slot == NETOP_SLOT_TUNNEL &&
	    !indices_has(&lx->opened.adopted, l->index))
		return;
	*undo = *op;
	undo->former = sysctl_ra_former(l->name);
}

/* FreeBSD's routing tables have no counterpart here. */
static int
one_table(const struct netop *op, struct err *e)
{
	char text[NETOP_TEXT_MAX];

	if (op->kind != NETOP_FIB && op->fib == 0)
		return 0;
	return err_set(e, EOPNOTSUPP, "%s: Linux has no FIBs",
	    netop_format(op, text, sizeof(text)));
}

static int
there_already(struct lx *lx, const struct netop *op, int found, struct err *e)
{
	char text[NETOP_TEXT_MAX];

	(void)netop_format(op, text, sizeof(text));
	if (found < 0)
		return nl_fail(&lx->nl, e, found, "%s", text);
	if (found == 1)
		return err_sys(e, EEXIST, "%s", text);
	return 0;
}

static int
lx_prepare(
    struct kernel *k, const struct netop *op, struct netop *undo, struct err *e)
{
	struct lx *lx = (struct lx *)k;
	struct link l = {.index = 0}; /* of what needs none */
	int error;

	netop_inverse(op, undo);
	if ((error = lan_check(op, e)) != 0 || (error = one_table(op, e)) != 0)
		return error;
	if (netop_needs_link(op) && (error = resolve(lx, op, &l, e)) != 0)
		return error;
	switch (op->kind) {
	case NETOP_TUNNEL:
		return tunnel_prepare(lx, op, undo, e);
	case NETOP_ACCEPT_RA:
		undo_accept_ra(lx, op, &l, undo);
		return 0;
	case NETOP_UP:
		if (l.flags & IFF_UP)
			memset(undo, 0, sizeof(*undo));
		return 0;
	case NETOP_ADDR:
		return there_already(lx, op, addr_exists(lx, op), e);
	case NETOP_ROUTE:
		return there_already(lx, op, route_stands(lx, op), e);
	case NETOP_NONE:
	case NETOP_OUTER:
	case NETOP_FIB:
	case NETOP_MTU:
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
	case NETOP_DOWN:
	case NETOP_ADDR_DEL:
	case NETOP_ROUTE_DEL:
	case NETOP_KINDS:
		break;
	}
	return 0;
}

static int
set_mtu(
    struct lx *lx, const struct netop *op, const struct link *l, struct err *e)
{
	int error;

	if (op->mtu < PLAN_MTU_MIN)
		return err_set(e, EINVAL, "MTU %u on %s: IPv6 needs %d",
		    op->mtu, l->name, PLAN_MTU_MIN);
	error = link_set_mtu(lx, l->index, op->mtu);
	if (error != 0)
		return nl_fail(
		    &lx->nl, e, error, "MTU %u on %s", op->mtu, l->name);
	return 0;
}

static int
set_up(struct lx *lx, const struct link *l, bool up, struct err *e)
{
	int error;

	error = link_set_up(lx, l->index, up);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "interface %s %s", l->name,
		    up ? "up" : "down");
	return 0;
}

/* Operations on an interface that is there. */
static int
apply_on_link(
    struct lx *lx, const struct netop *op, const struct link *l, struct err *e)
{
	if (op->slot == NETOP_SLOT_TUNNEL)
		watch_link(lx, l->index);
	switch (op->kind) {
	case NETOP_OUTER:
		return tunnel_outer(lx, l, op, e);
	case NETOP_ACCEPT_RA:
		if (op->former != 0)
			return sysctl_ra_restore(l->name, op->former, e);
		return sysctl_accept_ra(
		    l->name, (op->flags & NETOP_F_ON) != 0, e);
	case NETOP_MTU:
		return set_mtu(lx, op, l, e);
	case NETOP_UP:
	case NETOP_DOWN:
		return set_up(lx, l, op->kind == NETOP_UP, e);
	case NETOP_ADDR:
		return addr_add(lx, op, e);
	case NETOP_ADDR_DEL:
		return addr_delete(lx, op, e);
	case NETOP_ROUTE:
		return route_add(lx, op, e);
	case NETOP_ROUTE_DEL:
		return route_delete(lx, op, e);
	case NETOP_NONE:
	case NETOP_TUNNEL:
	case NETOP_FIB:
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
	case NETOP_KINDS:
		break;
	}
	return err_set(e, EINVAL, "operation %d is unknown", (int)op->kind);
}

static int
lx_apply(struct kernel *k, struct netop *op, struct err *e)
{
	struct lx *lx = (struct lx *)k;
	struct link l;
	int error;

	if ((error = lan_check(op, e)) != 0 || (error = one_table(op, e)) != 0)
		return error;
	if (netop_needs_link(op)) {
		error = resolve(lx, op, &l, e);
		return error != 0 ? error : apply_on_link(lx, op, &l, e);
	}
	switch (op->kind) {
	case NETOP_TUNNEL:
		return tunnel_apply(lx, op, e);
	case NETOP_TUNNEL_DESTROY:
		return tunnel_destroy(lx, op, e);
	case NETOP_TUNNEL_RELEASE:
		return tunnel_release(lx, op, e);
	case NETOP_ROUTE:
		return route_add(lx, op, e);
	case NETOP_ROUTE_DEL:
		return route_delete(lx, op, e);
	case NETOP_NONE:
		return 0;
	case NETOP_OUTER:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
	case NETOP_MTU:
	case NETOP_UP:
	case NETOP_ADDR:
	case NETOP_DOWN:
	case NETOP_ADDR_DEL:
	case NETOP_KINDS:
		break;
	}
	return err_set(e, EINVAL, "operation %d is unknown", (int)op->kind);
}

void
lx_close(struct kernel *k)
{
	struct lx *lx = (struct lx *)k;

	while (lx->opened.ntuns > 0)
		tun_close(lx, lx->opened.tuns[0].ifindex);
	opened_free(&lx->opened);
	watch_close(lx);
	nl_close(&lx->nl);
	free(lx);
}

const struct kernel_ops lx_ops = {
    .name = "linux",
    .prepare = lx_prepare,
    .apply = lx_apply,
    .watch_lan = lan_watch,
    .find_link = lan_find,
    .snapshot = snapshot_take,
    .is_local4 = addr_is_local4,
    .open_user = tun_open_user,
    .open_tun = tun_open_device,
    .watch_fd = watch_fd,
    .next_event = watch_next,
    .close = lx_close,
};
