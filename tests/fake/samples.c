/* Options and grants for tests. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"

static void
must(int rc, const char *text)
{
	if (rc == 0)
		return;
	fprintf(stderr, "sample: not an address: %s\n", text);
	abort();
}

struct in_addr
a4(const char *text)
{
	struct in_addr a;

	must(addr4_parse(text, strlen(text), &a), text);
	return a;
}

struct in6_addr
a6(const char *text)
{
	struct in6_addr a;

	must(addr6_parse(text, strlen(text), &a), text);
	return a;
}

struct prefix6
p6(const char *text)
{
	struct prefix6 p;

	must(prefix6_parse(text, strlen(text), &p), text);
	return p;
}

struct plan_conf
sample_conf(void)
{
	struct plan_conf c;

	memset(&c, 0, sizeof(c));
	c.encap_kernel = c.encap_user = true;
	c.mtu = PLAN_MTU_DEFAULT;
	c.metric = PLAN_METRIC_DEFAULT;
	c.route_mode = ROUTE_STATIC;
	return c;
}

struct grant
sample_grant(enum tunnel_type type)
{
	struct grant g;

	memset(&g, 0, sizeof(g));
	g.type = type;
	g.client4 = a4(SAMPLE_LOCAL);
	g.server4 = a4(SAMPLE_REMOTE);
	if (type == TUNNEL_HOST) {
		g.has_pair = true;
		g.client6 = a6("2001:db8:ffff::6");
		g.server6 = a6("2001:db8:ffff::5");
	}
	if (type == TUNNEL_NETWORK)
		g.prefixes[g.nprefixes++] = p6("2001:db8:1::/48");
	return g;
}

void
sample_lan(struct plan_conf *c, struct lan lans[NETOP_SLOTS], uint8_t slot,
    const char *ifname)
{
	struct lan *l = &lans[slot];

	strlcpy(c->lans[slot], ifname, sizeof(c->lans[slot]));
	*l = (struct lan) {.slot = slot,
	    .up = true,
	    .ifindex = slot + 1U,
	    .hwlen = 6,
	    .hwaddr = {0, 0, 0x5e, 0, 0x53, slot},
	    .linklocal = a6("fe80::1")};
}

void
sample_item(struct plan_conf *c, uint8_t slot, uint64_t sla, const char *host,
    uint8_t len)
{
	struct delegation *d = &c->delegations[c->ndelegations++];
	struct in6_addr a;

	memset(d, 0, sizeof(*d));
	d->slot = slot;
	d->sla = sla;
	d->len = len;
	d->has_host = host != NULL;
	if (host == NULL)
		return;
	a = a6(host);
	memcpy(d->host, &a.s6_addr[8], sizeof(d->host));
}

uint32_t
sample_next(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

struct grant
sample_random_grant(uint32_t *state)
{
	struct grant g = sample_grant(TUNNEL_ONLY);
	struct prefix6 p;
	unsigned i, n;

	g.type = TUNNEL_NETWORK;
	g.server4.s_addr ^= htonl(sample_next(state) % 3 << 4);
	if (sample_next(state) % 3 != 0) {
		g.has_pair = true;
		g.client6 = a6("2001:db8:ffff::");
		g.server6 = g.client6;
		g.client6.s6_addr[15] = (uint8_t)(1 + sample_next(state) % 3);
		g.server6.s6_addr[15] = (uint8_t)(4 + sample_next(state) % 3);
	}
	n = sample_next(state) % (GRANT_PREFIXES_MAX + 1);
	for (i = 0; i < n; i++) {
		p = p6("2001:db8::/48");
		/* One digit a place: none comes twice. */
		p.addr.s6_addr[5] = (uint8_t)(i << 4 | sample_next(state) % 2);
		g.prefixes[g.nprefixes++] = p;
	}
	return g;
}
