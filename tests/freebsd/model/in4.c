/* Addresses of interfaces; IPv4 ones. */
#include <stdlib.h>

#include "private.h"

void
ifa_release(struct ifaddr *a)
{
	if (--a->refs == 0)
		free(a);
}

struct ifaddr *
ifa_on(struct link *l, const struct ip *addr)
{
	struct ifaddr *a;

	TAILQ_FOREACH (a, &l->addrs, next)
		if (ip_equal(&a->addr, addr))
			return a;
	return NULL;
}

struct ifaddr *
ifa_anywhere(struct fbm_host *h, const struct ip *addr, struct link **lp)
{
	struct link *l;
	struct ifaddr *a;

	TAILQ_FOREACH (l, &h->links, next)
		if ((a = ifa_on(l, addr)) != NULL) {
			*lp = l;
			return a;
		}
	return NULL;
}

static bool
well_formed(const struct fb_sockaddr_in *sin)
{
	return sin->len == sizeof(*sin) && sin->family == FB_AF_INET;
}

/* The network's, as it was when there were classes. */
static int
class_plen(struct in_addr a)
{
	uint32_t n = ntohl(a.s_addr);

	if ((n & 0x80000000U) == 0)
		return 8;
	return (n & 0xc0000000U) == 0x80000000U ? 16 : 24;
}

static int
check_request(const struct link *l, const struct fb_in_aliasreq *r, int *plen)
{
	if (!well_formed(&r->addr) ||
	    (r->dstaddr.len != 0 && !well_formed(&r->dstaddr)) ||
	    (r->mask.len != 0 && !well_formed(&r->mask)))
		return EINVAL;
	if ((l->flags & FB_IFF_POINTOPOINT) != 0 &&
	    (r->dstaddr.len == 0 || r->dstaddr.addr.s_addr == 0))
		return EDESTADDRREQ;
	if (r->mask.len == 0)
		*plen = class_plen(r->addr.addr);
	else
		*plen = ip_masklen((const uint8_t *)&r->mask.addr, 4);
	return *plen < 0 ? EINVAL : 0;
}

/* What its route leads to: all our interfaces have but one such host. */
static const struct ip *
route_dst(const struct link *l, const struct ifaddr *a)
{
	return (l->flags & FB_IFF_POINTOPOINT) != 0 ? &a->dst : &a->addr;
}

static bool
has_any4(const struct link *l)
{
	const struct ifaddr *a;

	TAILQ_FOREACH (a, &l->addrs, next)
		if (a->addr.family == FB_AF_INET)
			return true;
	return false;
}

int
in4_add(struct fbm_host *h, struct link *l, const struct fb_in_aliasreq *r)
{
	bool first = !has_any4(l);
	struct ifaddr *a;
	int error, plen;

	error = check_request(l, r, &plen);
	if (error != 0)
		return error;
	a = model_alloc(sizeof(*a));
	a->addr = ip_of4(r->addr.addr);
	if (ifa_on(l, &a->addr) != NULL)
		(void)in4_delete(h, l, &r->addr);
	a->refs = 1;
	a->plen = plen;
	a->brd = true;
	if ((l->flags & FB_IFF_POINTOPOINT) != 0) {
		a->has_dst = true;
		a->dst = ip_of4(r->dstaddr.addr);
	}
	TAILQ_INSERT_TAIL(&l->addrs, a, next);
	link_first_addr(h, l);
	a->route = true;
	tell_addr(h, l, a, FB_RTM_NEWADDR);
	error = rib_connect(h, l, a, route_dst(l, a), 32);
	if (error != 0) {
		TAILQ_REMOVE(&l->addrs, a, next);
		ifa_release(a);
		return error;
	}
	if ((l->flags & FB_IFF_LOOPBACK) == 0)
		a->self = rib_add_self(h, l, a) == 0;
	if (first)
		mcast_join4(h, l);
	return 0;
}

int
in4_delete(struct fbm_host *h, struct link *l, const struct fb_sockaddr_in *sin)
{
	struct ip addr = ip_of4(sin->addr);
	struct ifaddr *a;

	/* Without an address it is the first one. */
	TAILQ_FOREACH (a, &l->addrs, next)
		if (a->addr.family == FB_AF_INET &&
		    (!well_formed(sin) || ip_equal(&a->addr, &addr)))
			break;
	if (a == NULL)
		return EADDRNOTAVAIL;
	TAILQ_REMOVE(&l->addrs, a, next);
	if (a->self)
		rib_delete_self(h, l, a);
	(void)rib_disconnect(h, l, route_dst(l, a), 32);
	tell_addr(h, l, a, FB_RTM_DELADDR);
	rib_flush_ifa(h, a);
	if (!has_any4(l))
		mcast_leave4(h, l);
	ifa_release(a);
	return 0;
}
