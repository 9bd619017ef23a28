/*
 * A FreeBSD kernel in memory, as far as the back-end talks to one: it answers
 * the calls of sys/freebsd/calls.h on any system.  What it answers is what
 * 13.2 and 15.1 answered (test_observed.c holds the list), and else what
 * their manual pages and sources say.
 *
 * Any number of hosts; one of them is current, and call_*() act on it.  Of
 * the process's own: sockets and device descriptors are real descriptors, so
 * that poll(2), dup(2) and close(2) work on them; what is written to a
 * routing socket must go through call_write().
 *
 * What somebody else does to the host, a test does by call_*() itself.
 */
#ifndef FBMODEL_H
#define FBMODEL_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

struct fbm_host;

/* ---- The host ---- */

/*
 * A host that has just started: lo0 (index 1) with ::1 and fe80::1, one
 * routing table, gif and tun(4) to be had without loading anything.  It
 * becomes the current one.  release: 13 or 15.  NULL: no memory.
 */
struct fbm_host *fbm_new(int release);
/* Likewise, but before rc(8): lo0 is down and has no address. */
struct fbm_host *fbm_new_bare(int release);
/* Its descriptors that are still open read as closed by the other end. */
void fbm_free(struct fbm_host *h);
/* NULL: none; every call then fails with ENXIO. */
void fbm_use(struct fbm_host *h);

/* net.fibs, 1 to 16; and the routing table of this process (setfib(2)). */
void fbm_set_fibs(struct fbm_host *h, unsigned nfibs);
void fbm_set_fib(struct fbm_host *h, unsigned fib);
/* Which of the two are in the kernel; the others take call_kldload(). */
void fbm_set_modules(struct fbm_host *h, bool gif, bool tuntap);
/* False: call_kldload() fails with EPERM, as in a jail. */
void fbm_set_kldload(struct fbm_host *h, bool allowed);
/* security.jail.jailed and security.jail.vnet; both false at first. */
void fbm_set_jail(struct fbm_host *h, bool jailed, bool vnet);
/* net.inet6.ip6.forwarding, net.inet6.ip6.dad_count; 0 and 1 at first. */
void fbm_set_forwarding(struct fbm_host *h, bool on);
void fbm_set_dad_count(struct fbm_host *h, int count);

/*
 * Duplicate address detection comes to its end on all addresses that are
 * tentative on an interface that is up.
 */
void fbm_dad_done(struct fbm_host *h);
/* Addresses that detection is to find duplicated. */
void fbm_set_duplicate(struct fbm_host *h, const struct in6_addr *addr);

/*
 * Another process destroys an interface.  It must be there.  Where it is a
 * tun whose device is open, that process waits, and the interface goes when
 * the device is closed.  (The process itself would wait for itself: with
 * call_ioctl(), SIOCIFDESTROY of such a one fails with EDEADLK.)
 */
void fbm_destroy(struct fbm_host *h, const char *ifname);

/* ---- Faults ---- */

/* What fbm_fail() takes besides the request of an ioctl, as FB_SIOCGIFMTU. */
enum fbm_call {
	FBM_ANY, /* whatever is called */
	FBM_SOCKET,
	FBM_SETSOCKOPT,
	FBM_OPEN,
	FBM_IOCTL, /* any of them */
	FBM_READ,
	FBM_WRITE,
	FBM_SYSCTL, /* the lists of routes and interfaces */
	FBM_SYSCTLBYNAME,
	FBM_KLDLOAD,
	FBM_CLOSE,	 /* fbm_on_change() alone */
	FBM_RTM = 0x100, /* | FB_RTM_ADD ...: a request by call_write() */
};

/*
 * The nth such call from now on (1: the next) fails with error and does
 * nothing.  One at a time; nth 0: none.
 */
void fbm_fail(struct fbm_host *h, unsigned long call, unsigned nth, int error);
/* Calls so far, call_close() not counted. */
unsigned fbm_calls(const struct fbm_host *h);
/* The next n messages do not fit any routing socket's buffer. */
void fbm_lose(struct fbm_host *h, unsigned n);

/*
 * f(arg, call) after each call that may change the host, whatever came of it:
 * call is FBM_OPEN, FBM_RTM | its type, FBM_KLDLOAD, or the request of an
 * ioctl, those that only ask among them; and FBM_CLOSE.  NULL: nobody.
 */
void fbm_on_change(
    struct fbm_host *h, void (*f)(void *arg, unsigned long call), void *arg);

/* ---- Whole hosts ---- */

/*
 * A host of its own with all that is on h, as it is when every process there
 * has been killed: no descriptor is open, and what the kernel does when a
 * device is closed for the last time was done.  It does not become current.
 */
struct fbm_host *fbm_copy(struct fbm_host *h);

/*
 * All that is on it, a line each, in order; for the caller to free.  Two hosts
 * with equal texts differ in nothing but what a program cannot hold on to:
 * indexes, the order of addresses, what sockets hold, "unknown" for "down".  A
 * line about link-local addresses, prefixes, groups and their routes begins
 * with "own IFNAME ", any other with "set ".
 */
char *fbm_text(struct fbm_host *h);

/* ---- What there is, seen from within ---- */

struct fbm_link {
	uint32_t index;
	uint32_t flags; /* FB_IFF_* */
	uint32_t mtu;
	uint32_t fib;	    /* of the interface */
	uint32_t tunnelfib; /* of its outer packets */
	uint32_t nd6;	    /* FB_ND6_IFF_* */
	bool outer;	    /* has a pair: */
	struct in_addr local4;
	struct in_addr remote4;
	char descr[128];
	bool dtcp;   /* in group "dtcp" */
	bool ifhead; /* tun: TUNSIFHEAD */
	int tun;     /* kernel's end of an open tun device, -1: not open */
};

/* False: no such interface.  l may be NULL. */
bool fbm_link(struct fbm_host *h, const char *ifname, struct fbm_link *l);
unsigned fbm_count_links(const struct fbm_host *h);

struct fbm_addr {
	int plen;
	bool has_peer;
	struct in6_addr peer;
	uint32_t flags; /* IN6_IFF_* */
};

/* False: not on this interface.  a may be NULL. */
bool fbm_addr(struct fbm_host *h, const char *ifname,
    const struct in6_addr *addr, struct fbm_addr *a);

struct fbm_route {
	uint32_t index; /* of the interface; a reject route has lo0's */
	uint32_t flags; /* FB_RTF_* */
	uint32_t mtu;
};

/* False: no such IPv6 route in this table.  r may be NULL. */
bool fbm_route(struct fbm_host *h, unsigned fib, const struct in6_addr *dst,
    int plen, struct fbm_route *r);

#endif
