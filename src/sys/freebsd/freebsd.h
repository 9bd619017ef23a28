/*
 * The FreeBSD back-end's own state and what its files offer each other.
 */
#ifndef DTCP_FREEBSD_FREEBSD_H
#define DTCP_FREEBSD_FREEBSD_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/kernel.h"

#include "../interest.h"
#include "../opened.h"
#include "calls.h"
#include "layout.h"
#include "rtmsg.h"

#define FB_GROUP  "dtcp" /* what ifconfig(8) -g lists; no final digit */
#define FB_TAG	  256	 /* the description: our tag, with its NUL */
#define FB_TABLES 18	 /* routing tables that we hear of */

struct fb_watch {
	int poller; /* readable when one of the sockets is */
	unsigned ntables;
	struct {
		int fd;
		uint32_t fib;
	} tables[FB_TABLES];
	bool addrs4; /* some IPv4 address came or went */
	struct interest interest;
	_Alignas(8) uint8_t buf[2048]; /* longer than any message */
};

struct fb {
	struct kernel base;
	int s4; /* for ioctl(2): IPv4 and interfaces, IPv6 */
	int s6;
	int32_t seq; /* of requests to routing sockets */
	char tag[FB_TAG];
	uint32_t own_fib; /* the process's routing table, setfib(1) */
	uint32_t fib;	  /* the one of our routes, -F; else the same */
	struct opened opened;
	struct fb_watch watch;
};

enum link_kind { LINK_OTHER, LINK_GIF, LINK_TUN };

struct link {
	uint32_t index;
	uint32_t flags; /* FB_IFF_* */
	uint32_t mtu;
	enum link_kind kind;
	char name[FB_IFNAMSIZ];
};

/* kernel.c; open.c */
extern const struct kernel_ops fb_ops;
void fb_close(struct kernel *);

/* call.c: an ioctl(2), as 0 or -errno with the words of BSD made ours. */
int fb_ioctl(int fd, unsigned long request, void *arg);
int fb_fail(struct err *e, int error, const char *fmt, ...)
    __attribute__((__format__(__printf__, 3, 4)));
/* A number that the kernel offers; fallback where it has none. */
uint32_t fb_sysctl_u32(const char *name, uint32_t fallback);

/* dump.c: a table of the kernel, read as a whole. */
struct dump {
	uint8_t *buf;
	size_t at, len;
};
/* op: FB_NET_RT_*; family 0, arg 0: all.  0 or -errno. */
int dump_take(struct dump *d, int family, int op, uint32_t arg, uint32_t fib);
/* 1: m is the next message, 0: that was all, or negative. */
int dump_next(struct dump *d, struct rtmsg *m);
void dump_free(struct dump *d);

/* link.c: any interface.  A lookup gives 0, -ENODEV, or another error. */
int link_by_index(struct fb *, uint32_t index, struct link *);
int link_by_name(struct fb *, const char *name, struct link *);
/* Is the name the cloner's own, as gif3 is gif's? */
bool link_is_unit(const char *name, const char *cloner);
/*
 * Make and mark an interface; cloner: "gif", "tun".  name: "" for the
 * system's choice.  unit: the name that the cloner gave it.  -EOPNOTSUPP: the
 * kernel has no such cloner; -EPERM: it may not load it (a jail).
 */
int link_create(struct fb *, const char *cloner, const char *name,
    struct link *, char unit[FB_IFNAMSIZ]);
int link_destroy(struct fb *, const char *name);
int link_set_up(struct fb *, const char *name, bool up);
int link_set_mtu(struct fb *, const char *name, uint32_t mtu);
int link_set_fib(struct fb *, const char *name, uint32_t fib);
int link_fib(struct fb *, const char *name, uint32_t *fib);

/* tag.c: marks of ownership. */
int tag_read(struct fb *, const char *name, char tag[FB_TAG]);
int tag_put(struct fb *, const char *name);
int tag_take(struct fb *, const char *name);
/* Of an interface that has no tag: what a kill amid either has left of it. */
int tag_finish(struct fb *, const char *name);
/* 1, 0 or negative. */
int tag_is_ours(struct fb *, const char *name);
/* The interfaces of ours, for the caller to free.  How many, or negative. */
int tag_list(struct fb *, struct link **links);

/* gif.c: 6in4 by the kernel. */
int gif_create(struct fb *, const struct netop *, struct link *, struct err *);
/* 1: it has an outer pair, 0: none, or negative. */
int gif_pair(struct fb *, const char *name, struct in_addr *local4,
    struct in_addr *remote4);
/* Do the outer packets go by the process's routing table?  0, or why not. */
int gif_check_fib(struct fb *, const char *name, struct err *);
int gif_change(struct fb *, const char *name, struct in_addr local4,
    struct in_addr remote4, struct err *);
int gif_clear(struct fb *, const char *name, struct err *);

/* tun.c: for the relay.  To create or adopt takes room in opened. */
int tun_create(struct fb *, const char *name, struct link *, struct err *);
int tun_adopt(struct fb *, const struct link *, struct err *);
/* Close ours; has somebody else the device open, and goes on to have it? */
bool tun_in_use(struct fb *, const struct link *);
/* Nothing where we do not have it open. */
void tun_close(struct fb *, uint32_t ifindex);
/* Closed, and as before we had it open. */
int tun_give_back(struct fb *, const struct link *);
int tun_open_device(struct kernel *, uint32_t ifindex, int *fd,
    unsigned *features, struct err *);
int tun_open_user(struct kernel *, const struct netop *outer, struct user_fds *,
    struct err *);

/*
 * adopt.c: the interface that op names.  1: it is to be adopted, 0: it is to
 * be made, or why neither is possible.
 */
int tunnel_existing(
    struct fb *, const struct netop *, struct link *, struct err *);

/* tunnel.c: TUNNEL and OUTER; tunnel_end.c: TUNNEL_DESTROY and _RELEASE. */
int tunnel_prepare(
    struct fb *, const struct netop *, struct netop *undo, struct err *);
int tunnel_apply(struct fb *, struct netop *, struct err *);
int tunnel_outer(
    struct fb *, const struct link *, const struct netop *, struct err *);
int tunnel_destroy(struct fb *, const struct netop *, struct err *);
int tunnel_release(struct fb *, const struct netop *, struct err *);

/* addr.c */
/* 1, 0, or negative. */
int addr_exists(struct fb *, uint32_t ifindex, const struct in6_addr *);
int addr_add(
    struct fb *, const struct link *, const struct netop *, struct err *);
int addr_delete(
    struct fb *, const struct link *, const struct netop *, struct err *);
/* Has the interface an address that is not link-local?  1, 0, negative. */
int addr_any(struct fb *, uint32_t ifindex);
int addr_flush(struct fb *, const struct link *, struct err *);
/* FB_IN6_IFF_* of an address, or negative. */
int addr_flags(struct fb *, const char *ifname, const struct in6_addr *);
int addr_is_local4(struct kernel *, struct in_addr);
/* The IPv4 addresses: learn them; look what has changed of them. */
int addr_learn4(struct fb *);
int addr_look4(struct fb *);

/* route.c: IPv6, in the FIB of the operation. */
/* 1, 0, or negative; m: what was found. */
int route_find(struct fb *, const struct prefix6 *dst, uint32_t fib,
    struct rtmsg *m, struct err *);
int route_exists(struct fb *, const struct netop *, struct err *);
int route_add(struct fb *, const struct netop *, struct err *);
int route_delete(struct fb *, const struct netop *, struct err *);

/* nd6.c: neighbour discovery's settings of an interface. */
/* FB_ND6_IFF_*, or negative. */
int64_t nd6_flags(struct fb *, const char *ifname);
int nd6_accept_ra(
    struct fb *, const struct netop *, const struct link *, struct err *);
/* The settings that this changes: struct netop's former, not 0. */
int nd6_former(struct fb *, const char *ifname, uint32_t *former);

/* lan.c: interfaces that are not ours.  learn: what the names stand for now. */
void lan_watch(struct kernel *, uint8_t slot, const char *ifname);
int lan_find(
    struct kernel *, const char *ifname, uint32_t *ifindex, struct err *);
void lan_learn(struct fb *);

/* snapshot.c */
int snapshot_take(struct kernel *, struct snapshot *, struct err *);

/* watch.c */
int watch_open(struct fb *, struct err *);
void watch_close(struct fb *);
int watch_fd(struct kernel *);
int watch_next(struct kernel *, struct kevent *);
/* A route of ours; one of another's, whose end is to be told. */
void watch_route(struct fb *, const struct netop *);
void watch_await(struct fb *, const struct netop *);

#endif
