/*
 * The interfaces of slots: the tunnel, which is known by what was made, and
 * those of LANs, which are known by name and looked up each time.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "executor_parts.h"

void
executor_set_lan(struct executor *x, uint8_t slot, const char *ifname)
{
	struct executor_slot *s = &x->slots[slot];

	memset(s, 0, sizeof(*s));
	memcpy(s->ifname, ifname, strnlen(ifname, sizeof(s->ifname) - 1));
	s->lan = true;
	x->kernel->ops->watch_lan(x->kernel, slot, s->ifname);
}

/* What is in effect and is undone by removal; NULL: nothing. */
static const struct netop *
undone_by(const struct executor *x, const struct netop *removal)
{
	struct netop inv;
	unsigned i;

	for (i = 0; i < x->have.n; i++) {
		netop_inverse(&x->have.ops[i], &inv);
		if (netop_equal(&inv, removal))
			return &x->have.ops[i];
	}
	return NULL;
}

bool
executor_in_effect(const struct executor *x, const struct netop *removal)
{
	return undone_by(x, removal) != NULL;
}

/*
 * An address goes where it was added, and not to another interface that has
 * the name by now.
 */
static int
resolve_lan(const struct executor *x, struct netop *op, struct err *e)
{
	const struct kernel_ops *ops = x->kernel->ops;
	const struct netop *had;
	char text[NETOP_TEXT_MAX];

	memcpy(op->ifname, x->slots[op->slot].ifname, sizeof(op->ifname));
	if (op->kind == NETOP_ADDR)
		return ops->find_link(x->kernel, op->ifname, &op->ifindex, e);
	if (op->kind != NETOP_ADDR_DEL)
		return err_set(e, EPERM, "%s: slot %u is a LAN's interface",
		    netop_format(op, text, sizeof(text)), op->slot);
	had = undone_by(x, op);
	if (had != NULL)
		op->ifindex = had->ifindex;
	return 0;
}

int
executor_resolve(const struct executor *x, struct netop *op, struct err *e)
{
	const struct executor_slot *s;
	char text[NETOP_TEXT_MAX];

	if (op->slot >= NETOP_SLOTS)
		return err_set(e, EINVAL, "no slot %u", op->slot);
	s = &x->slots[op->slot];
	op->ifindex = 0;
	if (s->lan)
		return resolve_lan(x, op, e);
	if (op->kind == NETOP_TUNNEL) {
		if (s->ifname[0] != '\0')
			return err_set(e, EBUSY,
			    "a tunnel is in effect already: %s", s->ifname);
		return 0;
	}
	memset(op->ifname, 0, sizeof(op->ifname));
	if (!netop_on_slot(op, op->slot))
		return 0;
	if (s->ifname[0] == '\0' && !netop_is_inverse(op->kind))
		return err_set(e, ENODEV, "%s: there is no such interface",
		    netop_format(op, text, sizeof(text)));
	memcpy(op->ifname, s->ifname, sizeof(op->ifname));
	op->ifindex = s->ifindex;
	return 0;
}

bool
executor_leave_lan(struct executor *x, const struct netop *removal)
{
	const struct kernel_ops *ops = x->kernel->ops;
	const struct netop *had = undone_by(x, removal);
	struct netop op = *removal;
	struct err e = {0};
	uint32_t now;
	int rc;

	if (had == NULL ||
	    (ops->find_link(x->kernel, x->slots[op.slot].ifname, &now, &e) ==
		    0 &&
		now == had->ifindex))
		return true;
	memcpy(op.ifname, had->ifname, sizeof(op.ifname));
	op.ifindex = had->ifindex;
	rc = ops->apply(x->kernel, &op, &e);
	if (rc == 0 || executor_is_gone(rc))
		return true;
	log_msg(LOG_ERR, "cannot undo: %s", e.text);
	return false;
}

void
executor_drop_stale(struct executor *x, const struct netop *op)
{
	struct netop inv, old;
	const struct netop *had;

	netop_inverse(op, &inv);
	had = x->slots[op->slot].lan ? undone_by(x, &inv) : NULL;
	if (had == NULL)
		return;
	old = *had;
	executor_forget(x, &old);
}

/* The first on that slot that is not on that interface; NULL: none. */
static const struct netop *
elsewhere(const struct plan *have, uint8_t slot, uint32_t ifindex)
{
	unsigned i;

	for (i = 0; i < have->n; i++) {
		if (netop_on_slot(&have->ops[i], slot) &&
		    have->ops[i].ifindex != ifindex)
			return &have->ops[i];
	}
	return NULL;
}

void
executor_forget_lan(struct executor *x, uint8_t slot, uint32_t ifindex)
{
	const struct netop *op;
	struct netop old;
	bool any = false;

	while ((op = elsewhere(&x->have, slot, ifindex)) != NULL) {
		old = *op;
		executor_forget(x, &old);
		any = true;
	}
	left_forget_slot(x, slot, NULL);
	if (any)
		executor_save(x);
}
