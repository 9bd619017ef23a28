/*
 * What each LAN has to announce: the subnets that the grant gives it, and the
 * end of those that it had before, in this run or an earlier one.
 */
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define GRANT_PATIENCE (30 * 1000) /* ms: as long as a lost tunnel has */

static unsigned
count_announced(const struct ra_iface *i)
{
	unsigned k, n = 0;

	for (k = 0; k < i->nprefixes; k++)
		n += i->prefixes[k].announced;
	return n;
}

/* Rounded up, for 0 means that it is not withdrawn. */
static uint32_t
seconds_left(const struct ra_prefix *p, int64_t now)
{
	if (!p->withdrawn)
		return 0;
	return p->until > now ? (uint32_t)((p->until - now + 999) / 1000) : 1;
}

/* Those that hosts may have: nobody has to withdraw the others. */
void
subnets_save(struct engine *en)
{
	struct msg m = {.type = MSG_PREFIXES, .fd = -1};
	int64_t now = os_now_ms();
	unsigned slot, i;

	en->prefixes_changed = false;
	for (slot = 0; slot < NETOP_SLOTS; slot++)
		m.count += count_announced(&en->ra[slot]);
	tell(en, &m);
	m.type = MSG_PREFIX;
	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		for (i = 0; i < en->ra[slot].nprefixes; i++) {
			const struct ra_prefix *p = &en->ra[slot].prefixes[i];

			if (!p->announced)
				continue;
			m.id = slot;
			m.prefix = p->prefix;
			m.count = seconds_left(p, now);
			tell(en, &m);
		}
	}
}

void
subnets_old(struct engine *en, const struct msg *m)
{
	int64_t now = os_now_ms();
	struct old_prefix *o;

	/* More than anybody had: the rest hosts forget by themselves. */
	if (en->nold == OLD_PREFIXES_MAX || m->id >= NETOP_SLOTS ||
	    !advertise_wanted(en, (uint8_t)m->id))
		return;
	if (en->nold == 0)
		en->old_due = now + GRANT_PATIENCE;
	o = &en->old[en->nold++];
	o->slot = (uint8_t)m->id;
	o->prefix = (struct ra_prefix) {
	    .prefix = m->prefix,
	    .withdrawn = m->count != 0,
	    .until = now + (int64_t)m->count * 1000,
	};
}

/* What an earlier run left behind on that LAN is ours from here on. */
static void
take_over(struct engine *en, uint8_t slot, struct ra_out *out)
{
	struct ra_prefix old[OLD_PREFIXES_MAX];
	unsigned i, n = 0;

	for (i = 0; i < en->nold; i++) {
		if (en->old[i].slot == slot)
			old[n++] = en->old[i].prefix;
	}
	ra_iface_old(&en->ra[slot], old, n, os_now_ms(), out);
}

static void
forget_old(struct engine *en)
{
	en->nold = 0;
	en->old_due = -1;
}

static bool
is_withdrawn(const struct ra_iface *i, const struct prefix6 *p)
{
	unsigned k;

	for (k = 0; k < i->nprefixes; k++) {
		if (prefix6_equal(&i->prefixes[k].prefix, p))
			return i->prefixes[k].withdrawn;
	}
	return false;
}

static void
tell_withdrawn(struct engine *en, uint8_t slot, const struct ra_iface *before)
{
	const struct ra_iface *now = &en->ra[slot];
	char text[PREFIX6_STRLEN];
	unsigned k;

	for (k = 0; k < now->nprefixes; k++) {
		if (now->prefixes[k].withdrawn &&
		    !is_withdrawn(before, &now->prefixes[k].prefix))
			log_msg(LOG_NOTICE, "ra=withdrawn if=%s prefix=%s",
			    port_name(en, slot),
			    prefix6_format(&now->prefixes[k].prefix, text));
	}
}

static void
set_one(struct engine *en, uint8_t slot, int64_t now)
{
	struct prefix6 subnets[PLAN_LAN_ADDRS_MAX];
	struct ra_iface before = en->ra[slot];
	struct ra_out out;
	unsigned n;

	take_over(en, slot, &out);
	advertise_act(en, slot, &out);
	n = plan_subnets(en->conf->plan, &en->granted, slot, subnets);
	ra_iface_set(&en->ra[slot], subnets, n, now, &out);
	advertise_act(en, slot, &out);
	tell_withdrawn(en, slot, &before);
}

void
subnets_granted(struct engine *en)
{
	int64_t now = os_now_ms();
	unsigned slot;

	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		if (advertise_wanted(en, (uint8_t)slot))
			set_one(en, (uint8_t)slot, now);
	}
	forget_old(en);
}

static void
begin_with_old(struct engine *en, uint8_t slot)
{
	struct ra_iface before = en->ra[slot];
	struct ra_out out;

	take_over(en, slot, &out);
	advertise_act(en, slot, &out);
	tell_withdrawn(en, slot, &before);
}

void
subnets_timer(struct engine *en, int64_t now)
{
	unsigned slot;

	if (en->old_due == -1 || now < en->old_due)
		return;
	for (slot = 0; slot < NETOP_SLOTS; slot++)
		begin_with_old(en, (uint8_t)slot);
	forget_old(en);
}

/* Nothing is begun any more, so what follows from it is left out. */
void
subnets_cease(struct engine *en)
{
	struct ra_out out;
	unsigned slot;

	if (en->nold == 0)
		return;
	for (slot = 0; slot < NETOP_SLOTS; slot++)
		take_over(en, (uint8_t)slot, &out);
	forget_old(en);
}
