/*
 * layout.h against the system's headers: whatever differs stops the build.
 * Nothing here ends up in the program.  tests/lint/layout sees to it that no
 * struct, member or number of layout.h is left out.
 */
#include <sys/types.h>
#include <sys/param.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_tun.h>
#include <net/if_types.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

#include <stddef.h>

#include "layout.h"

#define SAME(name) _Static_assert(FB_##name == (name), #name)

#define SIZE(ours, theirs) \
	_Static_assert(sizeof(struct ours) == sizeof(struct theirs), #ours)

#define OFFSET(type, member) offsetof(struct type, member)
#define LENGTH(type, member) sizeof(((struct type *)NULL)->member)
#define END(type, member)    (OFFSET(type, member) + LENGTH(type, member))

#define MEMBER(ours, member, theirs, its)                             \
	_Static_assert(OFFSET(ours, member) == OFFSET(theirs, its) && \
		LENGTH(ours, member) == LENGTH(theirs, its),          \
	    #ours "." #member)

/* One member of ours for several of theirs, from the first to the last. */
#define SPAN(ours, member, theirs, first, last)                         \
	_Static_assert(OFFSET(ours, member) == OFFSET(theirs, first) && \
		END(ours, member) == END(theirs, last),                 \
	    #ours "." #member)

/* What theirs leave unused between two, by a name that nobody promises. */
#define UNUSED(ours, member, theirs, before, after)                   \
	_Static_assert(OFFSET(ours, member) == END(theirs, before) && \
		END(ours, member) == OFFSET(theirs, after),           \
	    #ours "." #member)

/* ---- Addresses ---- */

SAME(IFNAMSIZ);

SAME(AF_INET);
SAME(AF_ROUTE);
SAME(AF_LINK);
SAME(AF_INET6);

SAME(SOCK_DGRAM);
SAME(SOCK_RAW);
SAME(SOL_SOCKET);
SAME(SO_USELOOPBACK);
SAME(SO_RCVBUF);
SAME(SO_SETFIB);
#ifdef SO_RERROR
SAME(SO_RERROR);
#endif

SAME(IFF_UP);
SAME(IFF_LOOPBACK);
SAME(IFF_POINTOPOINT);
SAME(IFF_MULTICAST);

SAME(IFT_ETHER);
SAME(IFT_PPP);
SAME(IFT_LOOP);
SAME(IFT_GIF);

SIZE(fb_sockaddr_in, sockaddr_in);
MEMBER(fb_sockaddr_in, len, sockaddr_in, sin_len);
MEMBER(fb_sockaddr_in, family, sockaddr_in, sin_family);
MEMBER(fb_sockaddr_in, port, sockaddr_in, sin_port);
MEMBER(fb_sockaddr_in, addr, sockaddr_in, sin_addr);
MEMBER(fb_sockaddr_in, zero, sockaddr_in, sin_zero);

SIZE(fb_sockaddr_in6, sockaddr_in6);
MEMBER(fb_sockaddr_in6, len, sockaddr_in6, sin6_len);
MEMBER(fb_sockaddr_in6, family, sockaddr_in6, sin6_family);
MEMBER(fb_sockaddr_in6, port, sockaddr_in6, sin6_port);
MEMBER(fb_sockaddr_in6, flowinfo, sockaddr_in6, sin6_flowinfo);
MEMBER(fb_sockaddr_in6, addr, sockaddr_in6, sin6_addr);
MEMBER(fb_sockaddr_in6, scope_id, sockaddr_in6, sin6_scope_id);

SIZE(fb_sockaddr_dl, sockaddr_dl);
MEMBER(fb_sockaddr_dl, len, sockaddr_dl, sdl_len);
MEMBER(fb_sockaddr_dl, family, sockaddr_dl, sdl_family);
MEMBER(fb_sockaddr_dl, index, sockaddr_dl, sdl_index);
MEMBER(fb_sockaddr_dl, type, sockaddr_dl, sdl_type);
MEMBER(fb_sockaddr_dl, nlen, sockaddr_dl, sdl_nlen);
MEMBER(fb_sockaddr_dl, alen, sockaddr_dl, sdl_alen);
MEMBER(fb_sockaddr_dl, slen, sockaddr_dl, sdl_slen);
MEMBER(fb_sockaddr_dl, data, sockaddr_dl, sdl_data);

/* SA_SIZE() of <net/route.h> rounds up to a multiple of a long. */
_Static_assert(FB_SA_ALIGN == sizeof(long), "FB_SA_ALIGN");

/* ---- Routing messages ---- */

SAME(RTM_VERSION);
SAME(RTM_ADD);
SAME(RTM_DELETE);
SAME(RTM_CHANGE);
SAME(RTM_GET);
SAME(RTM_NEWADDR);
SAME(RTM_DELADDR);
SAME(RTM_IFINFO);
SAME(RTM_IFANNOUNCE);

SAME(RTF_UP);
SAME(RTF_GATEWAY);
SAME(RTF_HOST);
SAME(RTF_REJECT);
SAME(RTF_DONE);
SAME(RTF_STATIC);
SAME(RTF_BLACKHOLE);
SAME(RTF_PROTO2);
SAME(RTF_PINNED);

SAME(RTAX_DST);
SAME(RTAX_GATEWAY);
SAME(RTAX_NETMASK);
SAME(RTAX_IFP);
SAME(RTAX_IFA);
SAME(RTAX_BRD);
SAME(RTAX_MAX);
_Static_assert(FB_RTA(RTAX_DST) == RTA_DST, "RTA_DST");
_Static_assert(FB_RTA(RTAX_BRD) == RTA_BRD, "RTA_BRD");

MEMBER(fb_msghdr, msglen, rt_msghdr, rtm_msglen);
MEMBER(fb_msghdr, version, rt_msghdr, rtm_version);
MEMBER(fb_msghdr, type, rt_msghdr, rtm_type);
_Static_assert(sizeof(struct fb_msghdr) == END(rt_msghdr, rtm_type), "size");

SIZE(fb_rt_msghdr, rt_msghdr);
MEMBER(fb_rt_msghdr, msglen, rt_msghdr, rtm_msglen);
MEMBER(fb_rt_msghdr, version, rt_msghdr, rtm_version);
MEMBER(fb_rt_msghdr, type, rt_msghdr, rtm_type);
MEMBER(fb_rt_msghdr, index, rt_msghdr, rtm_index);
UNUSED(fb_rt_msghdr, spare1, rt_msghdr, rtm_index, rtm_flags);
MEMBER(fb_rt_msghdr, flags, rt_msghdr, rtm_flags);
MEMBER(fb_rt_msghdr, addrs, rt_msghdr, rtm_addrs);
MEMBER(fb_rt_msghdr, pid, rt_msghdr, rtm_pid);
MEMBER(fb_rt_msghdr, seq, rt_msghdr, rtm_seq);
MEMBER(fb_rt_msghdr, error, rt_msghdr, rtm_errno);
MEMBER(fb_rt_msghdr, fmask, rt_msghdr, rtm_fmask);
MEMBER(fb_rt_msghdr, inits, rt_msghdr, rtm_inits);
MEMBER(fb_rt_msghdr, rmx, rt_msghdr, rtm_rmx);

SIZE(fb_if_data, if_data);
MEMBER(fb_if_data, type, if_data, ifi_type);
MEMBER(fb_if_data, physical, if_data, ifi_physical);
MEMBER(fb_if_data, addrlen, if_data, ifi_addrlen);
MEMBER(fb_if_data, hdrlen, if_data, ifi_hdrlen);
MEMBER(fb_if_data, link_state, if_data, ifi_link_state);
MEMBER(fb_if_data, vhid, if_data, ifi_vhid);
MEMBER(fb_if_data, datalen, if_data, ifi_datalen);
MEMBER(fb_if_data, mtu, if_data, ifi_mtu);
MEMBER(fb_if_data, metric, if_data, ifi_metric);
SPAN(fb_if_data, rest, if_data, ifi_baudrate, __ifi_lastchange);

SIZE(fb_if_msghdr, if_msghdr);
MEMBER(fb_if_msghdr, msglen, if_msghdr, ifm_msglen);
MEMBER(fb_if_msghdr, version, if_msghdr, ifm_version);
MEMBER(fb_if_msghdr, type, if_msghdr, ifm_type);
MEMBER(fb_if_msghdr, addrs, if_msghdr, ifm_addrs);
MEMBER(fb_if_msghdr, flags, if_msghdr, ifm_flags);
MEMBER(fb_if_msghdr, index, if_msghdr, ifm_index);
UNUSED(fb_if_msghdr, spare1, if_msghdr, ifm_index, ifm_data);
MEMBER(fb_if_msghdr, data, if_msghdr, ifm_data);

SIZE(fb_ifa_msghdr, ifa_msghdr);
MEMBER(fb_ifa_msghdr, msglen, ifa_msghdr, ifam_msglen);
MEMBER(fb_ifa_msghdr, version, ifa_msghdr, ifam_version);
MEMBER(fb_ifa_msghdr, type, ifa_msghdr, ifam_type);
MEMBER(fb_ifa_msghdr, addrs, ifa_msghdr, ifam_addrs);
MEMBER(fb_ifa_msghdr, flags, ifa_msghdr, ifam_flags);
MEMBER(fb_ifa_msghdr, index, ifa_msghdr, ifam_index);
UNUSED(fb_ifa_msghdr, spare1, ifa_msghdr, ifam_index, ifam_metric);
MEMBER(fb_ifa_msghdr, metric, ifa_msghdr, ifam_metric);

SAME(IFAN_ARRIVAL);
SAME(IFAN_DEPARTURE);

SIZE(fb_if_announcemsghdr, if_announcemsghdr);
MEMBER(fb_if_announcemsghdr, msglen, if_announcemsghdr, ifan_msglen);
MEMBER(fb_if_announcemsghdr, version, if_announcemsghdr, ifan_version);
MEMBER(fb_if_announcemsghdr, type, if_announcemsghdr, ifan_type);
MEMBER(fb_if_announcemsghdr, index, if_announcemsghdr, ifan_index);
MEMBER(fb_if_announcemsghdr, name, if_announcemsghdr, ifan_name);
MEMBER(fb_if_announcemsghdr, what, if_announcemsghdr, ifan_what);

SAME(CTL_NET);
SAME(NET_RT_DUMP);
SAME(NET_RT_IFLIST);

/* ---- What ioctl(2) takes ---- */

SIZE(fb_ifreq, ifreq);
MEMBER(fb_ifreq, name, ifreq, ifr_name);
MEMBER(fb_ifreq, u.addr, ifreq, ifr_addr);
MEMBER(fb_ifreq, u.buf.length, ifreq, ifr_buffer.length);
MEMBER(fb_ifreq, u.buf.buffer, ifreq, ifr_buffer.buffer);
MEMBER(fb_ifreq, u.data, ifreq, ifr_data);
MEMBER(fb_ifreq, u.flags, ifreq, ifr_ifru.ifru_flags);
MEMBER(fb_ifreq, u.mtu, ifreq, ifr_mtu);
MEMBER(fb_ifreq, u.fib, ifreq, ifr_fib);
MEMBER(fb_ifreq, u.index, ifreq, ifr_index);

SIZE(fb_in_aliasreq, in_aliasreq);
MEMBER(fb_in_aliasreq, name, in_aliasreq, ifra_name);
MEMBER(fb_in_aliasreq, addr, in_aliasreq, ifra_addr);
MEMBER(fb_in_aliasreq, dstaddr, in_aliasreq, ifra_dstaddr);
MEMBER(fb_in_aliasreq, mask, in_aliasreq, ifra_mask);
MEMBER(fb_in_aliasreq, vhid, in_aliasreq, ifra_vhid);

_Static_assert(FB_LIFETIME_INFINITE == ND6_INFINITE_LIFETIME, "infinite");

SIZE(fb_in6_aliasreq, in6_aliasreq);
MEMBER(fb_in6_aliasreq, name, in6_aliasreq, ifra_name);
MEMBER(fb_in6_aliasreq, addr, in6_aliasreq, ifra_addr);
MEMBER(fb_in6_aliasreq, dstaddr, in6_aliasreq, ifra_dstaddr);
MEMBER(fb_in6_aliasreq, prefixmask, in6_aliasreq, ifra_prefixmask);
MEMBER(fb_in6_aliasreq, flags, in6_aliasreq, ifra_flags);
MEMBER(
    fb_in6_aliasreq, lifetime.expire, in6_aliasreq, ifra_lifetime.ia6t_expire);
MEMBER(fb_in6_aliasreq, lifetime.preferred, in6_aliasreq,
    ifra_lifetime.ia6t_preferred);
MEMBER(
    fb_in6_aliasreq, lifetime.vltime, in6_aliasreq, ifra_lifetime.ia6t_vltime);
MEMBER(
    fb_in6_aliasreq, lifetime.pltime, in6_aliasreq, ifra_lifetime.ia6t_pltime);
MEMBER(fb_in6_aliasreq, vhid, in6_aliasreq, ifra_vhid);

SAME(IN6_IFF_TENTATIVE);
SAME(IN6_IFF_DUPLICATED);
SAME(IN6_IFF_NODAD);

SIZE(fb_in6_ifreq, in6_ifreq);
MEMBER(fb_in6_ifreq, name, in6_ifreq, ifr_name);
MEMBER(fb_in6_ifreq, u.addr, in6_ifreq, ifr_addr);
MEMBER(fb_in6_ifreq, u.flags6, in6_ifreq, ifr_ifru.ifru_flags6);
MEMBER(fb_in6_ifreq, u.room, in6_ifreq, ifr_ifru);

SAME(ND6_IFF_PERFORMNUD);
SAME(ND6_IFF_ACCEPT_RTADV);
SAME(ND6_IFF_IFDISABLED);
SAME(ND6_IFF_AUTO_LINKLOCAL);
SAME(ND6_IFF_NO_DAD);

SIZE(fb_in6_ndireq, in6_ndireq);
MEMBER(fb_in6_ndireq, name, in6_ndireq, ifname);
MEMBER(fb_in6_ndireq, linkmtu, in6_ndireq, ndi.linkmtu);
MEMBER(fb_in6_ndireq, maxmtu, in6_ndireq, ndi.maxmtu);
MEMBER(fb_in6_ndireq, basereachable, in6_ndireq, ndi.basereachable);
MEMBER(fb_in6_ndireq, reachable, in6_ndireq, ndi.reachable);
MEMBER(fb_in6_ndireq, retrans, in6_ndireq, ndi.retrans);
MEMBER(fb_in6_ndireq, flags, in6_ndireq, ndi.flags);
MEMBER(fb_in6_ndireq, recalctm, in6_ndireq, ndi.recalctm);
MEMBER(fb_in6_ndireq, chlim, in6_ndireq, ndi.chlim);
MEMBER(fb_in6_ndireq, initialized, in6_ndireq, ndi.initialized);
SPAN(fb_in6_ndireq, random, in6_ndireq, ndi.randomseed0, ndi.randomid);

SIZE(fb_ifg_req, ifg_req);
MEMBER(fb_ifg_req, member, ifg_req, ifgrq_member);

SIZE(fb_ifgroupreq, ifgroupreq);
MEMBER(fb_ifgroupreq, name, ifgroupreq, ifgr_name);
MEMBER(fb_ifgroupreq, len, ifgroupreq, ifgr_len);
MEMBER(fb_ifgroupreq, u.group, ifgroupreq, ifgr_group);
MEMBER(fb_ifgroupreq, u.groups, ifgroupreq, ifgr_groups);

SAME(IOC_VOID);
SAME(IOC_OUT);
SAME(IOC_IN);
_Static_assert(FB_IOC(FB_IOC_IN, 'x', 1, int) == _IOW('x', 1, int), "IOC");
_Static_assert(FB_IOW('x', 1, int) == _IOW('x', 1, int), "IOW");
_Static_assert(FB_IOR('x', 1, int) == _IOR('x', 1, int), "IOR");
_Static_assert(FB_IOWR('x', 1, int) == _IOWR('x', 1, int), "IOWR");

SAME(SIOCIFCREATE2);
SAME(SIOCIFDESTROY);
SAME(SIOCSIFNAME);
SAME(SIOCGIFINDEX);
SAME(SIOCGIFFLAGS);
SAME(SIOCSIFFLAGS);
SAME(SIOCGIFMTU);
SAME(SIOCSIFMTU);
SAME(SIOCGIFDESCR);
SAME(SIOCSIFDESCR);
SAME(SIOCGIFFIB);
SAME(SIOCSIFFIB);
SAME(SIOCGTUNFIB);
SAME(SIOCSTUNFIB);
SAME(SIOCAIFGROUP);
SAME(SIOCDIFGROUP);
SAME(SIOCGIFGMEMB);
SAME(SIOCSIFPHYADDR);
SAME(SIOCGIFPSRCADDR);
SAME(SIOCGIFPDSTADDR);
SAME(SIOCDIFPHYADDR);
SAME(SIOCAIFADDR);
SAME(SIOCDIFADDR);
SAME(SIOCAIFADDR_IN6);
SAME(SIOCDIFADDR_IN6);
SAME(SIOCGIFPSRCADDR_IN6);
SAME(SIOCGIFAFLAG_IN6);
SAME(SIOCGIFINFO_IN6);
SAME(SIOCSIFINFO_IN6);
SAME(TUNSIFMODE);
SAME(TUNSIFHEAD);
