/* Which interface and address lead to a gateway. */
#include "private.h"

struct ifaddr *
rib_best_ifa(struct link *l, const struct ip *ip)
{
	struct ifaddr *a, *first = NULL;

	TAILQ_FOREACH (a, &l->addrs, next) {
		if (a->addr.family != ip->family)
			continue;
		if (first == NULL)
			first = a;
		if ((l->flags & FB_IFF_POINTOPOINT) != 0) {
			if (a->has_dst && ip_equal(&a->dst, ip))
				return a;
		} else {
			struct ip net = a->addr;

			ip_mask(&net, a->plen);
			if (ip_within(ip, &net, a->plen))
				return a;
		}
	}
	return first;
}

/* The address whose far end it is; lp: on which interface. */
static struct ifaddr *
by_far_end(
    struct fbm_host *h, unsigned fib, const struct ip *ip, struct link **lp)
{
	struct link *l;
	struct ifaddr *a;

	TAILQ_FOREACH (l, &h->links, next) {
		if (l->fib != fib || (l->flags & FB_IFF_POINTOPOINT) == 0)
			continue;
		TAILQ_FOREACH (a, &l->addrs, next)
			if (a->has_dst && ip_equal(&a->dst, ip)) {
				*lp = l;
				return a;
			}
	}
	return NULL;
}

static struct ifaddr *
by_net(struct fbm_host *h, unsigned fib, const struct ip *ip, struct link **lp)
{
	struct link *l;
	struct ifaddr *a, *best = NULL;

	TAILQ_FOREACH (l, &h->links, next) {
		if (l->fib != fib)
			continue;
		TAILQ_FOREACH (a, &l->addrs, next) {
			struct ip net = a->addr;

			if (ip->family == FB_AF_INET && a->has_dst)
				continue;
			ip_mask(&net, a->plen);
			if (ip_within(ip, &net, a->plen) &&
			    (best == NULL || a->plen > best->plen)) {
				best = a;
				*lp = l;
			}
		}
	}
	return best;
}

int
rib_resolve(struct fbm_host *h, struct route *r)
{
	struct link *l = NULL;
	struct ifaddr *a = NULL;
	struct route *via;

	if (r->gw.family == FB_AF_LINK) {
		if ((l = link_at(h, r->gw.index)) == NULL)
			return ENETUNREACH;
		r->gw.type = link_type(l);
		r->ifp = l;
		r->ifa = rib_best_ifa(l, &r->dst);
		return 0;
	}
	if ((r->flags & FB_RTF_GATEWAY) != 0)
		a = by_far_end(h, r->fib, &r->gw.ip, &l);
	else if (r->host)
		a = by_far_end(h, r->fib, &r->dst, &l);
	if (a == NULL && (r->flags & FB_RTF_GATEWAY) == 0)
		a = ifa_anywhere(h, &r->gw.ip, &l);
	if (a == NULL)
		a = by_net(h, r->fib, &r->gw.ip, &l);
	if (a == NULL) {
		/* Not what only the default route leads to. */
		via = rib_match(h, r->fib, &r->gw.ip);
		if (via == NULL || via->plen == 0)
			return ENETUNREACH;
		a = via->ifa;
		l = via->ifp;
	}
	r->ifp = l;
	r->ifa = a;
	return 0;
}
