/*
 * The tunnel interface as a whole: which encapsulation, make or adopt,
 * destroy or give back.
 */
#include <errno.h>
#include <poll.h>
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

/* A tun device of ours that someone else destroyed: let go of it. */
static int
forget_lost(struct fb *fb, struct err *e)
{
	struct link l;

	if (fb->tunfd == -1)
		return 0;
	if (link_by_index(fb, fb->tunindex, &l) == 0)
		return err_set(
		    e, EEXIST, "interface %s is our tunnel already", l.name);
	tun_close(fb);
	return 0;
}

int
tunnel_apply(struct fb *fb, struct netop *op, struct err *e)
{
	struct link l;
	int found, error;

	if ((error = forget_lost(fb, e)) != 0)
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
	if (found == 1)
		fb->adopted = l.index;
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

/*
 * The index outlives a renaming; the name, a repair.  Without an index op was
 * written down before there was an interface: what has our tag by now may
 * still be called as the cloner called it.
 */
static bool
is_meant(const struct netop *op, const struct link *l)
{
	return op->ifindex == 0 || op->ifindex == l->index ||
	    strcmp(op->ifname, l->name) == 0;
}

/* Do it to every interface of ours that op names: -ENOENT if there is none. */
static int
each(struct fb *fb, const struct netop *op,
    int (*act)(
	struct fb *, const struct netop *, const struct link *, struct err *),
    struct err *e)
{
	struct link links[SNAP_LINKS];
	int n, i, error, done = 0;

	n = tag_list(fb, links, SNAP_LINKS);
	if (n < 0)
		return fb_fail(e, n, "list the interfaces of group " FB_GROUP);
	for (i = 0; i < n; i++) {
		if (!is_meant(op, &links[i]))
			continue;
		done++;
		if ((error = act(fb, op, &links[i], e)) != 0)
			return error;
		(void)interest_drop_link(&fb->watch.interest, links[i].index);
		if (fb->adopted == links[i].index)
			fb->adopted = 0;
	}
	if (done == 0)
		return err_set(
		    e, ENOENT, "no tunnel interface %s of ours", op->ifname);
	return 0;
}

/*
 * Somebody else may be destroying it, and has waited for us to close it; that
 * has no event of its own, and takes no time.
 */
static bool
link_goes(struct fb *fb, uint32_t index)
{
	struct link l;

	for (int i = 0; i < 20; i++) {
		if (link_by_index(fb, index, &l) == -ENODEV)
			return true;
		(void)poll(NULL, 0, 10);
	}
	return false;
}

static int
destroy_one(
    struct fb *fb, const struct netop *op, const struct link *l, struct err *e)
{
	int error;

	(void)op;
	if (l->kind == LINK_TUN && tun_in_use(fb, l) &&
	    !link_goes(fb, l->index))
		return err_set(e, EBUSY,
		    "interface %s cannot go while its device is open", l->name);
	error = link_destroy(fb, l->name);
	if (error == 0 || error == -ENODEV)
		return 0;
	return fb_fail(e, error, "destroy interface %s", l->name);
}

int
tunnel_destroy(struct fb *fb, const struct netop *op, struct err *e)
{
	return each(fb, op, destroy_one, e);
}

/* The first failure is what is told; the rest is done all the same. */
static void
note(int *first, struct err *e, int error, const char *what, const char *name)
{
	if (error == 0 || *first != 0)
		return;
	*first = fb_fail(e, error, "%s of %s", what, name);
}

/*
 * The tag goes last, and only when all else is done: until then a kill or a
 * failure leaves something that the next try gives back.  A tun device is
 * closed before the interface gets its state: the kernel takes it down with the
 * last descriptor.
 */
static int
release_one(
    struct fb *fb, const struct netop *op, const struct link *l, struct err *e)
{
	bool up = (op->flags & NETOP_F_ON) != 0;
	int first;

	first = addr_flush(fb, l, e);
	if (l->kind == LINK_TUN)
		note(&first, e, tun_give_back(fb, l), "mode", l->name);
	if (l->kind == LINK_GIF && first == 0)
		first = gif_clear(fb, l->name, e);
	else if (l->kind == LINK_GIF)
		(void)gif_clear(fb, l->name, NULL);
	note(&first, e, link_set_up(fb, l->name, up), "up or down", l->name);
	if (op->mtu != 0 && op->mtu != l->mtu)
		note(&first, e, link_set_mtu(fb, l->name, op->mtu), "MTU",
		    l->name);
	if (first == 0)
		note(&first, e, tag_take(fb, l->name), "tag", l->name);
	return first;
}

int
tunnel_release(struct fb *fb, const struct netop *op, struct err *e)
{
	int error, rest;

	error = each(fb, op, release_one, e);
	if (error != -ENOENT || op->ifname[0] == '\0')
		return error;
	rest = tag_finish(fb, op->ifname);
	return rest != 0 ? fb_fail(e, rest, "group of %s", op->ifname) : error;
}
