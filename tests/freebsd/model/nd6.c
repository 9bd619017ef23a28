/*
 * What neighbour discovery knows of an interface: its flags, the prefixes on
 * the link, and which addresses are still being tried for duplicates.
 */
#include <stdlib.h>

#include "private.h"

bool
nd6_wants_dad(const struct link *l)
{
	return (l->flags & FB_IFF_LOOPBACK) == 0 &&
	    (l->flags & FB_IFF_MULTICAST) != 0 &&
	    (l->nd6 & (FB_ND6_IFF_IFDISABLED | FB_ND6_IFF_NO_DAD)) == 0;
}

void
nd6_start_dad(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	if ((a->flags6 & FB_IN6_IFF_TENTATIVE) == 0)
		return;
	if (h->dad_count == 0 || (l->nd6 & FB_ND6_IFF_NO_DAD) != 0) {
		a->flags6 &= ~(uint32_t)FB_IN6_IFF_TENTATIVE;
		return;
	}
	/* Where it cannot run the address stays tentative. */
	a->dad = (link_flags(h, l) & (FB_IFF_UP | IFF_RUNNING_)) ==
		(FB_IFF_UP | IFF_RUNNING_) &&
	    (l->nd6 & FB_ND6_IFF_IFDISABLED) == 0;
}

void
nd6_up(struct fbm_host *h, struct link *l)
{
	struct ifaddr *a;

	TAILQ_FOREACH (a, &l->addrs, next)
		if (a->addr.family == FB_AF_INET6)
			nd6_start_dad(h, l, a);
	in6_attach(h, l);
}

static bool
is_duplicate(const struct fbm_host *h, const struct ip *ip)
{
	unsigned i;

	for (i = 0; i < h->nduplicates; i++)
		if (memcmp(&h->duplicates[i], ip->o, sizeof(ip->o)) == 0)
			return true;
	return false;
}

void
fbm_dad_done(struct fbm_host *h)
{
	struct link *l;
	struct ifaddr *a;

	TAILQ_FOREACH (l, &h->links, next)
		TAILQ_FOREACH (a, &l->addrs, next) {
			if (!a->dad)
				continue;
			a->dad = false;
			a->flags6 &= ~(uint32_t)FB_IN6_IFF_TENTATIVE;
			if (is_duplicate(h, &a->addr))
				a->flags6 |= FB_IN6_IFF_DUPLICATED;
		}
}

static void
disable(struct fbm_host *h, struct link *l)
{
	struct ifaddr *a;

	l->nd6 |= FB_ND6_IFF_IFDISABLED;
	if (h->dad_count == 0 || (l->nd6 & FB_ND6_IFF_NO_DAD) != 0)
		return;
	TAILQ_FOREACH (a, &l->addrs, next)
		if (a->addr.family == FB_AF_INET6)
			a->flags6 |= FB_IN6_IFF_TENTATIVE;
}

void
nd6_set(struct fbm_host *h, struct link *l, uint32_t flags)
{
	bool was = (l->nd6 & FB_ND6_IFF_IFDISABLED) != 0;
	bool is = (flags & FB_ND6_IFF_IFDISABLED) != 0;

	if (was && !is) {
		l->nd6 &= ~(uint32_t)FB_ND6_IFF_IFDISABLED;
		if ((l->flags & FB_IFF_UP) != 0)
			nd6_up(h, l);
	} else if (!was && is) {
		disable(h, l);
	}
	if ((flags & FB_ND6_IFF_AUTO_LINKLOCAL) != 0 &&
	    (l->nd6 & FB_ND6_IFF_AUTO_LINKLOCAL) == 0) {
		l->nd6 |= FB_ND6_IFF_AUTO_LINKLOCAL;
		in6_attach(h, l);
	}
	l->nd6 = flags;
}

int
nd6_ioctl(struct fbm_host *h, struct link *l, unsigned long request,
    struct fb_in6_ndireq *r)
{
	if (request == FB_SIOCSIFINFO_IN6) {
		if (!model_may(h))
			return EPERM;
		nd6_set(h, l, r->flags);
		return 0;
	}
	r->linkmtu = 0;
	r->maxmtu = l->mtu;
	r->basereachable = 30000;
	r->reachable = 30;
	r->retrans = 1000;
	r->flags = l->nd6;
	r->recalctm = 0;
	r->chlim = 64;
	r->initialized = 1;
	memset(r->random, 0, sizeof(r->random));
	return 0;
}

/* ---- Prefixes on the link ---- */

static bool
on_other_link(struct fbm_host *h, const struct prefix *p)
{
	struct link *l;
	struct prefix *q;

	TAILQ_FOREACH (l, &h->links, next)
		LIST_FOREACH (q, &l->prefixes, next)
			if (q != p && q->onlink && q->plen == p->plen &&
			    ip_equal(&q->ip, &p->ip))
				return true;
	return false;
}

void
nd6_add_prefix(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	struct ip net = a->addr;
	struct prefix *p;

	ip_mask(&net, a->plen);
	LIST_FOREACH (p, &l->prefixes, next)
		if (p->plen == a->plen && ip_equal(&p->ip, &net))
			break;
	if (p == NULL) {
		p = model_alloc(sizeof(*p));
		p->ip = net;
		p->plen = a->plen;
		p->onlink = !on_other_link(h, p) &&
		    rib_connect(h, l, a, &net, a->plen) == 0;
		LIST_INSERT_HEAD(&l->prefixes, p, next);
	}
	p->addrs++;
	a->prefix = p;
}

void
nd6_drop_prefix(struct fbm_host *h, struct link *l, struct prefix *p)
{
	if (p->onlink)
		(void)rib_disconnect(h, l, &p->ip, p->plen);
	LIST_REMOVE(p, next);
	free(p);
}
