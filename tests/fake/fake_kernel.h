/*
 * A kernel in memory.  A struct fake_host holds what a real one would: links,
 * addresses, routes, whoever made them.  Any number of struct kernel, each
 * with its tag, work on the same host, and the functions below change it
 * behind their backs.  It behaves as Linux does: interfaces that go down lose
 * addresses and routes, a route is one destination and metric, no two names
 * or addresses on a link are the same.  But it has two routing tables, as
 * FreeBSD may, and can do without metrics.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "dtcp/kernel.h"

#define FAKE_LINKS	64
#define FAKE_ADDRS	64
#define FAKE_ROUTES	128
#define FAKE_LOCAL4	8
#define FAKE_KERNELS	4
#define FAKE_EVENTS	64
#define FAKE_TAG_MAX	128
#define FAKE_DUPLICATES 4

enum fake_kind { FAKE_OTHER, FAKE_SIT, FAKE_TUN };

struct fake_link {
	char ifname[NETOP_NAMESIZE];
	uint32_t ifindex;
	enum fake_kind kind;
	char tag[FAKE_TAG_MAX]; /* "": nobody's */
	bool adopted;		/* was there before it got the tag */
	uint32_t mtu;
	uint32_t fib;
	bool up;
	bool accept_ra;
	struct in_addr local4;
	struct in_addr remote4;
};

struct fake_addr {
	uint32_t ifindex;
	struct prefix6 prefix;
	bool has_peer;
	bool duplicate;
	struct in6_addr peer;
};

struct fake_route {
	uint32_t ifindex; /* 0: unreachable */
	uint32_t metric;
	uint32_t fib;
	struct prefix6 dst;
	bool marked; /* made through a struct kernel */
};

/* Everything, of ours or not, in the order in which it came. */
struct fake_state {
	unsigned nlinks, naddrs, nroutes;
	struct fake_link links[FAKE_LINKS];
	struct fake_addr addrs[FAKE_ADDRS];
	struct fake_route routes[FAKE_ROUTES];
};

struct fake_kernel;

struct fake_host {
	struct fake_state state;
	uint32_t next_ifindex;
	unsigned nlocal4;
	struct in_addr local4[FAKE_LOCAL4];
	unsigned nduplicates;
	struct in6_addr duplicates[FAKE_DUPLICATES]; /* other hosts' */
	bool no_sit; /* kernel encapsulation is not to be had */
	bool no_tun;
	unsigned fibs;	   /* routing tables */
	bool no_metrics;   /* every route's is 0 */
	unsigned applied;  /* operations asked for so far */
	unsigned fail_at;  /* the one to fail; 0: none */
	int fail_error;	   /* errno */
	unsigned nkernels; /* open */
	struct fake_kernel *kernels[FAKE_KERNELS];
};

struct fake_kernel {
	struct kernel kernel; /* first: what callers hold */
	struct fake_host *host;
	char tag[FAKE_TAG_MAX];
	char lans[NETOP_SLOTS][NETOP_NAMESIZE]; /* watch_lan() */
	int watch[2]; /* readable while events wait; -1: not watched */
	unsigned nevents;
	struct kevent events[FAKE_EVENTS];
};

/* NULL when there is no memory; otherwise nothing here fails. */
struct fake_host *fake_host_new(void);
void fake_host_free(struct fake_host *h);
struct kernel *fake_open(struct fake_host *h, const char *tag);

/* The nth operation from now on fails with error, and changes nothing. */
void fake_fail(struct fake_host *h, unsigned nth, int error);

bool fake_state_equal(const struct fake_state *a, const struct fake_state *b);

/* Lookups; NULL or false: not there. */
struct fake_link *fake_link(struct fake_host *h, const char *ifname);
struct fake_link *fake_link_at(struct fake_host *h, uint32_t ifindex);
struct fake_addr *fake_addr(
    struct fake_host *h, uint32_t ifindex, const struct in6_addr *a);
/* Of table 0; without metrics any is right. */
struct fake_route *fake_route(
    struct fake_host *h, const struct prefix6 *dst, uint32_t metric);
struct fake_route *fake_route_in(struct fake_host *h, uint32_t fib,
    const struct prefix6 *dst, uint32_t metric);
bool fake_is_local4(const struct fake_host *h, struct in_addr a);

/*
 * Changes, without a word to anyone: for the fake's own use.  They return
 * NULL where the host is full.  New routes are of table 0.
 */
struct fake_link *fake_put_link(
    struct fake_host *h, const char *ifname, enum fake_kind kind);
struct fake_addr *fake_put_addr(
    struct fake_host *h, uint32_t ifindex, const struct prefix6 *p);
struct fake_route *fake_put_route(struct fake_host *h, uint32_t ifindex,
    const struct prefix6 *dst, uint32_t metric);
void fake_drop_link(struct fake_host *h, struct fake_link *l);
void fake_drop_addr(struct fake_host *h, struct fake_addr *a);
void fake_drop_route(struct fake_host *h, struct fake_route *r);
/* Addresses and routes of a link. */
void fake_flush(struct fake_host *h, uint32_t ifindex);

/*
 * Changes by somebody else, which everyone who watches hears of.  They end
 * the program where what they name is not there.  ifname NULL: unreachable.
 */
struct fake_link *fake_add_link(
    struct fake_host *h, const char *ifname, enum fake_kind kind);
void fake_add_addr(struct fake_host *h, const char *ifname, const char *prefix);
void fake_add_route(struct fake_host *h, const char *ifname, const char *prefix,
    uint32_t metric);
void fake_remove_link(struct fake_host *h, const char *ifname);
void fake_rename_link(struct fake_host *h, const char *ifname, const char *to);
void fake_remove_addr(
    struct fake_host *h, const char *ifname, const char *prefix);
void fake_remove_route(
    struct fake_host *h, const char *prefix, uint32_t metric);
void fake_set_up(struct fake_host *h, const char *ifname, bool up);
void fake_add_local4(struct fake_host *h, const char *addr);
void fake_remove_local4(struct fake_host *h, const char *addr);

/*
 * Another host has that address.  Duplicate address detection finds out when
 * it is done, on links that are no tunnels; until then nothing is tentative.
 */
void fake_set_duplicate(struct fake_host *h, const char *prefix);
void fake_dad_done(struct fake_host *h);

/* An event for all who watch. */
void fake_tell(
    struct fake_host *h, enum kevent_kind kind, struct in_addr addr4);

#endif
