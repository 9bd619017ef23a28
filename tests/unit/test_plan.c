/* Grants to operations. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/plan.h"
#include "samples.h"

/* What the plan says, a line an operation. */
static void
check_plan(
    const struct plan_conf *c, const struct grant *g, const char *const *want)
{
	char text[NETOP_TEXT_MAX];
	struct err e = {0};
	struct plan p;
	unsigned i;

	if (plan_make(c, NULL, g, a4(SAMPLE_LOCAL), &p, &e) != 0)
		fail_msg("%s", e.text);
	for (i = 0; i < p.n && want[i] != NULL; i++)
		assert_string_equal(
		    netop_format(&p.ops[i], text, sizeof(text)), want[i]);
	assert_int_equal(i, p.n);
	assert_null(want[i]);
}

#define TUNNEL(how) \
	"tunnel " how " local 192.0.2.1 remote 198.51.100.1 encap auto"
#define SETTINGS \
	"accept_ra off dev tunnel", "mtu 1280 dev tunnel", "up dev tunnel"
#define DEFAULT "route add default dev tunnel metric 2048"

static void
tunnelonly(void **state)
{
	static const char *const want[] = {
	    TUNNEL("create (any name)"), SETTINGS, DEFAULT, NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_ONLY);

	(void)state;
	check_plan(&c, &g, want);
}

static void
host(void **state)
{
	static const char *const want[] = {TUNNEL("create (any name)"),
	    SETTINGS,
	    "address add 2001:db8:ffff::6/128 peer 2001:db8:ffff::5 dev "
	    "tunnel",
	    DEFAULT, NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);

	(void)state;
	check_plan(&c, &g, want);
}

static void
network_with_a_pair(void **state)
{
	static const char *const want[] = {TUNNEL("create (any name)"),
	    SETTINGS,
	    "address add 2001:db8:ffff::6/128 peer 2001:db8:ffff::5 dev "
	    "tunnel",
	    "address add 2001:db8:2::1/64 dev tunnel",
	    "route add unreachable 2001:db8:1::/48 metric 2147483647",
	    "route add unreachable 2001:db8:3::/56 metric 2147483647", DEFAULT,
	    NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);

	(void)state;
	g.type = TUNNEL_NETWORK;
	g.prefixes[g.nprefixes++] = p6("2001:db8:1::/48");
	g.prefixes[g.nprefixes++] = p6("2001:db8:3::/56");
	c.addrs[c.naddrs++] = p6("2001:db8:2::1/64");
	/* The same again, and the pair's: each is added once. */
	c.addrs[c.naddrs++] = p6("2001:db8:2::1/128");
	c.addrs[c.naddrs++] = p6("2001:db8:ffff::6/64");
	check_plan(&c, &g, want);
}

static void
options_of_the_tunnel(void **state)
{
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_ONLY);
	struct plan p;

	(void)state;
	strlcpy(c.ifname, "gif0", sizeof(c.ifname));
	c.adopt = c.keep = true;
	c.encap_user = false;
	c.mtu = 1480;
	c.metric = 7;
	assert_int_equal(
	    plan_make(&c, NULL, &g, a4(SAMPLE_LOCAL), &p, NULL), 0);
	assert_int_equal(p.ops[0].kind, NETOP_TUNNEL);
	assert_int_equal(
	    p.ops[0].flags, NETOP_F_ADOPT | NETOP_F_KEEP | NETOP_F_KERNEL);
	assert_string_equal(p.ops[0].ifname, "gif0");
	assert_int_equal(p.ops[2].mtu, 1480);
	assert_int_equal(p.ops[4].metric, 7);
	assert_int_equal(p.ops[4].flags, NETOP_F_OPTIONAL);
}

/* In user space, whatever else is allowed. */
static void
over_udp(void **state)
{
	static const char *const want[] = {
	    "tunnel create (any name) local 192.0.2.1 remote 198.51.100.1 "
	    "udp 4028 to 4029 encap user",
	    SETTINGS, DEFAULT, NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_ONLY);
	struct plan p;

	(void)state;
	c.udp = g.udp = true;
	c.udp_port = 4028;
	g.port4 = 4029;
	check_plan(&c, &g, want);
	c.encap_kernel = false;
	check_plan(&c, &g, want);
	c.mtu = 65507;
	assert_int_equal(
	    plan_make(&c, NULL, &g, a4(SAMPLE_LOCAL), &p, NULL), 0);
}

/* The interface's table only where -F names it, the routes' in any case. */
static void
routing_table(void **state)
{
	static const char *const own[] = {TUNNEL("create (any name)"), SETTINGS,
	    "route add unreachable 2001:db8:1::/48 metric 2147483647 fib 3",
	    DEFAULT " fib 3", NULL};
	static const char *const set[] = {TUNNEL("create (any name)"),
	    "fib 3 dev tunnel", SETTINGS,
	    "route add unreachable 2001:db8:1::/48 metric 2147483647 fib 3",
	    DEFAULT " fib 3", NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_NETWORK);

	(void)state;
	c.fib = 3;
	check_plan(&c, &g, own);
	c.set_fib = true;
	check_plan(&c, &g, set);
}

static void
routes_by_mode(void **state)
{
	static const char *const halves[] = {TUNNEL("create (any name)"),
	    SETTINGS, "route add ::/1 dev tunnel metric 2048",
	    "route add 8000::/1 dev tunnel metric 2048", NULL};
	static const char *const listed[] = {TUNNEL("create (any name)"),
	    SETTINGS, "route add 3ffe:505:2::/48 dev tunnel metric 2048",
	    "route add 2001:db8::/32 dev tunnel metric 2048", NULL};
	static const char *const none[] = {
	    TUNNEL("create (any name)"), SETTINGS, NULL};
	static const char *const solicit[] = {TUNNEL("create (any name)"),
	    "accept_ra on dev tunnel", "mtu 1280 dev tunnel", "up dev tunnel",
	    NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_ONLY);

	(void)state;
	c.replace_default = true;
	check_plan(&c, &g, halves);
	c.routes[c.nroutes++] = p6("3ffe:505:2::1/48"); /* host bits go */
	c.routes[c.nroutes++] = p6("3ffe:505:2::/48");	/* twice */
	c.routes[c.nroutes++] = p6("2001:db8::/32");
	check_plan(&c, &g, listed);
	c.route_mode = ROUTE_NONE;
	check_plan(&c, &g, none);
	c.route_mode = ROUTE_SOLICIT;
	check_plan(&c, &g, solicit);
}

static void
the_longest_fits(void **state)
{
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan p;
	unsigned i;

	(void)state;
	for (i = 0; i < PLAN_ADDRS_MAX; i++) {
		c.addrs[i] = p6("2001:db8:2::/64");
		c.addrs[i].addr.s6_addr[15] = (uint8_t)i;
		c.routes[i] = p6("2001:db8::/32");
		c.routes[i].len = (uint8_t)(16 + i);
	}
	c.naddrs = PLAN_ADDRS_MAX;
	c.nroutes = PLAN_ROUTES_MAX;
	for (i = 0; i < GRANT_PREFIXES_MAX; i++) {
		g.prefixes[i] = p6("2001:db8::/48");
		g.prefixes[i].addr.s6_addr[5] = (uint8_t)i;
	}
	g.nprefixes = GRANT_PREFIXES_MAX;
	c.set_fib = true;
	assert_int_equal(
	    plan_make(&c, NULL, &g, a4(SAMPLE_LOCAL), &p, NULL), 0);
	assert_int_equal(p.n, 5 + 1 + 16 + 8 + 16);
}

static void
refused_over_udp(struct plan_conf c, struct grant g, const char *words)
{
	struct err e = {0};
	struct plan p;

	assert_int_equal(
	    plan_make(&c, NULL, &g, a4(SAMPLE_LOCAL), &p, &e), -EINVAL);
	assert_int_equal(p.n, 0);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not about %s", e.text, words);
}

static void
bad_udp(void **state)
{
	const struct plan_conf plain = sample_conf();
	const struct grant plain_grant = sample_grant(TUNNEL_ONLY);
	struct plan_conf c = plain;
	struct grant g = plain_grant;

	(void)state;
	c.udp = g.udp = true;
	c.udp_port = 4028;
	g.port4 = 4029;
	refused_over_udp(c, plain_grant, "not over UDP");
	refused_over_udp(plain, g, "was not asked for");
	g.port4 = 0;
	refused_over_udp(c, g, "granted UDP port");
	g.port4 = 4029;
	c.udp_port = 0;
	refused_over_udp(c, g, "UDP port for our end");
	c.udp_port = 4028;
	c.encap_user = false;
	refused_over_udp(c, g, "user space");
	c.encap_user = true;
	c.mtu = 65508;
	refused_over_udp(c, g, "1280 to 65507");
}

/* Each refusal says what is wrong with what. */
static void
refused(const struct grant *g, const char *words)
{
	struct plan_conf c = sample_conf();
	struct err e = {0};
	struct plan p;

	assert_int_equal(grant_check(g, a4(SAMPLE_LOCAL), &e), -EINVAL);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not about %s", e.text, words);
	assert_int_equal(
	    plan_make(&c, NULL, g, a4(SAMPLE_LOCAL), &p, &e), -EINVAL);
	assert_int_equal(p.n, 0);
}

static void
bad_ends(void **state)
{
	static const char *const bad[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1",
	    "255.255.255.255", SAMPLE_LOCAL};
	struct grant g;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		g = sample_grant(TUNNEL_HOST);
		g.server4 = a4(bad[i]);
		refused(&g, bad[i]);
	}
	g = sample_grant(TUNNEL_ONLY);
	g.client4 = g.server4; /* behind NAT: both ends one */
	refused(&g, SAMPLE_REMOTE);
	g = sample_grant(TUNNEL_ONLY);
	g.client4 = a4("239.1.1.1");
	refused(&g, "239.1.1.1");
	g = sample_grant(TUNNEL_ONLY); /* behind NAT: our inside address */
	g.client4 = a4("203.0.113.1");
	g.server4 = a4(SAMPLE_LOCAL);
	refused(&g, SAMPLE_LOCAL);
	g = sample_grant(TUNNEL_ONLY);
	/* Behind NAT client4 is not ours, which is for the session to say. */
	g.client4 = a4("203.0.113.1");
	assert_int_equal(grant_check(&g, a4(SAMPLE_LOCAL), NULL), 0);
}

static void
bad_pairs(void **state)
{
	static const char *const bad[] = {
	    "::", "::1", "fe80::1", "ff02::1", "::ffff:192.0.2.1", "4000::1"};
	struct grant g;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		g = sample_grant(TUNNEL_HOST);
		g.client6 = a6(bad[i]);
		refused(&g, bad[i]);
		g = sample_grant(TUNNEL_HOST);
		g.server6 = a6(bad[i]);
		refused(&g, bad[i]);
	}
	g = sample_grant(TUNNEL_HOST);
	g.server6 = g.client6;
	refused(&g, "both ends");
	g.has_pair = false;
	assert_int_equal(grant_check(&g, a4(SAMPLE_LOCAL), NULL), 0);
}

static void
bad_prefixes(void **state)
{
	static const char *const bad[] = {"::/0", "2000::/3", "2001::/15",
	    "fe80::/64", "ff00::/16", "2001:db8::1/48", "::/16"};
	static const char *const good[] = {
	    "2001:db8::/32", "2000::/16", "fd00::/48", "2001:db8::1/128"};
	struct grant g;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		g = sample_grant(TUNNEL_NETWORK);
		g.prefixes[0] = p6(bad[i]);
		refused(&g, bad[i]);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		g = sample_grant(TUNNEL_NETWORK);
		g.prefixes[0] = p6(good[i]);
		assert_int_equal(grant_check(&g, a4(SAMPLE_LOCAL), NULL), 0);
	}
	g = sample_grant(TUNNEL_NETWORK);
	g.prefixes[0].len = 129;
	refused(&g, "16 to 128");
	g = sample_grant(TUNNEL_NETWORK);
	g.prefixes[g.nprefixes++] = g.prefixes[0];
	refused(&g, "twice");
	g.nprefixes = GRANT_PREFIXES_MAX + 1;
	refused(&g, "too many");
}

static void
bad_options(void **state)
{
	struct grant g = sample_grant(TUNNEL_ONLY);
	struct plan_conf c;
	struct plan p;

	(void)state;
#define REFUSED(change)                                                 \
	do {                                                            \
		struct err e_ = {0};                                    \
		c = sample_conf();                                      \
		change;                                                 \
		assert_int_equal(                                       \
		    plan_make(&c, NULL, &g, a4(SAMPLE_LOCAL), &p, &e_), \
		    -EINVAL);                                           \
		assert_int_not_equal(e_.text[0], '\0');                 \
	} while (0)
	REFUSED(c.encap_kernel = c.encap_user = false);
	REFUSED(c.mtu = 1279);
	REFUSED(c.mtu = 65516);
	REFUSED(c.metric = 0);
	REFUSED(c.metric = PLAN_METRIC_REJECT);
	REFUSED(c.adopt = true); /* what? */
	REFUSED(strlcpy(c.ifname, "a/b", sizeof(c.ifname)));
	REFUSED(memset(c.ifname, 'x', sizeof(c.ifname)));
	REFUSED(c.addrs[c.naddrs++] = p6("fe80::1/64"));
	REFUSED(c.naddrs = PLAN_ADDRS_MAX + 1);
	REFUSED(c.nroutes = PLAN_ROUTES_MAX + 1);
	REFUSED((c.nroutes = 1, c.routes[0].len = 129));
#undef REFUSED
}

static void
far_end_is_ours(void **state)
{
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_ONLY);
	struct err e = {0};
	struct plan p;

	(void)state;
	g.has_pair = true;
	g.client6 = a6("2001:db8:ffff::6");
	g.server6 = a6("2001:db8:ffff::5");
	c.addrs[c.naddrs++] = p6("2001:db8:ffff::6/64");
	assert_int_equal(plan_make(&c, NULL, &g, a4(SAMPLE_LOCAL), &p, &e), 0);
	c.addrs[c.naddrs++] = p6("2001:db8:ffff::5/64");
	assert_int_equal(
	    plan_make(&c, NULL, &g, a4(SAMPLE_LOCAL), &p, &e), -EINVAL);
	assert_string_equal(
	    e.text, "granted far end 2001:db8:ffff::5 is our own address");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tunnelonly),
	    cmocka_unit_test(host),
	    cmocka_unit_test(network_with_a_pair),
	    cmocka_unit_test(options_of_the_tunnel),
	    cmocka_unit_test(over_udp),
	    cmocka_unit_test(routing_table),
	    cmocka_unit_test(routes_by_mode),
	    cmocka_unit_test(the_longest_fits),
	    cmocka_unit_test(bad_ends),
	    cmocka_unit_test(bad_pairs),
	    cmocka_unit_test(bad_prefixes),
	    cmocka_unit_test(bad_udp),
	    cmocka_unit_test(bad_options),
	    cmocka_unit_test(far_end_is_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
