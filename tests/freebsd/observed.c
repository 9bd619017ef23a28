/* Calls as the observed programs made them. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "observed.h"

struct observed ob;

int
observed_setup(void **state)
{
	(void)state;
	observed_host_new(ob.release);
	ob.s4 = call_socket(FB_AF_INET, FB_SOCK_DGRAM, 0);
	ob.s6 = call_socket(FB_AF_INET6, FB_SOCK_DGRAM, 0);
	ob.route = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, 0);
	ob.listen = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, 0);
	if (ob.s4 < 0 || ob.s6 < 0 || ob.route < 0 || ob.listen < 0)
		return -1;
	ob.bare = (if_flags("lo0") & FB_IFF_UP) == 0;
	name_index(if_index("lo0"), "lo0");
	return 0;
}

int
observed_teardown(void **state)
{
	(void)state;
	(void)call_close(ob.s4);
	(void)call_close(ob.s6);
	(void)call_close(ob.route);
	(void)call_close(ob.listen);
	observed_host_free();
	return 0;
}

void
observed_result(const char *what, long result, int error)
{
	if (error == 0 && result < 0)
		fail_msg("%s: %s", what, strerror(errno));
	if (error != 0 && result >= 0)
		fail_msg(
		    "%s: it worked, but was to be: %s", what, strerror(error));
	if (error != 0 && errno != error)
		fail_msg("%s: %s, but was to be: %s", what, strerror(errno),
		    strerror(error));
}

static void
set_name(char *to, const char *ifname)
{
	memset(to, 0, FB_IFNAMSIZ);
	memcpy(to, ifname, strnlen(ifname, FB_IFNAMSIZ - 1));
}

int
if_request(unsigned long request, const char *ifname, struct fb_ifreq *r)
{
	set_name(r->name, ifname);
	return call_ioctl(ob.s4, request, r);
}

int
do_create(const char *cloner, char *name)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};
	int result = if_request(FB_SIOCIFCREATE2, cloner, &r);

	if (result == 0) {
		memcpy(name, r.name, FB_IFNAMSIZ);
		name_index(if_index(name), name);
	}
	return result;
}

int
do_destroy(const char *ifname)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};

	return if_request(FB_SIOCIFDESTROY, ifname, &r);
}

static struct fb_sockaddr_in
sin_of(const char *addr)
{
	struct fb_sockaddr_in sin = {.len = sizeof(sin), .family = FB_AF_INET};

	assert_int_equal(inet_pton(AF_INET, addr, &sin.addr), 1);
	return sin;
}

static struct fb_sockaddr_in6
sin6_of(const char *addr)
{
	struct fb_sockaddr_in6 sin6 = {
	    .len = sizeof(sin6), .family = FB_AF_INET6};

	assert_int_equal(inet_pton(AF_INET6, addr, &sin6.addr), 1);
	return sin6;
}

static struct fb_sockaddr_in6
mask_of(int plen)
{
	struct fb_sockaddr_in6 sin6 = {
	    .len = sizeof(sin6), .family = FB_AF_INET6};
	int i;

	for (i = 0; i < plen; i++)
		sin6.addr.s6_addr[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	return sin6;
}

int
do_phyaddr(const char *ifname, const char *local, const char *remote)
{
	struct fb_in_aliasreq r = {
	    .addr = sin_of(local), .dstaddr = sin_of(remote)};

	set_name(r.name, ifname);
	return call_ioctl(ob.s4, FB_SIOCSIFPHYADDR, &r);
}

int
do_mtu(const char *ifname, int mtu)
{
	return do_number(FB_SIOCSIFMTU, ifname, (uint32_t)mtu);
}

int
do_number(unsigned long request, const char *ifname, uint32_t n)
{
	struct fb_ifreq r = {.u = {.fib = n}};

	return if_request(request, ifname, &r);
}

int
do_addr4(const char *ifname, const char *addr)
{
	struct fb_in_aliasreq r = {
	    .addr = sin_of(addr), .mask = sin_of("255.255.255.255")};

	set_name(r.name, ifname);
	return call_ioctl(ob.s4, FB_SIOCAIFADDR, &r);
}

int
do_delete4(const char *ifname, const char *addr)
{
	struct fb_ifreq r = {.u = {.addr = sin_of(addr)}};

	return if_request(FB_SIOCDIFADDR, ifname, &r);
}

int
do_addr6(
    const char *ifname, const char *addr, const char *peer, int plen, int flags)
{
	struct fb_in6_aliasreq r = {.addr = sin6_of(addr),
	    .prefixmask = mask_of(plen),
	    .flags = flags,
	    .lifetime = {.vltime = FB_LIFETIME_INFINITE,
		.pltime = FB_LIFETIME_INFINITE}};

	if (peer != NULL)
		r.dstaddr = sin6_of(peer);
	set_name(r.name, ifname);
	return call_ioctl(ob.s6, FB_SIOCAIFADDR_IN6, &r);
}

int
do_delete6(const char *ifname, const char *addr)
{
	struct fb_in6_ifreq r = {.u = {.addr = sin6_of(addr)}};

	set_name(r.name, ifname);
	return call_ioctl(ob.s6, FB_SIOCDIFADDR_IN6, &r);
}

int
addr6_flags(const char *ifname, const char *addr)
{
	struct fb_in6_ifreq r = {.u = {.addr = sin6_of(addr)}};

	set_name(r.name, ifname);
	if (call_ioctl(ob.s6, FB_SIOCGIFAFLAG_IN6, &r) < 0)
		return -1;
	return r.u.flags6;
}

uint32_t
if_index(const char *ifname)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};

	return if_request(FB_SIOCGIFINDEX, ifname, &r) < 0 ? 0 : r.u.index;
}

uint32_t
if_flags(const char *ifname)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};

	OK(if_request(FB_SIOCGIFFLAGS, ifname, &r));
	return r.u.flags[0] | (uint32_t)r.u.flags[1] << 16;
}

int
do_flags(const char *ifname, bool up)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};

	if (if_request(FB_SIOCGIFFLAGS, ifname, &r) < 0)
		return -1;
	r.u.flags[0] &= (uint16_t)~FB_IFF_UP;
	if (up)
		r.u.flags[0] |= FB_IFF_UP;
	return if_request(FB_SIOCSIFFLAGS, ifname, &r);
}

static int
nd6_request(unsigned long request, const char *ifname, struct fb_in6_ndireq *r)
{
	set_name(r->name, ifname);
	return call_ioctl(ob.s6, request, r);
}

uint32_t
nd6_flags_of(const char *ifname)
{
	struct fb_in6_ndireq r = {.flags = 0};

	OK(nd6_request(FB_SIOCGIFINFO_IN6, ifname, &r));
	assert_int_equal(r.linkmtu, 0);
	return r.flags;
}

int
do_nd6(const char *ifname, uint32_t flags)
{
	struct fb_in6_ndireq r = {.flags = 0};

	if (nd6_request(FB_SIOCGIFINFO_IN6, ifname, &r) < 0)
		return -1;
	r.flags = flags;
	return nd6_request(FB_SIOCSIFINFO_IN6, ifname, &r);
}

int
do_group(unsigned long request, const char *ifname, const char *group)
{
	struct fb_ifgroupreq r = {.len = 0};

	set_name(r.name, ifname);
	set_name(r.u.group, group);
	return call_ioctl(ob.s4, request, &r);
}

int
sysctl_number(const char *name)
{
	int n = -1;
	size_t len = sizeof(n);

	OK(call_sysctlbyname(name, &n, &len));
	assert_int_equal(len, sizeof(n));
	return n;
}

/* Each sockaddr with what rounds it up; returns where the next one goes. */
static uint8_t *
append(uint8_t *to, const void *sa, size_t len)
{
	memcpy(to, sa, len);
	return to + (len + FB_SA_ALIGN - 1) / FB_SA_ALIGN * FB_SA_ALIGN;
}

int
do_route(int fd, uint8_t type, int flags, const char *dst, int plen,
    const char *via, uint64_t mtu)
{
	uint8_t buf[512] = {0}, *p = buf + sizeof(struct fb_rt_msghdr);
	struct fb_rt_msghdr h = {.version = FB_RTM_VERSION,
	    .type = type,
	    .index = (uint16_t)if_index("gif0"),
	    .flags = flags,
	    .addrs = FB_RTA(FB_RTAX_DST) | FB_RTA(FB_RTAX_NETMASK),
	    .seq = 7};
	struct fb_sockaddr_in6 sin6 = sin6_of(dst);
	struct fb_sockaddr_dl sdl = {.len = sizeof(sdl), .family = FB_AF_LINK};

	p = append(p, &sin6, sizeof(sin6));
	if (via != NULL) {
		h.addrs |= FB_RTA(FB_RTAX_GATEWAY);
		if (strchr(via, ':') != NULL) {
			sin6 = sin6_of(via);
			p = append(p, &sin6, sizeof(sin6));
		} else {
			sdl.index = (uint16_t)if_index(via);
			p = append(p, &sdl, sizeof(sdl));
		}
	}
	sin6 = mask_of(plen);
	p = append(p, &sin6, sizeof(sin6));
	if (mtu != 0) {
		h.inits = 1; /* RTV_MTU */
		h.rmx[1] = mtu;
	}
	h.msglen = (uint16_t)(p - buf);
	memcpy(buf, &h, sizeof(h));
	return (int)call_write(fd, buf, h.msglen);
}
