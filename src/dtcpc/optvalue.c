/* Lists of prefixes as options give them. */
#include <errno.h>
#include <string.h>

#include "optvalue.h"

#define ADDRESS_LEN 64	/* ifconfig(8) inet6 */
#define ROUTE_LEN   128 /* route(8) */

/* One kind of list. */
struct list {
	uint8_t deflen;
	bool words; /* "default" is one */
	const char *(*check)(struct prefix6 *);
	bool (*same)(const struct prefix6 *, const struct prefix6 *);
	unsigned max;
	const char *full;
};

/* An interface has an address once, whatever the length. */
static bool
same_address(const struct prefix6 *a, const struct prefix6 *b)
{
	return addr6_equal(&a->addr, &b->addr);
}

static const char *
check_address(struct prefix6 *p)
{
	if (!prefix6_is_inner(p))
		return "only addresses from 2000::/3 and fc00::/7 can be "
		       "inside the tunnel";
	return NULL;
}

/* As route(8) does, bits beyond the length are cleared. */
static const char *
check_route(struct prefix6 *p)
{
	prefix6_mask(p);
	if (p->len >= 8 && addr6_is_multicast(&p->addr))
		return "a multicast destination cannot be routed";
	if (p->len >= 10 && addr6_is_linklocal(&p->addr))
		return "a link-local destination cannot be routed";
	if ((p->len >= 96 && addr6_is_v4mapped(&p->addr)) ||
	    (p->len == 128 &&
		(addr6_is_loopback(&p->addr) ||
		    addr6_is_unspecified(&p->addr))))
		return "not a destination for packets";
	return NULL;
}

static const struct list addresses = {.deflen = ADDRESS_LEN,
    .check = check_address,
    .same = same_address,
    .max = PLAN_ADDRS_MAX,
    .full = "more than 16 addresses"};
static const struct list routes = {.deflen = ROUTE_LEN,
    .words = true,
    .check = check_route,
    .same = prefix6_equal,
    .max = PLAN_ROUTES_MAX,
    .full = "more than 16 destinations"};

_Static_assert(PLAN_ADDRS_MAX == 16 && PLAN_ROUTES_MAX == 16,
    "the texts of the lists say how many fit");

static bool
is_default(const char *s, size_t n)
{
	static const char word[] = "default";

	for (; n > 0 && *s == ' '; s++, n--)
		;
	for (; n > 0 && s[n - 1] == ' '; n--)
		;
	return n == sizeof(word) - 1 && memcmp(s, word, n) == 0;
}

static const char *
parse_item(const struct list *l, const char *s, size_t n, struct prefix6 *out)
{
	int r;

	if (l->words && is_default(s, n)) {
		memset(out, 0, sizeof(*out));
		return NULL;
	}
	r = prefix6_parse_option(s, n, l->deflen, out);
	if (r == -ERANGE)
		return "a prefix length is 0 to 128";
	if (r != 0)
		return "not an IPv6 address, address/len or "
		       "address -prefixlen len";
	return l->check(out);
}

static const char *
parse_list(
    const struct list *l, const char *arg, struct prefix6 *out, unsigned *count)
{
	const char *why;
	size_t n;

	for (;; arg += n + 1) {
		n = strcspn(arg, ",");
		if (*count == l->max)
			return l->full;
		why = parse_item(l, arg, n, &out[*count]);
		if (why != NULL)
			return why;
		for (unsigned i = 0; i < *count; i++)
			if (l->same(&out[i], &out[*count]))
				return "named twice";
		(*count)++;
		if (arg[n] == '\0')
			return NULL;
	}
}

const char *
value_addresses(const char *arg, struct plan_conf *c)
{
	return parse_list(&addresses, arg, c->addrs, &c->naddrs);
}

const char *
value_routes(const char *arg, struct plan_conf *c)
{
	return parse_list(&routes, arg, c->routes, &c->nroutes);
}
