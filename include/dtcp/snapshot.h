/*
 * What of ours a kernel holds: links that carry our tag, their addresses and
 * routes, and routes with our mark that need no link.  Pure data; the fake
 * kernel's own state is one.
 */
#ifndef DTCP_SNAPSHOT_H
#define DTCP_SNAPSHOT_H

#include "dtcp/netop.h"

#define SNAP_LINKS  16
#define SNAP_ADDRS  64
#define SNAP_ROUTES 256

struct snap_link {
	char ifname[NETOP_NAMESIZE];
	uint32_t ifindex;
	uint32_t mtu;
	bool up;
	bool user; /* a tun device */
	bool accept_ra;
	struct in_addr local4; /* outer pair, where there is one */
	struct in_addr remote4;
};

struct snap_addr {
	uint32_t ifindex;
	bool has_peer;
	bool tentative; /* DAD runs, or failed */
	struct prefix6 prefix;
	struct in6_addr peer;
};

struct snap_route {
	uint32_t ifindex; /* 0: reject */
	uint32_t metric;
	struct prefix6 dst;
};

struct snapshot {
	unsigned nlinks, naddrs, nroutes;
	bool truncated; /* more than fits */
	struct snap_link links[SNAP_LINKS];
	struct snap_addr addrs[SNAP_ADDRS];
	struct snap_route routes[SNAP_ROUTES];
};

/* Is op's effect there?  op's interface must be resolved. */
bool snapshot_has(const struct snapshot *s, const struct netop *op);

/* Equal as sets. */
bool snapshot_equal(const struct snapshot *a, const struct snapshot *b);

#endif
