/*
 * The tunnel interface as a whole: which encapsulation, make or adopt.
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

/* Tun devices of ours that someone else destroyed: let go of them. */
static void
forget_lost(struct lx *lx)
{
	struct link l;
	uint32_t index;

	for (unsigned i = lx->opened.ntuns; i-- > 0;) {
		index = lx->opened.tuns[i].ifindex;
		if (link_by_index(lx, index, &l) == -ENODEV)
			tun_close(lx, index);
	}
}

static int
make_room(struct lx *lx, struct err *e)
{
	int error;

	if (opened_is_full(&lx->opened))
		forget_lost(lx);
	error = opened_reserve(&lx->opened);
	return error != 0 ? err_sys(e, -error, "one more tunnel") : 0;
}

int
tunnel_apply(struct lx *lx, struct netop *op, struct err *e)
{
	struct link l;
	int found, error;

	if ((error = make_room(lx, e)) != 0)
		return error;
	if ((found = existing(lx, op, &l, e)) < 0)
		return found;
	error = found == 1 ? adopt(lx, op, &l, e) : create(lx, op, &l, e);
	if (error != 0)
		return error;
	memcpy(op->ifname, l.name, sizeof(op->ifname));
	op->ifindex = l.index;
	op->flags &= (uint8_t) ~(NETOP_F_KERNEL | NETOP_F_USER);
	op->flags |= l.kind == LINK_SIT ? NETOP_F_KERNEL : NETOP_F_USER;
	/* An index may be that of one that somebody else destroyed. */
	if (found == 1)
		(void)indices_add(&lx->opened.adopted, l.index);
	else
		(void)indices_drop(&lx->opened.adopted, l.index);
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
