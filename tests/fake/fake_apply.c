/* The fake kernel's prepare and apply. */
#include <errno.h>
#include <string.h>

#include "private.h"

int
fake_refuse(const struct netop *op, int error, const char *why, struct err *e)
{
	char text[NETOP_TEXT_MAX];

	return err_set(
	    e, error, "%s: %s", netop_format(op, text, sizeof(text)), why);
}

struct fake_link *
fake_resolved(struct fake_kernel *fk, const struct netop *op)
{
	struct fake_link *l = fake_link_at(fk->host, op->ifindex);

	if (l == NULL)
		return NULL;
	if (op->slot == NETOP_SLOT_TUNNEL)
		return fake_is_ours(fk, l) ? l : NULL;
	if (op->kind == NETOP_ADDR_DEL) /* wherever it was added */
		return l;
	return strcmp(l->ifname, op->ifname) == 0 ? l : NULL;
}

/* Of a LAN's interface only the addresses are ours. */
static bool
is_allowed(const struct netop *op)
{
	return op->slot == NETOP_SLOT_TUNNEL || op->kind == NETOP_ADDR ||
	    op->kind == NETOP_ADDR_DEL;
}

static int
check_route(struct fake_kernel *fk, const struct netop *op, struct err *e)
{
	if (prefix6_has_host_bits(&op->prefix) || op->metric == 0)
		return fake_refuse(op, EINVAL, "no such destination", e);
	if (op->fib >= fk->host->fibs)
		return fake_refuse(op, EINVAL, "no such routing table", e);
	if (fake_route_in(fk->host, op->fib, &op->prefix, op->metric) != NULL)
		return fake_refuse(op, EEXIST, "is there already", e);
	return 0;
}

static int
check_addr(struct fake_kernel *fk, const struct netop *op, struct err *e)
{
	if (addr6_is_multicast(&op->prefix.addr) ||
	    addr6_is_unspecified(&op->prefix.addr))
		return fake_refuse(op, EADDRNOTAVAIL, "not unicast", e);
	if (fake_addr(fk->host, op->ifindex, &op->prefix.addr) != NULL)
		return fake_refuse(op, EEXIST, "is there already", e);
	return 0;
}

/* What an interface that outlives us gets back. */
static void
undo_value(
    const struct netop *op, const struct fake_link *l, struct netop *undo)
{
	undo->kind = op->kind;
	undo->slot = op->slot;
	undo->ifindex = l->ifindex;
	memcpy(undo->ifname, l->ifname, sizeof(undo->ifname));
	if (op->kind == NETOP_FIB)
		undo->fib = l->fib;
	else
		undo->flags = l->accept_ra ? NETOP_F_ON : 0;
}

int
fake_prepare(
    struct kernel *k, const struct netop *op, struct netop *undo, struct err *e)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;
	struct fake_link *l = fake_resolved(fk, op);
	int rc;

	if (!is_allowed(op))
		return fake_refuse(op, EPERM, "a LAN's interface", e);
	if (netop_needs_link(op) && l == NULL)
		return fake_refuse(op, ENODEV, "no such interface", e);
	netop_inverse(op, undo);
	if (op->kind == NETOP_TUNNEL) {
		if ((rc = fake_find_tunnel(fk, op, &l, e)) != 1)
			return rc;
		undo->kind = NETOP_TUNNEL_RELEASE;
		undo->mtu = l->mtu;
		undo->flags |= l->up ? NETOP_F_ON : 0;
	} else if (netop_is_value(op->kind) && l->adopted)
		undo_value(op, l, undo);
	else if (op->kind == NETOP_UP && l->up)
		undo->kind = NETOP_NONE;
	else if (op->kind == NETOP_ADDR)
		return check_addr(fk, op, e);
	else if (op->kind == NETOP_ROUTE)
		return check_route(fk, op, e);
	return 0;
}

static int
add_addr(struct fake_kernel *fk, const struct netop *op, struct err *e)
{
	struct fake_addr *a;
	int rc;

	if ((rc = check_addr(fk, op, e)) != 0)
		return rc;
	a = fake_put_addr(fk->host, op->ifindex, &op->prefix);
	if (a == NULL)
		return fake_refuse(op, ENOBUFS, "no room", e);
	if (op->flags & NETOP_F_PEER) {
		a->has_peer = true;
		a->peer = op->peer;
	}
	return 0;
}

static int
del_addr(struct fake_kernel *fk, const struct netop *op, struct err *e)
{
	struct fake_addr *a;

	a = fake_addr(fk->host, op->ifindex, &op->prefix.addr);
	if (a == NULL || a->prefix.len != op->prefix.len)
		return fake_refuse(op, ENOENT, "not there", e);
	fake_drop_addr(fk->host, a);
	return 0;
}

static int
add_route(struct fake_kernel *fk, const struct netop *op,
    const struct fake_link *l, struct err *e)
{
	bool reject = (op->flags & NETOP_F_REJECT) != 0;
	struct fake_route *r;
	int rc;

	if ((rc = check_route(fk, op, e)) != 0)
		return rc;
	if (!reject && !l->up)
		return fake_refuse(op, ENETDOWN, "interface is down", e);
	r = fake_put_route(
	    fk->host, reject ? 0 : l->ifindex, &op->prefix, op->metric);
	if (r == NULL)
		return fake_refuse(op, ENOBUFS, "no room", e);
	r->fib = op->fib;
	r->marked = true;
	return 0;
}

static int
del_route(struct fake_kernel *fk, const struct netop *op, struct err *e)
{
	bool reject = (op->flags & NETOP_F_REJECT) != 0;
	struct fake_route *r;

	r = fake_route_in(fk->host, op->fib, &op->prefix, op->metric);
	if (r == NULL || !r->marked || r->ifindex != (reject ? 0 : op->ifindex))
		return fake_refuse(op, ENOENT, "none of ours", e);
	fake_drop_route(fk->host, r);
	return 0;
}

/* What changes a link's own settings. */
static int
set_link(struct fake_kernel *fk, const struct netop *op, struct fake_link *l,
    struct err *e)
{
	if (op->kind == NETOP_OUTER && l->kind == FAKE_SIT) {
		if (fake_pair_taken(fk->host, op))
			return fake_refuse(
			    op, EBUSY, "another has that pair", e);
		l->local4 = op->local4;
		l->remote4 = op->remote4;
	} else if (op->kind == NETOP_ACCEPT_RA)
		l->accept_ra = (op->flags & NETOP_F_ON) != 0;
	else if (op->kind == NETOP_MTU) {
		if (op->mtu < 1280 || op->mtu > 65515)
			return fake_refuse(op, EINVAL, "out of range", e);
		l->mtu = op->mtu;
	} else if (op->kind == NETOP_FIB) {
		if (op->fib >= fk->host->fibs)
			return fake_refuse(op, EINVAL, "out of range", e);
		l->fib = op->fib;
	} else if (op->kind == NETOP_UP)
		l->up = true;
	else if (op->kind == NETOP_DOWN) {
		fake_flush(fk->host, l->ifindex);
		l->up = false;
	}
	return 0;
}

static int
dispatch(struct fake_kernel *fk, struct netop *op, struct fake_link *l,
    struct err *e)
{
	switch (op->kind) {
	case NETOP_TUNNEL:
		return fake_apply_tunnel(fk, op, e);
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
		return fake_end_tunnel(fk, op, e);
	case NETOP_ADDR:
		return add_addr(fk, op, e);
	case NETOP_ADDR_DEL:
		return del_addr(fk, op, e);
	case NETOP_ROUTE:
		return add_route(fk, op, l, e);
	case NETOP_ROUTE_DEL:
		return del_route(fk, op, e);
	case NETOP_OUTER:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
	case NETOP_MTU:
	case NETOP_UP:
	case NETOP_DOWN:
		return set_link(fk, op, l, e);
	case NETOP_NONE:
	case NETOP_KINDS:
		break;
	}
	return fake_refuse(op, EINVAL, "no operation", e);
}

int
fake_apply(struct kernel *k, struct netop *op, struct err *e)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;
	struct fake_link *l = fake_resolved(fk, op);

	if (++fk->host->applied == fk->host->fail_at)
		return fake_refuse(op, fk->host->fail_error, "injected", e);
	if (!is_allowed(op))
		return fake_refuse(op, EPERM, "a LAN's interface", e);
	/* Nothing is done to what is not ours, and what is gone is gone. */
	if (netop_needs_link(op) && l == NULL)
		return fake_refuse(op,
		    netop_is_inverse(op->kind) ? ENOENT : ENODEV,
		    "no such interface of ours", e);
	return dispatch(fk, op, l, e);
}
