/*
 * What a back-end has to hear of, and what it heard but has not told yet: the
 * same on every system.
 */
#ifndef DTCP_SYS_INTEREST_H
#define DTCP_SYS_INTEREST_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/kernel.h"
#include "indices.h"

#define INTEREST_ADDRS4 256
#define INTEREST_ROUTES 64

struct interest_route {
	struct prefix6 dst;
	uint32_t metric; /* 0 where the system has none */
};

struct interest_routes {
	unsigned n;
	struct interest_route r[INTEREST_ROUTES];
};

struct interest_addr4 {
	uint32_t ifindex;
	struct in_addr addr;
	bool seen; /* in the list that is being read */
	bool told; /* that it is there */
};

/* An interface of others that was asked about by name. */
struct interest_lan {
	char ifname[NETOP_NAMESIZE]; /* "": none */
	uint32_t ifindex;	     /* 0: none has the name, as far as known */
};

struct interest {
	bool touched, default4, resync; /* to be told when all is read */
	struct indices links;		/* interfaces that are our business */
	struct interest_lan lans[NETOP_SLOTS]; /* by slot; none on 0 */
	struct interest_routes ours;	       /* routes in effect */
	struct interest_routes awaited; /* others', whose end is to be told */
	/*
	 * The IPv4 addresses that this host has, so that only what really
	 * came or went is told: a renewed DHCP lease repeats an address, and
	 * two interfaces may have the same one.
	 */
	bool overflow; /* more than fit: tell every change */
	unsigned naddrs;
	struct interest_addr4 addrs[INTEREST_ADDRS4];
};

/*
 * Add and drop tell whether that changed anything.  Where there is no memory,
 * all has to be looked at instead.
 */
bool interest_has_link(const struct interest *, uint32_t ifindex);
bool interest_add_link(struct interest *, uint32_t ifindex);
bool interest_drop_link(struct interest *, uint32_t ifindex);
void interest_free(struct interest *);

/* From now on slot is the interface of that name, and has that index or 0. */
void interest_set_lan(
    struct interest *, uint8_t slot, const char *ifname, uint32_t ifindex);
bool interest_any_lan(const struct interest *);
/*
 * Look each of them up anew: look_up() gives the index that goes with a name,
 * -ENODEV, or another error, after which all has to be looked at again.
 */
void interest_learn_lans(struct interest *,
    int (*look_up)(void *arg, const char *ifname, uint32_t *ifindex),
    void *arg);
/* The slot of a LAN by its name, or by the index that it has; 0: it is none. */
uint8_t interest_lan_slot(const struct interest *, const char *ifname);
uint8_t interest_lan_at(const struct interest *, uint32_t ifindex);
/*
 * A link is there under that name, or goes: what a LAN's name or index has to
 * do with it is noted, and is TOUCHED.  True: a LAN has another index now.
 */
bool interest_note_lan(
    struct interest *, const char *ifname, uint32_t ifindex, bool gone);

bool interest_has_route(
    const struct interest_routes *, const struct prefix6 *dst, uint32_t metric);
/* A route of ours came; that of another's was awaited: was it? */
bool interest_add_route(
    struct interest *, const struct prefix6 *dst, uint32_t metric);
void interest_drop_route(
    struct interest *, const struct prefix6 *dst, uint32_t metric);
/* The end of a route that is not ours.  True: it was not awaited before. */
bool interest_await_route(
    struct interest *, const struct prefix6 *dst, uint32_t metric);

/* Learn the addresses anew: forget them all, then add each. */
void interest_forget_addrs4(struct interest *);
void interest_add_addr4(struct interest *, uint32_t ifindex, struct in_addr);
/* An address came or went: is that news?  Fills in ev. */
bool interest_note_addr4(struct interest *, uint32_t ifindex, struct in_addr,
    bool gone, struct kevent *ev);

/*
 * Where the kernel's word on single addresses cannot be relied on, compare
 * with its list: begin, see each address, and then take the differences, one
 * at a time, until that returns false.
 */
void interest_begin_addrs4(struct interest *);
void interest_see_addr4(struct interest *, uint32_t ifindex, struct in_addr);
bool interest_changed_addr4(struct interest *, struct kevent *ev);

/* What was gathered while reading: 1, or 0 when there is nothing. */
int interest_next(struct interest *, struct kevent *ev);

#endif
