/*
 * The tunnel as the engine sees it: what is in effect, what a grant changes
 * about it, and what has to be put back.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

/* New descriptors come for it: the old ones keep a UDP port from the new. */
static void
let_go(struct engine *en, const struct plan *ops)
{
	unsigned i;

	for (i = 0; i < ops->n; i++) {
		if (ops->ops[i].kind == NETOP_TUNNEL ||
		    ops->ops[i].kind == NETOP_OUTER)
			relay_end(en);
	}
}

/* Ask for a list of operations and note them as in effect. */
void
tunnel_send(struct engine *en, const struct plan *ops)
{
	struct msg m = {
	    .type = MSG_APPLY, .id = ++en->apply_id, .count = ops->n, .fd = -1};
	unsigned i;

	let_go(en, ops);
	tell(en, &m);
	m.type = MSG_OP;
	for (i = 0; i < ops->n; i++) {
		m.op = ops->ops[i];
		tell(en, &m);
		(void)plan_note(&en->have, &ops->ops[i]);
	}
}

/* The session's grant is in effect, if there was anything to do for it. */
static void
granted(struct engine *en)
{
	en->granted_known = true;
	en->granted = en->session.grant;
	en->granted_local4 = en->session.local4;
	lan_put_addresses(en);
	subnets_granted(en);
	solicit_begin(en);
}

void
tunnel_apply_grant(struct engine *en)
{
	const struct session *s = &en->session;
	struct plan want, ops;
	struct err e = {0};
	int r;

	r = plan_make(
	    en->conf->plan, en->lans, &s->grant, s->local4, &want, &e);
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
		granted(en);
		engine_queue(en, SESSION_EV_APPLIED, NULL);
		return;
	}
	tunnel_send(en, &ops);
	en->grant_id = en->apply_id;
}

void
tunnel_withdraw(struct engine *en)
{
	struct plan ops;

	plan_withdraw(&en->have, &ops);
	if (ops.n > 0)
		tunnel_send(en, &ops);
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
	en->granted_known = false;
	solicit_end(en);
	en->ifname[0] = '\0';
	relay_end(en);
}

void
tunnel_applied(struct engine *en, const struct msg *m)
{
	if (m->op.kind == NETOP_TUNNEL) {
		strlcpy(en->ifname, m->op.ifname, sizeof(en->ifname));
		en->ifindex = m->op.ifindex;
		en->user_encap = (m->op.flags & NETOP_F_USER) != 0;
	}
	if (m->id != en->grant_id)
		return;
	en->grant_id = 0;
	granted(en);
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
may_repair(struct repairs *r)
{
	int64_t now = os_now_ms();
	int64_t *oldest = &r->at[r->n % REPAIRS_MAX];

	if (r->n >= REPAIRS_MAX && now - *oldest < REPAIR_WINDOW)
		return false;
	*oldest = now;
	r->n++;
	return true;
}

/* As people know it: with the interface's name. */
static const char *
describe(
    const struct engine *en, const struct netop *op, char *buf, size_t size)
{
	struct netop named = *op;

	strlcpy(named.ifname, port_name(en, op->slot), sizeof(named.ifname));
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

/*
 * What is to be put back on the tunnel, or on the LANs: nothing of what was
 * lost before everything was undone, nor what is on a LAN that is down, which
 * has it again when it comes.
 */
static void
missed(const struct engine *en, bool lans, struct plan *out)
{
	const struct netop *op;
	unsigned i;

	out->n = 0;
	for (i = 0; i < en->lost.n && en->have.n > 0; i++) {
		op = &en->lost.ops[i];
		if ((op->slot != NETOP_SLOT_TUNNEL) == lans &&
		    !lan_is_down(en, op))
			out->ops[out->n++] = *op;
	}
}

static void
put_back(struct engine *en, const struct plan *lost, struct repairs *r)
{
	char text[NETOP_TEXT_MAX];
	unsigned i;

	if (lost->n == 0)
		return;
	if (!may_repair(r)) {
		log_msg(LOG_WARNING,
		    "repair=given-up if=%s object=\"%s\" others=%u: removed "
		    "too often by someone else, left alone",
		    port_name(en, lost->ops[0].slot),
		    describe(en, &lost->ops[0], text, sizeof(text)),
		    lost->n - 1);
		return;
	}
	for (i = 0; i < lost->n; i++)
		log_msg(LOG_WARNING, "repair=put-back if=%s object=\"%s\"",
		    port_name(en, lost->ops[i].slot),
		    describe(en, &lost->ops[i], text, sizeof(text)));
	tunnel_send(en, lost);
}

void
tunnel_repair(struct engine *en)
{
	struct plan tunnel, lans;

	missed(en, false, &tunnel);
	missed(en, true, &lans);
	drop_lost(en);
	memset(&en->lost, 0, sizeof(en->lost));
	/* Who pulls a cable all the time shall not cost the tunnel its own. */
	put_back(en, &tunnel, &en->repairs);
	put_back(en, &lans, &en->lan_repairs);
}
