/* Addresses on LANs that cannot be used, because another host has them. */
#include "dtcp/log.h"
#include "executor_parts.h"

static bool
is_duplicate(const struct snapshot *s, const struct netop *op)
{
	unsigned i;

	for (i = 0; i < s->naddrs; i++) {
		if (s->addrs[i].ifindex == op->ifindex &&
		    addr6_equal(&s->addrs[i].prefix.addr, &op->prefix.addr))
			return s->addrs[i].duplicate;
	}
	return false;
}

void
duplicates_tell(struct executor *x, const struct snapshot *now)
{
	struct plan told = x->duplicates;
	const struct netop *op;
	char addr[ADDR6_STRLEN];
	unsigned i;

	x->duplicates.n = 0;
	for (i = 0; i < x->have.n; i++) {
		op = &x->have.ops[i];
		if (op->kind != NETOP_ADDR || !x->slots[op->slot].lan ||
		    !is_duplicate(now, op))
			continue;
		x->duplicates.ops[x->duplicates.n++] = *op;
		if (!plan_contains(&told, op))
			log_msg(LOG_WARNING,
			    "address %s on %s is a duplicate: another host "
			    "there has it",
			    addr6_format(&op->prefix.addr, addr), op->ifname);
	}
}
