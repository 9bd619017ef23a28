/*
 * Addresses: IPv6 on interfaces, IPv4 of the host.
 *
 * The kernel replaces an address that is there already without a word, so
 * every addition looks first.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"

#include "freebsd.h"

static void
put_in6(struct fb_sockaddr_in6 *sin6, const struct in6_addr *a)
{
	sin6->len = sizeof(*sin6);
	sin6->family = FB_AF_INET6;
	sin6->addr = *a;
}

static void
address_request(
    struct fb_in6_ifreq *r, const char *ifname, const struct in6_addr *a)
{
	memset(r, 0, sizeof(*r));
	(void)strlcpy(r->name, ifname, sizeof(r->name));
	put_in6(&r->u.addr, a);
}

/* The next address in a list of interfaces. */
static int
next_addr(struct dump *d, struct rtmsg *m)
{
	int r;

	while ((r = dump_next(d, m)) == 1) {
		if (m->type == FB_RTM_NEWADDR && m->family != 0)
			return 1;
	}
	return r;
}

int
addr_exists(struct fb *fb, uint32_t ifindex, const struct in6_addr *a)
{
	bool found = false;
	struct rtmsg m;
	struct dump d;
	int r;

	(void)fb;
	r = dump_take(&d, FB_AF_INET6, FB_NET_RT_IFLIST, ifindex, 0);
	if (r != 0)
		return r;
	while (!found && (r = next_addr(&d, &m)) == 1)
		found = m.ifindex == ifindex && addr6_equal(&m.addr6.addr, a);
	dump_free(&d);
	return r < 0 ? r : found;
}

int
addr_is_local4(struct kernel *k, struct in_addr a)
{
	bool found = false;
	struct rtmsg m;
	struct dump d;
	int r;

	(void)k;
	r = dump_take(&d, FB_AF_INET, FB_NET_RT_IFLIST, 0, 0);
	if (r != 0)
		return r;
	while (!found && (r = next_addr(&d, &m)) == 1)
		found = m.family == FB_AF_INET && addr4_equal(m.addr4, a);
	dump_free(&d);
	return r < 0 ? r : found;
}

static int
each_addr4(struct interest *in,
    void (*see)(struct interest *, uint32_t, struct in_addr))
{
	struct rtmsg m;
	struct dump d;
	int r;

	r = dump_take(&d, FB_AF_INET, FB_NET_RT_IFLIST, 0, 0);
	if (r != 0)
		return r;
	while ((r = next_addr(&d, &m)) == 1) {
		if (m.family == FB_AF_INET)
			see(in, m.ifindex, m.addr4);
	}
	dump_free(&d);
	return r;
}

int
addr_learn4(struct fb *fb)
{
	interest_forget_addrs4(&fb->watch.interest);
	return each_addr4(&fb->watch.interest, interest_add_addr4);
}

/* A list that could not be read says nothing of what is not in it. */
int
addr_look4(struct fb *fb)
{
	struct interest *in = &fb->watch.interest;
	int error;

	interest_begin_addrs4(in);
	error = each_addr4(in, interest_see_addr4);
	if (error != 0) {
		for (unsigned i = 0; i < in->naddrs; i++)
			in->addrs[i].seen = true;
	}
	return error;
}

/* 169.254/16 is IPv4's link-local, RFC 3927. */
static bool
is_configured(const struct rtmsg *m)
{
	if (m->family == FB_AF_INET)
		return ntohl(m->addr4.s_addr) >> 16 != 0xa9fe;
	return !addr6_is_linklocal(&m->addr6.addr);
}

int
addr_any(struct fb *fb, uint32_t ifindex)
{
	bool any = false;
	struct rtmsg m;
	struct dump d;
	int r;

	(void)fb;
	r = dump_take(&d, 0, FB_NET_RT_IFLIST, ifindex, 0);
	if (r != 0)
		return r;
	while (!any && (r = next_addr(&d, &m)) == 1)
		any = m.ifindex == ifindex && is_configured(&m);
	dump_free(&d);
	return r < 0 ? r : any;
}

int
addr_flags(struct fb *fb, const char *ifname, const struct in6_addr *a)
{
	struct fb_in6_ifreq r;
	int error;

	address_request(&r, ifname, a);
	error = fb_ioctl(fb->s6, FB_SIOCGIFAFLAG_IN6, &r);
	return error != 0 ? error : r.u.flags6;
}

/*
 * A tentative address cannot be used.  On a LAN it becomes usable by and by;
 * on our interface duplicate address
 * detection is off (nd6.c), but somebody may have seen to it that it is not.
 */
static void
check_ready(struct fb *fb, const struct link *l, const struct netop *op)
{
	char buf[PREFIX6_STRLEN];
	int flags;

	flags = addr_flags(fb, l->name, &op->prefix.addr);
	if (flags > 0 &&
	    (flags & (FB_IN6_IFF_TENTATIVE | FB_IN6_IFF_DUPLICATED)) != 0)
		log_msg(LOG_WARNING,
		    "address %s on %s is %s: duplicate address detection is on",
		    prefix6_format(&op->prefix, buf), l->name,
		    flags & FB_IN6_IFF_DUPLICATED ? "a duplicate" :
						    "tentative");
}

int
addr_add(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	struct prefix6 mask = {.len = op->prefix.len};
	struct fb_in6_aliasreq r;
	char buf[PREFIX6_STRLEN];
	int error;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, l->name, sizeof(r.name));
	put_in6(&r.addr, &op->prefix.addr);
	if (op->flags & NETOP_F_PEER)
		put_in6(&r.dstaddr, &op->peer);
	memset(&mask.addr, 0xff, sizeof(mask.addr));
	prefix6_mask(&mask);
	put_in6(&r.prefixmask, &mask.addr);
	if (op->slot == NETOP_SLOT_TUNNEL)
		r.flags = FB_IN6_IFF_NODAD;
	r.lifetime.vltime = r.lifetime.pltime = FB_LIFETIME_INFINITE;
	error = addr_exists(fb, l->index, &op->prefix.addr);
	if (error == 1)
		error = -EEXIST;
	if (error == 0)
		error = fb_ioctl(fb->s6, FB_SIOCAIFADDR_IN6, &r);
	if (error != 0)
		return fb_fail(e, error, "add address %s to %s",
		    prefix6_format(&op->prefix, buf), l->name);
	if (op->slot == NETOP_SLOT_TUNNEL)
		check_ready(fb, l, op);
	return 0;
}

static int
remove_addr(struct fb *fb, const struct link *l, const struct in6_addr *a)
{
	struct fb_in6_ifreq r;
	int error;

	address_request(&r, l->name, a);
	error = fb_ioctl(fb->s6, FB_SIOCDIFADDR_IN6, &r);
	return error == -EADDRNOTAVAIL || error == -ENODEV ? -ENOENT : error;
}

int
addr_delete(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	char buf[PREFIX6_STRLEN];
	int error;

	error = remove_addr(fb, l, &op->prefix.addr);
	if (error != 0)
		return fb_fail(e, error, "remove address %s from %s",
		    prefix6_format(&op->prefix, buf), l->name);
	return 0;
}

/* Link-local ones are the kernel's own. */
int
addr_flush(struct fb *fb, const struct link *l, struct err *e)
{
	char buf[ADDR6_STRLEN];
	int r, error = 0;
	struct rtmsg m;
	struct dump d;

	r = dump_take(&d, FB_AF_INET6, FB_NET_RT_IFLIST, l->index, 0);
	if (r != 0)
		return fb_fail(e, r, "addresses of %s", l->name);
	while (error == 0 && (r = next_addr(&d, &m)) == 1) {
		if (m.ifindex != l->index || !is_configured(&m))
			continue;
		error = remove_addr(fb, l, &m.addr6.addr);
		if (error == -ENOENT)
			error = 0;
		if (error != 0)
			error = fb_fail(e, error, "remove address %s from %s",
			    addr6_format(&m.addr6.addr, buf), l->name);
	}
	dump_free(&d);
	if (error == 0 && r < 0)
		error = fb_fail(e, r, "addresses of %s", l->name);
	return error;
}
