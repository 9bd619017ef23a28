/*
 * What of ours a kernel holds: links that carry our tag and the LANs' that it
 * was told to watch, the addresses on them (on a LAN, anybody's), and the
 * routes with our mark that lie on them or need no link.  Left out is what the
 * system puts there by itself: link-local and multicast addresses, connected
 * routes.  Pure data.
 */
#ifndef DTCP_SNAPSHOT_H
#define DTCP_SNAPSHOT_H

#include "dtcp/netop.h"

#define SNAP_LINKS  32
#define SNAP_ADDRS  128
#define SNAP_ROUTES 256

struct snap_link {
	char ifname[NETOP_NAMESIZE];
	uint32_t ifindex;
	uint32_t mtu;
	uint32_t fib; /* the routing table it belongs to */
	bool lan;     /* not ours: here for the addresses on it */
	bool up;
	bool user; /* a tun device */
	bool accept_ra;
	bool ipv6_off;	       /* IPv6 is switched off on it */
	struct in_addr local4; /* outer pair; zero with a tun device */
	struct in_addr remote4;
};

struct snap_addr {
	uint32_t ifindex;
	bool has_peer;
	bool tentative; /* DAD runs, or failed: */
	bool duplicate; /* another host has it */
	struct prefix6 prefix;
	struct in6_addr peer;
};

struct snap_route {
	uint32_t ifindex; /* 0: reject */
	uint32_t metric;  /* 0: this system has none */
	uint32_t fib;	  /* the routing table it lies in */
	struct prefix6 dst;
};

struct snapshot {
	unsigned nlinks, naddrs, nroutes;
	bool truncated; /* more than fits */
	struct snap_link links[SNAP_LINKS];
	struct snap_addr addrs[SNAP_ADDRS];
	struct snap_route routes[SNAP_ROUTES];
};

/* The link of that index; NULL: none. */
const struct snap_link *snapshot_link(
    const struct snapshot *s, uint32_t ifindex);

/*
 * Is op's effect there?  op's interface must be resolved.  An inverse's
 * effect is there when its object is not.
 */
bool snapshot_has(const struct snapshot *s, const struct netop *op);

/* Equal as sets; a truncated one equals nothing. */
bool snapshot_equal(const struct snapshot *a, const struct snapshot *b);

#endif
