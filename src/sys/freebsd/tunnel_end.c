/*
 * The end of tunnel interfaces: destroyed, or given back, one or all of ours.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "freebsd.h"

/* What we know of an interface that is ours no more. */
static void
forget(struct fb *fb, uint32_t index)
{
	(void)interest_drop_link(&fb->watch.interest, index);
	(void)indices_drop(&fb->opened.adopted, index);
	tun_close(fb, index);
}

/* 1: it is ours, and now in links, 0: there is none of ours, or negative. */
static int
take(struct fb *fb, const struct link *l, struct link *to)
{
	int r = tag_is_ours(fb, l->name);

	if (r == 1)
		*to = *l;
	return r;
}

/*
 * The index outlives a renaming; the name, a repair.  How many there are, or
 * negative.
 */
static int
find_named(struct fb *fb, const struct netop *op, struct link links[2])
{
	struct link l;
	int r, n = 0;

	r = link_by_index(fb, op->ifindex, &l);
	if (r == -ENODEV)
		forget(fb, op->ifindex); /* someone else destroyed it */
	if (r == 0)
		r = n = take(fb, &l, &links[0]);
	if (r < 0 && r != -ENODEV)
		return r;
	r = link_by_name(fb, op->ifname, &l);
	if (r == 0 && l.index != op->ifindex)
		r = take(fb, &l, &links[n]);
	if (r < 0)
		return r == -ENODEV ? n : r;
	return n + r;
}

/*
 * The interfaces of ours that op is about, for the caller to free.  Without an
 * index it was written down before there was one: what has our tag by now may
 * still be called as the cloner called it.
 */
static int
find(struct fb *fb, const struct netop *op, struct link **links)
{
	if (op->ifindex == 0)
		return tag_list(fb, links);
	*links = calloc(2, sizeof(**links));
	return *links != NULL ? find_named(fb, op, *links) : -errno;
}

/*
 * Do it to every interface of ours that op names: -ENOENT if there is none.
 * The first failure is what is told; the rest is done all the same.
 */
static int
each(struct fb *fb, const struct netop *op,
    int (*act)(
	struct fb *, const struct netop *, const struct link *, struct err *),
    struct err *e)
{
	struct link *links;
	int n, i, next, error = 0;

	n = find(fb, op, &links);
	if (n < 0)
		error = fb_fail(e, n, "list the interfaces of group " FB_GROUP);
	else if (n == 0)
		error = err_set(
		    e, ENOENT, "no tunnel interface %s of ours", op->ifname);
	for (i = 0; i < n; i++) {
		next = act(fb, op, &links[i], error == 0 ? e : NULL);
		if (next == 0)
			forget(fb, links[i].index);
		else if (error == 0)
			error = next;
	}
	free(links);
	return error;
}

static int
destroy_one(
    struct fb *fb, const struct netop *op, const struct link *l, struct err *e)
{
	int error;

	(void)op;
	if (l->kind == LINK_TUN && tun_in_use(fb, l))
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
