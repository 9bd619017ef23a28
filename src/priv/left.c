/*
 * What was left out because somebody else's was there first, kept by slot
 * until it is no longer wanted or the other one goes.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "executor_parts.h"

void
left_remember(struct executor *x, const struct netop *op)
{
	struct netop *o;

	/* What stands in the way of one in effect is that one itself. */
	if (plan_contains(&x->have, op) || plan_contains(&x->left, op) ||
	    x->left.n == PLAN_MAX)
		return;
	o = &x->left.ops[x->left.n++];
	*o = *op;
	memset(o->ifname, 0, sizeof(o->ifname));
	o->ifindex = 0;
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
		changed = true;
		left_forget(x, &op);
		netop_format(&op, text, sizeof(text));
		if (rc == 0)
			log_msg(LOG_NOTICE, "%s: added, the other one is gone",
			    text);
		else
			log_msg(LOG_WARNING, "%s: stays left out: %s", text,
			    e.text);
	}
	if (changed)
		executor_save(x);
}
