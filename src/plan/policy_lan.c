/* What may be done by -P.  Of the prefix, the root process knows nothing. */
#include <string.h>

#include "private.h"

/*
 * Where the prefix ends is not known here either, so that of an SLA-id only
 * the bits from its highest one on can be compared.
 */
static bool
has_sla(const struct in6_addr *a, uint64_t sla)
{
	uint64_t upper = 0, mask = sla;
	unsigned i;

	for (i = 0; i < 8; i++)
		upper = upper << 8 | a->s6_addr[i];
	for (i = 1; i < 64; i *= 2)
		mask |= mask >> i;
	return (upper & mask) == sla;
}

static bool
is_item(const struct delegation *d, const struct netop *op)
{
	const struct in6_addr *a = &op->prefix.addr;

	return d->slot == op->slot && d->len == op->prefix.len &&
	    has_sla(a, d->sla) &&
	    (!d->has_host ||
		memcmp(&a->s6_addr[8], d->host, sizeof(d->host)) == 0);
}

const char *
policy_lan_address(const struct policy *p, const struct netop *op)
{
	unsigned i;

	for (i = 0; i < p->conf->ndelegations; i++) {
		if (!is_item(&p->conf->delegations[i], op))
			continue;
		if (p->type != TUNNEL_NETWORK)
			return "this type of tunnel has no prefix";
		if (op->flags != NETOP_F_OPTIONAL)
			return "not the flags of an address of -P";
		return NULL;
	}
	return op->slot == NETOP_SLOT_TUNNEL ?
	    "address without a peer is one of neither -A nor -P" :
	    "not an address of -P";
}

const char *
policy_lan_rule(const struct policy *p, const struct netop *op)
{
	if (op->slot >= NETOP_SLOTS || p->conf->lans[op->slot][0] == '\0')
		return "neither our tunnel nor an interface of -P";
	if (op->kind != NETOP_ADDR && op->kind != NETOP_ADDR_DEL)
		return "more than an address on an interface that is not ours";
	if (!addr6_is_inner(&op->prefix.addr))
		return "address is not from 2000::/3 or fc00::/7";
	return policy_lan_address(p, op);
}
