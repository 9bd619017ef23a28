/*
 * Operations as data: what they need, what undoes them, and when two of them
 * mean the same.
 */
#include <ctype.h>
#include <string.h>

#include "dtcp/netop.h"

#define F_ENCAP (NETOP_F_KERNEL | NETOP_F_USER)

bool
netop_is_inverse(enum netop_kind k)
{
	switch (k) {
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
	case NETOP_DOWN:
	case NETOP_ADDR_DEL:
	case NETOP_ROUTE_DEL:
		return true;
	case NETOP_NONE:
	case NETOP_TUNNEL:
	case NETOP_OUTER:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
	case NETOP_MTU:
	case NETOP_UP:
	case NETOP_ADDR:
	case NETOP_ROUTE:
	case NETOP_KINDS:
		break;
	}
	return false;
}

bool
netop_is_value(enum netop_kind k)
{
	return k == NETOP_ACCEPT_RA || k == NETOP_FIB;
}

bool
netop_needs_link(const struct netop *op)
{
	switch (op->kind) {
	case NETOP_OUTER:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
	case NETOP_MTU:
	case NETOP_UP:
	case NETOP_ADDR:
	case NETOP_DOWN:
	case NETOP_ADDR_DEL:
		return true;
	case NETOP_ROUTE:
	case NETOP_ROUTE_DEL:
		return (op->flags & NETOP_F_REJECT) == 0;
	case NETOP_NONE:
	case NETOP_TUNNEL:
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
	case NETOP_KINDS:
		break;
	}
	return false;
}

bool
netop_on_slot(const struct netop *op, uint8_t slot)
{
	switch (op->kind) {
	case NETOP_TUNNEL:
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
		return op->slot == slot;
	case NETOP_NONE:
	case NETOP_OUTER:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
	case NETOP_MTU:
	case NETOP_UP:
	case NETOP_ADDR:
	case NETOP_ROUTE:
	case NETOP_DOWN:
	case NETOP_ADDR_DEL:
	case NETOP_ROUTE_DEL:
	case NETOP_KINDS:
		break;
	}
	return netop_needs_link(op) && op->slot == slot;
}

uint8_t
netop_flags_of(enum netop_kind k)
{
	switch (k) {
	case NETOP_TUNNEL:
	case NETOP_TUNNEL_DESTROY:
		return F_ENCAP | NETOP_F_ADOPT | NETOP_F_KEEP;
	case NETOP_TUNNEL_RELEASE:
		return F_ENCAP | NETOP_F_ADOPT | NETOP_F_KEEP | NETOP_F_ON;
	case NETOP_OUTER:
		return F_ENCAP;
	case NETOP_ACCEPT_RA:
		return NETOP_F_ON;
	case NETOP_ADDR:
	case NETOP_ADDR_DEL:
		return NETOP_F_PEER | NETOP_F_OPTIONAL;
	case NETOP_ROUTE:
	case NETOP_ROUTE_DEL:
		return NETOP_F_REJECT | NETOP_F_OPTIONAL;
	case NETOP_NONE:
	case NETOP_FIB:
	case NETOP_MTU:
	case NETOP_UP:
	case NETOP_DOWN:
	case NETOP_KINDS:
		break;
	}
	return 0;
}

/* The kind that undoes k. */
static enum netop_kind
inverse_kind(const struct netop *op)
{
	switch (op->kind) {
	case NETOP_TUNNEL:
		if (op->flags & (NETOP_F_KEEP | NETOP_F_ADOPT))
			return NETOP_TUNNEL_RELEASE;
		return NETOP_TUNNEL_DESTROY;
	case NETOP_UP:
		return NETOP_DOWN;
	case NETOP_ADDR:
		return NETOP_ADDR_DEL;
	case NETOP_ROUTE:
		return NETOP_ROUTE_DEL;
	case NETOP_NONE:
	case NETOP_OUTER:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
	case NETOP_MTU:
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
	case NETOP_DOWN:
	case NETOP_ADDR_DEL:
	case NETOP_ROUTE_DEL:
	case NETOP_KINDS:
		break;
	}
	return NETOP_NONE;
}

void
netop_inverse(const struct netop *op, struct netop *inv)
{
	struct netop in = *op; /* inv may be op */

	memset(inv, 0, sizeof(*inv));
	inv->kind = inverse_kind(&in);
	if (inv->kind == NETOP_NONE)
		return;
	inv->slot = in.slot;
	inv->flags = in.flags & netop_flags_of(inv->kind);
	memcpy(inv->ifname, in.ifname, sizeof(inv->ifname));
	inv->ifindex = in.ifindex;
	inv->metric = in.metric;
	inv->fib = in.fib;
	inv->prefix = in.prefix;
	inv->peer = in.peer;
}

bool
netop_same_tunnel(const struct netop *a, const struct netop *b)
{
	const uint8_t how = NETOP_F_ADOPT | NETOP_F_KEEP;

	if (a->slot != b->slot || (a->flags & how) != (b->flags & how))
		return false;
	if ((a->flags & b->flags & F_ENCAP) == 0 &&
	    ((a->flags | b->flags) & F_ENCAP) != 0)
		return false;
	return a->ifname[0] == '\0' || b->ifname[0] == '\0' ||
	    strcmp(a->ifname, b->ifname) == 0;
}

/* A name not yet known stands for whatever the slot will be. */
static bool
same_link(const struct netop *a, const struct netop *b)
{
	if (a->slot != b->slot)
		return false;
	return a->ifname[0] == '\0' || b->ifname[0] == '\0' ||
	    strcmp(a->ifname, b->ifname) == 0;
}

static bool
same_outer(const struct netop *a, const struct netop *b)
{
	return addr4_equal(a->local4, b->local4) &&
	    addr4_equal(a->remote4, b->remote4) && a->lport == b->lport &&
	    a->rport == b->rport;
}

void
netop_copy_outer(struct netop *to, const struct netop *from)
{
	to->local4 = from->local4;
	to->remote4 = from->remote4;
	to->lport = from->lport;
	to->rport = from->rport;
}

static bool
same_flag(const struct netop *a, const struct netop *b, uint8_t flag)
{
	return ((a->flags ^ b->flags) & flag) == 0;
}

bool
netop_equal(const struct netop *a, const struct netop *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case NETOP_TUNNEL:
		return netop_same_tunnel(a, b) && same_outer(a, b);
	case NETOP_OUTER:
		return same_link(a, b) && same_outer(a, b);
	case NETOP_FIB:
		return same_link(a, b) && a->fib == b->fib;
	case NETOP_ACCEPT_RA:
		return same_link(a, b) && same_flag(a, b, NETOP_F_ON);
	case NETOP_MTU:
		return same_link(a, b) && a->mtu == b->mtu;
	case NETOP_TUNNEL_RELEASE:
		return same_link(a, b) && a->mtu == b->mtu &&
		    same_flag(a, b, NETOP_F_ON);
	case NETOP_UP:
	case NETOP_DOWN:
	case NETOP_TUNNEL_DESTROY:
		return same_link(a, b);
	case NETOP_ADDR:
	case NETOP_ADDR_DEL:
		return same_link(a, b) &&
		    prefix6_equal(&a->prefix, &b->prefix) &&
		    same_flag(a, b, NETOP_F_PEER) &&
		    ((a->flags & NETOP_F_PEER) == 0 ||
			addr6_equal(&a->peer, &b->peer));
	case NETOP_ROUTE:
	case NETOP_ROUTE_DEL:
		return same_flag(a, b, NETOP_F_REJECT) &&
		    ((a->flags & NETOP_F_REJECT) != 0 || same_link(a, b)) &&
		    prefix6_equal(&a->prefix, &b->prefix) &&
		    a->metric == b->metric && a->fib == b->fib;
	case NETOP_NONE:
	case NETOP_KINDS:
		break;
	}
	return true;
}

bool
netop_ifname_ok(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++) {
		if (i == NETOP_NAMESIZE - 1)
			return false;
		if (!isgraph((unsigned char)name[i]) || name[i] == '/')
			return false;
	}
	/* A path component, on systems that make a directory of it. */
	return i > 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}
