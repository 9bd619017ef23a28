/* Grant and options to the list of operations that put them into effect. */
#include <errno.h>
#include <string.h>

#include "private.h"

static const struct prefix6 default_route; /* ::/0 */

static int
check_ends(const struct grant *g, struct in_addr local4, struct err *e)
{
	char text[ADDR4_STRLEN];

	if (!addr4_is_unicast(g->client4))
		return err_set(e, EINVAL,
		    "granted client address %s is not a unicast address",
		    addr4_format(g->client4, text));
	if (!addr4_is_unicast(g->server4))
		return err_set(e, EINVAL,
		    "granted tunnel end %s is not a unicast address",
		    addr4_format(g->server4, text));
	if (addr4_equal(g->server4, local4) ||
	    addr4_equal(g->server4, g->client4))
		return err_set(e, EINVAL,
		    "granted tunnel end %s is our own address",
		    addr4_format(g->server4, text));
	return 0;
}

static int
check_pair(const struct grant *g, struct err *e)
{
	const struct in6_addr *pair[] = {&g->client6, &g->server6};
	char text[ADDR6_STRLEN];
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!addr6_is_inner(pair[i]))
			return err_set(e, EINVAL,
			    "granted address %s is not from 2000::/3 or "
			    "fc00::/7",
			    addr6_format(pair[i], text));
	}
	if (addr6_equal(pair[0], pair[1]))
		return err_set(e, EINVAL, "granted pair has %s at both ends",
		    addr6_format(pair[0], text));
	return 0;
}

static int
check_prefix(const struct prefix6 *p, struct err *e)
{
	char text[PREFIX6_STRLEN];

	if (p->len < 16 || p->len > 128)
		return err_set(e, EINVAL,
		    "granted prefix %s: length is not 16 to 128",
		    prefix6_format(p, text));
	if (!prefix6_is_inner(p))
		return err_set(e, EINVAL,
		    "granted prefix %s is not from 2000::/3 or fc00::/7",
		    prefix6_format(p, text));
	if (prefix6_has_host_bits(p))
		return err_set(e, EINVAL,
		    "granted prefix %s has bits set beyond its length",
		    prefix6_format(p, text));
	return 0;
}

/* Is p among the first n of list? */
static bool
listed(const struct prefix6 *list, unsigned n, const struct prefix6 *p)
{
	while (n > 0) {
		if (prefix6_equal(&list[--n], p))
			return true;
	}
	return false;
}

int
grant_check(const struct grant *g, struct in_addr local4, struct err *e)
{
	char text[PREFIX6_STRLEN];
	unsigned i;
	int rc;

	if ((rc = check_ends(g, local4, e)) != 0)
		return rc;
	if (g->has_pair && (rc = check_pair(g, e)) != 0)
		return rc;
	if (g->nprefixes > GRANT_PREFIXES_MAX)
		return err_set(e, EINVAL, "%u granted prefixes are too many",
		    g->nprefixes);
	for (i = 0; i < g->nprefixes; i++) {
		if ((rc = check_prefix(&g->prefixes[i], e)) != 0)
			return rc;
		if (listed(g->prefixes, i, &g->prefixes[i]))
			return err_set(e, EINVAL,
			    "granted prefix %s comes twice",
			    prefix6_format(&g->prefixes[i], text));
	}
	return 0;
}

static int
check_encap(const struct plan_conf *c, struct err *e)
{
	if (!c->encap_kernel && !c->encap_user)
		return err_set(e, EINVAL, "no encapsulation is allowed");
	if (c->udp && !c->encap_user)
		return err_set(e, EINVAL,
		    "a tunnel over UDP needs encapsulation in user space");
	if (c->udp && c->udp_port == 0)
		return err_set(e, EINVAL, "0 is no UDP port for our end");
	return 0;
}

static int
conf_check(const struct plan_conf *c, struct err *e)
{
	const unsigned mtu_max = c->udp ? PLAN_MTU_MAX_UDP : PLAN_MTU_MAX;
	char text[PREFIX6_STRLEN];
	unsigned i;
	int rc;

	if ((rc = check_encap(c, e)) != 0)
		return rc;
	if (strnlen(c->ifname, sizeof(c->ifname)) == sizeof(c->ifname) ||
	    (c->ifname[0] != '\0' && !netop_ifname_ok(c->ifname)))
		return err_set(e, EINVAL, "not an interface name");
	if (c->adopt && c->ifname[0] == '\0')
		return err_set(e, EINVAL,
		    "an interface that exists is to be used, but which?");
	if (c->mtu < PLAN_MTU_MIN || c->mtu > mtu_max)
		return err_set(e, EINVAL, "MTU %u is not %u to %u", c->mtu,
		    PLAN_MTU_MIN, mtu_max);
	/* 0 is none, and the highest is the unreachable routes'. */
	if (c->metric == 0 || c->metric >= PLAN_METRIC_REJECT)
		return err_set(e, EINVAL, "metric %u is not 1 to %u", c->metric,
		    PLAN_METRIC_REJECT - 1);
	if (c->naddrs > PLAN_ADDRS_MAX || c->nroutes > PLAN_ROUTES_MAX)
		return err_set(e, EINVAL, "too many addresses or routes");
	for (i = 0; i < c->naddrs; i++) {
		if (c->addrs[i].len > 128 || !addr6_is_inner(&c->addrs[i].addr))
			return err_set(e, EINVAL,
			    "address %s is not from 2000::/3 or fc00::/7",
			    prefix6_format(&c->addrs[i], text));
	}
	for (i = 0; i < c->nroutes; i++) {
		if (c->routes[i].len > 128)
			return err_set(e, EINVAL, "not a route");
	}
	return plan_check_lans(c, e);
}

static int
check_udp(const struct plan_conf *c, const struct grant *g, struct err *e)
{
	if (c->udp && !g->udp)
		return err_set(e, EINVAL,
		    "granted tunnel is of protocol 41, not over UDP");
	if (!c->udp && g->udp)
		return err_set(e, EINVAL,
		    "granted tunnel is over UDP, which was not asked for");
	if (g->udp && g->port4 == 0)
		return err_set(e, EINVAL, "granted UDP port is 0");
	return 0;
}

/* The far end would be ours too, and FreeBSD has one route to each end. */
static int
check_own(const struct plan_conf *c, const struct grant *g, struct err *e)
{
	char text[ADDR6_STRLEN];
	unsigned i;

	for (i = 0; g->has_pair && i < c->naddrs; i++) {
		if (addr6_equal(&c->addrs[i].addr, &g->server6))
			return err_set(e, EINVAL,
			    "granted far end %s is our own address",
			    addr6_format(&g->server6, text));
	}
	return 0;
}

unsigned
plan_routes(const struct plan_conf *c, struct prefix6 out[PLAN_ROUTES_MAX])
{
	struct prefix6 p;
	unsigned i, n = 0;

	if (c->route_mode != ROUTE_STATIC)
		return 0;
	for (i = 0; i < c->nroutes && i < PLAN_ROUTES_MAX; i++) {
		p = c->routes[i];
		prefix6_mask(&p);
		if (!listed(out, n, &p))
			out[n++] = p;
	}
	if (n == 0 && c->replace_default) {
		p = default_route;
		p.len = 1;
		out[n++] = p;
		p.addr.s6_addr[0] = 0x80;
		out[n++] = p;
	} else if (n == 0)
		out[n++] = default_route;
	return n;
}

struct netop *
plan_add(struct plan *p, enum netop_kind kind, unsigned flags)
{
	struct netop *op = &p->ops[p->n++];

	memset(op, 0, sizeof(*op));
	op->kind = kind;
	op->slot = NETOP_SLOT_TUNNEL;
	op->flags = (uint8_t)flags;
	return op;
}

struct netop *
plan_add_device(struct plan *p, unsigned flags, const uint32_t *fib,
    bool accept_ra, uint32_t mtu)
{
	struct netop *tunnel = plan_add(p, NETOP_TUNNEL, flags);

	if (fib != NULL)
		plan_add(p, NETOP_FIB, 0)->fib = *fib;
	plan_add(p, NETOP_ACCEPT_RA, accept_ra ? NETOP_F_ON : 0U);
	plan_add(p, NETOP_MTU, 0)->mtu = mtu;
	plan_add(p, NETOP_UP, 0);
	return tunnel;
}

void
plan_add_pair(
    struct plan *p, const struct in6_addr *ours, const struct in6_addr *theirs)
{
	struct netop *op = plan_add(p, NETOP_ADDR, NETOP_F_PEER);

	op->prefix.addr = *ours;
	op->prefix.len = 128;
	op->peer = *theirs;
}

void
plan_add_route(struct plan *p, const struct prefix6 *dst, unsigned flags,
    uint32_t metric, uint32_t fib)
{
	struct netop *op = plan_add(p, NETOP_ROUTE, flags);

	op->prefix = *dst;
	op->metric = flags & NETOP_F_REJECT ? PLAN_METRIC_REJECT : metric;
	op->fib = fib;
}

static void
add_tunnel(const struct plan_conf *c, const struct grant *g,
    struct in_addr local4, struct plan *p)
{
	struct netop *op;

	op = plan_add_device(p,
	    (c->encap_kernel && !c->udp ? NETOP_F_KERNEL : 0U) |
		(c->encap_user ? NETOP_F_USER : 0U) |
		(c->adopt ? NETOP_F_ADOPT : 0U) | (c->keep ? NETOP_F_KEEP : 0U),
	    c->set_fib ? &c->fib : NULL, c->route_mode == ROUTE_SOLICIT,
	    c->mtu);
	memcpy(op->ifname, c->ifname, sizeof(op->ifname));
	op->local4 = local4;
	op->remote4 = g->server4;
	if (c->udp) {
		op->lport = c->udp_port;
		op->rport = g->port4;
	}
}

bool
plan_has_addr(const struct plan *p, const struct in6_addr *a)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		if (p->ops[i].kind == NETOP_ADDR &&
		    addr6_equal(&p->ops[i].prefix.addr, a))
			return true;
	}
	return false;
}

static void
add_addrs(const struct plan_conf *c, const struct grant *g, struct plan *p)
{
	struct netop *op;
	unsigned i;

	if (g->has_pair)
		plan_add_pair(p, &g->client6, &g->server6);
	for (i = 0; i < c->naddrs; i++) {
		if (plan_has_addr(p, &c->addrs[i].addr))
			continue;
		op = plan_add(p, NETOP_ADDR, 0);
		op->prefix = c->addrs[i];
	}
}

int
plan_make(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct in_addr local4, struct plan *p, struct err *e)
{
	struct prefix6 routes[PLAN_ROUTES_MAX];
	unsigned i, n;
	int rc;

	p->n = 0;
	if ((rc = conf_check(c, e)) != 0 ||
	    (rc = grant_check(g, local4, e)) != 0 ||
	    (rc = check_udp(c, g, e)) != 0 || (rc = check_own(c, g, e)) != 0 ||
	    (rc = lan_check_grant(c, lans, g, e)) != 0)
		return rc;
	_Static_assert(5 + 1 + PLAN_ADDRS_MAX + PLAN_LAN_ADDRS_MAX +
		    GRANT_PREFIXES_MAX + PLAN_ROUTES_MAX <=
		PLAN_MAX,
	    "the longest list fits");
	add_tunnel(c, g, local4, p);
	add_addrs(c, g, p);
	lan_add(c, lans, g, p);
	for (i = 0; i < g->nprefixes; i++) {
		if (!lan_has_subnet(p, &g->prefixes[i]))
			plan_add_route(p, &g->prefixes[i],
			    NETOP_F_REJECT | NETOP_F_OPTIONAL, 0, c->fib);
	}
	n = plan_routes(c, routes);
	for (i = 0; i < n; i++)
		plan_add_route(
		    p, &routes[i], NETOP_F_OPTIONAL, c->metric, c->fib);
	return 0;
}
