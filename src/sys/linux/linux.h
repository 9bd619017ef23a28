/*
 * The Linux back-end's own state and what its files offer each other.
 */
#ifndef DTCP_LINUX_LINUX_H
#define DTCP_LINUX_LINUX_H

#include <net/if.h>
#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/kernel.h"

#include "../interest.h"
#include "../opened.h"
#include "nl.h"

/*
 * The mark on routes of ours: rtm_protocol, rtnetlink(7).  A number that
 * neither the kernel (0 to 4 and those of rtnetlink.h) nor iproute2's
 * rt_protos has given away.
 */
#define LX_PROTOCOL 0xd7

/*
 * A sit device cannot be given its alias, the tag, in the request that makes
 * it, but it can be given an interface group.  So that a kill in between
 * leaves nothing that is not recognised, a new one carries LX_GROUP and 24
 * bits of a hash of the tag until it has its alias.
 */
#define LX_GROUP    0x57000000U

#define LX_LOOPBACK 1	/* ifindex of lo, in every network namespace */
#define LX_ALIAS    256 /* IFALIASZ */
#define LX_TTL	    64

struct lx_watch {
	int fd;
	struct interest interest;
	size_t at, len; /* unread rest of buf */
	_Alignas(NLMSG_ALIGNTO) uint8_t buf[8192];
};

struct lx {
	struct kernel base;
	struct nl nl;
	char tag[LX_ALIAS];
	uint32_t group; /* LX_GROUP | hash of the tag */
	struct opened opened;
	struct lx_watch watch;
};

enum link_kind { LINK_OTHER, LINK_SIT, LINK_TUN };

struct link {
	uint32_t index;
	uint32_t flags; /* IFF_* */
	uint32_t mtu;
	uint32_t group;
	enum link_kind kind;
	struct in_addr local4; /* sit */
	struct in_addr remote4;
	char name[IFNAMSIZ];
	char alias[LX_ALIAS];
};

/* kernel.c */
extern const struct kernel_ops lx_ops;
void lx_close(struct kernel *);

/* link.c: any interface.  A lookup gives 0, -ENODEV, or another error. */
int link_by_index(struct lx *, uint32_t index, struct link *);
int link_by_name(struct lx *, const char *name, struct link *);
/* Like nl_visit, per interface. */
typedef int link_visit(void *arg, const struct link *);
int link_scan(struct lx *, link_visit *visit, void *arg);
bool link_is_ours(const struct lx *, const struct link *);
int link_set_up(struct lx *, uint32_t index, bool up);
int link_set_mtu(struct lx *, uint32_t index, uint32_t mtu);
/* "" takes it away.  Ends the interim mark, too. */
int link_set_tag(struct lx *, uint32_t index, const char *tag);
int link_delete(struct lx *, uint32_t index);
/* All of a group, in about the time of one. */
int link_set_group(struct lx *, uint32_t index, uint32_t group);
int link_delete_group(struct lx *, uint32_t group);

/* sit.c: 6in4 by the kernel.  name: "" = dtcp%d. */
int sit_create(struct lx *, const char *name, struct in_addr local4,
    struct in_addr remote4, struct link *, struct err *);
int sit_change(struct lx *, const struct link *, struct in_addr local4,
    struct in_addr remote4, struct err *);

/*
 * tun.c: for the relay.  name: "" = dtcp%d.  To create or adopt takes room in
 * opened.
 */
int tun_create(
    struct lx *, const char *name, bool keep, struct link *, struct err *);
int tun_adopt(struct lx *, const struct link *, struct err *);
/* Nothing where we do not have it open. */
void tun_close(struct lx *, uint32_t ifindex);
/* Closed, and as if we had never had it open. */
int tun_give_back(struct lx *, const struct link *, struct err *);
int tun_open_device(struct kernel *, uint32_t ifindex, int *fd,
    unsigned *features, struct err *);
int tun_open_user(struct kernel *, const struct netop *outer, struct user_fds *,
    struct err *);

/* vnet.c: offload of a tun device.  begin() gives 0 or -errno. */
bool vnet_offered(int fd);
int vnet_begin(int fd);
void vnet_end(int fd);

/* tunnel.c: TUNNEL and OUTER; tunnel_end.c: TUNNEL_DESTROY and _RELEASE. */
int tunnel_prepare(
    struct lx *, const struct netop *, struct netop *undo, struct err *);
int tunnel_apply(struct lx *, struct netop *, struct err *);
int tunnel_outer(
    struct lx *, const struct link *, const struct netop *, struct err *);
int tunnel_destroy(struct lx *, const struct netop *, struct err *);
int tunnel_release(struct lx *, const struct netop *, struct err *);

/* addr.c */
struct addr {
	uint8_t family;
	uint32_t ifindex;
	uint32_t flags; /* IFA_F_* */
	bool has_peer;
	struct in_addr addr4;
	struct prefix6 addr6;
	struct in6_addr peer;
};
bool addr_parse(const struct nlmsghdr *, struct addr *);
/* family AF_UNSPEC, ifindex 0: all.  Like nl_visit, per address. */
typedef int addr_visit(void *arg, const struct addr *);
int addr_scan(struct lx *, uint8_t family, uint32_t ifindex, addr_visit *visit,
    void *arg);
/* 1, 0, or negative. */
int addr_exists(struct lx *, const struct netop *);
int addr_add(struct lx *, const struct netop *, struct err *);
int addr_delete(struct lx *, const struct netop *, struct err *);
/* Has the interface an address that is not link-local?  1, 0, negative. */
int addr_any(struct lx *, uint32_t ifindex);
int addr_flush(struct lx *, const struct link *, struct err *);
int addr_is_local4(struct kernel *, struct in_addr);

/* route.c */
struct route {
	uint8_t type; /* RTN_* */
	uint8_t protocol;
	uint32_t table;
	uint32_t ifindex;
	uint32_t metric;
	struct prefix6 dst;
};
bool route_parse(const struct nlmsghdr *, struct route *);
/* IPv6, table main; protocol 0: all.  Like nl_visit, per route. */
typedef int route_visit(void *arg, const struct route *);
int route_scan(struct lx *, uint8_t protocol, route_visit *visit, void *arg);
/* Is there one, anybody's?  The end of a foreign one will be told. */
int route_stands(struct lx *, const struct netop *);
int route_add(struct lx *, const struct netop *, struct err *);
int route_delete(struct lx *, const struct netop *, struct err *);

/*
 * sysctl.c: net.ipv6.conf.<interface>.<name>.  get: the value or negative.
 * set writes only what is not so already.
 */
int sysctl_get(const char *ifname, const char *name);
int sysctl_set(const char *ifname, const char *name, int value, struct err *);
/* Accept router advertisements on it?  Enables IPv6 on it, too. */
int sysctl_accept_ra(const char *ifname, bool on, struct err *);
/* The settings that this changes, and back: struct netop's former, not 0. */
uint32_t sysctl_ra_former(const char *ifname);
int sysctl_ra_restore(const char *ifname, uint32_t former, struct err *);

/* snapshot.c */
int snapshot_take(struct kernel *, struct snapshot *, struct err *);

/* filter.c: tell the kernel what w has to hear of.  0 or -errno. */
int filter_set(struct lx_watch *w);

/* lan.c: interfaces that are not ours.  learn: what the names stand for now. */
void lan_watch(struct kernel *, uint8_t slot, const char *ifname);
int lan_find(
    struct kernel *, const char *ifname, uint32_t *ifindex, struct err *);
void lan_learn(struct lx *);

/* watch.c */
int watch_open(struct lx *, struct err *);
void watch_close(struct lx *);
int watch_fd(struct kernel *);
int watch_next(struct kernel *, struct kevent *);
void watch_refilter(struct lx_watch *);
/* What is our business from now on, and no more. */
void watch_link(struct lx *, uint32_t ifindex);
void watch_unlink(struct lx *, uint32_t ifindex);
void watch_route(struct lx *, const struct prefix6 *dst, uint32_t metric);
/* The end of a route that is not ours.  True: it was not awaited before. */
bool watch_await(struct lx *, const struct prefix6 *dst, uint32_t metric);

#endif
