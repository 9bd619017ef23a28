/* gif(4): the outer pair. */
#include <stdlib.h>

#include "private.h"

#define MTU_MIN 1280
#define MTU_MAX 8192

void
gif_delete_tunnel(struct fbm_host *h, struct link *l)
{
	l->outer = false;
	link_state(h, l, LINK_DOWN_);
}

static bool
pair_taken(struct fbm_host *h, const struct link *but, struct in_addr local,
    struct in_addr remote)
{
	const struct link *l;

	TAILQ_FOREACH (l, &h->links, next)
		if (l != but && l->outer && l->local4.s_addr == local.s_addr &&
		    l->remote4.s_addr == remote.s_addr)
			return true;
	return false;
}

static int
set_pair(struct fbm_host *h, struct link *l, const struct fb_in_aliasreq *r)
{
	struct in_addr local = r->addr.addr, remote = r->dstaddr.addr;

	if (r->addr.family != FB_AF_INET || r->dstaddr.family != FB_AF_INET ||
	    r->addr.len != sizeof(r->addr) ||
	    r->dstaddr.len != sizeof(r->dstaddr))
		return EINVAL;
	if (local.s_addr == 0 || remote.s_addr == 0 ||
	    pair_taken(h, l, local, remote))
		return EADDRNOTAVAIL;
	l->outer = true;
	l->local4 = local;
	l->remote4 = remote;
	link_state(h, l, LINK_UP_);
	return 0;
}

static int
get_addr(const struct link *l, struct in_addr a, struct fb_ifreq *r)
{
	if (!l->outer)
		return EADDRNOTAVAIL;
	r->u.addr = (struct fb_sockaddr_in) {
	    .len = sizeof(r->u.addr), .family = FB_AF_INET, .addr = a};
	return 0;
}

int
gif_ioctl(struct fbm_host *h, struct link *l, unsigned long request, void *arg)
{
	struct fb_ifreq *r = arg;

	switch (request) {
	case FB_SIOCSIFMTU:
		if (r->u.mtu < MTU_MIN || r->u.mtu > MTU_MAX)
			return EINVAL;
		l->mtu = (uint32_t)r->u.mtu;
		return 0;
	case FB_SIOCSIFPHYADDR:
		return set_pair(h, l, arg);
	case FB_SIOCDIFPHYADDR:
		gif_delete_tunnel(h, l);
		return 0;
	case FB_SIOCGIFPSRCADDR:
		return get_addr(l, l->local4, r);
	case FB_SIOCGIFPDSTADDR:
		return get_addr(l, l->remote4, r);
	case FB_SIOCGIFPSRCADDR_IN6:
		return EADDRNOTAVAIL; /* IPv4 in all of ours */
	case FB_SIOCGTUNFIB:
		r->u.fib = l->tunnelfib;
		return 0;
	case FB_SIOCSTUNFIB:
		if (r->u.fib >= h->fibs)
			return EINVAL;
		l->tunnelfib = r->u.fib;
		return 0;
	default:
		return EINVAL;
	}
}
