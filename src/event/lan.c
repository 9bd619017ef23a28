/*
 * The LAN interfaces of -P in the engine: they come and go while the tunnel
 * stays, and have their addresses whenever they are there.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

/*
 * The addresses that the last grant gives, where they are not yet.  Also while
 * the session is lost, for addresses outlive that; routes into the tunnel are
 * the next grant's business.
 */
void
lan_put_addresses(struct engine *en)
{
	struct plan all, want, have, ops;
	struct err e = {0};

	/* What is under way is another grant, and looks here when it is done.
	 */
	if (!en->granted_known || en->have.n == 0 || en->grant_id != 0)
		return;
	if (plan_make(en->conf->plan, en->lans, &en->granted,
		en->granted_local4, &all, &e) != 0) {
		/* It was good when it came, and nothing in it has changed. */
		log_msg(LOG_WARNING, "%s", e.text);
		return;
	}
	plan_lans(&all, &want);
	plan_lans(&en->have, &have);
	if (plan_diff(&have, &want, &ops) == 0 && ops.n > 0)
		tunnel_send(en, &ops);
}

/* The interface went, and took along what was on it. */
static void
forget_addresses(struct engine *en, uint8_t slot)
{
	struct plan *p = &en->have;
	unsigned i, kept = 0;

	for (i = 0; i < p->n; i++) {
		if (!netop_on_slot(&p->ops[i], slot))
			p->ops[kept++] = p->ops[i];
	}
	p->n = kept;
}

void
lan_heard(struct engine *en, const struct lan *l)
{
	struct lan *now = &en->lans[l->slot];

	if (l->slot == NETOP_SLOT_TUNNEL)
		return;
	if (now->ifindex != l->ifindex)
		forget_addresses(en, l->slot);
	*now = *l;
	if (l->up && l->ifindex != 0)
		lan_put_addresses(en);
	advertise_lan(en, l->slot);
}

bool
lan_is_down(const struct engine *en, const struct netop *op)
{
	const struct lan *l = &en->lans[op->slot];

	return op->slot != NETOP_SLOT_TUNNEL && (!l->up || l->ifindex == 0);
}
