/*
 * The contract's cases on FreeBSD, or here on a model of its kernel: foreign
 * hands and eyes work through the same system calls, calls.h, with requests
 * written down on their own.  No program of the base system is needed.
 *
 * A model gives each test a host of its own.  On a real kernel there is but
 * one, so what a test made, or the hooks made for it, is taken away after it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract.h"
#include "freebsd/host.h"
#include "sys/freebsd/calls.h"
#include "sys/freebsd/rtmsg.h"

#define SKIPPED	  77
#define LINKS_MAX 64
#define DUMP_MAX  (1 << 20)

static int s4 = -1, s6 = -1;
static char host_if[FB_IFNAMSIZ]; /* has the host's IPv4 addresses */
static unsigned nbefore;	  /* what was there before the test */
static uint32_t before[LINKS_MAX];

static void
must(int r, const char *what, const char *name)
{
	if (r == -1)
		fail_msg("%s %s: %s", what, name, strerror(errno));
}

/* ---- Requests ---- */

static int
if_request(unsigned long request, const char *name, struct fb_ifreq *r)
{
	struct fb_ifreq none;

	if (r == NULL) {
		memset(&none, 0, sizeof(none));
		r = &none;
	}
	(void)strlcpy(r->name, name, sizeof(r->name));
	return call_ioctl(s4, request, r);
}

static struct fb_sockaddr_in6
sin6_of(const struct in6_addr *a)
{
	struct fb_sockaddr_in6 s = {
	    .len = sizeof(s), .family = FB_AF_INET6, .addr = *a};

	return s;
}

static struct fb_sockaddr_in
sin_of(const char *text)
{
	struct fb_sockaddr_in s = {.len = sizeof(s), .family = FB_AF_INET};

	assert_int_equal(addr4_parse(text, strlen(text), &s.addr), 0);
	return s;
}

static struct prefix6
prefix_of(const char *text)
{
	struct prefix6 p;

	assert_int_equal(prefix6_parse(text, strlen(text), &p), 0);
	return p;
}

static void
change_addr4(const char *text, bool add)
{
	struct fb_in_aliasreq a;
	struct fb_ifreq r;

	if (!add) {
		memset(&r, 0, sizeof(r));
		r.u.addr = sin_of(text);
		must(if_request(FB_SIOCDIFADDR, host_if, &r), "remove", text);
		return;
	}
	memset(&a, 0, sizeof(a));
	(void)strlcpy(a.name, host_if, sizeof(a.name));
	a.addr = sin_of(text);
	a.mask = sin_of("255.255.255.255");
	must(call_ioctl(s4, FB_SIOCAIFADDR, &a), "add", text);
}

static uint32_t
index_of(const char *ifname)
{
	struct fb_ifreq r;

	memset(&r, 0, sizeof(r));
	must(if_request(FB_SIOCGIFINDEX, ifname, &r), "index of", ifname);
	return r.u.index;
}

/* ---- Tables ---- */

/* Calls see() for each message of a table until that says true. */
static bool
look_in(uint32_t fib, int family, int op,
    bool (*see)(const struct rtmsg *, void *), void *arg)
{
	int mib[] = {FB_CTL_NET, FB_AF_ROUTE, 0, family, op, 0, (int)fib};
	static uint8_t buf[DUMP_MAX];
	size_t len = sizeof(buf), at = 0;
	bool found = false;
	struct rtmsg m;
	int n;

	must(call_sysctl(mib, op == FB_NET_RT_DUMP ? 7 : 6, buf, &len),
	    "sysctl", "");
	while (!found && at < len) {
		n = rtmsg_decode(buf + at, len - at, &m);
		assert_true(n > 0);
		at += (size_t)n;
		found = see(&m, arg);
	}
	return found;
}

static bool
look(int family, int op, bool (*see)(const struct rtmsg *, void *), void *arg)
{
	return look_in(0, family, op, see, arg);
}

struct wanted {
	uint32_t ifindex; /* 0: unreachable */
	struct prefix6 prefix;
	const struct in6_addr *peer;
	struct rtmsg m;
};

static bool
is_link(const struct rtmsg *m, void *arg)
{
	struct wanted *w = arg;

	if (m->type != FB_RTM_IFINFO || m->ifindex != w->ifindex)
		return false;
	w->m = *m;
	return true;
}

static bool
is_addr(const struct rtmsg *m, void *arg)
{
	const struct wanted *w = arg;

	return m->type == FB_RTM_NEWADDR && m->ifindex == w->ifindex &&
	    prefix6_equal(&m->addr6, &w->prefix) &&
	    m->has_peer == (w->peer != NULL) &&
	    (w->peer == NULL || addr6_equal(&m->peer, w->peer));
}

static bool
is_route(const struct rtmsg *m, void *arg)
{
	const struct wanted *w = arg;
	bool reject = (m->flags & FB_RTF_REJECT) != 0;

	return m->type == FB_RTM_GET && m->family == FB_AF_INET6 &&
	    prefix6_equal(&m->dst, &w->prefix) &&
	    (w->ifindex == 0 ? reject : !reject && m->gateway == w->ifindex);
}

static bool
note_link(const struct rtmsg *m, void *arg)
{
	unsigned *n = arg;

	if (m->type == FB_RTM_IFINFO && *n < LINKS_MAX)
		before[(*n)++] = m->ifindex;
	return false;
}

/* ---- Routes, by messages of our own ---- */

/* gateway: a link's index, or 0 for one that leads nowhere. */
static int
route_message(uint8_t type, const void *dst, const void *mask, uint32_t gateway)
{
	struct {
		struct fb_rt_msghdr h;
		uint8_t sa[256];
	} m;
	struct fb_sockaddr_dl link = {
	    .len = sizeof(link), .family = FB_AF_LINK};
	struct fb_sockaddr_in6 lo = sin6_of(&in6addr_loopback);
	const void *sas[] = {
	    dst, gateway != 0 ? (void *)&link : (void *)&lo, mask};
	size_t n = 0;
	uint8_t len;
	int fd, r;

	memset(&m, 0, sizeof(m));
	link.index = (uint16_t)gateway;
	for (size_t i = 0; i < 3; i++) {
		memcpy(&len, sas[i], 1);
		memcpy(m.sa + n, sas[i], len);
		n += ((size_t)len + 7) / 8 * 8;
	}
	m.h.msglen = (uint16_t)(sizeof(m.h) + n);
	m.h.version = FB_RTM_VERSION;
	m.h.type = type;
	m.h.flags =
	    FB_RTF_UP | FB_RTF_STATIC | (gateway == 0 ? FB_RTF_REJECT : 0);
	m.h.addrs = FB_RTA(FB_RTAX_DST) | FB_RTA(FB_RTAX_GATEWAY) |
	    FB_RTA(FB_RTAX_NETMASK);
	fd = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, 0);
	must(fd, "routing socket", "");
	r = call_write(fd, &m, m.h.msglen) == -1 ? -1 : 0;
	(void)call_close(fd);
	return r;
}

static int
route6(uint8_t type, const char *ifname, const char *prefix)
{
	struct prefix6 p = prefix_of(prefix), all = {.len = p.len};
	struct fb_sockaddr_in6 dst = sin6_of(&p.addr), mask;

	memset(&all.addr, 0xff, sizeof(all.addr));
	prefix6_mask(&all);
	mask = sin6_of(&all.addr);
	return route_message(
	    type, &dst, &mask, ifname != NULL ? index_of(ifname) : 0);
}

static int
default4(uint8_t type)
{
	struct fb_sockaddr_in any = sin_of("0.0.0.0");

	return route_message(type, &any, &any, index_of(host_if));
}

/* ---- Hosts ---- */

/* What the cloner makes, under the name it gives. */
static int
make(const char *cloner, char name[FB_IFNAMSIZ])
{
	struct fb_ifreq r;

	memset(&r, 0, sizeof(r));
	if (if_request(FB_SIOCIFCREATE2, cloner, &r) == -1)
		return -1;
	memcpy(name, r.name, FB_IFNAMSIZ);
	return 0;
}

static bool
has_cloner(const char *cloner)
{
	char name[FB_IFNAMSIZ];

	if (make(cloner, name) == -1)
		return false;
	must(if_request(FB_SIOCIFDESTROY, name, NULL), "destroy", name);
	return true;
}

static void
open_sockets(void)
{
	s4 = call_socket(FB_AF_INET, FB_SOCK_DGRAM, 0);
	s6 = call_socket(FB_AF_INET6, FB_SOCK_DGRAM, 0);
	must(s4, "IPv4", "socket");
	must(s6, "IPv6", "socket");
}

static void
close_sockets(void)
{
	(void)call_close(s4);
	(void)call_close(s6);
	s4 = s6 = -1;
}

static bool
is_default(const struct rtmsg *m, void *arg)
{
	(void)arg;
	return m->type == FB_RTM_GET &&
	    (m->default4 || (m->family == FB_AF_INET6 && m->dst.len == 0));
}

/* The cases make default routes: there may be none, and none is lost. */
int
contract_start(void)
{
	bool routed;

	if (!host_usable())
		return SKIPPED;
	host_new();
	routed = look(0, FB_NET_RT_DUMP, is_default, NULL);
	host_free();
	if (routed)
		puts("this host has a default route: use one that has none");
	return routed ? SKIPPED : 0;
}

uint8_t
contract_encaps(void)
{
	const char *only = getenv("DTCP_CONTRACT_ENCAP");
	uint8_t found = 0;

	host_new();
	open_sockets();
	if (has_cloner("gif"))
		found |= NETOP_F_KERNEL;
	if (has_cloner("tun"))
		found |= NETOP_F_USER;
	close_sockets();
	host_free();
	/* Where it is to be a test of one, its absence must not pass. */
	if (only != NULL) {
		found &=
		    strcmp(only, "kernel") == 0 ? NETOP_F_KERNEL : NETOP_F_USER;
		if (found == 0)
			exit(EXIT_FAILURE);
	}
	return found;
}

void
contract_host_new(void)
{
	host_new();
	open_sockets();
	nbefore = 0;
	(void)look(FB_AF_LINK, FB_NET_RT_IFLIST, note_link, &nbefore);
	/* Unreachable routes lead to ::1, which comes with this. */
	contract_set_up("lo0", true);
	must(make("lo", host_if), "make", "a loopback interface");
	change_addr4(CONTRACT_LOCAL, true);
	change_addr4(CONTRACT_LOCAL_2, true);
	contract_set_up(host_if, true);
}

static bool
is_new(const struct rtmsg *m, void *arg)
{
	char *name = arg;

	if (m->type != FB_RTM_IFINFO)
		return false;
	for (unsigned i = 0; i < nbefore; i++) {
		if (before[i] == m->ifindex)
			return false;
	}
	memcpy(name, m->ifname, FB_IFNAMSIZ);
	return true;
}

/* Of the documentation's addresses: a machine has unreachable ones, too. */
static bool
is_left_route(const struct rtmsg *m, void *arg)
{
	const struct prefix6 ours = prefix_of("2001:db8::/32");
	struct prefix6 *p = arg;

	if (m->type != FB_RTM_GET || m->family != FB_AF_INET6 ||
	    (m->flags & FB_RTF_REJECT) == 0 ||
	    !prefix6_contains(&ours, &m->dst.addr))
		return false;
	*p = m->dst;
	return true;
}

/* Routes over an interface go with it; those that lead nowhere do not. */
void
contract_host_free(void)
{
	char name[FB_IFNAMSIZ], text[PREFIX6_STRLEN];
	struct prefix6 p;

	while (look(FB_AF_LINK, FB_NET_RT_IFLIST, is_new, name))
		must(if_request(FB_SIOCIFDESTROY, name, NULL), "destroy", name);
	while (look(FB_AF_INET6, FB_NET_RT_DUMP, is_left_route, &p))
		must(route6(FB_RTM_DELETE, NULL, prefix6_format(&p, text)),
		    "remove", text);
	close_sockets();
	host_free();
}

struct kernel *
contract_open(const char *tag)
{
	struct kernel *k;
	struct err e;

	if (kernel_open(tag, &k, &e) != 0)
		fail_msg("kernel_open: %s", e.text);
	return k;
}

bool
contract_has_metrics(void)
{
	return false;
}

/* Its device is open: the kernel would wait for whoever has it. */
bool
contract_can_remove(uint8_t encap)
{
	return encap != NETOP_F_USER;
}

unsigned
contract_fibs(void)
{
	uint32_t n = 1;
	size_t len = sizeof(n);

	(void)call_sysctlbyname("net.fibs", &n, &len);
	return n;
}

/* ---- Foreign hands ---- */

void
contract_rename_link(const char *ifname, const char *to)
{
	char name[FB_IFNAMSIZ];
	struct fb_ifreq r;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(name, to, sizeof(name));
	r.u.data = name;
	must(if_request(FB_SIOCSIFNAME, ifname, &r), "rename", ifname);
}

void
contract_add_link(const char *ifname, uint8_t encap)
{
	char name[FB_IFNAMSIZ];
	struct fb_ifreq r;

	if (encap & NETOP_F_KERNEL)
		must(make("gif", name), "make", "a gif");
	else if (encap & NETOP_F_USER)
		must(make("tun", name), "make", "a tun");
	else
		must(make("tap", name), "make", "an Ethernet interface");
	contract_rename_link(name, ifname);
	memset(&r, 0, sizeof(r));
	r.u.mtu = 1480;
	must(if_request(FB_SIOCSIFMTU, ifname, &r), "MTU of", ifname);
}

void
contract_add_outer(const char *ifname)
{
	struct fb_in_aliasreq r;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, ifname, sizeof(r.name));
	r.addr = sin_of(CONTRACT_LOCAL_2);
	r.dstaddr = sin_of(CONTRACT_REMOTE_2);
	must(call_ioctl(s4, FB_SIOCSIFPHYADDR, &r), "outer pair of", ifname);
}

void
contract_set_up(const char *ifname, bool up)
{
	struct fb_ifreq r;

	memset(&r, 0, sizeof(r));
	must(if_request(FB_SIOCGIFFLAGS, ifname, &r), "flags of", ifname);
	r.u.flags[0] &= (uint16_t)~FB_IFF_UP;
	r.u.flags[0] |= up ? FB_IFF_UP : 0;
	must(if_request(FB_SIOCSIFFLAGS, ifname, &r), "flags of", ifname);
}

void
contract_add_addr(const char *ifname, const char *prefix)
{
	struct prefix6 p = prefix_of(prefix), all = {.len = p.len};
	struct fb_in6_aliasreq r;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, ifname, sizeof(r.name));
	r.addr = sin6_of(&p.addr);
	memset(&all.addr, 0xff, sizeof(all.addr));
	prefix6_mask(&all);
	r.prefixmask = sin6_of(&all.addr);
	r.lifetime.vltime = r.lifetime.pltime = FB_LIFETIME_INFINITE;
	must(call_ioctl(s6, FB_SIOCAIFADDR_IN6, &r), "add", prefix);
}

/* IPv6 is on before the first address comes, or nothing is looked for. */
bool
contract_add_neighbour(const char *ifname, const char *prefix)
{
	struct prefix6 p = prefix_of(prefix);
	struct fb_in6_ndireq nd;

	memset(&nd, 0, sizeof(nd));
	(void)strlcpy(nd.name, ifname, sizeof(nd.name));
	must(call_ioctl(s6, FB_SIOCGIFINFO_IN6, &nd), "nd6 of", ifname);
	nd.flags &= ~(uint32_t)FB_ND6_IFF_IFDISABLED;
	must(call_ioctl(s6, FB_SIOCSIFINFO_IN6, &nd), "nd6 of", ifname);
	return host_add_neighbour(&p.addr);
}

void
contract_await_dad(const char *ifname)
{
	(void)ifname;
	host_end_dad();
}

void
contract_add_route(const char *ifname, const char *prefix, uint32_t metric)
{
	(void)metric;
	must(route6(FB_RTM_ADD, ifname, prefix), "add a route to", prefix);
}

void
contract_remove_link(const char *ifname)
{
	must(if_request(FB_SIOCIFDESTROY, ifname, NULL), "destroy", ifname);
}

void
contract_remove_addr(const char *ifname, const char *prefix)
{
	struct prefix6 p = prefix_of(prefix);
	struct fb_in6_ifreq r;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, ifname, sizeof(r.name));
	r.u.addr = sin6_of(&p.addr);
	must(call_ioctl(s6, FB_SIOCDIFADDR_IN6, &r), "remove", prefix);
}

void
contract_remove_route(const char *ifname, const char *prefix, uint32_t metric)
{
	(void)metric;
	must(
	    route6(FB_RTM_DELETE, ifname, prefix), "remove a route to", prefix);
}

void
contract_add_spare4(void)
{
	change_addr4(CONTRACT_SPARE, true);
}

void
contract_remove_spare4(void)
{
	change_addr4(CONTRACT_SPARE, false);
}

void
contract_add_default4(void)
{
	must(default4(FB_RTM_ADD), "add a route to", "0.0.0.0/0");
}

/* ---- Foreign eyes ---- */

static void
see_end(const char *ifname, unsigned long request, char *out)
{
	struct fb_ifreq r;

	memset(&r, 0, sizeof(r));
	out[0] = '\0';
	if (if_request(request, ifname, &r) != -1)
		(void)addr4_format(r.u.addr.addr, out);
}

bool
contract_see_link(const char *ifname, struct contract_link *l)
{
	struct fb_in6_ndireq nd;
	struct fb_ifreq r;
	struct wanted w;

	memset(&r, 0, sizeof(r));
	if (if_request(FB_SIOCGIFINDEX, ifname, &r) == -1)
		return false;
	if (l == NULL)
		return true;
	memset(l, 0, sizeof(*l));
	w.ifindex = r.u.index;
	assert_true(look(FB_AF_LINK, FB_NET_RT_IFLIST, is_link, &w));
	l->up = (w.m.flags & FB_IFF_UP) != 0;
	l->mtu = w.m.mtu;
	memset(&nd, 0, sizeof(nd));
	(void)strlcpy(nd.name, ifname, sizeof(nd.name));
	must(call_ioctl(s6, FB_SIOCGIFINFO_IN6, &nd), "nd6 of", ifname);
	l->accept_ra = (nd.flags & FB_ND6_IFF_ACCEPT_RTADV) != 0;
	see_end(ifname, FB_SIOCGIFPSRCADDR, l->local4);
	see_end(ifname, FB_SIOCGIFPDSTADDR, l->remote4);
	memset(&r, 0, sizeof(r));
	must(if_request(FB_SIOCGIFFIB, ifname, &r), "FIB of", ifname);
	l->fib = r.u.fib;
	return true;
}

bool
contract_see_addr(const char *ifname, const char *prefix, const char *peer)
{
	struct wanted w = {.prefix = prefix_of(prefix)};
	struct in6_addr far;

	if (!contract_see_link(ifname, NULL))
		return false;
	w.ifindex = index_of(ifname);
	if (peer != NULL) {
		assert_int_equal(addr6_parse(peer, strlen(peer), &far), 0);
		w.peer = &far;
	}
	return look(FB_AF_INET6, FB_NET_RT_IFLIST, is_addr, &w);
}

bool
contract_see_route_in(
    uint32_t fib, const char *ifname, const char *prefix, uint32_t metric)
{
	struct wanted w = {.prefix = prefix_of(prefix)};

	(void)metric;
	if (ifname != NULL && !contract_see_link(ifname, NULL))
		return false;
	w.ifindex = ifname != NULL ? index_of(ifname) : 0;
	return look_in(fib, FB_AF_INET6, FB_NET_RT_DUMP, is_route, &w);
}

bool
contract_see_route(const char *ifname, const char *prefix, uint32_t metric)
{
	return contract_see_route_in(0, ifname, prefix, metric);
}

static bool
count_one(const struct rtmsg *m, void *arg)
{
	unsigned *n = arg;

	*n += m->type == FB_RTM_IFINFO;
	return false;
}

unsigned
contract_count_links(void)
{
	unsigned n = 0;

	(void)look(FB_AF_LINK, FB_NET_RT_IFLIST, count_one, &n);
	return n;
}

int
main(void)
{
	int rc = contract_start();

	return rc != 0 ? rc : contract_run("freebsd");
}
