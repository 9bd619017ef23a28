/*
 * The tunnel interface as a whole: which encapsulation, make or adopt.
 */
#include <errno.h>
#include <string.h>

#include "freebsd.h"

int
tunnel_prepare(
    struct fb *fb, const struct netop *op, struct netop *undo, struct err *e)
{
	struct link l;
	int found;

	found = tunnel_existing(fb, op, &l, e);
	if (found < 0)
		return found;
	netop_inverse(op, undo);
	if (found == 1) {
		undo->kind = NETOP_TUNNEL_RELEASE;
		undo->ifindex = l.index;
		undo->mtu = l.mtu;
		if (l.flags & FB_IFF_UP)
			undo->flags |= NETOP_F_ON;
	}
	return 0;
}

static int
adopt(
    struct fb *fb, const struct netop *op, const struct link *l, struct err *e)
{
	int error;

	if (l->kind == LINK_TUN)
		return tun_adopt(fb, l, e);
	/* The tag first: what carries it is given back after a kill. */
	error = tag_put(fb, l->name);
	if (error != 0)
		(void)fb_fail(e, error, "tag interface %s", l->name);
	else
		error = gif_change(fb, l->name, op->local4, op->remote4, e);
	if (error != 0)
		(void)tag_take(fb, l->name);
	return error;
}

/* A name that is the other kind's cannot be given to a new interface. */
static bool
name_fits(const struct netop *op, const char *cloner)
{
	const char *other = strcmp(cloner, "gif") == 0 ? "tun" : "gif";

	return !link_is_unit(op->ifname, other);
}

static int
create(struct fb *fb, const struct netop *op, struct link *l, struct err *e)
{
	int error;

	if ((op->flags & NETOP_F_KERNEL) && name_fits(op, "gif")) {
		error = gif_create(fb, op, l, e);
		/* Only a kernel without it is reason to do it ourselves. */
		if ((error != -EOPNOTSUPP && error != -EPERM) ||
		    (op->flags & NETOP_F_USER) == 0)
			return error;
	}
	if ((op->flags & NETOP_F_USER) && name_fits(op, "tun"))
		return tun_create(fb, op->ifname, l, e);
	return err_set(e, EINVAL,
	    "interface %s: not a name for the encapsulation asked for",
	    op->ifname);
}

/* Tun devices of ours that someone else destroyed: let go of them. */
static void
forget_lost(struct fb *fb)
{
	struct link l;
	uint32_t index;

	for (unsigned i = fb->opened.ntuns; i-- > 0;) {
		index = fb->opened.tuns[i].ifindex;
		if (link_by_index(fb, index, &l) == -ENODEV)
			tun_close(fb, index);
	}
}

static int
make_room(struct fb *fb, struct err *e)
{
	int error;

	if (opened_is_full(&fb->opened))
		forget_lost(fb);
	error = opened_reserve(&fb->opened);
	return error != 0 ? err_sys(e, -error, "one more tunnel") : 0;
}

int
tunnel_apply(struct fb *fb, struct netop *op, struct err *e)
{
	struct link l;
	int found, error;

	if ((error = make_room(fb, e)) != 0)
		return error;
	if ((found = tunnel_existing(fb, op, &l, e)) < 0)
		return found;
	error = found == 1 ? adopt(fb, op, &l, e) : create(fb, op, &l, e);
	if (error != 0)
		return error;
	memcpy(op->ifname, l.name, sizeof(op->ifname));
	op->ifindex = l.index;
	op->flags &= (uint8_t) ~(NETOP_F_KERNEL | NETOP_F_USER);
	op->flags |= l.kind == LINK_GIF ? NETOP_F_KERNEL : NETOP_F_USER;
	/* An index may be that of one that somebody else destroyed. */
	if (found == 1)
		(void)indices_add(&fb->opened.adopted, l.index);
	else
		(void)indices_drop(&fb->opened.adopted, l.index);
	(void)interest_add_link(&fb->watch.interest, l.index);
	return 0;
}

/* The outer pair of a user-space tunnel is the outer socket's alone. */
int
tunnel_outer(
    struct fb *fb, const struct link *l, const struct netop *op, struct err *e)
{
	if (l->kind != LINK_GIF)
		return 0;
	return gif_change(fb, l->name, op->local4, op->remote4, e);
}
