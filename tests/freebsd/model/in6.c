/* IPv6 addresses of interfaces. */
#include <stdlib.h>

#include "private.h"

/* A far end of its own. */
static bool
has_peer(const struct ifaddr *a)
{
	return a->plen == 128 && a->has_dst && !ip_equal(&a->addr, &a->dst);
}

static bool
names_dst(const struct fb_in6_aliasreq *r)
{
	return r->dstaddr.family == FB_AF_INET6;
}

/* a: the address, where the interface has it already, or NULL. */
static int
check_request(const struct link *l, const struct ifaddr *a,
    const struct fb_in6_aliasreq *r, int *plen)
{
	if ((l->flags & FB_IFF_POINTOPOINT) != 0 && !names_dst(r) &&
	    r->dstaddr.family != 0)
		return EAFNOSUPPORT;
	if (r->prefixmask.len > sizeof(r->prefixmask) ||
	    (a == NULL && r->prefixmask.len == 0))
		return EINVAL;
	if (r->prefixmask.len != 0)
		*plen = ip_masklen(r->prefixmask.addr.s6_addr, 16);
	else
		*plen = a->plen;
	if (*plen <= 0 || (a != NULL && *plen != a->plen))
		return EINVAL;
	if (names_dst(r) &&
	    ((l->flags & (FB_IFF_POINTOPOINT | FB_IFF_LOOPBACK)) == 0 ||
		*plen != 128))
		return EINVAL;
	return r->lifetime.pltime > r->lifetime.vltime ? EINVAL : 0;
}

static unsigned
count6(const struct link *l)
{
	const struct ifaddr *a;
	unsigned n = 0;

	TAILQ_FOREACH (a, &l->addrs, next)
		n += a->addr.family == FB_AF_INET6;
	return n;
}

/* The far end becomes another one, and its route with it. */
static void
set_dst(
    struct fbm_host *h, struct link *l, struct ifaddr *a, const struct ip *dst)
{
	if (a->has_dst && ip_equal(&a->dst, dst))
		return;
	if (a->route)
		(void)rib_disconnect(h, l, &a->dst, 128);
	a->route = false;
	a->has_dst = true;
	a->dst = *dst;
}

/* Routes, and the driver's part, of an address new or changed. */
static int
connect_addr(struct fbm_host *h, struct link *l, struct ifaddr *a,
    const struct ip *dst, bool new)
{
	int error;

	if (!new || count6(l) <= 1)
		link_first_addr(h, l);
	if (dst != NULL)
		set_dst(h, l, a, dst);
	if (!a->route && has_peer(a)) {
		error = rib_connect(h, l, a, &a->dst, 128);
		if (error != 0)
			return error;
		a->route = true;
	}
	if (!a->self) {
		error = rib_add_self(h, l, a);
		if (error != 0)
			return error;
		a->self = true;
	}
	return 0;
}

static void
unlink_addr(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	struct prefix *p = a->prefix;

	TAILQ_REMOVE(&l->addrs, a, next);
	a->prefix = NULL;
	if (p != NULL && --p->addrs == 0)
		nd6_drop_prefix(h, l, p);
	ifa_release(a);
}

static int
new_addr(struct fbm_host *h, struct link *l, const struct ip *addr, int plen,
    const struct ip *dst, uint32_t flags)
{
	struct ifaddr *a = model_alloc(sizeof(*a));
	int error;

	a->refs = 1;
	a->addr = *addr;
	a->plen = plen;
	a->brd = (l->flags & (FB_IFF_POINTOPOINT | FB_IFF_LOOPBACK)) != 0;
	a->flags6 = flags & ~(uint32_t)FB_IN6_IFF_DUPLICATED;
	if (nd6_wants_dad(l))
		a->flags6 |= FB_IN6_IFF_TENTATIVE;
	TAILQ_INSERT_TAIL(&l->addrs, a, next);
	error = connect_addr(h, l, a, dst, true);
	if (error != 0) {
		unlink_addr(h, l, a);
		return error;
	}
	mcast_join(h, l, a);
	nd6_start_dad(h, l, a);
	tell_addr(h, l, a, FB_RTM_NEWADDR);
	tell_self(h, l, a, FB_RTM_ADD);
	if (plen < 128)
		nd6_add_prefix(h, l, a);
	return 0;
}

static int
in6_add(struct fbm_host *h, struct link *l, const struct ip *addr,
    const struct fb_in6_aliasreq *r)
{
	struct ip dst = ip_of6(&r->dstaddr.addr, l->index);
	const struct ip *to = names_dst(r) ? &dst : NULL;
	struct ifaddr *a = ifa_on(l, addr);
	int error, plen;

	error = check_request(l, a, r, &plen);
	if (error != 0)
		return error;
	if (a == NULL) {
		error = new_addr(h, l, addr, plen, to, (uint32_t)r->flags);
	} else {
		a->flags6 =
		    (uint32_t)r->flags & ~(uint32_t)FB_IN6_IFF_DUPLICATED;
		error = connect_addr(h, l, a, to, false);
	}
	if (error == 0 && (l->nd6 & FB_ND6_IFF_IFDISABLED) != 0)
		nd6_set(h, l, l->nd6 & ~(uint32_t)FB_ND6_IFF_IFDISABLED);
	return error;
}

void
in6_purge(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	if (a->self)
		rib_delete_self(h, l, a);
	a->self = false;
	if (a->route)
		(void)rib_disconnect(h, l, &a->dst, 128);
	a->route = false;
	/* 14 and later leave the groups by and by. */
	if (h->release < 14)
		mcast_leave(h, l, a);
	tell_self(h, l, a, FB_RTM_DELETE);
	tell_addr(h, l, a, FB_RTM_DELADDR);
	mcast_leave(h, l, a);
	unlink_addr(h, l, a);
}

static bool
has_linklocal(const struct link *l)
{
	const struct ifaddr *a;

	TAILQ_FOREACH (a, &l->addrs, next)
		if (ip_linklocal(&a->addr))
			return true;
	return false;
}

/* RFC 4291 appendix A. */
static struct ip
eui64(const uint8_t hw[HWADDR_LEN_], uint32_t zone)
{
	struct ip ip = ip_text("fe80::", zone);

	memcpy(ip.o + 8, hw, 3);
	ip.o[8] ^= 2;
	ip.o[11] = 0xff;
	ip.o[12] = 0xfe;
	memcpy(ip.o + 13, hw + 3, 3);
	return ip;
}

/*
 * By its own hardware address, or else by that of any other interface; where
 * there is none, and no host id, it is the MD5 of nothing.
 */
static struct ip
linklocal_for(struct fbm_host *h, const struct link *l)
{
	const struct link *other;

	if (l->kind == KIND_LO)
		return ip_text("fe80::1", l->index);
	if (l->hwlen != 0)
		return eui64(l->hwaddr, l->index);
	TAILQ_FOREACH (other, &h->links, next)
		if (other->hwlen != 0)
			return eui64(other->hwaddr, l->index);
	return ip_text("fe80::d41d:8cd9:8f00:b204", l->index);
}

void
in6_attach(struct fbm_host *h, struct link *l)
{
	struct ip ip = ip_text("::1", 0);
	bool lo = (l->flags & FB_IFF_LOOPBACK) != 0;
	struct link *on;

	if ((l->flags & FB_IFF_MULTICAST) == 0)
		return;
	if (lo && ifa_anywhere(h, &ip, &on) == NULL)
		(void)new_addr(h, l, &ip, 128, &ip, FB_IN6_IFF_NODAD);
	if ((l->nd6 & FB_ND6_IFF_IFDISABLED) != 0 ||
	    (l->nd6 & FB_ND6_IFF_AUTO_LINKLOCAL) == 0 || has_linklocal(l))
		return;
	ip = linklocal_for(h, l);
	(void)new_addr(h, l, &ip, 64, NULL, 0);
}

int
in6_ioctl(struct fbm_host *h, struct link *l, unsigned long request, void *arg)
{
	/* Name and address stand at the same place in all three. */
	struct fb_in6_ifreq *r = arg;
	struct ip addr;
	struct ifaddr *a = NULL;

	if (r->u.addr.family == FB_AF_INET6) {
		addr = ip_of6(&r->u.addr.addr,
		    r->u.addr.scope_id != 0 ? r->u.addr.scope_id : l->index);
		a = ifa_on(l, &addr);
	}
	if (request != FB_SIOCAIFADDR_IN6 && a == NULL)
		return EADDRNOTAVAIL;
	if (request == FB_SIOCGIFAFLAG_IN6) {
		r->u.flags6 = (int32_t)a->flags6;
		return 0;
	}
	if (r->u.addr.family != FB_AF_INET6 ||
	    r->u.addr.len != sizeof(r->u.addr))
		return EAFNOSUPPORT;
	if (request == FB_SIOCAIFADDR_IN6)
		return in6_add(h, l, &addr, arg);
	in6_purge(h, l, a);
	return 0;
}
