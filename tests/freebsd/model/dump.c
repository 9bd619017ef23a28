/* sysctl(3): the lists of routes, and of interfaces and their addresses. */
#include "private.h"

/*
 * Where they go.  All that fits is written, the last entry perhaps in part;
 * total is what it would have taken.
 */
struct out {
	uint8_t *buf; /* NULL: only asked how much */
	size_t room, total;
};

static void
put(struct out *o, const struct msg *m)
{
	size_t fits = 0;

	if (o->buf != NULL && o->total < o->room) {
		fits = o->room - o->total;
		if (fits > m->len)
			fits = m->len;
		memcpy(o->buf + o->total, m->buf, fits);
	}
	o->total += m->len;
}

static void
put_route(struct out *o, const struct route *r)
{
	struct fb_rt_msghdr header = {
	    .index = (uint16_t)r->ifp->index, .flags = (int32_t)r->flags};
	struct msg m;

	header.rmx[RMX_MTU_] = r->mtu;
	header.rmx[RMX_WEIGHT_] = 1;
	msg_begin(&m, sizeof(header));
	msg_ip(&m, FB_RTAX_DST, &r->dst);
	msg_gateway(&m, FB_RTAX_GATEWAY, &r->gw);
	if (!r->host)
		msg_mask(&m, FB_RTAX_NETMASK, r->dst.family, r->plen);
	msg_link(&m, FB_RTAX_IFP, r->ifp);
	if (r->ifa != NULL)
		msg_ip(&m, FB_RTAX_IFA, &r->ifa->addr);
	else
		msg_link(&m, FB_RTAX_IFA, r->ifp);
	if (r->ifa != NULL && (r->ifp->flags & FB_IFF_POINTOPOINT) != 0)
		msg_far(&m, FB_RTAX_BRD, r->ifa);
	msg_rt(&m, &header, FB_RTM_GET);
	msg_round(&m);
	put(o, &m);
}

static int
dump_routes(struct fbm_host *h, int family, int fib, struct out *o)
{
	struct route *r;

	if (fib == -1)
		fib = (int)h->fib;
	if (fib < 0 || (unsigned)fib >= h->fibs)
		return EINVAL;
	if (family != 0 && family != FB_AF_INET && family != FB_AF_INET6)
		return EAFNOSUPPORT;
	TAILQ_FOREACH (r, &h->routes, next)
		if (r->fib == (unsigned)fib &&
		    (family == 0 || r->dst.family == family))
			put_route(o, r);
	return 0;
}

static void
put_link(struct fbm_host *h, struct out *o, const struct link *l)
{
	struct msg m;

	msg_begin(&m, sizeof(struct fb_if_msghdr));
	msg_link(&m, FB_RTAX_IFP, l);
	msg_ifinfo(&m, h, l);
	msg_round(&m);
	put(o, &m);
}

static void
put_addr(struct out *o, const struct link *l, const struct ifaddr *a)
{
	struct msg m;

	msg_begin(&m, sizeof(struct fb_ifa_msghdr));
	msg_mask(&m, FB_RTAX_NETMASK, a->addr.family, a->plen);
	msg_ip(&m, FB_RTAX_IFA, &a->addr);
	msg_far(&m, FB_RTAX_BRD, a);
	msg_round(&m);
	msg_ifa(&m, l, a, FB_RTM_NEWADDR);
	put(o, &m);
}

static void
dump_links(struct fbm_host *h, int family, int index, struct out *o)
{
	struct link *l;
	struct ifaddr *a;

	TAILQ_FOREACH (l, &h->links, next) {
		if (index != 0 && l->index != (uint32_t)index)
			continue;
		put_link(h, o, l);
		TAILQ_FOREACH (a, &l->addrs, next)
			if (family == 0 || a->addr.family == family)
				put_addr(o, l, a);
	}
}

/* 14 and later do not say that a list of routes was cut. */
static bool
tells_cut(const struct fbm_host *h, int what)
{
	return what == FB_NET_RT_IFLIST || h->release < 14;
}

int
dump_sysctl(
    struct fbm_host *h, const int *mib, unsigned n, void *out, size_t *len)
{
	struct out o = {.buf = out, .room = *len};
	int error = 0;

	if (n < 6 || n > 7 || mib[0] != FB_CTL_NET || mib[1] != FB_AF_ROUTE ||
	    mib[2] != 0)
		return ENOENT;
	switch (mib[4]) {
	case FB_NET_RT_DUMP:
		error = dump_routes(h, mib[3], n == 7 ? mib[6] : -1, &o);
		break;
	case FB_NET_RT_IFLIST:
		if (n != 6)
			return ENOTDIR;
		dump_links(h, mib[3], mib[5], &o);
		break;
	default:
		return EINVAL;
	}
	if (error != 0)
		return error;
	*len = o.total;
	if (out == NULL || o.total <= o.room)
		return 0;
	*len = o.room;
	return tells_cut(h, mib[4]) ? ENOMEM : 0;
}
