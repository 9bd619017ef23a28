/* What should be in effect and, by somebody else's hand, is not. */
#include <errno.h>
#include <string.h>

#include "executor_parts.h"

static const struct in_addr no_addr4;

static void
list(struct plan *lost, const struct netop *op)
{
	struct netop *o = &lost->ops[lost->n++];

	*o = *op;
	if (o->kind != NETOP_TUNNEL)
		memset(o->ifname, 0, sizeof(o->ifname));
	o->ifindex = 0;
}

static void
look_tunnel(const struct executor *x, const struct snapshot *now,
    const struct netop *op, struct plan *lost)
{
	const struct netop *wanted = &x->slots[op->slot].wanted;
	const struct snap_link *l;
	struct netop outer;

	l = snapshot_link(now, op->ifindex);
	if (l == NULL || l->lan) {
		list(lost, wanted);
		return;
	}
	if (snapshot_has(now, op) || addr4_equal(op->remote4, no_addr4))
		return; /* as it should be, or listed before */
	memset(&outer, 0, sizeof(outer));
	outer.kind = NETOP_OUTER;
	outer.slot = op->slot;
	netop_copy_outer(&outer, wanted);
	list(lost, &outer);
}

/* The kinds in the order in which they have to be put back. */
static void
look(const struct executor *x, const struct snapshot *now, struct plan *lost)
{
	const struct netop *op;
	unsigned kind, i;

	lost->n = 0;
	for (kind = NETOP_TUNNEL; kind <= NETOP_ROUTE; kind++) {
		for (i = 0; i < x->have.n; i++) {
			op = &x->have.ops[i];
			if (op->kind != kind)
				continue;
			if (kind == NETOP_TUNNEL)
				look_tunnel(x, now, op, lost);
			else if (!snapshot_has(now, op))
				list(lost, op);
		}
	}
}

void
executor_take_out(struct plan *p, const struct netop *op)
{
	unsigned i, kept = 0;

	for (i = 0; i < p->n; i++) {
		if (!netop_equal(&p->ops[i], op))
			p->ops[kept++] = p->ops[i];
	}
	p->n = kept;
}

void
executor_forget(struct executor *x, const struct netop *op)
{
	static const struct netop no_pair;
	struct netop without = *op, inv;
	bool gone;

	if (op->kind == NETOP_OUTER) {
		netop_copy_outer(&without, &no_pair);
		(void)plan_note(&x->have, &without);
		return;
	}
	netop_inverse(op, &inv);
	if (inv.kind == NETOP_NONE) {
		executor_take_out(&x->have, op);
		return;
	}
	gone = !x->slots[op->slot].lan || executor_leave_lan(x, &inv);
	(void)plan_note(&x->have, &inv);
	if (gone)
		journal_discharge(&x->journal, &inv);
	if (op->kind == NETOP_TUNNEL)
		memset(&x->slots[op->slot], 0, sizeof(x->slots[op->slot]));
}

int
executor_find_lost(struct executor *x, struct plan *lost, struct err *e)
{
	struct snapshot now;
	unsigned i, n;
	int rc;

	lost->n = 0;
	memset(&now, 0, sizeof(now));
	if ((rc = x->kernel->ops->snapshot(x->kernel, &now, e)) != 0)
		return rc;
	if (now.truncated)
		return err_set(e, EOVERFLOW,
		    "more of ours in the kernel than can be looked at");
	look(x, &now, lost);
	n = lost->n;
	for (i = 0; i < n; i++) {
		executor_forget(x, &lost->ops[i]);
		/* Whoever puts the tunnel back asks for these again. */
		if (lost->ops[i].kind == NETOP_TUNNEL)
			left_forget_slot(x, lost->ops[i].slot, lost);
	}
	if (n > 0)
		executor_save(x);
	duplicates_tell(x, &now);
	return 0;
}
