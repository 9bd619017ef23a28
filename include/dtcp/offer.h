/*
 * What the server gives a session: unit numbers, inner addresses, and the
 * operations it takes in the kernel.  Pure.
 */
#ifndef DTCP_OFFER_H
#define DTCP_OFFER_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/err.h"
#include "dtcp/grant.h"
#include "dtcp/netop.h"
#include "dtcp/plan.h"

/* The last unit whose addresses still fit behind the prefix's "::". */
#define OFFER_UNITS	  16382
#define OFFER_METRIC	  1024 /* of routes to clients, where there is one */
#define OFFER_SESSION_OPS 16   /* no session takes more */

struct offer_conf {
	bool has_prefix;       /* type host is offered, and -a can be */
	struct prefix6 prefix; /* a /64 */
	bool network_pair;     /* -a: a peer pair for type network, too */
	bool has_global;       /* -g: server4 of every grant */
	struct in_addr global4;
	bool udp;	   /* -U */
	bool keep;	   /* -o */
	bool encap_kernel; /* --encap */
	bool encap_user;
	char shared[NETOP_NAMESIZE]; /* -I: the shared device; "": any */
	uint32_t mtu;
	uint32_t fib; /* of the routes */
	bool set_fib; /* -F */
};

/* Numbers in use: the lowest free one is next. */
struct offer_units {
	unsigned limit; /* at most OFFER_UNITS */
	uint8_t used[(OFFER_UNITS + 7) / 8];
};

/* A unit's number, or -ENOBUFS. */
int offer_unit_take(struct offer_units *u);
void offer_unit_give(struct offer_units *u, unsigned unit);

/* Inner pair of unit n: prefix::(n+1)*4+1 is ours, +2 the client's. */
void offer_pair(const struct prefix6 *prefix, unsigned unit,
    struct in6_addr *server6, struct in6_addr *client6);

/*
 * The "prefix" operand: an IPv6 address that ends in "::", the /64 it is in,
 * which may be said behind it.
 * 0 or -EINVAL with a line.
 */
int offer_prefix_parse(const char *s, struct prefix6 *out, struct err *e);

/* Does that type need a device of its own, whoever encapsulates? */
bool offer_own_device(enum tunnel_type type);

/*
 * What there is without any session: an unreachable route for the prefix of
 * hosts, so that what is for an address that nobody has does not bounce.
 */
void offer_prefix(const struct offer_conf *c, struct plan *out);

/*
 * What the device shared by user-space sessions takes, once: TUNNEL (F_USER),
 * FIB, ACCEPT_RA off, MTU, UP.
 */
void offer_shared(const struct offer_conf *c, struct plan *out);

/*
 * What a session takes on the shared device: an address with its peer, where
 * there is a pair, and a route for each prefix.
 */
void offer_session(
    const struct offer_conf *c, const struct grant *g, struct plan *out);

/*
 * A session on a device of its own: TUNNEL and so on, then as above.  ifname:
 * "" or what it is to be called; adopt: it has to exist.  kernel: by the
 * kernel's device, else a tun.  local4, client4: the outer pair.
 */
void offer_device(const struct offer_conf *c, const struct grant *g,
    const char *ifname, bool adopt, bool kernel, struct in_addr local4,
    struct in_addr client4, struct plan *out);

#endif
