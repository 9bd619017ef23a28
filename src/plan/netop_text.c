/* Operations in words: what a dry run prints and what errors and logs name. */
#include <stdio.h>

#include "dtcp/netop.h"

#define OUTER_TEXT 80

/* The interface, or what is known of it. */
static const char *
link_name(const struct netop *op, char *buf, size_t size)
{
	if (op->ifname[0] != '\0')
		return op->ifname;
	if (op->slot == NETOP_SLOT_TUNNEL)
		return "tunnel";
	snprintf(buf, size, "slot%u", op->slot);
	return buf;
}

/* "local 192.0.2.1 remote 198.51.100.1": two ends, and what is between. */
static const char *
outer_pair(const struct netop *op, char *buf, size_t size)
{
	char local[ADDR4_STRLEN], remote[ADDR4_STRLEN], udp[32] = "";

	if (op->rport != 0)
		snprintf(
		    udp, sizeof(udp), " udp %u to %u", op->lport, op->rport);
	snprintf(buf, size, "local %s remote %s%s",
	    addr4_format(op->local4, local), addr4_format(op->remote4, remote),
	    udp);
	return buf;
}

static void
format_tunnel(const struct netop *op, char *buf, size_t size)
{
	char outer[OUTER_TEXT];
	const char *encap = "auto";

	if ((op->flags & NETOP_F_USER) == 0)
		encap = "kernel";
	else if ((op->flags & NETOP_F_KERNEL) == 0)
		encap = "user";
	snprintf(buf, size, "tunnel %s %s %s encap %s%s",
	    op->flags & NETOP_F_ADOPT ? "use" : "create",
	    op->ifname[0] != '\0' ? op->ifname : "(any name)",
	    outer_pair(op, outer, sizeof(outer)), encap,
	    op->flags & NETOP_F_KEEP ? " keep" : "");
}

static void
format_release(const struct netop *op, char *buf, size_t size)
{
	char mtu[24] = "";

	if (op->mtu != 0)
		snprintf(mtu, sizeof(mtu), " mtu %u", op->mtu);
	snprintf(buf, size, "tunnel release %s%s %s",
	    op->ifname[0] != '\0' ? op->ifname : "(all of ours)", mtu,
	    op->flags & NETOP_F_ON ? "up" : "down");
}

static void
format_addr(const struct netop *op, const char *verb, char *buf, size_t size)
{
	char addr[PREFIX6_STRLEN], peer[ADDR6_STRLEN] = "", slot[16];

	if (op->flags & NETOP_F_PEER)
		addr6_format(&op->peer, peer);
	snprintf(buf, size, "address %s %s%s%s dev %s", verb,
	    prefix6_format(&op->prefix, addr), peer[0] != '\0' ? " peer " : "",
	    peer, link_name(op, slot, sizeof(slot)));
}

static void
format_route(const struct netop *op, const char *verb, char *buf, size_t size)
{
	char dst[PREFIX6_STRLEN] = "default", slot[16], fib[24] = "";

	if (op->prefix.len != 0)
		prefix6_format(&op->prefix, dst);
	if (op->fib != 0)
		snprintf(fib, sizeof(fib), " fib %u", op->fib);
	if (op->flags & NETOP_F_REJECT)
		snprintf(buf, size, "route %s unreachable %s metric %u%s", verb,
		    dst, op->metric, fib);
	else
		snprintf(buf, size, "route %s %s dev %s metric %u%s", verb, dst,
		    link_name(op, slot, sizeof(slot)), op->metric, fib);
}

const char *
netop_format(const struct netop *op, char *buf, size_t size)
{
	char outer[OUTER_TEXT], slot[16];
	const char *dev = link_name(op, slot, sizeof(slot));

	switch (op->kind) {
	case NETOP_TUNNEL:
		format_tunnel(op, buf, size);
		break;
	case NETOP_OUTER:
		snprintf(buf, size, "tunnel change %s %s", dev,
		    outer_pair(op, outer, sizeof(outer)));
		break;
	case NETOP_FIB:
		snprintf(buf, size, "fib %u dev %s", op->fib, dev);
		break;
	case NETOP_ACCEPT_RA:
		snprintf(buf, size, "accept_ra %s dev %s",
		    op->flags & NETOP_F_ON ? "on" : "off", dev);
		break;
	case NETOP_MTU:
		snprintf(buf, size, "mtu %u dev %s", op->mtu, dev);
		break;
	case NETOP_UP:
		snprintf(buf, size, "up dev %s", dev);
		break;
	case NETOP_ADDR:
		format_addr(op, "add", buf, size);
		break;
	case NETOP_ROUTE:
		format_route(op, "add", buf, size);
		break;
	case NETOP_TUNNEL_DESTROY:
		snprintf(buf, size, "tunnel destroy %s",
		    op->ifname[0] != '\0' ? op->ifname : "(all of ours)");
		break;
	case NETOP_TUNNEL_RELEASE:
		format_release(op, buf, size);
		break;
	case NETOP_DOWN:
		snprintf(buf, size, "down dev %s", dev);
		break;
	case NETOP_ADDR_DEL:
		format_addr(op, "delete", buf, size);
		break;
	case NETOP_ROUTE_DEL:
		format_route(op, "delete", buf, size);
		break;
	case NETOP_NONE:
	case NETOP_KINDS:
		snprintf(buf, size, "nothing");
		break;
	}
	return buf;
}
