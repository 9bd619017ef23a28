/*
 * 6in4 by the kernel: gif(4), RFC 4213.
 *
 * The kernel takes nearly any outer pair (a local end that is not on the
 * host, a remote one that is); what is sensible was checked before.
 */
#include <errno.h>
#include <string.h>

#include "freebsd.h"

static void
put_in(struct fb_sockaddr_in *sin, struct in_addr a)
{
	sin->len = sizeof(*sin);
	sin->family = FB_AF_INET;
	sin->addr = a;
}

int
gif_change(struct fb *fb, const char *name, struct in_addr local4,
    struct in_addr remote4, struct err *e)
{
	char a[ADDR4_STRLEN], b[ADDR4_STRLEN];
	struct fb_in_aliasreq r;
	int error;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	put_in(&r.addr, local4);
	put_in(&r.dstaddr, remote4);
	error = fb_ioctl(fb->s4, FB_SIOCSIFPHYADDR, &r);
	if (error == -EADDRNOTAVAIL && local4.s_addr != INADDR_ANY &&
	    remote4.s_addr != INADDR_ANY)
		return err_set(e, EBUSY,
		    "another gif interface has the outer pair %s %s already",
		    addr4_format(local4, a), addr4_format(remote4, b));
	if (error != 0)
		return fb_fail(e, error, "outer addresses of %s", name);
	return 0;
}

static int
read_end(
    struct fb *fb, const char *name, unsigned long request, struct in_addr *out)
{
	struct fb_ifreq r;
	int error;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	error = fb_ioctl(fb->s4, request, &r);
	if (error == 0)
		*out = r.u.addr.addr;
	return error;
}

/* Its outer packets may be IPv6: that, too, is a pair, and none of ours. */
static int
has_pair6(struct fb *fb, const char *name)
{
	struct fb_in6_ifreq r;
	int error;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	error = fb_ioctl(fb->s6, FB_SIOCGIFPSRCADDR_IN6, &r);
	/* EINVAL: a kernel that does not know the question. */
	if (error == -EADDRNOTAVAIL || error == -EINVAL)
		return 0;
	return error != 0 ? error : 1;
}

int
gif_pair(struct fb *fb, const char *name, struct in_addr *local4,
    struct in_addr *remote4)
{
	int error;

	local4->s_addr = remote4->s_addr = INADDR_ANY;
	error = read_end(fb, name, FB_SIOCGIFPSRCADDR, local4);
	if (error == 0)
		error = read_end(fb, name, FB_SIOCGIFPDSTADDR, remote4);
	if (error == -EADDRNOTAVAIL)
		return has_pair6(fb, name);
	return error != 0 ? error : 1;
}

int
gif_clear(struct fb *fb, const char *name, struct err *e)
{
	struct fb_ifreq r;
	int error;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	error = fb_ioctl(fb->s4, FB_SIOCDIFPHYADDR, &r);
	if (error != 0 && error != -EADDRNOTAVAIL)
		return fb_fail(e, error, "outer addresses of %s", name);
	return 0;
}

/*
 * The outer packets take the process's routing table (setfib(1)), as does
 * the connection to the server.
 */
static int
set_outer_fib(struct fb *fb, const char *name, struct err *e)
{
	struct fb_ifreq r;
	int error;

	if (fb->own_fib == 0)
		return 0; /* the only one there may be */
	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	r.u.fib = fb->own_fib;
	error = fb_ioctl(fb->s4, FB_SIOCSTUNFIB, &r);
	if (error != 0)
		return fb_fail(e, error, "FIB %u of %s's outer packets",
		    fb->own_fib, name);
	return 0;
}

int
gif_check_fib(struct fb *fb, const char *name, struct err *e)
{
	struct fb_ifreq r;
	int error;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	error = fb_ioctl(fb->s4, FB_SIOCGTUNFIB, &r);
	if (error != 0)
		return fb_fail(e, error, "FIB of %s's outer packets", name);
	if (r.u.fib == fb->own_fib)
		return 0;
	return err_set(e, EBUSY,
	    "interface %s sends its packets by FIB %u, and the connection to "
	    "the server goes by FIB %u: ifconfig %s tunnelfib %u",
	    name, r.u.fib, fb->own_fib, name, fb->own_fib);
}

int
gif_create(struct fb *fb, const struct netop *op, struct link *l, struct err *e)
{
	char unit[FB_IFNAMSIZ];
	int error;

	error = link_create(fb, "gif", op->ifname, l, unit);
	if (error == -EOPNOTSUPP)
		return err_set(
		    e, EOPNOTSUPP, "the kernel has no gif(4) interfaces");
	if (error == -EPERM)
		return err_set(e, EPERM,
		    "the kernel has no gif(4) interfaces, and if_gif may not "
		    "be loaded from here (in a jail: load it on the host)");
	if (error != 0)
		return fb_fail(e, error, "create gif interface %s", op->ifname);
	error = set_outer_fib(fb, l->name, e);
	if (error == 0)
		error = gif_change(fb, l->name, op->local4, op->remote4, e);
	if (error != 0)
		(void)link_destroy(fb, l->name);
	return error;
}
