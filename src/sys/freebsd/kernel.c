/*
 * The FreeBSD back-end's front: which operation goes where.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/plan.h"

#include "../lan.h"
#include "freebsd.h"

/* An operation on an interface that is there. */
typedef int link_op(
    struct fb *, const struct link *, const struct netop *, struct err *);

static int
set_fib(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	int error;

	error = link_set_fib(fb, l->name, op->fib);
	return error != 0 ?
	    fb_fail(e, error, "FIB %u on %s", op->fib, l->name) :
	    0;
}

static int
accept_ra(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	return nd6_accept_ra(fb, op, l, e);
}

static int
outer(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	return tunnel_outer(fb, l, op, e);
}

/* The kernel's own bounds are wider, or narrower (gif(4): 1280 to 8192). */
static int
set_mtu(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	int error;

	if (op->mtu < PLAN_MTU_MIN || op->mtu > PLAN_MTU_MAX)
		return err_set(e, EINVAL, "MTU %u on %s: not %u to %u", op->mtu,
		    l->name, PLAN_MTU_MIN, PLAN_MTU_MAX);
	error = link_set_mtu(fb, l->name, op->mtu);
	return error != 0 ?
	    fb_fail(e, error, "MTU %u on %s", op->mtu, l->name) :
	    0;
}

static int
set_up(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	bool up = op->kind == NETOP_UP;
	int error;

	error = link_set_up(fb, l->name, up);
	return error != 0 ?
	    fb_fail(e, error, "interface %s %s", l->name, up ? "up" : "down") :
	    0;
}

static int
add_route(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	(void)l;
	return route_add(fb, op, e);
}

static int
delete_route(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	(void)l;
	return route_delete(fb, op, e);
}

static link_op *const link_ops[NETOP_KINDS] = {
    [NETOP_OUTER] = outer,
    [NETOP_FIB] = set_fib,
    [NETOP_ACCEPT_RA] = accept_ra,
    [NETOP_MTU] = set_mtu,
    [NETOP_UP] = set_up,
    [NETOP_DOWN] = set_up,
    [NETOP_ADDR] = addr_add,
    [NETOP_ADDR_DEL] = addr_delete,
    [NETOP_ROUTE] = add_route,
    [NETOP_ROUTE_DEL] = delete_route,
};

/*
 * Is it still the one that op means?  On the tunnel's slot it must be ours:
 * whatever else has come to carry its index is nobody's business here.  1, 0 or
 * negative.
 */
static int
is_meant(struct fb *fb, const struct netop *op, const struct link *l)
{
	if (op->slot == NETOP_SLOT_TUNNEL)
		return tag_is_ours(fb, l->name);
	return lan_is_meant(op, l->name);
}

/* The interface that op is about. */
static int
resolve(struct fb *fb, const struct netop *op, struct link *l, struct err *e)
{
	int r;

	memset(l, 0, sizeof(*l));
	if (!netop_needs_link(op))
		return 0;
	r = link_by_index(fb, op->ifindex, l);
	if (r == 0)
		r = is_meant(fb, op, l);
	if (r == 1)
		return 0;
	if (r != 0 && r != -ENODEV)
		return fb_fail(e, r, "interface %s", op->ifname);
	/* To a removal that means: gone already. */
	return err_set(e, netop_is_inverse(op->kind) ? ENOENT : ENODEV,
	    "interface %s is gone%s", op->ifname,
	    op->slot == NETOP_SLOT_TUNNEL ? " or no longer ours" : "");
}

static int
exists(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	char text[NETOP_TEXT_MAX];
	int found;

	found = op->kind == NETOP_ROUTE ?
	    route_exists(fb, op, e) :
	    addr_exists(fb, l->index, &op->prefix.addr);
	(void)netop_format(op, text, sizeof(text));
	if (found < 0)
		return fb_fail(e, found, "%s", text);
	return found == 1 ? err_sys(e, EEXIST, "%s", text) : 0;
}

/* Settings of an interface that outlives us go back to what they were. */
static int
former_settings(struct fb *fb, const struct link *l, const struct netop *op,
    struct netop *undo, struct err *e)
{
	uint32_t fib;
	int error;

	if (!indices_has(&fb->opened.adopted, l->index))
		return 0;
	*undo = *op;
	if (op->kind == NETOP_ACCEPT_RA) {
		error = nd6_former(fb, l->name, &undo->former);
		return error != 0 ?
		    fb_fail(e, error, "neighbour discovery's settings of %s",
			l->name) :
		    0;
	}
	error = link_fib(fb, l->name, &fib);
	if (error != 0)
		return fb_fail(e, error, "FIB of %s", l->name);
	undo->fib = fib;
	return 0;
}

static int
fb_prepare(
    struct kernel *k, const struct netop *op, struct netop *undo, struct err *e)
{
	struct fb *fb = (struct fb *)k;
	struct link l;
	int error;

	netop_inverse(op, undo);
	if ((error = lan_check(op, e)) != 0)
		return error;
	if ((error = resolve(fb, op, &l, e)) != 0)
		return error;
	switch ((int)op->kind) {
	case NETOP_TUNNEL:
		return tunnel_prepare(fb, op, undo, e);
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
		return former_settings(fb, &l, op, undo, e);
	case NETOP_UP:
		if (l.flags & FB_IFF_UP)
			memset(undo, 0, sizeof(*undo));
		return 0;
	case NETOP_ADDR:
	case NETOP_ROUTE:
		return exists(fb, &l, op, e);
	default:
		return 0;
	}
}

static int
fb_apply(struct kernel *k, struct netop *op, struct err *e)
{
	struct fb *fb = (struct fb *)k;
	struct link l;
	int error;

	if ((error = lan_check(op, e)) != 0)
		return error;
	switch ((int)op->kind) {
	case NETOP_NONE:
		return 0;
	case NETOP_TUNNEL:
		return tunnel_apply(fb, op, e);
	case NETOP_TUNNEL_DESTROY:
		return tunnel_destroy(fb, op, e);
	case NETOP_TUNNEL_RELEASE:
		return tunnel_release(fb, op, e);
	default:
		break;
	}
	if (op->kind >= NETOP_KINDS || link_ops[op->kind] == NULL)
		return err_set(
		    e, EINVAL, "operation %d is unknown", (int)op->kind);
	if ((error = resolve(fb, op, &l, e)) != 0)
		return error;
	if (l.index != 0 && op->slot == NETOP_SLOT_TUNNEL)
		(void)interest_add_link(&fb->watch.interest, l.index);
	return link_ops[op->kind](fb, &l, op, e);
}

const struct kernel_ops fb_ops = {
    .name = "freebsd",
    .prepare = fb_prepare,
    .apply = fb_apply,
    .watch_lan = lan_watch,
    .find_link = lan_find,
    .snapshot = snapshot_take,
    .is_local4 = addr_is_local4,
    .open_user = tun_open_user,
    .open_tun = tun_open_device,
    .watch_fd = watch_fd,
    .next_event = watch_next,
    .close = fb_close,
};
