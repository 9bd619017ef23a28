/* What a kernel in memory is made of. */
#ifndef FBMODEL_KERNEL_H
#define FBMODEL_KERNEL_H

#include <sys/queue.h>
#include <sys/types.h>

#include "sys/freebsd/layout.h"

#include "fbmodel.h"

/* What layout.h leaves out because the back-end has no use for it. */
#define IFF_RUNNING_	0x40 /* set by the driver */
#define IFF_BROADCAST_	0x2
#define IFF_SIMPLEX_	0x800
#define IFF_DYING_	0x200000
#define IFF_CANTCHANGE_ 0x218f72 /* FB_IFF_POINTOPOINT, ..MULTICAST, ... */
#define RTF_FIXEDMTU_	0x80000
#define RTF_FMASK_	0x4d808 /* what RTM_CHANGE may set */
#define RTF_KEPT_	0x4d80f /* what a route remembers of a request */
#define RTV_MTU_	0x1
#define RMX_MTU_	1  /* rmx[] */
#define RMX_WEIGHT_	10 /* rmx[] */
#define RTM_NEWMADDR_	0xf
#define RTM_DELMADDR_	0x10
#define LINK_UNKNOWN_	0
#define LINK_DOWN_	1
#define LINK_UP_	2
#define HWADDR_LEN_	6

#define SDL_SHORT_	16 /* length of a route's sockaddr_dl */
#define SDL_LINK_	56 /* of an interface's own */
#define SDL_LONG_	54

/*
 * An address as the kernel has it within: octets 2 and 3 of a link-local one
 * are its zone, so that addresses of different links differ.
 */
struct ip {
	int family; /* FB_AF_INET: 4 octets; FB_AF_INET6: 16 */
	uint8_t o[16];
};

/* KIND_TAP: an Ethernet interface; nobody has its device open. */
enum kind { KIND_LO, KIND_GIF, KIND_TUN, KIND_TAP };

struct ifaddr {
	TAILQ_ENTRY(ifaddr) next;
	unsigned refs; /* one of the interface, one a route */
	struct ip addr;
	int plen;
	bool brd;     /* messages have a place for the far end */
	bool has_dst; /* and there is one */
	struct ip dst;
	uint32_t flags6; /* IN6_IFF_* */
	bool dad;	 /* detection runs */
	bool route;	 /* to the far end, or of the prefix, is ours */
	bool self;	 /* the route to the address itself is ours */
	bool joined;	 /* multicast groups */
	struct prefix *prefix;
};

/* A prefix on the link. */
struct prefix {
	LIST_ENTRY(prefix) next;
	struct ip ip;
	int plen;
	unsigned addrs;
	bool onlink;
};

struct member {
	LIST_ENTRY(member) next;
	struct ip group;
	unsigned refs;
};

struct link {
	TAILQ_ENTRY(link) next;
	char name[FB_IFNAMSIZ];
	enum kind kind;
	int unit;
	uint32_t index;
	uint8_t hwlen; /* 0, or HWADDR_LEN_ */
	uint8_t hwaddr[HWADDR_LEN_];
	uint32_t flags; /* IFF_*, without IFF_RUNNING_ */
	bool running;	/* not of a gif: link_flags() */
	uint8_t state;	/* LINK_* */
	uint32_t mtu;
	uint32_t fib;
	uint32_t nd6; /* ND6_IFF_* */
	char *descr;  /* NULL: none */
	bool outer;   /* gif: the pair is set */
	struct in_addr local4;
	struct in_addr remote4;
	uint32_t tunnelfib;
	bool ifhead; /* tun: TUNSIFHEAD */
	bool doomed; /* tun: to be destroyed when its device is closed */
	struct sock *device;
	TAILQ_HEAD(, ifaddr) addrs;
	LIST_HEAD(, prefix) prefixes;
	LIST_HEAD(, member) members;
};

/* Where a route leads: an address, or (FB_AF_LINK) an interface. */
struct gateway {
	int family; /* 0: none */
	struct ip ip;
	uint32_t index;
	uint8_t type;
};

struct route {
	TAILQ_ENTRY(route) next;
	unsigned fib;
	struct ip dst;
	int plen;
	bool host; /* no netmask */
	uint32_t flags;
	struct gateway gw;
	struct link *ifp;
	struct ifaddr *ifa; /* NULL: the interface's own sockaddr_dl */
	uint32_t mtu;
};

struct group {
	TAILQ_ENTRY(group) next;
	char name[FB_IFNAMSIZ];
	struct link *link;
};

struct packet {
	STAILQ_ENTRY(packet) next;
	size_t len;
	uint8_t data[];
};

/* What a descriptor is of: a socket, or a tun device. */
struct sock {
	TAILQ_ENTRY(sock) next;
	dev_t dev; /* who the process's end is */
	ino_t ino;
	int kernel; /* our end */
	int domain; /* 0: a device */
	int protocol;
	struct link *tun; /* NULL once it is gone */
	unsigned fib;
	bool loopback; /* hears its own requests */
	bool rerror;
	bool lost; /* next read fails with ENOBUFS */
	size_t rcvbuf, used;
	bool token; /* an octet lies in the process's end: readable */
	STAILQ_HEAD(, packet) packets;
};

struct fbm_host {
	int release;
	unsigned fibs, fib;
	bool gif, tuntap, kldload, jailed, vnet, forwarding;
	int dad_count;
	struct in6_addr duplicates[8];
	unsigned nduplicates;
	TAILQ_HEAD(links, link) links;
	TAILQ_HEAD(, route) routes; /* in the order of a dump */
	TAILQ_HEAD(, group) groups; /* one a member */
	TAILQ_HEAD(, sock) socks;
	unsigned calls;
	unsigned long fail_call;
	unsigned fail_nth;
	int fail_error;
	unsigned lose;
	void (*seen)(void *arg, unsigned long call);
	void *seen_arg;
};

#endif
