/*
 * Applies operations through a kernel and keeps the journal of how to undo
 * them: written down before each step, so that a crash at any point leaves
 * behind what the next start needs.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/executor.h"
#include "dtcp/log.h"
#include "executor_parts.h"

void
executor_init(struct executor *x, struct kernel *k)
{
	memset(x, 0, sizeof(*x));
	x->kernel = k;
}

static int
save(struct executor *x, struct err *e)
{
	return x->save != NULL ? x->save(x->save_arg, &x->journal, e) : 0;
}

/* For when the file as it is undoes enough: more is in it than is there. */
void
executor_save(struct executor *x)
{
	struct err e = {0};

	if (save(x, &e) != 0)
		log_msg(LOG_WARNING, "%s", e.text);
}

bool
executor_is_gone(int rc)
{
	return rc == -ENOENT || rc == -ENODEV;
}

/* The entries from there on that are about the slot's interface. */
static unsigned
count_on_slot(const struct journal *j, unsigned from, uint8_t slot)
{
	unsigned n = 0;

	for (; from < j->n; from++)
		n += netop_on_slot(&j->entries[from], slot);
	return n;
}

/*
 * Is that entry the end of an interface on which something of ours is left?
 * Without a name, it is the end of all of ours, those among them that others
 * made and that could not be given back.
 */
static bool
is_too_early(const struct journal *j, unsigned i)
{
	const struct netop *op = &j->entries[i], *o;

	if (op->kind != NETOP_TUNNEL_RELEASE &&
	    (op->kind != NETOP_TUNNEL_DESTROY || op->ifname[0] != '\0'))
		return false;
	for (i++; i < j->n; i++) {
		o = &j->entries[i];
		if (netop_on_slot(o, op->slot) &&
		    (op->ifname[0] == '\0' ||
			strcmp(o->ifname, op->ifname) == 0))
			return true;
	}
	return false;
}

/*
 * Undo entries, newest first: all of them, or those of a slot.  What fails
 * stays in the journal, unless the interface then goes as a whole.  It is not
 * given back with something of ours on it: nobody would find that again.
 */
static int
undo_entries(struct executor *x, int slot, struct err *e)
{
	struct journal *j = &x->journal;
	int rc, first = 0;
	unsigned i, left;

	for (i = j->n; i-- > 0;) {
		struct netop op = j->entries[i];
		struct err failure = {0};

		if (slot >= 0 && !netop_on_slot(&op, (uint8_t)slot))
			continue;
		if (is_too_early(j, i))
			continue;
		rc = x->kernel->ops->apply(x->kernel, &op, &failure);
		if (rc == 0 || executor_is_gone(rc)) {
			journal_remove(j, i);
			if (op.kind == NETOP_TUNNEL_DESTROY)
				journal_discharge(j, &op);
			continue;
		}
		log_msg(LOG_ERR, "cannot undo: %s", failure.text);
		if (first == 0) {
			first = rc;
			if (e != NULL)
				*e = failure;
		}
	}
	left = slot < 0 ? j->n : count_on_slot(j, 0, (uint8_t)slot);
	return left > 0 ? first : 0;
}

int
executor_undo(struct executor *x, struct err *e)
{
	unsigned i;
	int rc;

	rc = undo_entries(x, -1, e);
	memset(&x->have, 0, sizeof(x->have));
	memset(&x->left, 0, sizeof(x->left));
	memset(&x->duplicates, 0, sizeof(x->duplicates));
	for (i = 0; i < NETOP_SLOTS; i++) {
		if (!x->slots[i].lan)
			memset(&x->slots[i], 0, sizeof(x->slots[i]));
	}
	executor_save(x);
	return rc;
}

static int
remove_tunnel(struct executor *x, const struct netop *op, struct err *e)
{
	int rc;

	if ((rc = undo_entries(x, op->slot, e)) != 0)
		return rc;
	memset(&x->slots[op->slot], 0, sizeof(x->slots[op->slot]));
	left_forget_slot(x, op->slot, NULL);
	return plan_note(&x->have, op);
}

static int
apply_removal(struct executor *x, struct netop *op, struct err *e)
{
	int rc;

	if (op->kind == NETOP_TUNNEL_DESTROY ||
	    op->kind == NETOP_TUNNEL_RELEASE)
		return remove_tunnel(x, op, e);
	left_forget(x, op);
	if (!executor_in_effect(x, op))
		return 0;
	rc = x->kernel->ops->apply(x->kernel, op, e);
	if (rc != 0 && !executor_is_gone(rc))
		return rc;
	journal_discharge(&x->journal, op);
	return plan_note(&x->have, op);
}

/* The name is known now: note it wherever it was not. */
static void
fill_slot(struct executor *x, const struct netop *wanted,
    const struct netop *got, struct netop *undo)
{
	struct executor_slot *s = &x->slots[got->slot];

	memcpy(s->ifname, got->ifname, sizeof(s->ifname));
	s->ifindex = got->ifindex;
	s->wanted = *wanted;
	if (undo != NULL) {
		memcpy(undo->ifname, got->ifname, sizeof(undo->ifname));
		undo->ifindex = got->ifindex;
	}
}

bool
executor_is_answer(int rc)
{
	return rc != -ETIMEDOUT && rc != -EMSGSIZE;
}

/* What the kernel said of an addition: is it a LAN's own fault? */
static int
judge(const struct executor *x, const struct netop *op, int rc)
{
	if (rc == 0 || !x->slots[op->slot].lan || op->kind != NETOP_ADDR ||
	    rc == -EEXIST || rc == -ENODEV || !executor_is_answer(rc))
		return rc;
	return EXECUTOR_REFUSED;
}

static int
add(struct executor *x, struct netop *op, struct err *e)
{
	struct journal *j = &x->journal;
	struct netop undo, wanted = *op;
	unsigned before;
	int rc;

	if (x->have.n == PLAN_MAX)
		return err_set(e, EOVERFLOW, "too many operations in effect");
	memset(&undo, 0, sizeof(undo));
	rc = x->kernel->ops->prepare(x->kernel, op, &undo, e);
	if (rc != 0)
		return judge(x, op, rc);
	executor_drop_stale(x, op);
	before = j->n;
	if (journal_push(j, &undo) != 0)
		return err_set(e, EOVERFLOW, "too many operations to undo");
	if ((rc = save(x, e)) == 0)
		rc = judge(x, op, x->kernel->ops->apply(x->kernel, op, e));
	if (rc != 0) {
		if (executor_is_answer(rc))
			j->n = before;
		return rc;
	}
	if (op->kind == NETOP_TUNNEL)
		fill_slot(
		    x, &wanted, op, j->n > before ? &j->entries[before] : NULL);
	if (op->kind == NETOP_OUTER)
		netop_copy_outer(&x->slots[op->slot].wanted, op);
	left_forget(x, op);
	executor_take_out(&x->duplicates, op); /* told anew */
	return plan_note(&x->have, op);
}

int
executor_add(struct executor *x, struct netop *op, struct err *e)
{
	int rc;

	if ((rc = executor_resolve(x, op, e)) == 0)
		rc = add(x, op, e);
	return rc;
}

static int
apply_one(struct executor *x, const struct netop *wanted, struct err *e)
{
	struct netop op = *wanted;
	int rc;

	if (op.kind == NETOP_NONE)
		return 0;
	if (!netop_is_inverse(op.kind))
		return left_or_added(x, &op, e);
	if ((rc = executor_resolve(x, &op, e)) != 0)
		return rc;
	return apply_removal(x, &op, e);
}

int
executor_apply(
    struct executor *x, const struct netop *ops, unsigned n, struct err *e)
{
	unsigned i;
	int rc;

	/* Left over from an undo that failed: try again before more comes. */
	if (x->have.n == 0 && x->journal.n > 0)
		(void)executor_undo(x, NULL);
	for (i = 0; i < n; i++) {
		if ((rc = apply_one(x, &ops[i], e)) == 0)
			continue;
		(void)executor_undo(x, NULL);
		return rc;
	}
	if (n > 0)
		executor_save(x);
	return 0;
}

static const struct netop *
find(const struct executor *x, enum netop_kind kind)
{
	unsigned i;

	for (i = 0; i < x->have.n; i++) {
		if (x->have.ops[i].kind == kind &&
		    x->have.ops[i].slot == NETOP_SLOT_TUNNEL)
			return &x->have.ops[i];
	}
	return NULL;
}

bool
executor_has(const struct executor *x, enum netop_kind kind)
{
	return find(x, kind) != NULL;
}

const struct netop *
executor_tunnel(const struct executor *x)
{
	return find(x, NETOP_TUNNEL);
}
