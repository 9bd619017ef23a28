/* What the server gives a session: see dtcp/offer.h. */
#include <errno.h>
#include <string.h>

#include "dtcp/offer.h"

int
offer_unit_take(struct offer_units *u)
{
	unsigned unit = 0;

	while (unit < u->limit && u->used[unit / 8] == 0xff)
		unit = (unit / 8 + 1) * 8;
	while (unit < u->limit && (u->used[unit / 8] >> unit % 8 & 1) != 0)
		unit++;
	if (unit >= u->limit)
		return -ENOBUFS;
	u->used[unit / 8] |= (uint8_t)(1U << unit % 8);
	return (int)unit;
}

void
offer_unit_give(struct offer_units *u, unsigned unit)
{
	u->used[unit / 8] &= (uint8_t) ~(1U << unit % 8);
}

static void
number(const struct prefix6 *prefix, unsigned n, struct in6_addr *out)
{
	*out = prefix->addr;
	out->s6_addr[14] = (uint8_t)(n >> 8);
	out->s6_addr[15] = (uint8_t)n;
}

void
offer_pair(const struct prefix6 *prefix, unsigned unit,
    struct in6_addr *server6, struct in6_addr *client6)
{
	_Static_assert(OFFER_UNITS * 4 + 2 <= 0xffff, "the last one's fits");
	number(prefix, (unit + 1) * 4 + 1, server6);
	number(prefix, (unit + 1) * 4 + 2, client6);
}

int
offer_prefix_parse(const char *s, struct prefix6 *out, struct err *e)
{
	struct prefix6 p = {.len = 64};
	size_t n = strlen(s);

	if (n > 3 && strcmp(s + n - 3, "/64") == 0)
		n -= 3;
	if (n < 2 || strncmp(s + n - 2, "::", 2) != 0 ||
	    addr6_parse(s, n, &p.addr) != 0)
		return err_set(e, EINVAL,
		    "prefix \"%s\" is not an IPv6 address that ends in \"::\"",
		    s);
	if (prefix6_has_host_bits(&p))
		return err_set(e, EINVAL,
		    "prefix \"%s\" is longer than the 64 bits of a subnet", s);
	if (!prefix6_is_inner(&p))
		return err_set(e, EINVAL,
		    "prefix \"%s\" is not from 2000::/3 or fc00::/7", s);
	*out = p;
	return 0;
}

bool
offer_own_device(enum tunnel_type type)
{
	/* It has no address by which a packet could be told to be its. */
	return type == TUNNEL_ONLY;
}

/* A device of that kind, with what is common to all of ours. */
static struct netop *
add_device(const struct offer_conf *c, struct plan *p, unsigned flags,
    const char *ifname)
{
	struct netop *op;

	op = plan_add_device(p, flags | (c->keep ? NETOP_F_KEEP : 0U),
	    c->set_fib ? &c->fib : NULL, false, c->mtu);
	strlcpy(op->ifname, ifname, sizeof(op->ifname));
	return op;
}

/*
 * Where to reach the client.  A route that is there already is an error: the
 * client would have been promised what leads elsewhere.
 */
static void
add_session(const struct offer_conf *c, const struct grant *g, struct plan *p)
{
	if (g->has_pair)
		plan_add_pair(p, &g->server6, &g->client6);
	for (unsigned i = 0; i < g->nprefixes; i++)
		plan_add_route(p, &g->prefixes[i], 0, OFFER_METRIC, c->fib);
}

void
offer_prefix(const struct offer_conf *c, struct plan *out)
{
	out->n = 0;
	if (c->has_prefix)
		plan_add_route(out, &c->prefix,
		    NETOP_F_REJECT | NETOP_F_OPTIONAL, 0, c->fib);
}

void
offer_shared(const struct offer_conf *c, struct plan *out)
{
	out->n = 0;
	(void)add_device(c, out, NETOP_F_USER, c->shared);
}

void
offer_session(
    const struct offer_conf *c, const struct grant *g, struct plan *out)
{
	out->n = 0;
	add_session(c, g, out);
}

void
offer_device(const struct offer_conf *c, const struct grant *g,
    const char *ifname, bool adopt, bool kernel, struct in_addr local4,
    struct in_addr client4, struct plan *out)
{
	struct netop *op;

	_Static_assert(5 + 1 + GRANT_PREFIXES_MAX <= OFFER_SESSION_OPS,
	    "the longest list is none too long");
	out->n = 0;
	op = add_device(c, out,
	    (kernel ? NETOP_F_KERNEL : NETOP_F_USER) |
		(adopt ? NETOP_F_ADOPT : 0U),
	    ifname);
	op->local4 = local4;
	op->remote4 = client4;
	add_session(c, g, out);
}
