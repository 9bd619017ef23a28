/* What the root process lets the unprivileged one ask for. */
#include <errno.h>
#include <string.h>

#include "private.h"

#define F_ENCAP (NETOP_F_KERNEL | NETOP_F_USER)

/* Each rule returns NULL, or why not. */

static const char *
port_rule(const struct plan_conf *c, const struct netop *op)
{
	if (!c->udp && (op->lport != 0 || op->rport != 0))
		return "a tunnel over UDP is not asked for";
	if (c->udp && op->rport == 0)
		return "not over UDP, as the options want it";
	if (c->udp && op->lport != c->udp_port)
		return "not the UDP port of the options";
	return NULL;
}

static const char *
outer_rule(const struct policy *p, const struct netop *op)
{
	if (!addr4_equal(op->local4, p->local4))
		return "local end is not the connection's";
	if (!addr4_is_unicast(op->remote4))
		return "remote end is not a unicast address";
	if (addr4_equal(op->remote4, p->local4) ||
	    (p->is_local4 != NULL && p->is_local4(p->arg, op->remote4)))
		return "remote end is an address of this host";
	return port_rule(p->conf, op);
}

static const char *
tunnel_rule(const struct policy *p, const struct netop *op)
{
	const struct plan_conf *c = p->conf;
	unsigned encap = (c->encap_kernel && !c->udp ? NETOP_F_KERNEL : 0U) |
	    (c->encap_user ? NETOP_F_USER : 0U);

	if (strcmp(op->ifname, c->ifname) != 0)
		return "not the interface name of the options";
	if ((op->flags & F_ENCAP) == 0 || (op->flags & F_ENCAP & ~encap) != 0)
		return "not an encapsulation of the options";
	if (c->adopt != ((op->flags & NETOP_F_ADOPT) != 0) ||
	    c->keep != ((op->flags & NETOP_F_KEEP) != 0))
		return "creates or keeps an interface against the options";
	return outer_rule(p, op);
}

static const char *
addr_rule(const struct policy *p, const struct netop *op)
{
	unsigned i;

	if (!addr6_is_inner(&op->prefix.addr))
		return "address is not from 2000::/3 or fc00::/7";
	if (op->flags & NETOP_F_PEER) {
		if (p->type == TUNNEL_ONLY)
			return "this type of tunnel has no inner pair";
		if (op->prefix.len != 128)
			return "address with a peer is not a /128";
		if (!addr6_is_inner(&op->peer))
			return "peer is not from 2000::/3 or fc00::/7";
		if (addr6_equal(&op->prefix.addr, &op->peer))
			return "address and peer are the same";
		return NULL;
	}
	for (i = 0; i < p->conf->naddrs; i++) {
		if (prefix6_equal(&p->conf->addrs[i], &op->prefix))
			return NULL;
	}
	return policy_lan_address(p, op);
}

static const char *
reject_rule(const struct netop *op)
{
	if (op->prefix.len < 16)
		return "unreachable route is wider than /16";
	if (!prefix6_is_inner(&op->prefix))
		return "prefix is not from 2000::/3 or fc00::/7";
	if (prefix6_has_host_bits(&op->prefix))
		return "prefix has bits set beyond its length";
	if (op->metric != PLAN_METRIC_REJECT)
		return "not the metric of unreachable routes";
	return NULL;
}

static const char *
route_rule(const struct policy *p, const struct netop *op)
{
	struct prefix6 routes[PLAN_ROUTES_MAX];
	unsigned i, n;

	if (op->fib != p->conf->fib)
		return "not the routing table of the options";
	if (op->flags & NETOP_F_REJECT)
		return p->type == TUNNEL_NETWORK ?
		    reject_rule(op) :
		    "this type of tunnel has no prefix";
	if (op->metric != p->conf->metric)
		return "not the metric of the options";
	n = plan_routes(p->conf, routes);
	for (i = 0; i < n; i++) {
		if (prefix6_equal(&routes[i], &op->prefix))
			return NULL;
	}
	return "no route that the options ask for";
}

static const char *
fib_rule(const struct policy *p, const struct netop *op)
{
	if (!p->conf->set_fib)
		return "no routing table is asked for";
	return op->fib == p->conf->fib ? NULL :
					 "not the routing table of the options";
}

static const char *
rule(const struct policy *p, const struct netop *op)
{
	if (op->ifindex != 0 ||
	    (op->kind != NETOP_TUNNEL && op->ifname[0] != '\0'))
		return "names an interface of its own";
	if (op->former != 0)
		return "a former value, which only an undo has";
	if (op->flags & ~netop_flags_of(op->kind))
		return "flags that it does not have";
	if (op->slot != NETOP_SLOT_TUNNEL)
		return policy_lan_rule(p, op);
	switch (op->kind) {
	case NETOP_TUNNEL:
		return tunnel_rule(p, op);
	case NETOP_OUTER:
		return outer_rule(p, op);
	case NETOP_FIB:
		return fib_rule(p, op);
	case NETOP_ACCEPT_RA:
		if ((op->flags & NETOP_F_ON) &&
		    p->conf->route_mode != ROUTE_SOLICIT)
			return "router advertisements are not asked for";
		return NULL;
	case NETOP_MTU:
		return op->mtu == p->conf->mtu ? NULL :
						 "not the MTU of the options";
	case NETOP_ADDR:
	case NETOP_ADDR_DEL:
		return addr_rule(p, op);
	case NETOP_ROUTE:
	case NETOP_ROUTE_DEL:
		return route_rule(p, op);
	case NETOP_UP:
	case NETOP_DOWN:
	case NETOP_TUNNEL_DESTROY:
	case NETOP_TUNNEL_RELEASE:
		return NULL;
	case NETOP_NONE:
	case NETOP_KINDS:
		break;
	}
	return "no operation";
}

static int
refuse(const struct netop *op, const char *why, struct err *e)
{
	char text[NETOP_TEXT_MAX];

	return err_set(e, EPERM, "refused: %s: %s",
	    netop_format(op, text, sizeof(text)), why);
}

int
policy_check(const struct policy *p, const struct netop *op, struct err *e)
{
	const char *why = rule(p, op);

	return why == NULL ? 0 : refuse(op, why, e);
}

int
policy_check_list(
    const struct policy *p, const struct plan *ops, bool deaf, struct err *e)
{
	const struct netop *op;
	unsigned i;
	int rc;

	for (i = 0; i < ops->n; i++) {
		op = &ops->ops[i];
		if ((rc = policy_check(p, op, e)) != 0)
			return rc;
		if (op->kind == NETOP_TUNNEL)
			deaf = false;
		else if (op->kind == NETOP_ACCEPT_RA)
			deaf = true;
		else if (!deaf && op->slot == NETOP_SLOT_TUNNEL &&
		    (op->kind == NETOP_UP || op->kind == NETOP_ADDR))
			return refuse(op,
			    "router advertisements are not dealt with before",
			    e);
	}
	return 0;
}
