/*
 * Everything the program does to the kernel, as data.  The same struct is
 * what the planner returns, what a kernel back-end applies, the message
 * between the processes, the entry of the undo journal, what a dry run prints
 * and what the fake kernel of the tests interprets.  Pure.
 */
#ifndef DTCP_NETOP_H
#define DTCP_NETOP_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/addr.h"

#define NETOP_NAMESIZE	  16 /* IFNAMSIZ on every system we know */
#define NETOP_SLOTS	  16 /* interfaces a session may deal with */
#define NETOP_SLOT_TUNNEL 0  /* our tunnel; others: LAN interfaces */

enum netop_kind {
	NETOP_NONE,	 /* nothing (an op with no inverse) */
	NETOP_TUNNEL,	 /* create or adopt: name, outer pair, tag */
	NETOP_OUTER,	 /* change the outer pair, ports included */
	NETOP_FIB,	 /* the interface belongs to routing table fib */
	NETOP_ACCEPT_RA, /* F_ON or not; enables IPv6 on it too */
	NETOP_MTU,
	NETOP_UP,
	NETOP_ADDR,  /* prefix.addr/prefix.len, peer if F_PEER */
	NETOP_ROUTE, /* prefix over the slot, or F_REJECT */
	/* inverses */
	NETOP_TUNNEL_DESTROY, /* remove what carries our tag */
	NETOP_TUNNEL_RELEASE, /* give it back: see struct netop */
	NETOP_DOWN,
	NETOP_ADDR_DEL,
	NETOP_ROUTE_DEL,
	NETOP_KINDS
};

enum netop_flag {
	NETOP_F_KERNEL = 1 << 0,   /* TUNNEL: gif/sit device allowed */
	NETOP_F_USER = 1 << 1,	   /* TUNNEL: tun device + relay allowed */
	NETOP_F_ADOPT = 1 << 2,	   /* TUNNEL: must exist, create nothing */
	NETOP_F_KEEP = 1 << 3,	   /* TUNNEL: release, not destroy (-o) */
	NETOP_F_OPTIONAL = 1 << 4, /* EEXIST is no failure: theirs stays */
	NETOP_F_REJECT = 1 << 5,   /* ROUTE: unreachable, no interface */
	NETOP_F_PEER = 1 << 6,	   /* ADDR: peer is valid */
	NETOP_F_ON = 1 << 7,	   /* ACCEPT_RA: accept; RELEASE: was up */
};

/*
 * One operation.  Fields that a kind does not use are zero, and so are flags
 * (netop_flags_of()).
 *
 * slot names the interface until the executor has resolved it; back-ends see
 * ifname and ifindex filled in, except for TUNNEL: there ifname is what is
 * wanted ("" = the system's choice) and the back-end fills in what it got,
 * and leaves exactly one of F_KERNEL and F_USER set.
 *
 * TUNNEL_RELEASE takes away outer pair, tag and addresses (a Linux sit device
 * gets the remote end back that it had: remote4), restores mtu (0 = leave it),
 * and leaves the interface up or down as F_ON says.
 *
 * TUNNEL_DESTROY and TUNNEL_RELEASE with an empty ifname mean every link that
 * carries our tag (-ENOENT where there is none): the journal's entry of a
 * tunnel whose name was not known yet when the program was killed.  FreeBSD's
 * back-end takes an ifindex of 0 for the same: there an interface is made and
 * tagged before it gets the name that was asked for.
 *
 * What ACCEPT_RA or FIB change on an interface that is not ours is undone by
 * another one with the former value (netop_is_value(); ACCEPT_RA's former: the
 * back-end's own code of all the settings it touched; 0: none, F_ON counts):
 * the one case in which a kind that is no inverse is a journal entry.  (MTU:
 * RELEASE restores it.)
 *
 * fib is a routing table's number, from 0; 0 where the system has but one.  A
 * route lies in one table, whichever its interface belongs to.
 */
struct netop {
	enum netop_kind kind;
	uint8_t slot;
	uint8_t flags; /* enum netop_flag */
	char ifname[NETOP_NAMESIZE];
	uint32_t ifindex;
	uint32_t mtu;	       /* octets */
	uint32_t metric;       /* ROUTE, where the system has one */
	struct in_addr local4; /* TUNNEL, OUTER */
	struct in_addr remote4;
	uint16_t lport;	       /* TUNNEL, OUTER: UDP ports, host order; */
	uint16_t rport;	       /* 0 and 0: protocol 41 */
	struct prefix6 prefix; /* ADDR, ROUTE */
	struct in6_addr peer;  /* ADDR with F_PEER */
	uint32_t former;       /* ACCEPT_RA that undoes: see above */
	uint32_t fib;	       /* FIB, ROUTE, ROUTE_DEL: routing table */
};

/* True for the kinds that take something away. */
bool netop_is_inverse(enum netop_kind k);

/* ACCEPT_RA, FIB: undone by another of the kind, see struct netop. */
bool netop_is_value(enum netop_kind k);

/*
 * True for the kinds that cannot do without a resolved interface.  ROUTE,
 * ROUTE_DEL: not with F_REJECT.  Not TUNNEL_*: their name may be empty.
 */
bool netop_needs_link(const struct netop *op);

/* True where op is about the slot's interface: needs_link() or TUNNEL_*. */
bool netop_on_slot(const struct netop *op, uint8_t slot);

/* The flags that mean something with a kind. */
uint8_t netop_flags_of(enum netop_kind k);

/*
 * The inverse of op as if it had made everything itself.  Kinds without one
 * of their own (OUTER, FIB, ACCEPT_RA, MTU: gone with the interface) give
 * NETOP_NONE.  A back-end's prepare() corrects it where something was there
 * already.
 */
void netop_inverse(const struct netop *op, struct netop *inv);

/*
 * The same effect on the same object: the same slot, and the same name where
 * both are known; the index is not looked at.
 */
bool netop_equal(const struct netop *a, const struct netop *b);

/*
 * Two TUNNEL operations that one interface can satisfy: they differ in the
 * outer pair at most, an empty name fits any, and an encapsulation is common.
 */
bool netop_same_tunnel(const struct netop *a, const struct netop *b);

/* The outer pair of TUNNEL or OUTER, ports included, into another one. */
void netop_copy_outer(struct netop *to, const struct netop *from);

/*
 * Fixed-size encoding, field by field, network byte order: messages and the
 * undo file.  Decoding refuses unknown kinds, flags, a former value, a fib or
 * ports that the kind does not have, one port without the other, slots out of
 * range, prefix lengths over 128, names without NUL or with odd bytes:
 * -EBADMSG.
 */
#define NETOP_WIRE_SIZE 84
void netop_encode(const struct netop *op, uint8_t buf[NETOP_WIRE_SIZE]);
int netop_decode(const uint8_t buf[NETOP_WIRE_SIZE], struct netop *op);

/*
 * For people: "route add default dev dtcp0 metric 2048", and " fib 1" where
 * that is not 0; an outer pair with " udp 4028 to 4029".  Returns buf.
 */
#define NETOP_TEXT_MAX 192
const char *netop_format(const struct netop *op, char *buf, size_t size);

/* A valid interface name: 1 to 15 bytes, no '/', blank or control byte. */
bool netop_ifname_ok(const char *name);

#endif
