/* Grant and configuration to operations, and what differs.  Pure. */
#ifndef DTCP_PLAN_H
#define DTCP_PLAN_H

#include "dtcp/err.h"
#include "dtcp/grant.h"
#include "dtcp/lan.h"
#include "dtcp/netop.h"

#define PLAN_MAX	    96 /* operations */
#define PLAN_ADDRS_MAX	    16 /* -A */
#define PLAN_ROUTES_MAX	    16 /* -R */
#define PLAN_DELEGATIONS    16 /* -P: items */
#define PLAN_LAN_ADDRS_MAX  24 /* items times prefixes of a grant */

#define PLAN_MTU_DEFAULT    1280
#define PLAN_MTU_MIN	    1280  /* RFC 8200 5 */
#define PLAN_MTU_MAX	    65515 /* what fits into an IPv4 packet */
#define PLAN_MTU_MAX_UDP    65507 /* and into one with a UDP header */
#define PLAN_UDP_PORT	    4028
#define PLAN_METRIC_DEFAULT 2048
#define PLAN_METRIC_REJECT  0x7fffffffU /* above connected routes */

enum route_mode { ROUTE_STATIC, ROUTE_SOLICIT, ROUTE_NONE }; /* -r */

/* One item of -P: an address and a subnet on an interface. */
struct delegation {
	uint8_t slot; /* NETOP_SLOT_TUNNEL, or one of plan_conf's lans */
	uint8_t len;  /* of the subnet, 64 to 128 */
	bool has_host;
	uint8_t host[LAN_IID_LEN]; /* the low 64 bits; else EUI-64 */
	uint64_t sla;		   /* right-aligned at bit 64 */
};

/* What the options say about the tunnel. */
struct plan_conf {
	char ifname[NETOP_NAMESIZE]; /* -i; "" = system's choice */
	bool adopt;		     /* -c: create nothing */
	bool keep;		     /* -o */
	bool encap_kernel;	     /* --encap; both = auto */
	bool encap_user;
	bool udp;		    /* -U */
	uint16_t udp_port;	    /* -b: our end's UDP port */
	uint32_t mtu;		    /* -m */
	uint32_t metric;	    /* --metric */
	uint32_t fib;		    /* of the routes: -F, or this process's */
	bool set_fib;		    /* -F: the interface's, too */
	enum route_mode route_mode; /* -r */
	bool replace_default;	    /* --replace-default */
	unsigned naddrs;	    /* -A */
	struct prefix6 addrs[PLAN_ADDRS_MAX];
	unsigned nroutes; /* -R; none = default */
	struct prefix6 routes[PLAN_ROUTES_MAX];
	/* -P.  The names of LAN interfaces by slot; "": not in use. */
	char lans[NETOP_SLOTS][NETOP_NAMESIZE];
	unsigned ndelegations;
	struct delegation delegations[PLAN_DELEGATIONS];
};

/* A list of operations, in the order in which they are to be applied. */
struct plan {
	unsigned n;
	struct netop ops[PLAN_MAX];
};

/*
 * What lists are made of, for whoever makes one; each goes to the end, where
 * there is room, and on the tunnel's slot.
 *
 * plan_add_device(): TUNNEL with those flags, FIB (NULL: none), ACCEPT_RA, MTU
 * and UP.  Returns the first, for name and outer pair.
 * plan_add_pair(): an inner address of ours, with the far end's.
 * plan_add_route(): with that metric, or unreachable (F_REJECT) behind all.
 */
struct netop *plan_add(struct plan *p, enum netop_kind kind, unsigned flags);
struct netop *plan_add_device(struct plan *p, unsigned flags,
    const uint32_t *fib, bool accept_ra, uint32_t mtu);
void plan_add_pair(
    struct plan *p, const struct in6_addr *ours, const struct in6_addr *theirs);
void plan_add_route(struct plan *p, const struct prefix6 *dst, unsigned flags,
    uint32_t metric, uint32_t fib);

/*
 * The destinations that the options send through the tunnel, without host
 * bits and none twice: -R, else the halves of --replace-default, else ::/0;
 * nothing unless route_mode is ROUTE_STATIC.  Returns how many.
 */
unsigned plan_routes(
    const struct plan_conf *c, struct prefix6 out[PLAN_ROUTES_MAX]);

/*
 * Is -P in itself one that can be: names, lengths, no subnet twice, a host-id
 * that is an address's, an EUI-64 where there can be one?  An item with an
 * EUI-64 takes all of its /64.  0, or -EINVAL with a line that names the item.
 */
int plan_check_lans(const struct plan_conf *c, struct err *e);

/*
 * The same of one item, below ndelegations, in itself and beside those before
 * it; names end and slots are below NETOP_SLOTS.
 */
int plan_check_lan(const struct plan_conf *c, unsigned item, struct err *e);

/*
 * Is the grant one that can be used at all, seen from local4 (our end of the
 * TCP connection)?  Far end a unicast IPv4 that is not ours; inner addresses
 * and prefixes from 2000::/3 or fc00::/7, a pair of two different addresses,
 * prefixes of /16 to /128 without host bits, none twice.  0, or -EINVAL with
 * one line.
 */
int grant_check(const struct grant *g, struct in_addr local4, struct err *e);

/*
 * The whole list for a grant: tunnel, its routing table (where set_fib),
 * accept_ra (off, unless ROUTE_SOLICIT), MTU, up, addresses (the pair's, then
 * -A, then those of -P), unreachable routes for delegated prefixes (but where
 * a subnet of -P is all of one), routes.  No address comes twice.
 *
 * lans, by slot: the LAN interfaces as they are now (NULL: none is there).
 * What -P puts on one that is not there is left out, and so is an EUI-64
 * address where there is no hardware address to make it from: its own, or for
 * the tunnel that of the first of -P that has one.
 *
 * With c->udp the tunnel is one of user space, from c->udp_port to g->port4.
 *
 * Calls grant_check().  0, or -EINVAL with one line: the grant, options that
 * cannot be (no encapsulation, MTU, metric, -c without a name, an -A that is
 * not inner or is the pair's far end, -U without a port or without user space),
 * a grant over UDP without -U and the reverse, or -P that does not go with it:
 * a grant without a prefix, a prefix longer than /64, an SLA-id that does not
 * fit between the prefix and bit 64, the same subnet twice, more than
 * PLAN_LAN_ADDRS_MAX addresses.
 */
int plan_make(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct in_addr local4, struct plan *p,
    struct err *e);

/*
 * The subnets that a grant gives the LAN of that slot, without host bits: what
 * is to be advertised there, so none of length 128; none on the tunnel.  The
 * grant is one that plan_make() took.  Returns how many.
 */
unsigned plan_subnets(const struct plan_conf *c, const struct grant *g,
    uint8_t slot, struct prefix6 out[PLAN_LAN_ADDRS_MAX]);

/*
 * The part of p that depends on the LANs' interfaces: addresses, those of the
 * tunnel too, as it may borrow from a LAN; and unreachable routes, which make
 * way for a LAN that has all of a prefix.
 */
void plan_lans(const struct plan *p, struct plan *out);

/*
 * What turns have (in effect now) into want: additions first, in want's
 * order, then removals in reverse order of have; a removal comes first only
 * where the addition would collide with it (same address, other peer; other
 * address, same peer).  A tunnel with another outer pair is changed (OUTER);
 * one that differs in more goes first, with all that is on it, and is made
 * anew.  The operations name their interface by slot alone.  Returns 0 or
 * -EOVERFLOW.
 */
int plan_diff(
    const struct plan *have, const struct plan *want, struct plan *out);

/* Is one that is equal to op (netop_equal()) in it? */
bool plan_contains(const struct plan *p, const struct netop *op);

/* Removal of the routes over the tunnel (loss); unreachable ones stay. */
void plan_withdraw(const struct plan *have, struct plan *out);

/*
 * Fold an operation that took effect into the list of what is in effect: an
 * addition is appended (once), OUTER, FIB, MTU and ACCEPT_RA replace, a removal
 * takes its counterpart out (TUNNEL_*: everything on the slot).  Returns 0,
 * -EOVERFLOW, or -ENOENT for OUTER without a tunnel.
 */
int plan_note(struct plan *have, const struct netop *op);

#endif
