/*
 * An operation as 84 octets, network byte order: messages and the undo file.
 *
 *	 0 kind   1 slot   2 flags   3 prefix length
 *	 4 interface name, NUL-padded
 *	20 interface index
 *	24 MTU
 *	28 metric
 *	32 outer local address      36 outer remote address
 *	40 prefix                   56 peer
 *	72 former value             76 routing table
 *	80 local UDP port           82 remote UDP port
 */
#include <arpa/inet.h>

#include <errno.h>
#include <string.h>

#include "dtcp/netop.h"

enum {
	OFF_KIND = 0,
	OFF_SLOT = 1,
	OFF_FLAGS = 2,
	OFF_PLEN = 3,
	OFF_NAME = 4,
	OFF_INDEX = 20,
	OFF_MTU = 24,
	OFF_METRIC = 28,
	OFF_LOCAL4 = 32,
	OFF_REMOTE4 = 36,
	OFF_PREFIX = 40,
	OFF_PEER = 56,
	OFF_FORMER = 72,
	OFF_FIB = 76,
	OFF_LPORT = 80,
	OFF_RPORT = 82,
};

static void
put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

static void
put16(uint8_t *p, uint16_t v)
{
	v = htons(v);
	memcpy(p, &v, sizeof(v));
}

static uint16_t
get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return ntohs(v);
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	while (n > 0) {
		if (p[--n] != 0)
			return false;
	}
	return true;
}

void
netop_encode(const struct netop *op, uint8_t buf[NETOP_WIRE_SIZE])
{
	memset(buf, 0, NETOP_WIRE_SIZE);
	buf[OFF_KIND] = (uint8_t)op->kind;
	buf[OFF_SLOT] = op->slot;
	buf[OFF_FLAGS] = op->flags;
	buf[OFF_PLEN] = op->prefix.len;
	memcpy(buf + OFF_NAME, op->ifname,
	    strnlen(op->ifname, NETOP_NAMESIZE - 1));
	put32(buf + OFF_INDEX, op->ifindex);
	put32(buf + OFF_MTU, op->mtu);
	put32(buf + OFF_METRIC, op->metric);
	memcpy(buf + OFF_LOCAL4, &op->local4, sizeof(op->local4));
	memcpy(buf + OFF_REMOTE4, &op->remote4, sizeof(op->remote4));
	memcpy(buf + OFF_PREFIX, &op->prefix.addr, sizeof(op->prefix.addr));
	memcpy(buf + OFF_PEER, &op->peer, sizeof(op->peer));
	put32(buf + OFF_FORMER, op->former);
	put32(buf + OFF_FIB, op->fib);
	put16(buf + OFF_LPORT, op->lport);
	put16(buf + OFF_RPORT, op->rport);
}

/* A name is absent or proper, and nothing hides behind its NUL. */
static bool
name_ok(const uint8_t *p)
{
	char name[NETOP_NAMESIZE];
	size_t n;

	memcpy(name, p, sizeof(name));
	n = strnlen(name, sizeof(name));
	if (n == sizeof(name) || !all_zero(p + n, sizeof(name) - n))
		return false;
	return n == 0 || netop_ifname_ok(name);
}

static bool
has_fib(enum netop_kind k)
{
	return k == NETOP_FIB || k == NETOP_ROUTE || k == NETOP_ROUTE_DEL;
}

static bool
ports_ok(enum netop_kind k, uint16_t lport, uint16_t rport)
{
	if (lport == 0 || rport == 0)
		return lport == rport;
	return k == NETOP_TUNNEL || k == NETOP_OUTER;
}

int
netop_decode(const uint8_t buf[NETOP_WIRE_SIZE], struct netop *op)
{
	enum netop_kind kind;

	memset(op, 0, sizeof(*op));
	if (buf[OFF_KIND] >= NETOP_KINDS || buf[OFF_SLOT] >= NETOP_SLOTS ||
	    buf[OFF_PLEN] > 128 || !name_ok(buf + OFF_NAME))
		return -EBADMSG;
	kind = (enum netop_kind)buf[OFF_KIND];
	if ((buf[OFF_FLAGS] & ~netop_flags_of(kind)) ||
	    (get32(buf + OFF_FORMER) != 0 && kind != NETOP_ACCEPT_RA) ||
	    (get32(buf + OFF_FIB) != 0 && !has_fib(kind)) ||
	    !ports_ok(kind, get16(buf + OFF_LPORT), get16(buf + OFF_RPORT)))
		return -EBADMSG;

	op->kind = kind;
	op->slot = buf[OFF_SLOT];
	op->flags = buf[OFF_FLAGS];
	op->prefix.len = buf[OFF_PLEN];
	memcpy(op->ifname, buf + OFF_NAME, sizeof(op->ifname));
	op->ifindex = get32(buf + OFF_INDEX);
	op->mtu = get32(buf + OFF_MTU);
	op->metric = get32(buf + OFF_METRIC);
	memcpy(&op->local4, buf + OFF_LOCAL4, sizeof(op->local4));
	memcpy(&op->remote4, buf + OFF_REMOTE4, sizeof(op->remote4));
	memcpy(&op->prefix.addr, buf + OFF_PREFIX, sizeof(op->prefix.addr));
	memcpy(&op->peer, buf + OFF_PEER, sizeof(op->peer));
	op->former = get32(buf + OFF_FORMER);
	op->fib = get32(buf + OFF_FIB);
	op->lport = get16(buf + OFF_LPORT);
	op->rport = get16(buf + OFF_RPORT);
	return 0;
}
