/* The fake kernel's memory: what is on the host, and how it comes and goes. */
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"

struct fake_host *
fake_host_new(void)
{
	struct fake_host *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->next_ifindex = 2; /* 1 is the loopback's */
	h->fibs = 2;
	return h;
}

/* The kernels have been closed. */
void
fake_host_free(struct fake_host *h)
{
	free(h);
}

void
fake_fail(struct fake_host *h, unsigned nth, int error)
{
	h->fail_at = h->applied + nth;
	h->fail_error = error;
}

static bool
same_link(const struct fake_link *a, const struct fake_link *b)
{
	return strcmp(a->ifname, b->ifname) == 0 && a->ifindex == b->ifindex &&
	    a->kind == b->kind && strcmp(a->tag, b->tag) == 0 &&
	    a->adopted == b->adopted && a->mtu == b->mtu && a->fib == b->fib &&
	    a->up == b->up && a->accept_ra == b->accept_ra &&
	    addr4_equal(a->local4, b->local4) &&
	    addr4_equal(a->remote4, b->remote4);
}

static bool
same_addr(const struct fake_addr *a, const struct fake_addr *b)
{
	return a->ifindex == b->ifindex && a->has_peer == b->has_peer &&
	    a->duplicate == b->duplicate &&
	    prefix6_equal(&a->prefix, &b->prefix) &&
	    addr6_equal(&a->peer, &b->peer);
}

static bool
same_route(const struct fake_route *a, const struct fake_route *b)
{
	return a->ifindex == b->ifindex && a->metric == b->metric &&
	    a->fib == b->fib && a->marked == b->marked &&
	    prefix6_equal(&a->dst, &b->dst);
}

bool
fake_state_equal(const struct fake_state *a, const struct fake_state *b)
{
	unsigned i;
	bool same;

	same = a->nlinks == b->nlinks && a->naddrs == b->naddrs &&
	    a->nroutes == b->nroutes;
	for (i = 0; same && i < a->nlinks; i++)
		same = same_link(&a->links[i], &b->links[i]);
	for (i = 0; same && i < a->naddrs; i++)
		same = same_addr(&a->addrs[i], &b->addrs[i]);
	for (i = 0; same && i < a->nroutes; i++)
		same = same_route(&a->routes[i], &b->routes[i]);
	return same;
}

struct fake_link *
fake_link(struct fake_host *h, const char *ifname)
{
	unsigned i;

	for (i = 0; i < h->state.nlinks; i++) {
		if (strcmp(h->state.links[i].ifname, ifname) == 0)
			return &h->state.links[i];
	}
	return NULL;
}

struct fake_link *
fake_link_at(struct fake_host *h, uint32_t ifindex)
{
	unsigned i;

	for (i = 0; i < h->state.nlinks; i++) {
		if (h->state.links[i].ifindex == ifindex)
			return &h->state.links[i];
	}
	return NULL;
}

struct fake_addr *
fake_addr(struct fake_host *h, uint32_t ifindex, const struct in6_addr *a)
{
	unsigned i;

	for (i = 0; i < h->state.naddrs; i++) {
		if (h->state.addrs[i].ifindex == ifindex &&
		    addr6_equal(&h->state.addrs[i].prefix.addr, a))
			return &h->state.addrs[i];
	}
	return NULL;
}

struct fake_route *
fake_route_in(struct fake_host *h, uint32_t fib, const struct prefix6 *dst,
    uint32_t metric)
{
	struct fake_route *r;
	unsigned i;

	for (i = 0; i < h->state.nroutes; i++) {
		r = &h->state.routes[i];
		if (r->fib == fib && (h->no_metrics || r->metric == metric) &&
		    prefix6_equal(&r->dst, dst))
			return r;
	}
	return NULL;
}

struct fake_route *
fake_route(struct fake_host *h, const struct prefix6 *dst, uint32_t metric)
{
	return fake_route_in(h, 0, dst, metric);
}

bool
fake_is_local4(const struct fake_host *h, struct in_addr a)
{
	unsigned i;

	for (i = 0; i < h->nlocal4; i++) {
		if (addr4_equal(h->local4[i], a))
			return true;
	}
	return false;
}

struct fake_link *
fake_put_link(struct fake_host *h, const char *ifname, enum fake_kind kind)
{
	struct fake_link *l;

	if (h->state.nlinks == FAKE_LINKS)
		return NULL;
	l = &h->state.links[h->state.nlinks++];
	memset(l, 0, sizeof(*l));
	strlcpy(l->ifname, ifname, sizeof(l->ifname));
	l->ifindex = h->next_ifindex++;
	l->kind = kind;
	l->mtu = 1480;
	l->accept_ra = true;
	return l;
}

struct fake_addr *
fake_put_addr(struct fake_host *h, uint32_t ifindex, const struct prefix6 *p)
{
	struct fake_addr *a;

	if (h->state.naddrs == FAKE_ADDRS)
		return NULL;
	a = &h->state.addrs[h->state.naddrs++];
	memset(a, 0, sizeof(*a));
	a->ifindex = ifindex;
	a->prefix = *p;
	return a;
}

struct fake_route *
fake_put_route(struct fake_host *h, uint32_t ifindex, const struct prefix6 *dst,
    uint32_t metric)
{
	struct fake_route *r;

	if (h->state.nroutes == FAKE_ROUTES)
		return NULL;
	r = &h->state.routes[h->state.nroutes++];
	memset(r, 0, sizeof(*r));
	r->ifindex = ifindex;
	r->dst = *dst;
	r->metric = h->no_metrics ? 0 : metric;
	return r;
}

/* Close the gap that an element leaves: the order of the rest stays. */
static void
close_gap(void *gap, size_t size, const void *first, unsigned *n)
{
	size_t i = (size_t)((char *)gap - (const char *)first) / size;

	(*n)--;
	memmove(gap, (char *)gap + size, (*n - i) * size);
}

void
fake_drop_addr(struct fake_host *h, struct fake_addr *a)
{
	close_gap(a, sizeof(*a), h->state.addrs, &h->state.naddrs);
}

void
fake_drop_route(struct fake_host *h, struct fake_route *r)
{
	close_gap(r, sizeof(*r), h->state.routes, &h->state.nroutes);
}

void
fake_flush(struct fake_host *h, uint32_t ifindex)
{
	unsigned i;

	for (i = h->state.naddrs; i-- > 0;) {
		if (h->state.addrs[i].ifindex == ifindex)
			fake_drop_addr(h, &h->state.addrs[i]);
	}
	for (i = h->state.nroutes; i-- > 0;) {
		if (h->state.routes[i].ifindex == ifindex)
			fake_drop_route(h, &h->state.routes[i]);
	}
}

void
fake_drop_link(struct fake_host *h, struct fake_link *l)
{
	fake_flush(h, l->ifindex);
	close_gap(l, sizeof(*l), h->state.links, &h->state.nlinks);
}
