/* ioctl(2) on a socket: what concerns interfaces of any kind. */
#include <stdlib.h>

#include "private.h"

#define MTU_MIN	  72
#define MTU_MAX	  65535
#define DESCR_MAX 1024

static int
get_descr(const struct link *l, struct fb_ifreq *r)
{
	size_t len;

	if (l->descr == NULL)
		return ENOMSG;
	len = strlen(l->descr) + 1;
	if (r->u.buf.length < len)
		r->u.buf.buffer = NULL;
	else
		memcpy(r->u.buf.buffer, l->descr, len);
	r->u.buf.length = len;
	return 0;
}

/* length counts the NUL, which need not be there; 0: none any more. */
static int
set_descr(struct link *l, const struct fb_ifreq *r)
{
	char *descr = NULL;

	if (r->u.buf.length > DESCR_MAX)
		return ENAMETOOLONG;
	if (r->u.buf.length > 0) {
		descr = model_alloc(r->u.buf.length);
		memcpy(descr, r->u.buf.buffer, r->u.buf.length - 1);
	}
	free(l->descr);
	l->descr = descr;
	return 0;
}

static void
set_flags(struct fbm_host *h, struct link *l, const struct fb_ifreq *r)
{
	uint32_t flags = r->u.flags[0] | (uint32_t)r->u.flags[1] << 16;
	bool was = (l->flags & FB_IFF_UP) != 0;
	bool is = (flags & FB_IFF_UP) != 0;

	if (was && !is)
		link_down(h, l);
	l->flags =
	    (l->flags & IFF_CANTCHANGE_) | (flags & ~(uint32_t)IFF_CANTCHANGE_);
	if (l->kind == KIND_LO)
		link_state(h, l, is ? LINK_UP_ : LINK_DOWN_);
	if (!was && is)
		link_up(h, l);
}

/* The driver's part: what lo(4) and tun(4) do not have to check is fine. */
static int
driver_ioctl(
    struct fbm_host *h, struct link *l, unsigned long request, void *arg)
{
	struct fb_ifreq *r = arg;

	if (l->kind == KIND_GIF)
		return gif_ioctl(h, l, request, arg);
	if (request != FB_SIOCSIFMTU)
		return EINVAL;
	l->mtu = (uint32_t)r->u.mtu;
	return 0;
}

static int
set_mtu(struct fbm_host *h, struct link *l, struct fb_ifreq *r)
{
	uint32_t old = l->mtu;
	int error;

	if (r->u.mtu < MTU_MIN || r->u.mtu > MTU_MAX)
		return EINVAL;
	error = driver_ioctl(h, l, FB_SIOCSIFMTU, r);
	if (error != 0)
		return error;
	tell_link(h, l);
	if (l->mtu != old)
		rib_new_mtu(h, l);
	return 0;
}

static int
set_fib(struct fbm_host *h, struct link *l, const struct fb_ifreq *r)
{
	if (r->u.fib >= h->fibs)
		return EINVAL;
	l->fib = r->u.fib;
	return 0;
}

/* Requests that change nothing; ENOTTY: not one of them. */
static int
get_ioctl(struct fbm_host *h, struct link *l, unsigned long request, void *arg)
{
	struct fb_ifreq *r = arg;
	uint32_t flags;

	switch (request) {
	case FB_SIOCGIFINDEX:
		r->u.index = (uint16_t)l->index;
		return 0;
	case FB_SIOCGIFFLAGS:
		flags = link_flags(h, l);
		r->u.flags[0] = (uint16_t)flags;
		r->u.flags[1] = (uint16_t)(flags >> 16);
		return 0;
	case FB_SIOCGIFMTU:
		r->u.mtu = (int32_t)l->mtu;
		return 0;
	case FB_SIOCGIFDESCR:
		return get_descr(l, r);
	case FB_SIOCGIFFIB:
		r->u.fib = l->fib;
		return 0;
	case FB_SIOCGIFPSRCADDR:
	case FB_SIOCGIFPDSTADDR:
	case FB_SIOCGIFPSRCADDR_IN6:
	case FB_SIOCGTUNFIB:
		return driver_ioctl(h, l, request, arg);
	default:
		return ENOTTY;
	}
}

static int
set_ioctl(struct fbm_host *h, struct link *l, unsigned long request, void *arg)
{
	struct fb_ifreq *r = arg;
	struct fb_ifgroupreq *g = arg;

	switch (request) {
	case FB_SIOCSIFNAME:
		return link_rename(h, l, r->u.data);
	case FB_SIOCSIFFLAGS:
		set_flags(h, l, r);
		return 0;
	case FB_SIOCSIFMTU:
		return set_mtu(h, l, r);
	case FB_SIOCSIFDESCR:
		return set_descr(l, r);
	case FB_SIOCSIFFIB:
		return set_fib(h, l, r);
	case FB_SIOCAIFGROUP:
		return group_add(h, l, g->u.group);
	case FB_SIOCDIFGROUP:
		return group_remove(h, l, g->u.group);
	case FB_SIOCSIFPHYADDR:
	case FB_SIOCDIFPHYADDR:
	case FB_SIOCSTUNFIB:
		return driver_ioctl(h, l, request, arg);
	default:
		return ENOTTY;
	}
}

/* What an address family's socket is asked. */
static int
family_ioctl(struct fbm_host *h, struct sock *s, struct link *l,
    unsigned long request, void *arg)
{
	struct fb_ifreq *r = arg;

	switch (request) {
	case FB_SIOCAIFADDR:
	case FB_SIOCDIFADDR:
		if (s->domain != FB_AF_INET)
			return EINVAL;
		return request == FB_SIOCAIFADDR ? in4_add(h, l, arg) :
						   in4_delete(h, l, &r->u.addr);
	case FB_SIOCAIFADDR_IN6:
	case FB_SIOCDIFADDR_IN6:
	case FB_SIOCGIFAFLAG_IN6:
		return s->domain == FB_AF_INET6 ?
		    in6_ioctl(h, l, request, arg) :
		    EINVAL;
	case FB_SIOCGIFINFO_IN6:
	case FB_SIOCSIFINFO_IN6:
		return s->domain == FB_AF_INET6 ?
		    nd6_ioctl(h, l, request, arg) :
		    EINVAL;
	default:
		return EINVAL;
	}
}

int
if_ioctl(struct fbm_host *h, struct sock *s, unsigned long request, void *arg)
{
	struct fb_ifreq *r = arg;
	struct link *l;
	uint32_t before;
	int error;

	switch (request) {
	case FB_SIOCIFCREATE2:
		return model_may(h) ? clone_create(h, r->name) : EPERM;
	case FB_SIOCIFDESTROY:
		return model_may(h) ? clone_destroy(h, r->name) : EPERM;
	case FB_SIOCGIFGMEMB:
		return group_members(h, arg);
	default:
		break;
	}
	if ((l = link_named(h, r->name)) == NULL)
		return ENXIO;
	if ((request & FB_IOC_OUT) == 0 && !model_may(h))
		return EPERM;
	error = get_ioctl(h, l, request, arg);
	if (error == ENOTTY)
		error = set_ioctl(h, l, request, arg);
	if (error != ENOTTY)
		return error;
	before = l->flags;
	error = family_ioctl(h, s, l, request, arg);
	link_came_up(h, l, before);
	return error;
}
