/* -P: the delegated prefixes on the interfaces of LANs. */
#include <errno.h>
#include <string.h>

#include "private.h"

struct prefix6
lan_join(const struct delegation *d, const struct prefix6 *prefix,
    const uint8_t *host)
{
	struct prefix6 p = {.addr = prefix->addr, .len = d->len};
	unsigned i;

	for (i = 0; i < LAN_BIT / 8; i++)
		p.addr.s6_addr[LAN_BIT / 8 - 1 - i] |=
		    (uint8_t)(d->sla >> 8 * i);
	if (host != NULL)
		memcpy(&p.addr.s6_addr[LAN_BIT / 8], host, LAN_IID_LEN);
	return p;
}

/* A hardware address to number by: its own, for the tunnel the LANs' first. */
static bool
find_iid(const struct plan_conf *c, const struct lan *lans, uint8_t slot,
    uint8_t iid[LAN_IID_LEN])
{
	unsigned i;

	if (slot != NETOP_SLOT_TUNNEL)
		return lan_iid(&lans[slot], iid);
	for (i = NETOP_SLOT_TUNNEL + 1; i < NETOP_SLOTS; i++) {
		if (c->lans[i][0] != '\0' && lans[i].ifindex != 0 &&
		    lan_iid(&lans[i], iid))
			return true;
	}
	return false;
}

/* False: there is nothing to put it on, or to make it from. */
static bool
address(const struct plan_conf *c, const struct lan *lans,
    const struct delegation *d, const struct prefix6 *prefix,
    struct prefix6 *out)
{
	uint8_t iid[LAN_IID_LEN];

	if (d->slot != NETOP_SLOT_TUNNEL &&
	    (lans == NULL || lans[d->slot].ifindex == 0))
		return false;
	if (d->has_host) {
		*out = lan_join(d, prefix, d->host);
		return true;
	}
	if (lans == NULL || !find_iid(c, lans, d->slot, iid))
		return false;
	*out = lan_join(d, prefix, iid);
	return true;
}

int
lan_check_far_end(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct err *e)
{
	char text[ADDR6_STRLEN];
	struct prefix6 p;
	unsigned i;

	for (i = 0; i < c->ndelegations * g->nprefixes; i++) {
		if (address(c, lans, &c->delegations[i / g->nprefixes],
			&g->prefixes[i % g->nprefixes], &p) &&
		    addr6_equal(&p.addr, &g->server6))
			return err_set(e, EINVAL,
			    "granted far end %s is our own address",
			    addr6_format(&g->server6, text));
	}
	return 0;
}

void
lan_add(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct plan *p)
{
	const struct delegation *d;
	struct prefix6 a;
	struct netop *op;
	unsigned i;

	for (i = 0; i < c->ndelegations * g->nprefixes; i++) {
		d = &c->delegations[i / g->nprefixes];
		if (!address(c, lans, d, &g->prefixes[i % g->nprefixes], &a) ||
		    plan_has_addr(p, &a.addr))
			continue;
		op = plan_add(p, NETOP_ADDR, NETOP_F_OPTIONAL);
		op->slot = d->slot;
		op->prefix = a;
	}
}

bool
lan_has_subnet(const struct plan *p, const struct prefix6 *prefix)
{
	struct prefix6 subnet;
	unsigned i;

	for (i = 0; i < p->n; i++) {
		if (p->ops[i].kind != NETOP_ADDR ||
		    (p->ops[i].flags & NETOP_F_OPTIONAL) == 0)
			continue;
		subnet = p->ops[i].prefix;
		prefix6_mask(&subnet);
		if (prefix6_equal(&subnet, prefix))
			return true;
	}
	return false;
}

unsigned
plan_subnets(const struct plan_conf *c, const struct grant *g, uint8_t slot,
    struct prefix6 out[PLAN_LAN_ADDRS_MAX])
{
	const struct delegation *d;
	unsigned i, n = 0;

	if (slot == NETOP_SLOT_TUNNEL)
		return 0;
	for (i = 0; i < c->ndelegations * g->nprefixes; i++) {
		d = &c->delegations[i / g->nprefixes];
		if (d->slot != slot || d->len == 128 || n == PLAN_LAN_ADDRS_MAX)
			continue;
		out[n] = lan_join(d, &g->prefixes[i % g->nprefixes],
		    d->has_host ? d->host : NULL);
		prefix6_mask(&out[n++]);
	}
	return n;
}

void
plan_lans(const struct plan *p, struct plan *out)
{
	const struct netop *op;
	unsigned i;

	out->n = 0;
	for (i = 0; i < p->n; i++) {
		op = &p->ops[i];
		if (op->kind == NETOP_ADDR ||
		    (op->kind == NETOP_ROUTE && (op->flags & NETOP_F_REJECT)))
			out->ops[out->n++] = *op;
	}
}
