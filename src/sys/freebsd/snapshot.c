/*
 * What of ours the kernel holds: the interfaces with our mark and the LANs',
 * the addresses on them, and the routes with our mark that lead there or
 * nowhere.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "freebsd.h"

static int
see_link(struct fb *fb, const struct link *l, struct snap_link *to)
{
	int64_t flags;
	int r = 0;

	memcpy(to->ifname, l->name, sizeof(to->ifname));
	to->ifindex = l->index;
	to->mtu = l->mtu;
	to->up = (l->flags & FB_IFF_UP) != 0;
	to->user = l->kind == LINK_TUN;
	flags = nd6_flags(fb, l->name);
	to->accept_ra = flags > 0 && (flags & FB_ND6_IFF_ACCEPT_RTADV) != 0;
	to->ipv6_off = flags > 0 && (flags & FB_ND6_IFF_IFDISABLED) != 0;
	if (l->kind == LINK_GIF)
		r = gif_pair(fb, l->name, &to->local4, &to->remote4);
	if (r >= 0)
		r = link_fib(fb, l->name, &to->fib);
	return r;
}

/* One that goes while we look is not there. */
static int
see_links(struct fb *fb, struct snapshot *s)
{
	struct link *links;
	int n, i, r = 0;

	n = tag_list(fb, &links);
	s->truncated = n > SNAP_LINKS;
	for (i = 0; i < n && i < SNAP_LINKS && r == 0; i++) {
		r = see_link(fb, &links[i], &s->links[s->nlinks]);
		if (r == 0)
			s->nlinks++;
		else
			memset(&s->links[s->nlinks], 0, sizeof(s->links[0]));
		if (r == -ENODEV)
			r = 0;
	}
	free(links);
	return n < 0 ? n : r;
}

/* Of those that are not ours, what bears on the addresses on them. */
static int
see_lans(struct fb *fb, struct snapshot *s)
{
	const struct interest_lan *lans = fb->watch.interest.lans;
	struct snap_link *to;
	struct link l;
	int r;

	for (unsigned i = 0; i < NETOP_SLOTS; i++) {
		if (lans[i].ifname[0] == '\0')
			continue;
		r = link_by_name(fb, lans[i].ifname, &l);
		if (r == -ENODEV)
			continue;
		if (r != 0)
			return r;
		if (snapshot_link(s, l.index) != NULL)
			continue;
		if (s->nlinks == SNAP_LINKS) {
			s->truncated = true;
			break;
		}
		to = &s->links[s->nlinks++];
		memcpy(to->ifname, l.name, sizeof(to->ifname));
		to->ifindex = l.index;
		to->lan = true;
		to->mtu = l.mtu;
		to->up = (l.flags & FB_IFF_UP) != 0;
	}
	return 0;
}

static void
see_addr(struct fb *fb, const struct rtmsg *m, struct snapshot *s)
{
	const struct snap_link *l = snapshot_link(s, m->ifindex);
	struct snap_addr *to;
	int flags;

	if (m->type != FB_RTM_NEWADDR || m->family != FB_AF_INET6 ||
	    l == NULL || addr6_is_linklocal(&m->addr6.addr))
		return;
	if (s->naddrs == SNAP_ADDRS) {
		s->truncated = true;
		return;
	}
	to = &s->addrs[s->naddrs++];
	to->ifindex = m->ifindex;
	to->prefix = m->addr6;
	to->has_peer = m->has_peer;
	to->peer = m->peer;
	flags = addr_flags(fb, l->ifname, &m->addr6.addr);
	to->tentative = flags > 0 &&
	    (flags & (FB_IN6_IFF_TENTATIVE | FB_IN6_IFF_DUPLICATED)) != 0;
	to->duplicate = flags > 0 && (flags & FB_IN6_IFF_DUPLICATED) != 0;
}

static void
see_route(uint32_t fib, const struct rtmsg *m, struct snapshot *s)
{
	bool reject = (m->flags & FB_RTF_REJECT) != 0;
	struct snap_route *to;

	if (m->type != FB_RTM_GET || m->family != FB_AF_INET6 ||
	    (m->flags & FB_RTF_PROTO2) == 0 ||
	    (!reject && snapshot_link(s, m->gateway) == NULL))
		return;
	if (s->nroutes == SNAP_ROUTES) {
		s->truncated = true;
		return;
	}
	to = &s->routes[s->nroutes++];
	to->ifindex = reject ? 0 : m->gateway;
	to->fib = fib;
	to->dst = m->dst;
}

static int
see_addrs(struct fb *fb, struct snapshot *s)
{
	struct rtmsg m;
	struct dump d;
	int r;

	r = dump_take(&d, FB_AF_INET6, FB_NET_RT_IFLIST, 0, 0);
	if (r != 0)
		return r;
	while ((r = dump_next(&d, &m)) == 1)
		see_addr(fb, &m, s);
	dump_free(&d);
	return r;
}

static int
see_routes(uint32_t fib, struct snapshot *s)
{
	struct rtmsg m;
	struct dump d;
	int r;

	r = dump_take(&d, FB_AF_INET6, FB_NET_RT_DUMP, 0, fib);
	if (r != 0)
		return r;
	while ((r = dump_next(&d, &m)) == 1)
		see_route(fib, &m, s);
	dump_free(&d);
	return r;
}

int
snapshot_take(struct kernel *k, struct snapshot *s, struct err *e)
{
	struct fb *fb = (struct fb *)k;
	int r;

	memset(s, 0, sizeof(*s));
	r = see_links(fb, s);
	if (r == 0)
		r = see_lans(fb, s);
	if (r != 0)
		return fb_fail(e, r, "list interfaces");
	if ((r = see_addrs(fb, s)) != 0)
		return fb_fail(e, r, "list IPv6 addresses");
	r = see_routes(fb->own_fib, s);
	if (r == 0 && fb->fib != fb->own_fib)
		r = see_routes(fb->fib, s);
	return r != 0 ? fb_fail(e, r, "list IPv6 routes") : 0;
}
