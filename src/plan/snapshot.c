/* What of ours a kernel holds: lookups and comparison. */
#include <string.h>

#include "dtcp/snapshot.h"

const struct snap_link *
snapshot_link(const struct snapshot *s, uint32_t ifindex)
{
	unsigned i;

	for (i = 0; i < s->nlinks; i++) {
		if (s->links[i].ifindex == ifindex)
			return &s->links[i];
	}
	return NULL;
}

/* An index or a name may have come to be another interface's. */
static bool
is_meant(const struct snap_link *l, const struct netop *op)
{
	return l->lan == (op->slot != NETOP_SLOT_TUNNEL);
}

/* By index, which outlives a renaming; by name before it is known. */
static const struct snap_link *
link_of(const struct snapshot *s, const struct netop *op)
{
	const struct snap_link *l;
	unsigned i;

	for (i = 0; i < s->nlinks; i++) {
		l = &s->links[i];
		if (is_meant(l, op) &&
		    (op->ifindex != 0 ? l->ifindex == op->ifindex :
					strcmp(l->ifname, op->ifname) == 0))
			return l;
	}
	return NULL;
}

/* A tun device has no outer pair: that is the relay's. */
static bool
has_outer(const struct snap_link *l, const struct netop *op)
{
	return l->user ||
	    (addr4_equal(l->local4, op->local4) &&
		addr4_equal(l->remote4, op->remote4));
}

static bool
has_addr(const struct snapshot *s, uint32_t ifindex, const struct netop *op)
{
	const struct snap_addr *a;
	bool peer = (op->flags & NETOP_F_PEER) != 0;
	unsigned i;

	for (i = 0; i < s->naddrs; i++) {
		a = &s->addrs[i];
		if (a->ifindex == ifindex &&
		    prefix6_equal(&a->prefix, &op->prefix) &&
		    a->has_peer == peer &&
		    (!peer || addr6_equal(&a->peer, &op->peer)))
			return true;
	}
	return false;
}

static bool
has_route(const struct snapshot *s, uint32_t ifindex, const struct netop *op)
{
	const struct snap_route *r;
	unsigned i;

	for (i = 0; i < s->nroutes; i++) {
		r = &s->routes[i];
		if (r->ifindex == ifindex && r->fib == op->fib &&
		    prefix6_equal(&r->dst, &op->prefix) &&
		    (r->metric == op->metric || r->metric == 0))
			return true;
	}
	return false;
}

static bool
has_any_route(
    const struct snapshot *s, const struct snap_link *l, const struct netop *op)
{
	if (op->flags & NETOP_F_REJECT)
		return has_route(s, 0, op);
	return l != NULL && has_route(s, l->ifindex, op);
}

static bool
has_ours(const struct snapshot *s)
{
	unsigned i;

	for (i = 0; i < s->nlinks; i++) {
		if (!s->links[i].lan)
			return true;
	}
	return false;
}

bool
snapshot_has(const struct snapshot *s, const struct netop *op)
{
	const struct snap_link *any = link_of(s, op);
	/* To an interface of a LAN nothing but addresses is done. */
	const struct snap_link *l = any != NULL && any->lan ? NULL : any;

	switch (op->kind) {
	case NETOP_TUNNEL:
	case NETOP_OUTER:
		return l != NULL && has_outer(l, op);
	case NETOP_FIB:
		return l != NULL && l->fib == op->fib;
	case NETOP_ACCEPT_RA:
		return l != NULL && !l->ipv6_off &&
		    l->accept_ra == ((op->flags & NETOP_F_ON) != 0);
	case NETOP_MTU:
		return l != NULL && l->mtu == op->mtu;
	case NETOP_UP:
		return l != NULL && l->up;
	case NETOP_ADDR:
		return any != NULL && has_addr(s, any->ifindex, op);
	case NETOP_ROUTE:
		return has_any_route(s, l, op);
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
		return op->ifname[0] == '\0' ? !has_ours(s) : l == NULL;
	case NETOP_DOWN:
		return l == NULL || !l->up;
	case NETOP_ADDR_DEL:
		return any == NULL || !has_addr(s, any->ifindex, op);
	case NETOP_ROUTE_DEL:
		return !has_any_route(s, l, op);
	case NETOP_NONE:
	case NETOP_KINDS:
		break;
	}
	return true;
}

static bool
same_link(const struct snap_link *a, const struct snap_link *b)
{
	return a->ifindex == b->ifindex && strcmp(a->ifname, b->ifname) == 0 &&
	    a->mtu == b->mtu && a->fib == b->fib && a->lan == b->lan &&
	    a->up == b->up && a->user == b->user &&
	    a->accept_ra == b->accept_ra && a->ipv6_off == b->ipv6_off &&
	    addr4_equal(a->local4, b->local4) &&
	    addr4_equal(a->remote4, b->remote4);
}

static bool
same_addr(const struct snap_addr *a, const struct snap_addr *b)
{
	return a->ifindex == b->ifindex && a->has_peer == b->has_peer &&
	    a->tentative == b->tentative && a->duplicate == b->duplicate &&
	    prefix6_equal(&a->prefix, &b->prefix) &&
	    (!a->has_peer || addr6_equal(&a->peer, &b->peer));
}

static bool
same_route(const struct snap_route *a, const struct snap_route *b)
{
	return a->ifindex == b->ifindex && a->metric == b->metric &&
	    a->fib == b->fib && prefix6_equal(&a->dst, &b->dst);
}

/* Everything of a is in b. */
static bool
within(const struct snapshot *a, const struct snapshot *b)
{
	unsigned i, k;

	for (i = 0; i < a->nlinks; i++) {
		for (k = 0; k < b->nlinks; k++) {
			if (same_link(&a->links[i], &b->links[k]))
				break;
		}
		if (k == b->nlinks)
			return false;
	}
	for (i = 0; i < a->naddrs; i++) {
		for (k = 0; k < b->naddrs; k++) {
			if (same_addr(&a->addrs[i], &b->addrs[k]))
				break;
		}
		if (k == b->naddrs)
			return false;
	}
	for (i = 0; i < a->nroutes; i++) {
		for (k = 0; k < b->nroutes; k++) {
			if (same_route(&a->routes[i], &b->routes[k]))
				break;
		}
		if (k == b->nroutes)
			return false;
	}
	return true;
}

bool
snapshot_equal(const struct snapshot *a, const struct snapshot *b)
{
	return !a->truncated && !b->truncated && a->nlinks == b->nlinks &&
	    a->naddrs == b->naddrs && a->nroutes == b->nroutes &&
	    within(a, b) && within(b, a);
}
