/* The routing tables: one route a destination and table. */
#include <stdlib.h>

#include "private.h"

struct route *
rib_exact(struct fbm_host *h, unsigned fib, const struct ip *dst, int plen)
{
	struct route *r;

	TAILQ_FOREACH (r, &h->routes, next)
		if (r->fib == fib && r->plen == plen && ip_equal(&r->dst, dst))
			return r;
	return NULL;
}

struct route *
rib_match(struct fbm_host *h, unsigned fib, const struct ip *dst)
{
	struct route *r, *best = NULL;

	TAILQ_FOREACH (r, &h->routes, next)
		if (r->fib == fib && r->dst.family == dst->family &&
		    ip_within(dst, &r->dst, r->plen) &&
		    (best == NULL || r->plen > best->plen))
			best = r;
	return best;
}

/* The order of a radix tree: by key, and the narrower first. */
static bool
before(const struct route *a, const struct route *b)
{
	int d;

	if (a->fib != b->fib)
		return a->fib < b->fib;
	if (a->dst.family != b->dst.family)
		return a->dst.family < b->dst.family;
	d = memcmp(a->dst.o, b->dst.o, sizeof(a->dst.o));
	return d != 0 ? d < 0 : a->plen > b->plen;
}

static void
insert(struct fbm_host *h, struct route *r)
{
	struct route *at;

	TAILQ_FOREACH (at, &h->routes, next)
		if (before(r, at))
			break;
	if (at != NULL)
		TAILQ_INSERT_BEFORE(at, r, next);
	else
		TAILQ_INSERT_TAIL(&h->routes, r, next);
}

void
rib_remove(struct fbm_host *h, struct route *r)
{
	TAILQ_REMOVE(&h->routes, r, next);
	if (r->ifa != NULL)
		ifa_release(r->ifa);
	free(r);
}

int
rib_add(struct fbm_host *h, const struct route *r, struct route **made)
{
	struct route *old, *new;

	/* The tree's root has that key, and a host route would be it. */
	if (r->host && ip_zero(&r->dst))
		return EEXIST;
	old = rib_exact(h, r->fib, &r->dst, r->plen);
	if (old != NULL &&
	    ((r->flags & FB_RTF_PINNED) == 0 ||
		(old->flags & FB_RTF_PINNED) != 0))
		return EEXIST;
	new = model_alloc(sizeof(*new));
	*new = *r;
	new->flags |= FB_RTF_UP;
	if (new->ifa != NULL)
		new->ifa->refs++;
	if (new->mtu == 0 || new->mtu > new->ifp->mtu)
		new->mtu = new->ifp->mtu;
	if (old != NULL)
		rib_remove(h, old);
	insert(h, new);
	if (made != NULL)
		*made = new;
	return 0;
}

static bool
same_gateway(const struct gateway *a, const struct gateway *b)
{
	if (a->family != b->family)
		return false;
	return a->family == FB_AF_LINK ? a->index == b->index :
					 ip_equal(&a->ip, &b->ip);
}

int
rib_delete(struct fbm_host *h, const struct route *r, const struct gateway *gw,
    struct route *was)
{
	struct route *old = rib_exact(h, r->fib, &r->dst, r->plen);

	if (old == NULL || (gw != NULL && !same_gateway(&old->gw, gw)))
		return ESRCH;
	if ((old->flags & FB_RTF_PINNED) != 0 &&
	    (r->flags & FB_RTF_PINNED) == 0)
		return EADDRINUSE;
	if (old->ifa != NULL)
		old->ifa->refs++;
	*was = *old;
	was->flags &= ~(uint32_t)FB_RTF_UP;
	rib_remove(h, old);
	return 0;
}

void
rib_forget(struct route *was)
{
	if (was->ifa != NULL)
		ifa_release(was->ifa);
}

/* ---- The kernel's own routes ---- */

static struct route
own_route(struct link *l, const struct ip *dst, int plen)
{
	return (struct route) {.fib = l->fib,
	    .dst = *dst,
	    .plen = plen,
	    .host = plen == ip_bits(dst->family),
	    .flags = FB_RTF_PINNED |
		(plen == ip_bits(dst->family) ? FB_RTF_HOST : 0),
	    .gw = {.family = FB_AF_LINK,
		.index = l->index,
		.type = link_type(l)},
	    .ifp = l};
}

int
rib_connect(struct fbm_host *h, struct link *l, struct ifaddr *a,
    const struct ip *dst, int plen)
{
	struct route r = own_route(l, dst, plen), *made;
	int error;

	r.ifa = a;
	error = rib_add(h, &r, &made);
	if (error == 0)
		tell_route(h, made, FB_RTM_ADD);
	return error;
}

int
rib_disconnect(
    struct fbm_host *h, struct link *l, const struct ip *dst, int plen)
{
	struct route r = own_route(l, dst, plen), was;
	int error = rib_delete(h, &r, &r.gw, &was);

	if (error != 0)
		return error;
	tell_route(h, &was, FB_RTM_DELETE);
	rib_forget(&was);
	return 0;
}

static struct route
self_route(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	struct route r = own_route(l, &a->addr, ip_bits(a->addr.family));

	r.flags |= FB_RTF_STATIC;
	r.ifp = link_lo0(h);
	r.ifa = rib_best_ifa(r.ifp, &a->addr);
	return r;
}

/* Not a word of it here: tell_self() is said at another time. */
int
rib_add_self(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	struct route r = self_route(h, l, a);

	return rib_add(h, &r, NULL);
}

void
rib_delete_self(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	struct route r = self_route(h, l, a), was;

	if (rib_delete(h, &r, &r.gw, &was) == 0)
		rib_forget(&was);
}

/* ---- What becomes of routes when interfaces change ---- */

void
rib_flush(struct fbm_host *h, const struct link *l)
{
	struct route *r = TAILQ_FIRST(&h->routes), *following;

	for (; r != NULL; r = following) {
		following = TAILQ_NEXT(r, next);
		if (r->ifp == l)
			rib_remove(h, r);
	}
}

void
rib_flush_ifa(struct fbm_host *h, const struct ifaddr *a)
{
	struct route *r = TAILQ_FIRST(&h->routes), *following;

	for (; r != NULL; r = following) {
		following = TAILQ_NEXT(r, next);
		if (r->ifa == a)
			rib_remove(h, r);
	}
}

void
rib_new_mtu(struct fbm_host *h, const struct link *l)
{
	struct route *r;

	TAILQ_FOREACH (r, &h->routes, next)
		if (r->ifp == l &&
		    ((r->flags & RTF_FIXEDMTU_) == 0 || r->mtu > l->mtu))
			r->mtu = l->mtu;
}
