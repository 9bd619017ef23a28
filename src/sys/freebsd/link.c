/*
 * Interfaces: look up, make, change, destroy.
 */
#include <errno.h>
#include <string.h>

#include "freebsd.h"

#define UNIT_DIGITS 4 /* IF_MAXUNIT is 32767 */

static void
name_request(struct fb_ifreq *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	(void)strlcpy(r->name, name, sizeof(r->name));
}

static enum link_kind
kind_of(uint8_t iftype)
{
	switch (iftype) {
	case FB_IFT_GIF:
		return LINK_GIF;
	case FB_IFT_PPP:
		return LINK_TUN;
	default:
		return LINK_OTHER;
	}
}

/* The list's entry of that index. */
static int
find(struct dump *d, uint32_t index, struct link *l)
{
	struct rtmsg m;
	int r;

	while ((r = dump_next(d, &m)) == 1) {
		if (m.type != FB_RTM_IFINFO || m.ifindex != index)
			continue;
		l->index = index;
		l->flags = m.flags;
		l->mtu = m.mtu;
		l->kind = kind_of(m.iftype);
		memcpy(l->name, m.ifname, sizeof(l->name));
		return 0;
	}
	return r < 0 ? r : -ENODEV;
}

int
link_by_index(struct fb *fb, uint32_t index, struct link *l)
{
	struct dump d;
	int error;

	(void)fb;
	memset(l, 0, sizeof(*l));
	if (index == 0)
		return -ENODEV;
	error = dump_take(&d, FB_AF_LINK, FB_NET_RT_IFLIST, index, 0);
	/* What went since it was named is no list at all. */
	if (error != 0)
		return error == -ENOENT || error == -ENXIO ? -ENODEV : error;
	error = find(&d, index, l);
	dump_free(&d);
	return error;
}

int
link_by_name(struct fb *fb, const char *name, struct link *l)
{
	struct fb_ifreq r;
	int error;

	name_request(&r, name);
	error = fb_ioctl(fb->s4, FB_SIOCGIFINDEX, &r);
	return error != 0 ? error : link_by_index(fb, r.u.index, l);
}

/* A number that no cloner gives makes a name like any other. */
bool
link_is_unit(const char *name, const char *cloner)
{
	size_t n = strlen(cloner), digits;

	if (strncmp(name, cloner, n) != 0)
		return false;
	name += n;
	digits = strspn(name, "0123456789");
	return name[digits] == '\0' && digits > 0 && digits <= UNIT_DIGITS &&
	    (name[0] != '0' || digits == 1);
}

/*
 * A kernel without the cloner calls its name invalid.  What the administrator
 * left out of the kernel may be there as a module; in a jail it may not be
 * loaded.
 */
static int
clone(struct fb *fb, const char *cloner, struct fb_ifreq *r)
{
	char module[32] = "if_";
	int error;

	error = fb_ioctl(fb->s4, FB_SIOCIFCREATE2, r);
	if (error != -EINVAL)
		return error;
	(void)strlcat(module, strcmp(cloner, "tun") == 0 ? "tuntap" : cloner,
	    sizeof(module));
	if (call_kldload(module) == -1) {
		if (errno == EEXIST)
			return -EINVAL; /* so it is the name, after all */
		return errno == EPERM ? -EPERM : -EOPNOTSUPP;
	}
	return fb_ioctl(fb->s4, FB_SIOCIFCREATE2, r);
}

static int
change_name(struct fb *fb, const char *from, const char *to)
{
	char name[FB_IFNAMSIZ];
	struct fb_ifreq r;

	(void)strlcpy(name, to, sizeof(name));
	name_request(&r, from);
	r.u.data = name;
	return fb_ioctl(fb->s4, FB_SIOCSIFNAME, &r);
}

int
link_create(struct fb *fb, const char *cloner, const char *name, struct link *l,
    char unit[FB_IFNAMSIZ])
{
	struct fb_ifreq r;
	bool rename = name[0] != '\0' && !link_is_unit(name, cloner);
	const char *now = unit;
	int error;

	name_request(&r, name[0] == '\0' || rename ? cloner : name);
	error = clone(fb, cloner, &r);
	if (error != 0)
		return error;
	memcpy(unit, r.name, FB_IFNAMSIZ);
	/* The mark before all else: a kill leaves what a start recognises. */
	error = tag_put(fb, unit);
	if (error == 0 && rename) {
		error = change_name(fb, unit, name);
		now = error == 0 ? name : unit;
	}
	if (error == 0)
		error = link_by_name(fb, now, l);
	if (error != 0)
		(void)link_destroy(fb, now);
	return error;
}

int
link_destroy(struct fb *fb, const char *name)
{
	struct fb_ifreq r;

	name_request(&r, name);
	return fb_ioctl(fb->s4, FB_SIOCIFDESTROY, &r);
}

int
link_set_up(struct fb *fb, const char *name, bool up)
{
	struct fb_ifreq r;
	int error;

	name_request(&r, name);
	error = fb_ioctl(fb->s4, FB_SIOCGIFFLAGS, &r);
	if (error != 0)
		return error;
	if (up)
		r.u.flags[0] |= FB_IFF_UP;
	else
		r.u.flags[0] &= (uint16_t)~FB_IFF_UP;
	return fb_ioctl(fb->s4, FB_SIOCSIFFLAGS, &r);
}

int
link_set_mtu(struct fb *fb, const char *name, uint32_t mtu)
{
	struct fb_ifreq r;

	name_request(&r, name);
	r.u.mtu = (int32_t)mtu;
	return fb_ioctl(fb->s4, FB_SIOCSIFMTU, &r);
}

int
link_set_fib(struct fb *fb, const char *name, uint32_t fib)
{
	struct fb_ifreq r;

	name_request(&r, name);
	r.u.fib = fib;
	return fb_ioctl(fb->s4, FB_SIOCSIFFIB, &r);
}

int
link_fib(struct fb *fb, const char *name, uint32_t *fib)
{
	struct fb_ifreq r;
	int error;

	name_request(&r, name);
	error = fb_ioctl(fb->s4, FB_SIOCGIFFIB, &r);
	*fib = r.u.fib;
	return error;
}
