/*
 * FreeBSD's kernel interface as the back-end uses it, in types of fixed width:
 * what ioctl(2) on sockets takes (netintro(4), gif(4), tun(4), inet6(4)), and
 * the messages of route(4) and sysctl(3), NET_RT_*.
 *
 * With them, whoever reads or writes such memory compiles and is tested on
 * any system.  layout_check.c, compiled for FreeBSD alone, asserts that every
 * size, offset and number here is the system's.  They are those of 64-bit
 * machines, 13.2 to 15.
 */
#ifndef DTCP_FREEBSD_LAYOUT_H
#define DTCP_FREEBSD_LAYOUT_H

#include <netinet/in.h>

#include <stdint.h>

#define FB_IFNAMSIZ	   16

#define FB_AF_INET	   2
#define FB_AF_ROUTE	   17
#define FB_AF_LINK	   18
#define FB_AF_INET6	   28

#define FB_SOCK_DGRAM	   2
#define FB_SOCK_RAW	   3
#define FB_SOL_SOCKET	   0xffff
#define FB_SO_USELOOPBACK  0x0040
#define FB_SO_RCVBUF	   0x1002
#define FB_SO_SETFIB	   0x1014
#define FB_SO_RERROR	   0x00020000 /* 14 and later */

#define FB_IFF_UP	   0x1
#define FB_IFF_LOOPBACK	   0x8
#define FB_IFF_POINTOPOINT 0x10
#define FB_IFF_MULTICAST   0x8000

#define FB_IFT_ETHER	   0x06
#define FB_IFT_PPP	   0x17 /* tun(4) */
#define FB_IFT_LOOP	   0x18
#define FB_IFT_GIF	   0xf0

/* ---- Addresses ---- */

struct fb_sockaddr_in {
	uint8_t len; /* of the whole: 16 */
	uint8_t family;
	uint16_t port;
	struct in_addr addr;
	uint8_t zero[8];
};

struct fb_sockaddr_in6 {
	uint8_t len; /* 28 */
	uint8_t family;
	uint16_t port;
	uint32_t flowinfo;
	struct in6_addr addr;
	uint32_t scope_id;
};

/* The name stands at data[0], without a NUL, nlen octets. */
struct fb_sockaddr_dl {
	uint8_t len; /* 54, or what name and address need */
	uint8_t family;
	uint16_t index;
	uint8_t type; /* IFT_* */
	uint8_t nlen;
	uint8_t alen;
	uint8_t slen;
	char data[46];
};

/* Behind one in a message the next begins at a multiple of this. */
#define FB_SA_ALIGN	  8

/* ---- Routing messages ---- */

#define FB_RTM_VERSION	  5
#define FB_RTM_ADD	  0x1
#define FB_RTM_DELETE	  0x2
#define FB_RTM_CHANGE	  0x3
#define FB_RTM_GET	  0x4
#define FB_RTM_NEWADDR	  0xc
#define FB_RTM_DELADDR	  0xd
#define FB_RTM_IFINFO	  0xe
#define FB_RTM_IFANNOUNCE 0x11

#define FB_RTF_UP	  0x1
#define FB_RTF_GATEWAY	  0x2
#define FB_RTF_HOST	  0x4
#define FB_RTF_REJECT	  0x8
#define FB_RTF_DONE	  0x40
#define FB_RTF_STATIC	  0x800
#define FB_RTF_BLACKHOLE  0x1000
#define FB_RTF_PROTO2	  0x4000
#define FB_RTF_PINNED	  0x100000

/* Bit n of the mask: address n of the message is there. */
#define FB_RTAX_DST	  0
#define FB_RTAX_GATEWAY	  1
#define FB_RTAX_NETMASK	  2
#define FB_RTAX_IFP	  4
#define FB_RTAX_IFA	  5
#define FB_RTAX_BRD	  7 /* or the far end of a point-to-point address */
#define FB_RTAX_MAX	  8
#define FB_RTA(rtax)	  (1 << (rtax))

/* Every message begins like this. */
struct fb_msghdr {
	uint16_t msglen;
	uint8_t version;
	uint8_t type;
};

struct fb_rt_msghdr {
	uint16_t msglen;
	uint8_t version;
	uint8_t type;
	uint16_t index;
	uint16_t spare1;
	int32_t flags; /* RTF_* */
	int32_t addrs; /* RTA_* */
	int32_t pid;
	int32_t seq;
	int32_t error; /* why it failed, 0 if it did not */
	int32_t fmask;
	uint64_t inits;
	uint64_t rmx[14]; /* metrics */
};

struct fb_if_data {
	uint8_t type; /* IFT_* */
	uint8_t physical;
	uint8_t addrlen;
	uint8_t hdrlen;
	uint8_t link_state;
	uint8_t vhid;
	uint16_t datalen;
	uint32_t mtu;
	uint32_t metric;
	uint64_t rest[17]; /* counters, times */
};

struct fb_if_msghdr {
	uint16_t msglen;
	uint8_t version;
	uint8_t type;
	int32_t addrs;
	int32_t flags; /* IFF_* */
	uint16_t index;
	uint16_t spare1;
	struct fb_if_data data;
};

struct fb_ifa_msghdr {
	uint16_t msglen;
	uint8_t version;
	uint8_t type;
	int32_t addrs;
	int32_t flags;
	uint16_t index;
	uint16_t spare1;
	int32_t metric;
};

#define FB_IFAN_ARRIVAL	  0
#define FB_IFAN_DEPARTURE 1

struct fb_if_announcemsghdr {
	uint16_t msglen;
	uint8_t version;
	uint8_t type;
	uint16_t index;
	char name[FB_IFNAMSIZ];
	uint16_t what;
};

/* sysctl(3): { CTL_NET, AF_ROUTE, 0, family, NET_RT_*, argument [, fib] } */
#define FB_CTL_NET	 4
#define FB_NET_RT_DUMP	 1
#define FB_NET_RT_IFLIST 3

/* ---- What ioctl(2) takes ---- */

struct fb_ifreq {
	char name[FB_IFNAMSIZ];
	union {
		struct fb_sockaddr_in addr;
		struct {
			uint64_t length;
			void *buffer;
		} buf;		   /* SIOC[GS]IFDESCR */
		void *data;	   /* SIOCSIFNAME: the new name */
		uint16_t flags[2]; /* low and high half */
		int32_t mtu;
		uint32_t fib;
		uint16_t index;
	} u;
};

/* SIOCSIFPHYADDR, SIOCAIFADDR (IPv4) */
struct fb_in_aliasreq {
	char name[FB_IFNAMSIZ];
	struct fb_sockaddr_in addr;
	struct fb_sockaddr_in dstaddr;
	struct fb_sockaddr_in mask;
	int32_t vhid;
};

#define FB_LIFETIME_INFINITE 0xffffffffU

struct fb_in6_aliasreq {
	char name[FB_IFNAMSIZ];
	struct fb_sockaddr_in6 addr;
	struct fb_sockaddr_in6 dstaddr; /* all zero: none */
	struct fb_sockaddr_in6 prefixmask;
	int32_t flags; /* IN6_IFF_* */
	struct {
		int64_t expire;
		int64_t preferred;
		uint32_t vltime;
		uint32_t pltime;
	} lifetime;
	int32_t vhid;
};

#define FB_IN6_IFF_TENTATIVE  0x02
#define FB_IN6_IFF_DUPLICATED 0x04
#define FB_IN6_IFF_NODAD      0x20

struct fb_in6_ifreq {
	char name[FB_IFNAMSIZ];
	union {
		struct fb_sockaddr_in6 addr;
		int32_t flags6;
		uint64_t room[34];
	} u;
};

#define FB_ND6_IFF_PERFORMNUD	  0x1
#define FB_ND6_IFF_ACCEPT_RTADV	  0x2
#define FB_ND6_IFF_IFDISABLED	  0x8
#define FB_ND6_IFF_AUTO_LINKLOCAL 0x20
#define FB_ND6_IFF_NO_DAD	  0x100

struct fb_in6_ndireq {
	char name[FB_IFNAMSIZ];
	uint32_t linkmtu;
	uint32_t maxmtu;
	uint32_t basereachable;
	uint32_t reachable;
	uint32_t retrans;
	uint32_t flags; /* ND6_IFF_* */
	int32_t recalctm;
	uint8_t chlim;
	uint8_t initialized;
	uint8_t random[24];
};

struct fb_ifg_req {
	char member[FB_IFNAMSIZ];
};

struct fb_ifgroupreq {
	char name[FB_IFNAMSIZ]; /* interface; SIOCGIFGMEMB: group */
	uint32_t len;		/* octets at groups */
	union {
		char group[FB_IFNAMSIZ];
		struct fb_ifg_req *groups;
	} u;
};

#define FB_IOC_VOID	       0x20000000UL
#define FB_IOC_OUT	       0x40000000UL
#define FB_IOC_IN	       0x80000000UL
#define FB_IOC(dir, g, n, t)   ((dir) | (sizeof(t) << 16) | ((g) << 8) | (n))
#define FB_IOW(g, n, t)	       FB_IOC(FB_IOC_IN, g, n, t)
#define FB_IOR(g, n, t)	       FB_IOC(FB_IOC_OUT, g, n, t)
#define FB_IOWR(g, n, t)       FB_IOC(FB_IOC_IN | FB_IOC_OUT, g, n, t)

#define FB_SIOCIFCREATE2       FB_IOWR('i', 124, struct fb_ifreq)
#define FB_SIOCIFDESTROY       FB_IOW('i', 121, struct fb_ifreq)
#define FB_SIOCSIFNAME	       FB_IOW('i', 40, struct fb_ifreq)
#define FB_SIOCGIFINDEX	       FB_IOWR('i', 32, struct fb_ifreq)
#define FB_SIOCGIFFLAGS	       FB_IOWR('i', 17, struct fb_ifreq)
#define FB_SIOCSIFFLAGS	       FB_IOW('i', 16, struct fb_ifreq)
#define FB_SIOCGIFMTU	       FB_IOWR('i', 51, struct fb_ifreq)
#define FB_SIOCSIFMTU	       FB_IOW('i', 52, struct fb_ifreq)
#define FB_SIOCGIFDESCR	       FB_IOWR('i', 42, struct fb_ifreq)
#define FB_SIOCSIFDESCR	       FB_IOW('i', 41, struct fb_ifreq)
#define FB_SIOCGIFFIB	       FB_IOWR('i', 92, struct fb_ifreq)
#define FB_SIOCSIFFIB	       FB_IOW('i', 93, struct fb_ifreq)
#define FB_SIOCGTUNFIB	       FB_IOWR('i', 94, struct fb_ifreq)
#define FB_SIOCSTUNFIB	       FB_IOW('i', 95, struct fb_ifreq)
#define FB_SIOCAIFGROUP	       FB_IOW('i', 135, struct fb_ifgroupreq)
#define FB_SIOCDIFGROUP	       FB_IOW('i', 137, struct fb_ifgroupreq)
#define FB_SIOCGIFGMEMB	       FB_IOWR('i', 138, struct fb_ifgroupreq)
#define FB_SIOCSIFPHYADDR      FB_IOW('i', 70, struct fb_in_aliasreq)
#define FB_SIOCGIFPSRCADDR     FB_IOWR('i', 71, struct fb_ifreq)
#define FB_SIOCGIFPDSTADDR     FB_IOWR('i', 72, struct fb_ifreq)
#define FB_SIOCDIFPHYADDR      FB_IOW('i', 73, struct fb_ifreq)
#define FB_SIOCAIFADDR	       FB_IOW('i', 43, struct fb_in_aliasreq)
#define FB_SIOCDIFADDR	       FB_IOW('i', 25, struct fb_ifreq)
#define FB_SIOCAIFADDR_IN6     FB_IOW('i', 27, struct fb_in6_aliasreq)
#define FB_SIOCDIFADDR_IN6     FB_IOW('i', 25, struct fb_in6_ifreq)
#define FB_SIOCGIFPSRCADDR_IN6 FB_IOWR('i', 71, struct fb_in6_ifreq)
#define FB_SIOCGIFAFLAG_IN6    FB_IOWR('i', 73, struct fb_in6_ifreq)
#define FB_SIOCGIFINFO_IN6     FB_IOWR('i', 108, struct fb_in6_ndireq)
#define FB_SIOCSIFINFO_IN6     FB_IOWR('i', 109, struct fb_in6_ndireq)
#define FB_TUNSIFMODE	       FB_IOW('t', 94, int)
#define FB_TUNSIFHEAD	       FB_IOW('t', 96, int)

#endif
