/*
 * Any grant, under any options: a plan is made of operations that policy
 * allows under the same options, and two plans can be turned into each other.
 */
#include <stdlib.h>
#include <string.h>

#include "dtcp/plan.h"
#include "dtcp/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t left;
};

/* The next octets; zeros when there are no more. */
static void
take(struct input *in, void *out, size_t n)
{
	size_t m = n < in->left ? n : in->left;

	memset(out, 0, n);
	memcpy(out, in->p, m);
	in->p += m;
	in->left -= m;
}

static uint8_t
octet(struct input *in)
{
	uint8_t b;

	take(in, &b, 1);
	return b;
}

/* One bit in two says: something useful, else anything. */
static struct prefix6
prefix(struct input *in)
{
	uint8_t how = octet(in);
	struct prefix6 p;

	take(in, &p.addr, how & 2 ? 16 : 4);
	if ((how & 2) == 0)
		memset(p.addr.s6_addr + 4, 0, 12);
	p.len = octet(in);
	if (how & 1) {
		p.addr.s6_addr[0] = 0x20;
		p.len = (uint8_t)(16 + p.len % 113);
		if (how & 4)
			prefix6_mask(&p);
	}
	return p;
}

static void
options(struct input *in, struct plan_conf *c)
{
	unsigned flags = octet(in), more, i;

	memset(c, 0, sizeof(*c));
	if (flags & 1)
		take(in, c->ifname, 4);
	c->adopt = (flags & 2) != 0;
	c->keep = (flags & 4) != 0;
	c->encap_kernel = (flags & 8) != 0;
	c->encap_user = (flags & 16) != 0;
	c->replace_default = (flags & 32) != 0;
	c->set_fib = (flags & 64) != 0;
	c->fib = flags >> 7;
	more = octet(in);
	c->route_mode = (enum route_mode)(more % 3);
	c->udp = (more & 0x80) != 0;
	c->udp_port = more & 0x40 ? 0 : PLAN_UDP_PORT;
	c->mtu = 1270 + octet(in);
	c->metric = octet(in);
	c->naddrs = octet(in) % (PLAN_ADDRS_MAX + 2);
	for (i = 0; i < c->naddrs && i < PLAN_ADDRS_MAX; i++)
		c->addrs[i] = prefix(in);
	c->nroutes = octet(in) % (PLAN_ROUTES_MAX + 2);
	for (i = 0; i < c->nroutes && i < PLAN_ROUTES_MAX; i++)
		c->routes[i] = prefix(in);
}

static void
offer(struct input *in, struct grant *g)
{
	unsigned flags, i;

	memset(g, 0, sizeof(*g));
	take(in, &g->client4, 4);
	take(in, &g->server4, 4);
	flags = octet(in);
	g->has_pair = (flags & 1) != 0;
	g->udp = (flags & 0x80) != 0;
	g->port4 = flags & 0x40 ? 0 : PLAN_UDP_PORT + 1;
	if (g->has_pair) {
		g->client6 = prefix(in).addr;
		g->server6 = prefix(in).addr;
	}
	g->nprefixes = octet(in) % (GRANT_PREFIXES_MAX + 2);
	for (i = 0; i < g->nprefixes && i < GRANT_PREFIXES_MAX; i++)
		g->prefixes[i] = prefix(in);
}

/* -P, and the interfaces that it names as they are. */
static void
lans(struct input *in, struct plan_conf *c, struct lan l[NETOP_SLOTS])
{
	static const uint8_t hwlens[] = {6, 8, 0, 6};
	struct delegation *d;
	unsigned i, bits;

	memset(l, 0, NETOP_SLOTS * sizeof(l[0]));
	c->ndelegations = octet(in) % (PLAN_DELEGATIONS + 2);
	for (i = 0; i < c->ndelegations && i < PLAN_DELEGATIONS; i++) {
		d = &c->delegations[i];
		bits = octet(in);
		d->slot = bits % (NETOP_SLOTS + 1);
		d->has_host = (bits & 0x40) != 0;
		take(in, &d->sla, bits & 0x80 ? 1 : sizeof(d->sla));
		take(in, d->host, sizeof(d->host));
		d->len = octet(in);
		if (d->slot == NETOP_SLOT_TUNNEL || d->slot == NETOP_SLOTS)
			continue;
		strlcpy(c->lans[d->slot], "eth", sizeof(c->lans[0]));
		c->lans[d->slot][3] = (char)octet(in);
		bits = octet(in);
		l[d->slot].ifindex = bits & 1;
		l[d->slot].hwlen = hwlens[bits >> 1 & 3];
		take(in, l[d->slot].hwaddr, sizeof(l[0].hwaddr));
	}
}

static bool
contains(const struct plan *p, const struct netop *op)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		if (netop_equal(&p->ops[i], op))
			return true;
	}
	return false;
}

static void
check_allowed(
    const struct plan_conf *c, struct in_addr local4, const struct plan *p)
{
	struct policy policy = {
	    .conf = c, .type = TUNNEL_NETWORK, .local4 = local4};
	struct err e = {0};
	unsigned i;

	for (i = 0; i < p->n; i++) {
		if (policy_check(&policy, &p->ops[i], &e) != 0)
			abort();
	}
}

/* What is not there has no address, and no address is there twice. */
static void
check_lans(const struct plan_conf *c, const struct lan *l,
    const struct grant *g, const struct plan *p)
{
	struct prefix6 subnets[PLAN_LAN_ADDRS_MAX];
	unsigned i, k, n;
	uint8_t slot;

	for (i = 0; i < p->n; i++) {
		if (p->ops[i].slot != NETOP_SLOT_TUNNEL &&
		    (p->ops[i].kind != NETOP_ADDR ||
			l[p->ops[i].slot].ifindex == 0))
			abort();
	}
	for (i = 0; i < p->n; i++) {
		for (k = 0; k < i; k++) {
			if (p->ops[i].kind == NETOP_ADDR &&
			    p->ops[k].kind == NETOP_ADDR &&
			    addr6_equal(
				&p->ops[i].prefix.addr, &p->ops[k].prefix.addr))
				abort();
		}
	}
	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		n = plan_subnets(c, g, slot, subnets);
		for (i = 0; i < n; i++) {
			if (subnets[i].len < 64 || subnets[i].len > 127 ||
			    prefix6_has_host_bits(&subnets[i]) ||
			    !prefix6_is_inner(&subnets[i]))
				abort();
		}
	}
}

static void
check_diff(const struct plan_conf *c, struct in_addr local4,
    const struct plan *have, const struct plan *want)
{
	struct plan ops, after = *have;
	unsigned i;

	if (plan_diff(have, want, &ops) != 0)
		return; /* too long, which is for the caller to say */
	check_allowed(c, local4, &ops);
	for (i = 0; i < ops.n; i++) {
		if (plan_note(&after, &ops.ops[i]) != 0)
			abort();
	}
	if (after.n != want->n)
		abort();
	for (i = 0; i < want->n; i++) {
		if (!contains(&after, &want->ops[i]))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct grant a, b;
	struct plan_conf c;
	struct in_addr local4;
	struct lan l[NETOP_SLOTS];
	struct plan first, second;
	struct err e = {0};

	take(&in, &local4, 4);
	options(&in, &c);
	offer(&in, &a);
	offer(&in, &b);
	lans(&in, &c, l);
	if (plan_make(&c, l, &a, local4, &first, &e) != 0) {
		if (e.text[0] == '\0' || first.n != 0)
			abort();
		return 0;
	}
	check_allowed(&c, local4, &first);
	check_lans(&c, l, &a, &first);
	if (plan_make(&c, l, &b, local4, &second, &e) == 0) {
		check_diff(&c, local4, &first, &second);
		check_diff(&c, local4, &second, &first);
	}
	return 0;
}
