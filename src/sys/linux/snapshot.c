/*
 * What of ours the kernel holds, with somebody's changes in between ruled
 * out: each table is read as a whole.
 */
#include <linux/if_addr.h>

#include <string.h>

#include "linux.h"

struct taking {
	struct lx *lx;
	struct snapshot *s;
};

static int
see_link(void *arg, const struct link *l)
{
	struct taking *t = arg;
	struct snapshot *s = t->s;
	struct snap_link *to;
	bool ours;

	if (l == NULL) {
		memset(s, 0, sizeof(*s));
		return 0;
	}
	ours = link_is_ours(t->lx, l);
	if (!ours && interest_lan_slot(&t->lx->watch.interest, l->name) == 0)
		return 0;
	if (s->nlinks == SNAP_LINKS) {
		s->truncated = true;
		return 0;
	}
	to = &s->links[s->nlinks++];
	memcpy(to->ifname, l->name, sizeof(to->ifname));
	to->ifindex = l->index;
	to->lan = !ours;
	to->mtu = l->mtu;
	to->up = (l->flags & IFF_UP) != 0;
	if (ours) {
		to->user = l->kind == LINK_TUN;
		to->local4 = l->local4;
		to->remote4 = l->remote4;
	}
	return 0;
}

static int
see_addr(void *arg, const struct addr *a)
{
	struct taking *t = arg;
	struct snapshot *s = t->s;
	struct snap_addr *to;

	if (a == NULL) {
		s->naddrs = 0;
		return 0;
	}
	if (snapshot_link(s, a->ifindex) == NULL ||
	    addr6_is_linklocal(&a->addr6.addr))
		return 0;
	if (s->naddrs == SNAP_ADDRS) {
		s->truncated = true;
		return 0;
	}
	to = &s->addrs[s->naddrs++];
	to->ifindex = a->ifindex;
	to->prefix = a->addr6;
	to->has_peer = a->has_peer;
	to->peer = a->peer;
	to->tentative = (a->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0;
	to->duplicate = (a->flags & IFA_F_DADFAILED) != 0;
	return 0;
}

static int
see_route(void *arg, const struct route *r)
{
	struct taking *t = arg;
	struct snapshot *s = t->s;
	struct snap_route *to;

	if (r == NULL) {
		s->nroutes = 0;
		return 0;
	}
	if (r->type != RTN_UNREACHABLE && snapshot_link(s, r->ifindex) == NULL)
		return 0;
	if (s->nroutes == SNAP_ROUTES) {
		s->truncated = true;
		return 0;
	}
	to = &s->routes[s->nroutes++];
	to->ifindex = r->type == RTN_UNREACHABLE ? 0 : r->ifindex;
	to->metric = r->metric;
	to->dst = r->dst;
	return 0;
}

int
snapshot_take(struct kernel *k, struct snapshot *s, struct err *e)
{
	struct lx *lx = (struct lx *)k;
	struct taking t = {lx, s};
	int error;

	if ((error = link_scan(lx, see_link, &t)) != 0)
		return nl_fail(&lx->nl, e, error, "list interfaces");
	if ((error = addr_scan(lx, AF_INET6, 0, see_addr, &t)) != 0)
		return nl_fail(&lx->nl, e, error, "list IPv6 addresses");
	if ((error = route_scan(lx, LX_PROTOCOL, see_route, &t)) != 0)
		return nl_fail(&lx->nl, e, error, "list IPv6 routes");
	for (unsigned i = 0; i < s->nlinks; i++) {
		struct snap_link *l = &s->links[i];

		if (l->lan)
			continue;
		l->accept_ra = sysctl_get(l->ifname, "accept_ra") > 0;
		l->ipv6_off = sysctl_get(l->ifname, "disable_ipv6") > 0;
	}
	return 0;
}
