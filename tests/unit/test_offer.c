/* What the server gives a session: units, addresses, operations. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "dtcp/offer.h"
#include "samples.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct offer_units units;

static int
setup(void **state)
{
	(void)state;
	memset(&units, 0, sizeof(units));
	return 0;
}

static void
test_units(void **state)
{
	(void)state;
	assert_int_equal(offer_unit_take(&units), -ENOBUFS);
	units.limit = 20;
	for (int i = 0; i < 20; i++)
		assert_int_equal(offer_unit_take(&units), i);
	assert_int_equal(offer_unit_take(&units), -ENOBUFS);
	offer_unit_give(&units, 17);
	offer_unit_give(&units, 3);
	offer_unit_give(&units, 8);
	assert_int_equal(offer_unit_take(&units), 3);
	assert_int_equal(offer_unit_take(&units), 8);
	assert_int_equal(offer_unit_take(&units), 17);
	assert_int_equal(offer_unit_take(&units), -ENOBUFS);
}

static void
test_all_units(void **state)
{
	(void)state;
	units.limit = OFFER_UNITS;
	for (int i = 0; i < OFFER_UNITS; i++)
		assert_int_equal(offer_unit_take(&units), i);
	assert_int_equal(offer_unit_take(&units), -ENOBUFS);
	offer_unit_give(&units, OFFER_UNITS - 1);
	assert_int_equal(offer_unit_take(&units), OFFER_UNITS - 1);
}

static void
test_pair(void **state)
{
	static const struct {
		unsigned unit;
		const char *server6, *client6;
	} t[] = {
	    {0, "2001:db8:ffff::5", "2001:db8:ffff::6"},
	    {1, "2001:db8:ffff::9", "2001:db8:ffff::a"},
	    {62, "2001:db8:ffff::fd", "2001:db8:ffff::fe"},
	    {63, "2001:db8:ffff::101", "2001:db8:ffff::102"},
	    {OFFER_UNITS - 1, "2001:db8:ffff::fff9", "2001:db8:ffff::fffa"},
	};
	struct in6_addr server6, client6;
	struct prefix6 prefix;
	char text[ADDR6_STRLEN];

	(void)state;
	assert_int_equal(
	    offer_prefix_parse("2001:db8:ffff::", &prefix, NULL), 0);
	for (size_t i = 0; i < N(t); i++) {
		offer_pair(&prefix, t[i].unit, &server6, &client6);
		assert_string_equal(addr6_format(&server6, text), t[i].server6);
		assert_string_equal(addr6_format(&client6, text), t[i].client6);
	}
}

static void
test_prefix(void **state)
{
	static const struct {
		const char *text, *prefix; /* or why not */
		int error;
	} t[] = {
	    {"2001:db8:ffff::", "2001:db8:ffff::/64", 0},
	    {"2001:0db8:0:0001::", "2001:db8:0:1::/64", 0},
	    {"fd00::", "fd00::/64", 0},
	    {"2001:db8:1:2:3::", "longer than the 64 bits", -EINVAL},
	    {"2001:db8:ffff::1", "ends in", -EINVAL},
	    {"2001:db8:ffff::/64", "2001:db8:ffff::/64", 0},
	    {"2001:db8:ffff::/48", "ends in", -EINVAL},
	    {"2001:db8:ffff::/64/64", "ends in", -EINVAL},
	    {"/64", "ends in", -EINVAL},
	    {"::/64", "2000::/3 or fc00::/7", -EINVAL},
	    {"2001:db8:ffff:1:0:0:0:0", "ends in", -EINVAL},
	    {"2001:db8::1::", "ends in", -EINVAL},
	    {"2001:db8:ffff:", "ends in", -EINVAL},
	    {":", "ends in", -EINVAL},
	    {"", "ends in", -EINVAL},
	    {"host::", "ends in", -EINVAL},
	    {"::", "2000::/3 or fc00::/7", -EINVAL},
	    {"fe80::", "2000::/3 or fc00::/7", -EINVAL},
	    {"ff02::", "2000::/3 or fc00::/7", -EINVAL},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		struct prefix6 p = {.len = 1};
		struct err e = {0};
		char text[PREFIX6_STRLEN];

		assert_int_equal(
		    offer_prefix_parse(t[i].text, &p, &e), t[i].error);
		if (t[i].error == 0) {
			assert_string_equal(
			    prefix6_format(&p, text), t[i].prefix);
			continue;
		}
		assert_non_null(strstr(e.text, t[i].prefix));
		assert_int_equal(p.len, 1);
	}
}

static struct offer_conf
conf(void)
{
	struct offer_conf c = {.mtu = 1280, .has_prefix = true};

	assert_int_equal(
	    offer_prefix_parse("2001:db8:ffff::", &c.prefix, NULL), 0);
	return c;
}

/* What it says, a line an operation; and each passes the channel as it is. */
static void
check(const struct plan *p, const char *const *want)
{
	char text[NETOP_TEXT_MAX];
	uint8_t wire[NETOP_WIRE_SIZE];
	struct netop again;
	unsigned i;

	for (i = 0; i < p->n && want[i] != NULL; i++) {
		assert_string_equal(
		    netop_format(&p->ops[i], text, sizeof(text)), want[i]);
		netop_encode(&p->ops[i], wire);
		assert_int_equal(netop_decode(wire, &again), 0);
		assert_true(netop_equal(&p->ops[i], &again));
	}
	assert_int_equal(i, p->n);
	assert_null(want[i]);
}

#define SETTINGS \
	"accept_ra off dev tunnel", "mtu 1280 dev tunnel", "up dev tunnel"
#define PAIR	 "address add 2001:db8:ffff::5/128 peer 2001:db8:ffff::6 dev tunnel"
#define OUTER	 "local 198.51.100.1 remote 192.0.2.1 "
#define NO_OUTER "local 0.0.0.0 remote 0.0.0.0 "

static void
test_shared(void **state)
{
	static const char *const plain[] = {
	    "tunnel create (any name) " NO_OUTER "encap user", SETTINGS, NULL};
	static const char *const other[] = {"tunnel create tun7 " NO_OUTER
					    "encap user keep",
	    "fib 3 dev tunnel", "accept_ra off dev tunnel",
	    "mtu 1400 dev tunnel", "up dev tunnel", NULL};
	struct offer_conf c = conf();
	struct plan p = {.n = 50};

	(void)state;
	offer_shared(&c, &p);
	check(&p, plain);
	assert_int_equal(p.ops[0].flags, NETOP_F_USER);
	c.set_fib = true;
	c.fib = 3;
	c.mtu = 1400;
	c.keep = true;
	strlcpy(c.shared, "tun7", sizeof(c.shared));
	offer_shared(&c, &p);
	check(&p, other);
}

static void
test_without_sessions(void **state)
{
	static const char *const unreachable[] = {
	    "route add unreachable 2001:db8:ffff::/64 metric 2147483647 fib 2",
	    NULL};
	struct offer_conf c = conf();
	struct plan p = {.n = 50};

	(void)state;
	c.fib = 2;
	offer_prefix(&c, &p);
	check(&p, unreachable);
	assert_int_equal(p.ops[0].flags, NETOP_F_REJECT | NETOP_F_OPTIONAL);
	c.has_prefix = false;
	offer_prefix(&c, &p);
	assert_int_equal(p.n, 0);
}

static void
test_session(void **state)
{
	static const char *const host[] = {PAIR, NULL};
	static const char *const network[] = {
	    "route add 2001:db8:1::/48 dev tunnel metric 1024 fib 2",
	    "route add 2001:db8:2::/48 dev tunnel metric 1024 fib 2", NULL};
	static const char *const both[] = {
	    PAIR, "route add 2001:db8:1::/48 dev tunnel metric 1024", NULL};
	struct offer_conf c = conf();
	struct plan p = {.n = 50};
	struct grant g = {.type = TUNNEL_HOST, .has_pair = true};

	(void)state;
	offer_pair(&c.prefix, 0, &g.server6, &g.client6);
	offer_session(&c, &g, &p);
	check(&p, host);
	g.type = TUNNEL_NETWORK;
	g.nprefixes = 1;
	g.prefixes[0] = p6("2001:db8:1::/48");
	offer_session(&c, &g, &p);
	check(&p, both);
	/* Theirs must not stay in its place. */
	assert_int_equal(p.ops[1].flags, 0);
	g.has_pair = false;
	g.nprefixes = 2;
	g.prefixes[1] = p6("2001:db8:2::/48");
	c.fib = 2;
	offer_session(&c, &g, &p);
	check(&p, network);
	g.nprefixes = 0;
	g.type = TUNNEL_ONLY;
	offer_session(&c, &g, &p);
	assert_int_equal(p.n, 0);
}

static void
test_device(void **state)
{
	static const char *const kernel[] = {"tunnel create (any name) " OUTER
					     "encap kernel",
	    SETTINGS, PAIR, NULL};
	static const char *const user[] = {
	    "tunnel create tun4 " OUTER "encap user", SETTINGS, NULL};
	static const char *const adopted[] = {"tunnel use gif4 " OUTER
					      "encap kernel",
	    SETTINGS, "route add 2001:db8:1::/48 dev tunnel metric 1024", NULL};
	const struct in_addr local4 = a4("198.51.100.1");
	const struct in_addr client4 = a4("192.0.2.1");
	struct offer_conf c = conf();
	struct plan p = {.n = 50};
	struct grant g = {.type = TUNNEL_HOST, .has_pair = true};

	(void)state;
	offer_pair(&c.prefix, 0, &g.server6, &g.client6);
	offer_device(&c, &g, "", false, true, local4, client4, &p);
	check(&p, kernel);
	g = (struct grant) {.type = TUNNEL_ONLY, .udp = true, .port4 = 4028};
	offer_device(&c, &g, "tun4", false, false, local4, client4, &p);
	check(&p, user);
	g = (struct grant) {.type = TUNNEL_NETWORK, .nprefixes = 1};
	g.prefixes[0] = p6("2001:db8:1::/48");
	offer_device(&c, &g, "gif4", true, true, local4, client4, &p);
	check(&p, adopted);
}

static void
test_longest(void **state)
{
	struct offer_conf c = conf();
	struct grant g = {.type = TUNNEL_NETWORK,
	    .has_pair = true,
	    .nprefixes = GRANT_PREFIXES_MAX};
	struct plan p;

	(void)state;
	c.set_fib = true;
	for (unsigned i = 0; i < GRANT_PREFIXES_MAX; i++)
		g.prefixes[i] = p6("2001:db8:1::/48");
	offer_device(&c, &g, "", false, true, g.server4, g.client4, &p);
	assert_in_range(p.n, 1, OFFER_SESSION_OPS);
}

static void
test_own_device(void **state)
{
	(void)state;
	assert_true(offer_own_device(TUNNEL_ONLY));
	assert_false(offer_own_device(TUNNEL_HOST));
	assert_false(offer_own_device(TUNNEL_NETWORK));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_units, setup),
	    cmocka_unit_test_setup(test_all_units, setup),
	    cmocka_unit_test(test_pair),
	    cmocka_unit_test(test_prefix),
	    cmocka_unit_test(test_without_sessions),
	    cmocka_unit_test(test_shared),
	    cmocka_unit_test(test_session),
	    cmocka_unit_test(test_device),
	    cmocka_unit_test(test_longest),
	    cmocka_unit_test(test_own_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
