/* -P: is it one that can be, in itself and with a grant? */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

#define ITEM_TEXT_MAX  64
#define SLA_BITS_MAX   48  /* a prefix has 16 at least */
#define LEN_NO_ANYCAST 127 /* RFC 6164: two ends of a link, nobody else */

static const char *
item_name(const struct plan_conf *c, const struct delegation *d)
{
	return d->slot == NETOP_SLOT_TUNNEL ? "tunnel" : c->lans[d->slot];
}

/* As it is written in -P. */
static const char *
format_item(const struct plan_conf *c, const struct delegation *d,
    char buf[ITEM_TEXT_MAX])
{
	const uint8_t *h = d->host;
	char sla[16] = "", host[24] = "", len[8] = "";

	if (d->sla != 0 || d->has_host || d->len != LAN_BIT)
		snprintf(sla, sizeof(sla), "/%" PRIx64, d->sla);

	if (d->has_host)
		snprintf(host, sizeof(host), "/%x:%x:%x:%x", h[0] << 8 | h[1],
		    h[2] << 8 | h[3], h[4] << 8 | h[5], h[6] << 8 | h[7]);
	if (d->len != LAN_BIT)
		snprintf(
		    len, sizeof(len), "%s/%u", d->has_host ? "" : "/", d->len);
	snprintf(
	    buf, ITEM_TEXT_MAX, "%s%s%s%s", item_name(c, d), sla, host, len);
	return buf;
}

static int
wrong_item(const struct plan_conf *c, const struct delegation *d,
    const char *why, struct err *e)
{
	char text[ITEM_TEXT_MAX];

	return err_set(e, EINVAL, "-P %s: %s", format_item(c, d, text), why);
}

/* What an item takes for itself: the /64 where the rest is not known. */
static struct prefix6
claim(const struct delegation *d, const struct prefix6 *prefix)
{
	struct prefix6 p = lan_join(d, prefix, d->has_host ? d->host : NULL);

	if (!d->has_host)
		p.len = LAN_BIT;
	prefix6_mask(&p);
	return p;
}

/* Where one granted prefix is within another, the items are not to blame. */
static int
same_subnet(const struct plan_conf *c, const struct delegation *d,
    const struct delegation *before, bool same_prefix, struct err *e)
{
	char text[ITEM_TEXT_MAX], other[ITEM_TEXT_MAX];

	format_item(c, d, text);
	format_item(c, before, other);
	if (!same_prefix)
		return err_set(e, EINVAL,
		    "-P %s: in the subnet of %s: the granted prefixes overlap",
		    text, other);
	return err_set(e, EINVAL,
	    "-P %s: same subnet as %s: give each an SLA-id of its own, as in "
	    "%s/1,%s/2",
	    text, other, item_name(c, before), item_name(c, d));
}

/* The item against those before it, and with itself in another prefix. */
static int
check_twice(const struct plan_conf *c, unsigned item,
    const struct prefix6 *prefixes, unsigned n, struct err *e)
{
	const struct delegation *d = &c->delegations[item], *before;
	struct prefix6 a, b;
	unsigned i, k;

	for (i = 0; i < n; i++) {
		a = claim(d, &prefixes[i]);
		for (k = 0; k < item * n + i; k++) {
			before = &c->delegations[k / n];
			b = claim(before, &prefixes[k % n]);
			if (prefix6_overlap(&a, &b))
				return same_subnet(c, d, before, k % n == i, e);
		}
	}
	return 0;
}

/* Is the host-id all zero as far as the subnet lets it choose? */
static bool
is_anycast(const struct delegation *d)
{
	static const struct prefix6 nowhere;
	struct prefix6 p = lan_join(d, &nowhere, d->host);

	return d->has_host && d->len < LEN_NO_ANYCAST &&
	    !prefix6_has_host_bits(&p);
}

static bool
has_lans(const struct plan_conf *c)
{
	unsigned i;

	for (i = 0; i < NETOP_SLOTS; i++)
		if (c->lans[i][0] != '\0')
			return true;
	return false;
}

static const char *
item_fault(const struct plan_conf *c, const struct delegation *d)
{
	bool tunnel = d->slot == NETOP_SLOT_TUNNEL;

	if (!tunnel && !netop_ifname_ok(c->lans[d->slot]))
		return "not an interface name";
	if (d->len < 64 || d->len > 128)
		return "a length is 64 to 128";
	if (d->sla >> SLA_BITS_MAX != 0)
		return "an SLA-id has 48 bits at most";
	if (is_anycast(d))
		return "the host-id makes the address of all routers there "
		       "(RFC 4291 2.6.1)";
	if (!d->has_host && tunnel && !has_lans(c))
		return "no interface of a LAN to take the EUI-64 from";
	if (!d->has_host && !tunnel && d->len > LAN_BIT && d->len < 128)
		return "an EUI-64 goes with a length of 64 or 128";
	return NULL;
}

int
plan_check_lan(const struct plan_conf *c, unsigned item, struct err *e)
{
	static const struct prefix6 any;
	const char *why = item_fault(c, &c->delegations[item]);

	if (why != NULL)
		return wrong_item(c, &c->delegations[item], why, e);
	return check_twice(c, item, &any, 1, e);
}

int
plan_check_lans(const struct plan_conf *c, struct err *e)
{
	unsigned i;
	int rc = 0;

	if (c->ndelegations > PLAN_DELEGATIONS)
		return err_set(
		    e, EINVAL, "-P: more than %d items", PLAN_DELEGATIONS);
	for (i = 0; i < NETOP_SLOTS; i++) {
		if (memchr(c->lans[i], '\0', sizeof(c->lans[i])) == NULL)
			return err_set(e, EINVAL, "-P: not an interface name");
	}
	for (i = 0; i < c->ndelegations; i++) {
		if (c->delegations[i].slot >= NETOP_SLOTS)
			return err_set(e, EINVAL, "-P: no such slot");
	}
	for (i = 0; i < c->ndelegations && rc == 0; i++)
		rc = plan_check_lan(c, i, e);
	return rc;
}

static int
check_fit(
    const struct plan_conf *c, const struct prefix6 *prefix, struct err *e)
{
	static const char one_subnet[] =
	    ": a /64 has one subnet, so leave the SLA-id out and name one LAN";
	char text[PREFIX6_STRLEN], item[ITEM_TEXT_MAX];
	const struct delegation *d;
	unsigned i;

	if (prefix->len > LAN_BIT)
		return err_set(e, EINVAL,
		    "-P: granted prefix %s is longer than /64",
		    prefix6_format(prefix, text));
	for (i = 0; i < c->ndelegations; i++) {
		d = &c->delegations[i];
		/* By 48 at most: grant_check() wants a /16 or longer. */
		if (d->sla >> (LAN_BIT - prefix->len) != 0)
			return err_set(e, EINVAL,
			    "-P %s: SLA-id %" PRIx64
			    " does not fit between /%u and bit 64%s",
			    format_item(c, d, item), d->sla, prefix->len,
			    prefix->len == LAN_BIT ? one_subnet : "");
	}
	return 0;
}

int
lan_check_grant(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct err *e)
{
	unsigned i;
	int rc;

	if (c->ndelegations == 0)
		return 0;
	if (g->nprefixes == 0)
		return err_set(e, EINVAL, "-P: the grant has no prefix");
	for (i = 0; i < g->nprefixes; i++) {
		if ((rc = check_fit(c, &g->prefixes[i], e)) != 0)
			return rc;
	}
	if (c->ndelegations * g->nprefixes > PLAN_LAN_ADDRS_MAX)
		return err_set(e, EINVAL,
		    "-P: %u items of %u granted prefixes are more than %d "
		    "addresses",
		    c->ndelegations, g->nprefixes, PLAN_LAN_ADDRS_MAX);
	for (i = 0; i < c->ndelegations; i++) {
		if ((rc = check_twice(c, i, g->prefixes, g->nprefixes, e)) != 0)
			return rc;
	}
	return g->has_pair ? lan_check_far_end(c, lans, g, e) : 0;
}
