/*
 * What was left out because somebody else's was there first, or because a LAN's
 * interface does not take it; kept by slot until it is no longer wanted, or
 * what is in its way goes.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "executor_parts.h"

bool
left_remember(struct executor *x, const struct netop *op)
{
	struct netop *o;

	/* What stands in the way of one in effect is that one itself. */
	if (plan_contains(&x->have, op) || plan_contains(&x->left, op))
		return false;
	if (x->left.n == PLAN_MAX)
		return true;
	o = &x->left.ops[x->left.n++];
	*o = *op;
	memset(o->ifname, 0, sizeof(o->ifname));
	o->ifindex = 0;
	return true;
}

void
left_forget(struct executor *x, const struct netop *op)
{
	struct netop inv;
	unsigned i, kept = 0;

	for (i = 0; i < x->left.n; i++) {
		netop_inverse(&x->left.ops[i], &inv);
		if (!netop_equal(&x->left.ops[i], op) && !netop_equal(&inv, op))
			x->left.ops[kept++] = x->left.ops[i];
	}
	x->left.n = kept;
}

void
left_forget_slot(struct executor *x, uint8_t slot, struct plan *to)
{
	unsigned i, kept = 0;

	for (i = 0; i < x->left.n; i++) {
		if (!netop_on_slot(&x->left.ops[i], slot))
			x->left.ops[kept++] = x->left.ops[i];
		else if (to != NULL && to->n < PLAN_MAX)
			to->ops[to->n++] = x->left.ops[i];
	}
	x->left.n = kept;
}

/*
 * A foreign one of the same kind stays, and that is no failure; nor is what is
 * the matter with a LAN's interface.
 */
int
left_or_added(struct executor *x, struct netop *op, struct err *e)
{
	char text[NETOP_TEXT_MAX];
	struct err why = {0};
	int rc = executor_add(x, op, &why);

	(void)netop_format(op, text, sizeof(text));
	if (rc == EXECUTOR_REFUSED) {
		if (left_remember(x, op))
			log_msg(
			    LOG_WARNING, "%s: left out: %s", text, why.text);
		return 0;
	}
	if (rc == -ENODEV && x->slots[op->slot].lan) {
		log_msg(LOG_WARNING, "%s: left out, there is no such interface",
		    text);
		return 0;
	}
	if (rc == -EEXIST && (op->flags & NETOP_F_OPTIONAL) != 0) {
		log_msg(
		    LOG_WARNING, "%s: left out, there is one already", text);
		(void)left_remember(x, op);
		return 0;
	}
	if (rc != 0 && e != NULL)
		*e = why;
	return rc;
}

static void
tell_added(const struct executor *x, const struct netop *op)
{
	char text[NETOP_TEXT_MAX];

	(void)netop_format(op, text, sizeof(text));
	if (x->slots[op->slot].lan)
		log_msg(
		    LOG_NOTICE, "%s: added, what was in its way is gone", text);
	else
		log_msg(LOG_NOTICE, "%s: added, the other one is gone", text);
}

void
executor_fill_in(struct executor *x)
{
	struct plan todo = x->left;
	char text[NETOP_TEXT_MAX];
	bool changed = false;
	unsigned i;
	int rc;

	for (i = 0; i < todo.n; i++) {
		struct netop op = todo.ops[i];
		struct err e = {0};

		rc = executor_add(x, &op, &e);
		if (rc == -EEXIST)
			continue;
		/* What is not in effect was written down, too. */
		changed = true;
		if (rc == EXECUTOR_REFUSED)
			continue;
		left_forget(x, &op);
		if (rc == 0)
			tell_added(x, &op);
		else
			log_msg(LOG_WARNING, "%s: stays left out: %s",
			    netop_format(&op, text, sizeof(text)), e.text);
	}
	if (changed)
		executor_save(x);
}
