/*
 * The tunnel interface as a whole: which encapsulation, make or adopt,
 * destroy or give back.
 *
 * An interface that is there and not ours is adopted only by name, only if it
 * is a sit or a (persistent) tun device, and only if nobody uses it: no alias
 * and no address but link-local ones.  The kernel cannot take the remote end
 * away from a point-to-point sit device, so one counts as unused when it is
 * down and has no local end; TUNNEL_RELEASE leaves one like that, whether it
 * was up or not.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/plan.h"

#include "linux.h"

/* What keeps an interface from being adopted?  0, or -errno with a line. */
static int
adoptable(
    struct lx *lx, const struct link *l, const struct netop *op, struct err *e)
{
	int any;

	if (l->kind == LINK_OTHER)
		return err_set(e, EBUSY,
		    "interface %s is neither a sit nor a tun device", l->name);
	if ((op->flags &
		(l->kind == LINK_SIT ? NETOP_F_KERNEL : NETOP_F_USER)) == 0)
		return err_set(e, EBUSY,
		    "interface %s is a %s device: not the encapsulation "
		    "asked for",
		    l->name, l->kind == LINK_SIT ? "sit" : "tun");
	if (strncmp(l->alias, "dtcp:", 5) == 0)
		return err_set(e, EBUSY,
		    "interface %s is the tunnel of another instance (%s)",
		    l->name, l->alias + 5);
	if (l->alias[0] != '\0')
		return err_set(e, EBUSY,
		    "interface %s has an alias of its own, where the mark "
		    "would go: %s",
		    l->name, l->alias);
	if (l->kind == LINK_SIT && l->remote4.s_addr == INADDR_ANY)
		return err_set(e, EBUSY,
		    "interface %s was made without a remote end and cannot "
		    "be given one",
		    l->name);
	if (l->kind == LINK_SIT &&
	    ((l->flags & IFF_UP) || l->local4.s_addr != INADDR_ANY))
		return err_set(e, EBUSY,
		    "interface %s is configured already: it is up or has a "
		    "local end",
		    l->name);
	any = addr_any(lx, l->index);
	if (any < 0)
		return nl_fail(
		    &lx->nl, e, any, "addresses of interface %s", l->name);
	if (any == 1)
		return err_set(e, EBUSY,
		    "interface %s is configured already: it has an address",
		    l->name);
	if (l->mtu < PLAN_MTU_MIN)
		return err_set(e, EBUSY,
		    "interface %s has MTU %u: IPv6 needs %d", l->name, l->mtu,
		    PLAN_MTU_MIN);
	return 0;
}

/*
 * The interface that op names.  1: it is to be adopted, 0: it is to be made,
 * or why neither is possible.
 */
static int
existing(struct lx *lx, const struct netop *op, struct link *l, struct err *e)
{
	int error;

	error =
	    op->ifname[0] != '\0' ? link_by_name(lx, op->ifname, l) : -ENODEV;
	if (error == -ENODEV && (op->flags & NETOP_F_ADOPT))
		return err_set(
		    e, ENODEV, "interface %s does not exist", op->ifname);
	if (error == -ENODEV)
		return 0;
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "interface %s", op->ifname);
	if (link_is_ours(lx, l))
		return err_set(e, EEXIST, "interface %s is our tunnel already",
		    op->ifname);
	error = adoptable(lx, l, op, e);
	return error != 0 ? error : 1;
}

int
tunnel_prepare(
    struct lx *lx, const struct netop *op, struct netop *undo, struct err *e)
{
	struct link l;
	int found;

	found = existing(lx, op, &l, e);
	if (found < 0)
		return found;
	netop_inverse(op, undo);
	if (found == 1) {
		undo->kind = NETOP_TUNNEL_RELEASE;
		undo->ifindex = l.index;
		undo->mtu = l.mtu;
		undo->remote4 = l.remote4;
		if (l.flags & IFF_UP)
			undo->flags |= NETOP_F_ON;
	}
	return 0;
}

static int
adopt(
    struct lx *lx, const struct netop *op, const struct link *l, struct err *e)
{
	int error;

	if (l->kind == LINK_TUN)
		return tun_adopt(lx, l, e);
	/* The tag first: what carries it is given back after a kill. */
	error = link_set_tag(lx, l->index, lx->tag);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "tag interface %s", l->name);
	error = sit_change(lx, l, op->local4, op->remote4, e);
	if (error != 0)
		(void)link_set_tag(lx, l->index, "");
	return error;
}

static int
create(struct lx *lx, const struct netop *op, struct link *l, struct err *e)
{
	int error = -EINVAL;

	if (op->flags & NETOP_F_KERNEL) {
		error =
		    sit_create(lx, op->ifname, op->local4, op->remote4, l, e);
		/* Only a kernel without it is reason to do it ourselves. */
		if (error != -EOPNOTSUPP || (op->flags & NETOP_F_USER) == 0)
			return error;
	}
	if (op->flags & NETOP_F_USER)
		return tun_create(
		    lx, op->ifname, (op->flags & NETOP_F_KEEP) != 0, l, e);
	return err_set(e, EINVAL, "no encapsulation is allowed");
}

/* A tun device of ours that someone else destroyed: let go of it. */
static int
forget_lost(struct lx *lx, struct err *e)
{
	struct link l;

	if (lx->tunfd == -1)
		return 0;
	if (link_by_index(lx, lx->tunindex, &l) == 0)
		return err_set(
		    e, EEXIST, "interface %s is our tunnel already", l.name);
	tun_close(lx);
	return 0;
}

int
tunnel_apply(struct lx *lx, struct netop *op, struct err *e)
{
	struct link l;
	int found, error;

	if (((error = forget_lost(lx, e)) != 0) ||
	    (found = existing(lx, op, &l, e)) < 0)
		return error != 0 ? error : found;
	error = found == 1 ? adopt(lx, op, &l, e) : create(lx, op, &l, e);
	if (error != 0)
		return error;
	memcpy(op->ifname, l.name, sizeof(op->ifname));
	op->ifindex = l.index;
	op->flags &= (uint8_t) ~(NETOP_F_KERNEL | NETOP_F_USER);
	op->flags |= l.kind == LINK_SIT ? NETOP_F_KERNEL : NETOP_F_USER;
	if (found == 1)
		lx->adopted = l.index;
	watch_link(lx, l.index);
	return 0;
}

/* The outer pair of a user-space tunnel is the outer socket's alone. */
int
tunnel_outer(
    struct lx *lx, const struct link *l, const struct netop *op, struct err *e)
{
	if (l->kind != LINK_SIT)
		return 0;
	return sit_change(lx, l, op->local4, op->remote4, e);
}

/* Finds the next interface of ours that op is about. */
struct mine {
	const struct lx *lx;
	const struct netop *op;
	struct link *found;
	bool any;
};

static int
mine_visit(void *arg, const struct link *l)
{
	struct mine *m = arg;

	if (l == NULL) {
		m->any = false;
		return 0;
	}
	if (m->any || !link_is_ours(m->lx, l))
		return 0;
	/* The index outlives a renaming; the name, a repair. */
	if (m->op->ifname[0] != '\0' && m->op->ifindex != l->index &&
	    strcmp(m->op->ifname, l->name) != 0)
		return 0;
	*m->found = *l;
	m->any = true;
	return 0;
}

/* Do it to every interface of ours that op names: -ENOENT if there is none. */
static int
each(struct lx *lx, const struct netop *op,
    int (*act)(
	struct lx *, const struct netop *, const struct link *, struct err *),
    struct err *e)
{
	struct link l;
	struct mine m = {.lx = lx, .op = op, .found = &l};
	int error, done;

	for (done = 0; done < SNAP_LINKS; done++) {
		error = link_scan(lx, mine_visit, &m);
		if (error != 0)
			return nl_fail(&lx->nl, e, error, "list interfaces");
		if (!m.any)
			break;
		watch_unlink(lx, l.index);
		if (lx->adopted == l.index)
			lx->adopted = 0;
		error = act(lx, op, &l, e);
		if (l.index == lx->tunindex)
			tun_close(lx);
		if (error != 0)
			return error;
	}
	if (done == 0)
		return err_set(
		    e, ENOENT, "no tunnel interface %s of ours", op->ifname);
	return 0;
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

int
tunnel_destroy(struct lx *lx, const struct netop *op, struct err *e)
{
	return each(lx, op, destroy_one, e);
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
	return each(lx, op, release_one, e);
}
