/*
 * The end of tunnel interfaces: destroyed, or given back, one or all of ours.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "linux.h"

/* The interfaces of ours that an operation is about. */
struct mine {
	const struct lx *lx;
	unsigned n, room;
	struct link *links;
};

static int
mine_add(struct mine *m, const struct link *l)
{
	unsigned room = m->room > 0 ? 2 * m->room : 1;
	struct link *links;

	if (m->n == m->room) {
		links = realloc(m->links, room * sizeof(*links));
		if (links == NULL)
			return -ENOMEM;
		m->links = links;
		m->room = room;
	}
	m->links[m->n++] = *l;
	return 0;
}

static int
mine_visit(void *arg, const struct link *l)
{
	struct mine *m = arg;

	if (l == NULL) {
		m->n = 0;
		return 0;
	}
	return link_is_ours(m->lx, l) ? mine_add(m, l) : 0;
}

/* What we know of an interface that is ours no more. */
static void
forget(struct lx *lx, uint32_t index)
{
	watch_unlink(lx, index);
	(void)indices_drop(&lx->opened.adopted, index);
	tun_close(lx, index);
}

/* The index outlives a renaming; the name, a repair. */
static int
find_named(struct lx *lx, const struct netop *op, struct mine *m)
{
	struct link l;
	int error;

	error = link_by_index(lx, op->ifindex, &l);
	if (error == -ENODEV)
		forget(lx, op->ifindex); /* someone else destroyed it */
	if (error == 0)
		error = mine_visit(m, &l);
	if (error != 0 && error != -ENODEV)
		return error;
	error = link_by_name(lx, op->ifname, &l);
	if (error == 0 && l.index != op->ifindex)
		error = mine_visit(m, &l);
	return error == -ENODEV ? 0 : error;
}

/* Every interface of ours that op names: -ENOENT if there is none. */
static int
find(struct lx *lx, const struct netop *op, struct mine *m, struct err *e)
{
	int error;

	error = op->ifname[0] != '\0' ? find_named(lx, op, m) :
					link_scan(lx, mine_visit, m);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "list interfaces");
	if (m->n == 0)
		return err_set(
		    e, ENOENT, "no tunnel interface %s of ours", op->ifname);
	return 0;
}

/* The first failure is what is told; the rest is done all the same. */
static int
each(struct lx *lx, const struct netop *op, const struct mine *m,
    int (*act)(
	struct lx *, const struct netop *, const struct link *, struct err *),
    struct err *e)
{
	int error = 0, next;

	for (unsigned i = 0; i < m->n; i++) {
		watch_unlink(lx, m->links[i].index);
		next = act(lx, op, &m->links[i], error == 0 ? e : NULL);
		error = error == 0 ? next : error;
		forget(lx, m->links[i].index);
	}
	return error;
}

static int
destroy_one(
    struct lx *lx, const struct netop *op, const struct link *l, struct err *e)
{
	int error;

	(void)op;
	error = link_delete(lx, l->index);
	if (error == 0 || error == -ENODEV)
		return 0;
	return nl_fail(&lx->nl, e, error, "destroy interface %s", l->name);
}

/*
 * The kernel waits until nobody uses an interface any more, which a thousand
 * can have in common.  What this leaves goes one by one.
 */
static void
destroy_together(struct lx *lx, const struct mine *m)
{
	for (unsigned i = 0; i < m->n; i++)
		(void)link_set_group(lx, m->links[i].index, lx->group);
	(void)link_delete_group(lx, lx->group);
}

int
tunnel_destroy(struct lx *lx, const struct netop *op, struct err *e)
{
	struct mine m = {.lx = lx};
	int error;

	error = find(lx, op, &m, e);
	if (error == 0 && m.n > 1)
		destroy_together(lx, &m);
	if (error == 0)
		error = each(lx, op, &m, destroy_one, e);
	free(m.links);
	return error;
}

/*
 * The tag goes last: until then a kill leaves something that the next start
 * gives back.  What fails on the way does not keep the rest from being done.
 */
static int
release_one(
    struct lx *lx, const struct netop *op, const struct link *l, struct err *e)
{
	const struct in_addr none = {INADDR_ANY};
	struct in_addr remote4 =
	    op->remote4.s_addr != INADDR_ANY ? op->remote4 : l->remote4;
	bool up = (op->flags & NETOP_F_ON) != 0 && l->kind != LINK_SIT;
	int error, next;

	error = addr_flush(lx, l, e);
	next = link_set_up(lx, l->index, up);
	if (next != 0 && error == 0)
		error = nl_fail(&lx->nl, e, next, "interface %s %s", l->name,
		    up ? "up" : "down");
	if (l->kind == LINK_SIT) {
		next = sit_change(lx, l, none, remote4, error == 0 ? e : NULL);
		error = error == 0 ? next : error;
	}
	if (l->kind == LINK_TUN) {
		next = tun_give_back(lx, l, error == 0 ? e : NULL);
		error = error == 0 ? next : error;
	}
	if (op->mtu != 0 && op->mtu != l->mtu) {
		next = link_set_mtu(lx, l->index, op->mtu);
		if (next != 0 && error == 0)
			error = nl_fail(
			    &lx->nl, e, next, "MTU %u on %s", op->mtu, l->name);
	}
	next = link_set_tag(lx, l->index, "");
	if (next != 0 && error == 0)
		error =
		    nl_fail(&lx->nl, e, next, "take the tag from %s", l->name);
	return error;
}

int
tunnel_release(struct lx *lx, const struct netop *op, struct err *e)
{
	struct mine m = {.lx = lx};
	int error;

	error = find(lx, op, &m, e);
	if (error == 0)
		error = each(lx, op, &m, release_one, e);
	free(m.links);
	return error;
}
