/*
 * The interface that a tunnel is to use, if there is one of that name.
 *
 * One that is not ours is adopted only by name, only if it is a gif or a tun,
 * and only if nobody uses it: no description, no outer pair, no address but
 * link-local ones, its device not open.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/plan.h"

#include "freebsd.h"

/* Does another hold it?  0, or -errno with a line. */
static int
check_unused(struct fb *fb, const struct link *l, struct err *e)
{
	struct in_addr local4, remote4;
	char tag[FB_TAG];
	int r;

	if ((r = tag_read(fb, l->name, tag)) != 0)
		return fb_fail(e, r, "description of interface %s", l->name);
	if (strncmp(tag, "dtcp:", 5) == 0)
		return err_set(e, EBUSY,
		    "interface %s is the tunnel of another instance (%s)",
		    l->name, tag + 5);
	if (tag[0] != '\0')
		return err_set(e, EBUSY,
		    "interface %s has a description of its own, where the "
		    "mark would go: %s",
		    l->name, tag);
	r = l->kind == LINK_GIF ? gif_pair(fb, l->name, &local4, &remote4) : 0;
	if (r < 0)
		return fb_fail(
		    e, r, "outer addresses of interface %s", l->name);
	if (r == 1)
		return err_set(e, EBUSY,
		    "interface %s is configured already: it has outer "
		    "addresses",
		    l->name);
	r = addr_any(fb, l->index);
	if (r < 0)
		return fb_fail(e, r, "addresses of interface %s", l->name);
	if (r == 1)
		return err_set(e, EBUSY,
		    "interface %s is configured already: it has an address",
		    l->name);
	return l->kind == LINK_GIF ? gif_check_fib(fb, l->name, e) : 0;
}

/* What keeps an interface from being adopted?  0, or -errno with a line. */
static int
adoptable(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	if (l->kind == LINK_OTHER)
		return err_set(e, EBUSY,
		    "interface %s is neither a gif nor a tun", l->name);
	if ((op->flags &
		(l->kind == LINK_GIF ? NETOP_F_KERNEL : NETOP_F_USER)) == 0)
		return err_set(e, EBUSY,
		    "interface %s is a %s: not the encapsulation asked for",
		    l->name, l->kind == LINK_GIF ? "gif" : "tun");
	if (l->mtu < PLAN_MTU_MIN)
		return err_set(e, EBUSY,
		    "interface %s has MTU %u: IPv6 needs %d", l->name, l->mtu,
		    PLAN_MTU_MIN);
	return check_unused(fb, l, e);
}

int
tunnel_existing(
    struct fb *fb, const struct netop *op, struct link *l, struct err *e)
{
	int r;

	r = op->ifname[0] != '\0' ? link_by_name(fb, op->ifname, l) : -ENODEV;
	if (r == -ENODEV && (op->flags & NETOP_F_ADOPT))
		return err_set(
		    e, ENODEV, "interface %s does not exist", op->ifname);
	if (r == -ENODEV)
		return 0;
	if (r == 0)
		r = tag_is_ours(fb, l->name);
	if (r < 0)
		return fb_fail(e, r, "interface %s", op->ifname);
	if (r == 1)
		return err_set(e, EEXIST, "interface %s is our tunnel already",
		    op->ifname);
	r = adoptable(fb, l, op, e);
	return r != 0 ? r : 1;
}
