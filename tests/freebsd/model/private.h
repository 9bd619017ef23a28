/*
 * The inside of the kernel model.  One file a subject:
 *
 *	host.c		hosts, knobs, faults
 *	sock.c		descriptors, and which messages wait on them
 *	syscall.c	call_*(): what reaches which part below
 *	poller.c	call_poller() and what goes with it
 *	ip.c		addresses and prefixes
 *	msg.c		routing messages, laid out
 *	tell.c		what the kernel announces by them
 *	link.c		interfaces: there, up, down, gone
 *	clone.c		cloners
 *	ifioctl.c	ioctl(2) on interfaces of any kind
 *	group.c		interface groups
 *	gif.c tun.c	the two tunnel interfaces
 *	in4.c in6.c	addresses of interfaces
 *	nd6.c		what neighbour discovery knows of an interface
 *	mcast.c		multicast groups of an interface
 *	rib.c		routing tables
 *	resolve.c	what leads to a gateway
 *	rtparse.c	requests on routing sockets, taken apart
 *	rtsock.c	and carried out
 *	dump.c		sysctl(3): lists of routes and interfaces
 *	sysctl.c	sysctl(3) by name, kldload(2)
 *	look.c		fbm_link() and so on
 *	copy.c text.c	whole hosts
 */
#ifndef FBMODEL_PRIVATE_H
#define FBMODEL_PRIVATE_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "kernel.h"

/*
 * Functions below that return int: 0 or an errno (positive, as within a
 * kernel), unless they say otherwise.  No memory: the program ends.
 */
void *model_alloc(size_t size);

/* ---- host.c ---- */
struct fbm_host *model_host(void); /* the current one; may be NULL */
/* Counts a call; the error it is to fail with, or 0. */
int model_fault(struct fbm_host *h, unsigned long call, unsigned long more);
/* For fbm_on_change(). */
void model_changed(struct fbm_host *h, unsigned long call);
/* May this process change the network? */
bool model_may(const struct fbm_host *h);

/* ---- sock.c ---- */
int sock_open(
    struct fbm_host *h, int domain, int protocol, struct sock **sp, int *fd);
struct sock *sock_of(struct fbm_host *h, int fd);
/* Devices and sockets whose last descriptor was closed. */
void sock_reap(struct fbm_host *h);
void sock_free(struct fbm_host *h, struct sock *s);
/* Result of read(2), or -errno. */
ssize_t sock_read(struct sock *s, int fd, void *buf, size_t len);
int sock_option(struct fbm_host *h, struct sock *s, int name, int value);
/*
 * A message for every routing socket that asked for its family (0: all hear
 * it) and is of that table (-1: of any), except one.
 */
void sock_deliver(struct fbm_host *h, const void *msg, size_t len, int family,
    int fib, const struct sock *except);

/* ---- ip.c ---- */
struct ip ip_of4(struct in_addr a);
/* zone: of a link-local address; its own scope_id goes first. */
struct ip ip_of6(const struct in6_addr *a, uint32_t zone);
struct ip ip_text(const char *text, uint32_t zone);
int ip_bits(int family); /* 32 or 128 */
bool ip_equal(const struct ip *a, const struct ip *b);
bool ip_zero(const struct ip *a);
void ip_mask(struct ip *a, int plen);
bool ip_within(const struct ip *a, const struct ip *net, int plen);
struct ip ip_netmask(int family, int plen);
/* Length of a mask; -1: its ones have gaps. */
int ip_masklen(const uint8_t *mask, size_t size);
bool ip_linklocal(const struct ip *a);
/* Without the zone, which goes to *zone. */
struct in6_addr ip_plain6(const struct ip *a, uint32_t *zone);
struct in_addr ip_plain4(const struct ip *a);

/* ---- msg.c ---- */
struct msg {
	size_t len;
	int32_t addrs;
	_Alignas(8) uint8_t buf[1024];
};
void msg_begin(struct msg *m, size_t hdrlen);
void msg_ip(struct msg *m, int rtax, const struct ip *ip);
void msg_mask(struct msg *m, int rtax, int family, int plen);
void msg_empty(struct msg *m, int rtax); /* a sockaddr of length 0 */
void msg_gateway(struct msg *m, int rtax, const struct gateway *gw);
void msg_link(struct msg *m, int rtax, const struct link *l);
void msg_self(struct msg *m, int rtax, const struct link *l);
void msg_raw(struct msg *m, int rtax, const void *sa, size_t len);
/* The far end of an address, if it has a place for one. */
void msg_far(struct msg *m, int rtax, const struct ifaddr *a);
/* The header goes in front of what was added since msg_begin(). */
void msg_rt(struct msg *m, const struct fb_rt_msghdr *h, uint8_t type);
void msg_ifinfo(struct msg *m, struct fbm_host *h, const struct link *l);
void msg_ifa(
    struct msg *m, const struct link *l, const struct ifaddr *a, uint8_t type);
/* Fills what list entries are rounded up to. */
void msg_round(struct msg *m);

/* ---- tell.c ---- */
void tell_link(struct fbm_host *h, const struct link *l);
void tell_announce(struct fbm_host *h, const struct link *l, uint16_t what);
void tell_addr(struct fbm_host *h, const struct link *l, const struct ifaddr *a,
    uint8_t type);
/* FB_RTM_ADD or FB_RTM_DELETE of a route that the kernel made. */
void tell_route(struct fbm_host *h, const struct route *r, uint8_t type);
/* Likewise of the route to an address of the host itself. */
void tell_self(struct fbm_host *h, const struct link *l, const struct ifaddr *a,
    uint8_t type);
void tell_member(struct fbm_host *h, const struct link *l,
    const struct ip *group, uint8_t type);

/* ---- link.c ---- */
struct link *link_named(struct fbm_host *h, const char *name);
struct link *link_at(struct fbm_host *h, uint32_t index);
struct link *link_lo0(struct fbm_host *h);
struct link *link_new(struct fbm_host *h, enum kind kind, int unit);
uint32_t link_flags(struct fbm_host *h, const struct link *l);
uint8_t link_type(const struct link *l); /* FB_IFT_* */
void link_state(struct fbm_host *h, struct link *l, uint8_t state);
/* IFF_UP is there, or goes. */
void link_up(struct fbm_host *h, struct link *l);
void link_down(struct fbm_host *h, struct link *l);
/* Its first address (the driver's SIOCSIFADDR). */
void link_first_addr(struct fbm_host *h, struct link *l);
/* After a call in which an address may have brought it up. */
void link_came_up(struct fbm_host *h, struct link *l, uint32_t before);
void link_purge(struct fbm_host *h, struct link *l); /* addresses */
void link_detach(struct fbm_host *h, struct link *l);
int link_rename(struct fbm_host *h, struct link *l, const char *name);

/* ---- clone.c ---- */
/* name: FB_IFNAMSIZ octets, the interface's name afterwards. */
int clone_create(struct fbm_host *h, char *name);
int clone_destroy(struct fbm_host *h, const char *name);

/* ---- ifioctl.c ---- */
int if_ioctl(
    struct fbm_host *h, struct sock *s, unsigned long request, void *arg);

/* ---- group.c ---- */
int group_add(struct fbm_host *h, struct link *l, const char *name);
int group_remove(struct fbm_host *h, struct link *l, const char *name);
void group_remove_all(struct fbm_host *h, struct link *l);
int group_members(struct fbm_host *h, struct fb_ifgroupreq *r);
bool group_has(struct fbm_host *h, const struct link *l, const char *name);

/* ---- gif.c ---- */
int gif_ioctl(
    struct fbm_host *h, struct link *l, unsigned long request, void *arg);
void gif_delete_tunnel(struct fbm_host *h, struct link *l);

/* ---- tun.c ---- */
int tun_open(struct fbm_host *h, const char *path, int *fd);
void tun_closed(struct fbm_host *h, struct sock *s);
/* What becomes of the interface then. */
void tun_last_close(struct fbm_host *h, struct link *l);
int tun_ioctl(
    struct fbm_host *h, struct sock *s, unsigned long request, const void *arg);

/* ---- in4.c, in6.c ---- */
void ifa_release(struct ifaddr *a);
struct ifaddr *ifa_on(struct link *l, const struct ip *addr);
struct ifaddr *ifa_anywhere(
    struct fbm_host *h, const struct ip *addr, struct link **lp);
int in4_add(struct fbm_host *h, struct link *l, const struct fb_in_aliasreq *r);
int in4_delete(
    struct fbm_host *h, struct link *l, const struct fb_sockaddr_in *sin);
int in6_ioctl(
    struct fbm_host *h, struct link *l, unsigned long request, void *arg);
void in6_purge(struct fbm_host *h, struct link *l, struct ifaddr *a);
/* What an interface that comes up gets by itself. */
void in6_attach(struct fbm_host *h, struct link *l);

/* ---- nd6.c ---- */
int nd6_ioctl(struct fbm_host *h, struct link *l, unsigned long request,
    struct fb_in6_ndireq *r);
void nd6_set(struct fbm_host *h, struct link *l, uint32_t flags);
void nd6_up(struct fbm_host *h, struct link *l);
bool nd6_wants_dad(const struct link *l);
void nd6_start_dad(struct fbm_host *h, struct link *l, struct ifaddr *a);
void nd6_add_prefix(struct fbm_host *h, struct link *l, struct ifaddr *a);
void nd6_drop_prefix(struct fbm_host *h, struct link *l, struct prefix *p);

/* ---- mcast.c ---- */
void mcast_join(struct fbm_host *h, struct link *l, struct ifaddr *a);
void mcast_leave(struct fbm_host *h, struct link *l, struct ifaddr *a);
void mcast_join4(struct fbm_host *h, struct link *l);
void mcast_leave4(struct fbm_host *h, struct link *l);

/* ---- rib.c ---- */
/* Fills mask and MTU; *r is the caller's.  Where there is one already:
 * EEXIST, unless the new one is the kernel's and the old one is not. */
int rib_add(struct fbm_host *h, const struct route *r, struct route **made);
/* gw may be NULL: whatever it is.  *was: a copy, for rib_forget(). */
int rib_delete(struct fbm_host *h, const struct route *r,
    const struct gateway *gw, struct route *was);
void rib_forget(struct route *was);
struct route *rib_exact(
    struct fbm_host *h, unsigned fib, const struct ip *dst, int plen);
struct route *rib_match(struct fbm_host *h, unsigned fib, const struct ip *dst);
void rib_remove(struct fbm_host *h, struct route *r);
/* The kernel's own, of an address: to the far end or prefix, and itself. */
int rib_connect(struct fbm_host *h, struct link *l, struct ifaddr *a,
    const struct ip *dst, int plen);
int rib_disconnect(
    struct fbm_host *h, struct link *l, const struct ip *dst, int plen);
int rib_add_self(struct fbm_host *h, struct link *l, struct ifaddr *a);
void rib_delete_self(struct fbm_host *h, struct link *l, struct ifaddr *a);
void rib_flush(struct fbm_host *h, const struct link *l);
void rib_flush_ifa(struct fbm_host *h, const struct ifaddr *a);
void rib_new_mtu(struct fbm_host *h, const struct link *l);

/* ---- resolve.c ---- */
/* Sets ifp and ifa by gw, FB_RTF_GATEWAY and dst. */
int rib_resolve(struct fbm_host *h, struct route *r);
/* NULL: it has no address of that family. */
struct ifaddr *rib_best_ifa(struct link *l, const struct ip *ip);

/* ---- rtsock.c ---- */
int rtsock_output(
    struct fbm_host *h, struct sock *s, const void *buf, size_t len);

/* ---- dump.c, sysctl.c ---- */
int dump_sysctl(
    struct fbm_host *h, const int *mib, unsigned n, void *out, size_t *len);
int name_sysctl(struct fbm_host *h, const char *name, void *out, size_t *len);
int kld_load(struct fbm_host *h, const char *module);

#endif
