/*
 * The tunnel as the engine sees it: what is in effect, what a grant changes
 * about it, and what has to be put back.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

/* Ask for a list of operations and note them as in effect. */
static void
send_plan(struct engine *en, const struct plan *ops)
{
	struct msg m = {
	    .type = MSG_APPLY, .id = ++en->apply_id, .count = ops->n, .fd = -1};
	unsigned i;

	tell(en, &m);
	m.type = MSG_OP;
	for (i = 0; i < ops->n; i++) {
		m.op = ops->ops[i];
		tell(en, &m);
		(void)plan_note(&en->have, &ops->ops[i]);
	}
}

void
tunnel_apply_grant(struct engine *en)
{
	const struct session *s = &en->session;
	struct plan want, ops;
	struct err e = {0};
	int r;

	r = plan_make(en->conf->plan, NULL, &s->grant, s->local4, &want, &e);
	if (r == 0 && plan_diff(&en->have, &want, &ops) != 0)
		r = err_set(&e, EOVERFLOW,
		    "the grant needs more than %d operations", PLAN_MAX);
	if (r != 0) {
		/* Nothing of a grant that is refused, nor of an old one. */
		tunnel_undo(en);
		engine_queue(en, SESSION_EV_APPLY_FAILED, &e);
		return;
	}
	relay_set_rules(en, &s->grant);
	if (ops.n == 0) {
		engine_queue(en, SESSION_EV_APPLIED, NULL);
		return;
	}
	send_plan(en, &ops);
	en->grant_id = en->apply_id;
}

void
tunnel_withdraw(struct engine *en)
{
	struct plan ops;

	plan_withdraw(&en->have, &ops);
	if (ops.n > 0)
		send_plan(en, &ops);
}

/*
 * Let go of the tun device before the root process is asked to destroy it:
 * FreeBSD's kernel waits with that until nobody has it open.
 */
void
tunnel_undo(struct engine *en)
{
	tunnel_undone(en);
	tell_text(en, MSG_UNDO, 0, "");
}

/* Nothing is in effect any more. */
void
tunnel_undone(struct engine *en)
{
	memset(&en->have, 0, sizeof(en->have));
	memset(&en->lost, 0, sizeof(en->lost));
	en->grant_id = 0;
	en->ifname[0] = '\0';
	relay_end(en);
}

void
tunnel_applied(struct engine *en, const struct msg *m)
{
	if (m->op.kind == NETOP_TUNNEL) {
		strlcpy(en->ifname, m->op.ifname, sizeof(en->ifname));
		en->user_encap = (m->op.flags & NETOP_F_USER) != 0;
	}
	if (m->id != en->grant_id)
		return;
	en->grant_id = 0;
	engine_step_kind(en, SESSION_EV_APPLIED);
}

void
tunnel_lost(struct engine *en, const struct netop *op)
{
	if (en->lost.n < PLAN_MAX)
		en->lost.ops[en->lost.n++] = *op;
}

/* At most REPAIRS_MAX in the window. */
static bool
may_repair(struct engine *en)
{
	int64_t now = os_now_ms();
	int64_t *oldest = &en->repairs[en->nrepairs % REPAIRS_MAX];

	if (en->nrepairs >= REPAIRS_MAX && now - *oldest < REPAIR_WINDOW)
		return false;
	*oldest = now;
	en->nrepairs++;
	return true;
}

/* As people know it: with the interface's name. */
static const char *
describe(
    const struct engine *en, const struct netop *op, char *buf, size_t size)
{
	struct netop named = *op;

	strlcpy(named.ifname, en->ifname, sizeof(named.ifname));
	return netop_format(&named, buf, size);
}

static void
drop_lost(struct engine *en)
{
	struct netop gone;
	unsigned i;

	for (i = en->lost.n; i-- > 0;) {
		netop_inverse(&en->lost.ops[i], &gone);
		if (gone.kind != NETOP_NONE)
			(void)plan_note(&en->have, &gone);
	}
}

void
tunnel_repair(struct engine *en)
{
	struct plan lost = en->lost;
	char text[NETOP_TEXT_MAX];
	unsigned i;

	/* What was lost before everything was undone is not missed. */
	if (en->have.n == 0)
		lost.n = 0;
	drop_lost(en);
	memset(&en->lost, 0, sizeof(en->lost));
	if (lost.n == 0)
		return;
	if (!may_repair(en)) {
		log_msg(LOG_WARNING,
		    "repair=given-up if=%s object=\"%s\" others=%u: removed "
		    "too often by someone else, left alone",
		    en->ifname, describe(en, &lost.ops[0], text, sizeof(text)),
		    lost.n - 1);
		return;
	}
	for (i = 0; i < lost.n; i++)
		log_msg(LOG_WARNING, "repair=put-back if=%s object=\"%s\"",
		    en->ifname, describe(en, &lost.ops[i], text, sizeof(text)));
	send_plan(en, &lost);
}
