/* What there is, for tests. */
#include <string.h>

#include "private.h"

bool
fbm_link(struct fbm_host *h, const char *ifname, struct fbm_link *out)
{
	struct link *l;

	sock_reap(h);
	if ((l = link_named(h, ifname)) == NULL)
		return false;
	if (out == NULL)
		return true;
	*out = (struct fbm_link) {.index = l->index,
	    .flags = link_flags(h, l),
	    .mtu = l->mtu,
	    .fib = l->fib,
	    .tunnelfib = l->tunnelfib,
	    .nd6 = l->nd6,
	    .outer = l->outer,
	    .local4 = l->local4,
	    .remote4 = l->remote4,
	    .dtcp = group_has(h, l, "dtcp"),
	    .ifhead = l->ifhead,
	    .tun = l->device != NULL ? l->device->kernel : -1};
	if (l->descr != NULL)
		memcpy(out->descr, l->descr,
		    strnlen(l->descr, sizeof(out->descr) - 1));
	return true;
}

unsigned
fbm_count_links(const struct fbm_host *h)
{
	const struct link *l;
	unsigned n = 0;

	TAILQ_FOREACH (l, &h->links, next)
		n++;
	return n;
}

bool
fbm_addr(struct fbm_host *h, const char *ifname, const struct in6_addr *addr,
    struct fbm_addr *out)
{
	struct link *l;
	struct ifaddr *a;
	struct ip ip;
	uint32_t zone;

	sock_reap(h);
	if ((l = link_named(h, ifname)) == NULL)
		return false;
	ip = ip_of6(addr, l->index);
	if ((a = ifa_on(l, &ip)) == NULL)
		return false;
	if (out == NULL)
		return true;
	*out = (struct fbm_addr) {
	    .plen = a->plen, .has_peer = a->has_dst, .flags = a->flags6};
	if (a->has_dst)
		out->peer = ip_plain6(&a->dst, &zone);
	return true;
}

bool
fbm_route(struct fbm_host *h, unsigned fib, const struct in6_addr *dst,
    int plen, struct fbm_route *out)
{
	struct ip ip = ip_of6(dst, 0);
	const struct route *r;

	sock_reap(h);
	if ((r = rib_exact(h, fib, &ip, plen)) == NULL)
		return false;
	if (out != NULL)
		*out = (struct fbm_route) {
		    .index = r->ifp->index, .flags = r->flags, .mtu = r->mtu};
	return true;
}
