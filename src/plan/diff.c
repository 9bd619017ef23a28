/*
 * What is in effect, as a list: folding operations into it, and what turns
 * one list into another.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/plan.h"

static int
append(struct plan *p, const struct netop *op)
{
	if (p->n == PLAN_MAX)
		return -EOVERFLOW;
	p->ops[p->n++] = *op;
	return 0;
}

static void
take_out(struct plan *p, unsigned i)
{
	p->n--;
	memmove(&p->ops[i], &p->ops[i + 1], (p->n - i) * sizeof(p->ops[0]));
}

/* An operation of that kind on that slot; NULL: none. */
static const struct netop *
find_kind(const struct plan *p, enum netop_kind kind, uint8_t slot)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		if (p->ops[i].kind == kind && p->ops[i].slot == slot)
			return &p->ops[i];
	}
	return NULL;
}

bool
plan_contains(const struct plan *p, const struct netop *op)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		if (netop_equal(&p->ops[i], op))
			return true;
	}
	return false;
}

static int
note_outer(struct plan *have, const struct netop *op)
{
	unsigned i;

	for (i = 0; i < have->n; i++) {
		if (have->ops[i].kind != NETOP_TUNNEL ||
		    have->ops[i].slot != op->slot)
			continue;
		netop_copy_outer(&have->ops[i], op);
		return 0;
	}
	return -ENOENT;
}

/* A link has one of these: the last one counts. */
static int
note_single(struct plan *have, const struct netop *op)
{
	unsigned i;

	for (i = 0; i < have->n; i++) {
		if (have->ops[i].kind == op->kind &&
		    have->ops[i].slot == op->slot) {
			have->ops[i] = *op;
			return 0;
		}
	}
	return append(have, op);
}

static void
note_removal(struct plan *have, const struct netop *op)
{
	struct netop inv;
	unsigned i;

	for (i = have->n; i-- > 0;) {
		netop_inverse(&have->ops[i], &inv);
		if (inv.kind == op->kind && netop_equal(&inv, op))
			take_out(have, i);
	}
}

static void
note_tunnel_gone(struct plan *have, uint8_t slot)
{
	unsigned i;

	for (i = have->n; i-- > 0;) {
		if (netop_on_slot(&have->ops[i], slot))
			take_out(have, i);
	}
}

int
plan_note(struct plan *have, const struct netop *op)
{
	switch (op->kind) {
	case NETOP_OUTER:
		return note_outer(have, op);
	case NETOP_TUNNEL:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
	case NETOP_MTU:
		return note_single(have, op);
	case NETOP_UP:
	case NETOP_ADDR:
	case NETOP_ROUTE:
		return plan_contains(have, op) ? 0 : append(have, op);
	case NETOP_DOWN:
	case NETOP_ADDR_DEL:
	case NETOP_ROUTE_DEL:
		note_removal(have, op);
		break;
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
		note_tunnel_gone(have, op->slot);
		break;
	case NETOP_NONE:
	case NETOP_KINDS:
		break;
	}
	return 0;
}

/*
 * Have two addresses an end in common?  FreeBSD has a route to each end, and
 * no two to the same one.
 */
static bool
share_end(const struct netop *a, const struct netop *b)
{
	bool peer_a = (a->flags & NETOP_F_PEER) != 0;
	bool peer_b = (b->flags & NETOP_F_PEER) != 0;

	return addr6_equal(&a->prefix.addr, &b->prefix.addr) ||
	    (peer_a && addr6_equal(&a->peer, &b->prefix.addr)) ||
	    (peer_b && addr6_equal(&a->prefix.addr, &b->peer)) ||
	    (peer_a && peer_b && addr6_equal(&a->peer, &b->peer));
}

/* FreeBSD has one route to a destination, the subnet's own or ours. */
static bool
is_subnet_of(const struct netop *route, const struct netop *addr)
{
	struct prefix6 subnet = addr->prefix;

	prefix6_mask(&subnet);
	return (addr->flags & NETOP_F_PEER) == 0 &&
	    prefix6_equal(&subnet, &route->prefix);
}

/* The kernel would refuse b while a is there, or take it for a. */
static bool
collide(const struct netop *a, const struct netop *b)
{
	if (a->kind == NETOP_ROUTE && b->kind == NETOP_ADDR)
		return is_subnet_of(a, b);
	if (a->kind != b->kind || netop_equal(a, b))
		return false;
	if (a->kind == NETOP_ADDR)
		return share_end(a, b);
	return a->kind == NETOP_ROUTE && a->metric == b->metric &&
	    a->fib == b->fib && prefix6_equal(&a->prefix, &b->prefix);
}

/* Put op into out, by its slot alone, and fold it into cur. */
static int
emit(struct plan *cur, struct plan *out, const struct netop *op)
{
	struct netop o = *op;
	int rc;

	if (o.kind != NETOP_TUNNEL)
		memset(o.ifname, 0, sizeof(o.ifname));
	o.ifindex = 0;
	if ((rc = append(out, &o)) != 0)
		return rc;
	return plan_note(cur, &o);
}

static int
emit_removal(struct plan *cur, struct plan *out, const struct netop *op)
{
	struct netop inv;

	netop_inverse(op, &inv);
	return inv.kind == NETOP_NONE ? 0 : emit(cur, out, &inv);
}

/* What is there and stands in the way of op. */
static int
clear_way(struct plan *cur, const struct netop *op, struct plan *out)
{
	unsigned i;
	int rc;

	for (i = cur->n; i-- > 0;) {
		if (i < cur->n && collide(&cur->ops[i], op) &&
		    (rc = emit_removal(cur, out, &cur->ops[i])) != 0)
			return rc;
	}
	return 0;
}

static int
add_tunnel(struct plan *cur, const struct netop *op, struct plan *out)
{
	const struct netop *old = find_kind(cur, NETOP_TUNNEL, op->slot);
	struct netop outer;

	if (old == NULL)
		return emit(cur, out, op);
	memset(&outer, 0, sizeof(outer));
	outer.kind = NETOP_OUTER;
	outer.slot = op->slot;
	netop_copy_outer(&outer, op);
	return emit(cur, out, &outer);
}

/* Tunnels of which want has none, or one that is another altogether. */
static int
drop_tunnels(struct plan *cur, const struct plan *want, struct plan *out)
{
	const struct netop *new;
	struct netop old;
	unsigned i;
	int rc;

	for (i = 0; i < cur->n;) {
		old = cur->ops[i++];
		if (old.kind != NETOP_TUNNEL)
			continue;
		new = find_kind(want, NETOP_TUNNEL, old.slot);
		if (new == NULL || netop_same_tunnel(&old, new))
			continue;
		if ((rc = emit_removal(cur, out, &old)) != 0)
			return rc;
		i = 0;
	}
	return 0;
}

int
plan_diff(const struct plan *have, const struct plan *want, struct plan *out)
{
	struct plan cur = *have; /* with what is in out already */
	const struct netop *op;
	unsigned i;
	int rc;

	out->n = 0;
	if ((rc = drop_tunnels(&cur, want, out)) != 0)
		return rc;
	for (i = 0; i < want->n; i++) {
		op = &want->ops[i];
		if (plan_contains(&cur, op))
			continue;
		if (op->kind == NETOP_TUNNEL)
			rc = add_tunnel(&cur, op, out);
		else if ((rc = clear_way(&cur, op, out)) == 0)
			rc = emit(&cur, out, op);
		if (rc != 0)
			return rc;
	}
	for (i = have->n; i-- > 0;) {
		op = &have->ops[i];
		if (plan_contains(&cur, op) && !plan_contains(want, op) &&
		    (rc = emit_removal(&cur, out, op)) != 0)
			return rc;
	}
	return 0;
}

void
plan_withdraw(const struct plan *have, struct plan *out)
{
	struct plan cur = *have;
	unsigned i;

	out->n = 0;
	for (i = have->n; i-- > 0;) {
		if (have->ops[i].kind == NETOP_ROUTE &&
		    (have->ops[i].flags & NETOP_F_REJECT) == 0)
			/* No more than have holds: cannot overflow. */
			(void)emit_removal(&cur, out, &have->ops[i]);
	}
}
