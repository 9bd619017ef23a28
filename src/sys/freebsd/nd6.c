/*
 * Neighbour discovery's settings of an interface: whether it accepts router
 * advertisements (RFC 4861), whether IPv6 is on at all, and, on a tunnel, that
 * no address waits for the detection of duplicates (RFC 4862 5.4): there is
 * nobody to ask at the other end of a point-to-point link.
 */
#include <errno.h>
#include <string.h>

#include "freebsd.h"

/* former: what was set, and that it is known. */
#define FORMER_KNOWN 0x80000000U
#define FORMER_SETTINGS                                               \
	((uint32_t)(FB_ND6_IFF_ACCEPT_RTADV | FB_ND6_IFF_IFDISABLED | \
	    FB_ND6_IFF_NO_DAD))

static int
read_info(struct fb *fb, const char *ifname, struct fb_in6_ndireq *r)
{
	memset(r, 0, sizeof(*r));
	(void)strlcpy(r->name, ifname, sizeof(r->name));
	return fb_ioctl(fb->s6, FB_SIOCGIFINFO_IN6, r);
}

int64_t
nd6_flags(struct fb *fb, const char *ifname)
{
	struct fb_in6_ndireq r;
	int error;

	error = read_info(fb, ifname, &r);
	return error != 0 ? error : (int64_t)r.flags;
}

int
nd6_former(struct fb *fb, const char *ifname, uint32_t *former)
{
	int64_t flags = nd6_flags(fb, ifname);

	if (flags < 0)
		return (int)flags;
	*former = FORMER_KNOWN | ((uint32_t)flags & FORMER_SETTINGS);
	return 0;
}

static uint32_t
wanted(const struct netop *op)
{
	if (op->former != 0)
		return op->former & FORMER_SETTINGS;
	return FB_ND6_IFF_NO_DAD |
	    (op->flags & NETOP_F_ON ? FB_ND6_IFF_ACCEPT_RTADV : 0);
}

int
nd6_accept_ra(
    struct fb *fb, const struct netop *op, const struct link *l, struct err *e)
{
	struct fb_in6_ndireq r;
	uint32_t flags;
	int error;

	error = read_info(fb, l->name, &r);
	if (error == 0) {
		flags = (r.flags & ~FORMER_SETTINGS) | wanted(op);
		if (flags == r.flags)
			return 0;
		r.flags = flags;
		error = fb_ioctl(fb->s6, FB_SIOCSIFINFO_IN6, &r);
	}
	if (error != 0)
		return fb_fail(
		    e, error, "neighbour discovery's settings of %s", l->name);
	return 0;
}
