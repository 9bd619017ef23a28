/* What a new grant changes on the LANs, and what a reconnect leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/plan.h"
#include "samples.h"

static struct plan_conf conf;
static struct lan lans[NETOP_SLOTS];
static struct grant grant;

static int
setup(void **state)
{
	(void)state;
	conf = sample_conf();
	grant = sample_grant(TUNNEL_NETWORK);
	sample_lan(&conf, lans, 1, "eth0");
	sample_lan(&conf, lans, 2, "eth1");
	sample_item(&conf, 1, 1, "::1", 64);
	sample_item(&conf, 2, 2, "::1", 64);
	sample_item(&conf, 0, 0xf, "::1", 128);
	return 0;
}

static struct plan
wanted(void)
{
	struct err e = {0};
	struct plan p;

	if (plan_make(&conf, lans, &grant, a4(SAMPLE_LOCAL), &p, &e) != 0)
		fail_msg("%s", e.text);
	return p;
}

static void
check(
    const struct plan *have, const struct plan *want, const char *const *lines)
{
	char text[NETOP_TEXT_MAX];
	struct plan ops, after = *have;
	unsigned i;

	assert_int_equal(plan_diff(have, want, &ops), 0);
	for (i = 0; i < ops.n && lines[i] != NULL; i++) {
		assert_string_equal(
		    netop_format(&ops.ops[i], text, sizeof(text)), lines[i]);
		assert_int_equal(plan_note(&after, &ops.ops[i]), 0);
	}
	assert_int_equal(i, ops.n);
	assert_null(lines[i]);
	assert_int_equal(after.n, want->n);
	for (i = 0; i < want->n; i++)
		assert_true(plan_contains(&after, &want->ops[i]));
}

#define METRIC " metric 2147483647"

static void
another_prefix(void **state)
{
	static const char *const lines[] = {
	    "address add 2001:db8:9:1::1/64 dev slot1",
	    "address add 2001:db8:9:2::1/64 dev slot2",
	    "address add 2001:db8:9:f::1/128 dev tunnel",
	    "route add unreachable 2001:db8:9::/48" METRIC,
	    "route delete unreachable 2001:db8:1::/48" METRIC,
	    "address delete 2001:db8:1:f::1/128 dev tunnel",
	    "address delete 2001:db8:1:2::1/64 dev slot2",
	    "address delete 2001:db8:1:1::1/64 dev slot1", NULL};
	struct plan have = wanted(), want;

	(void)state;
	grant.prefixes[0] = p6("2001:db8:9::/48");
	want = wanted();
	check(&have, &want, lines);
}

static void
the_same_prefix(void **state)
{
	static const char *const lines[] = {
	    "route add default dev tunnel metric 2048", NULL};
	struct plan have = wanted(), want = have, ops;
	unsigned i;

	(void)state;
	/* Loss takes the way out alone, */
	plan_withdraw(&have, &ops);
	assert_int_equal(ops.n, 1);
	assert_int_equal(ops.ops[0].kind, NETOP_ROUTE_DEL);
	assert_int_equal(ops.ops[0].prefix.len, 0);
	for (i = 0; i < ops.n; i++)
		assert_int_equal(plan_note(&have, &ops.ops[i]), 0);
	/* and the next grant puts it back. */
	check(&have, &want, lines);
}

/* The tunnel is another one altogether; that is nothing to the LANs. */
static void
another_tunnel(void **state)
{
	struct plan have = wanted(), want, ops;
	unsigned i;

	(void)state;
	conf.keep = true;
	want = wanted();
	assert_int_equal(plan_diff(&have, &want, &ops), 0);
	assert_int_equal(ops.ops[0].kind, NETOP_TUNNEL_DESTROY);
	for (i = 0; i < ops.n; i++)
		assert_int_equal(ops.ops[i].slot, NETOP_SLOT_TUNNEL);
}

static void
an_interface_comes_and_goes(void **state)
{
	static const char *const comes[] = {
	    "address add 2001:db8:1:2::1/64 dev slot2", NULL};
	static const char *const goes[] = {
	    "address delete 2001:db8:1:2::1/64 dev slot2", NULL};
	struct plan with = wanted(), without;

	(void)state;
	lans[2].ifindex = 0;
	without = wanted();
	check(&with, &without, goes);
	check(&without, &with, comes);
}

/* A subnet's own route and the unreachable one are the same to FreeBSD. */
static void
all_of_a_prefix(void **state)
{
	static const char *const comes[] = {
	    "route delete unreachable 2001:db8:1::/64" METRIC,
	    "address add 2001:db8:1::1/64 dev slot1", NULL};
	static const char *const goes[] = {
	    "route add unreachable 2001:db8:1::/64" METRIC,
	    "address delete 2001:db8:1::1/64 dev slot1", NULL};
	struct plan with, without;

	(void)state;
	grant.prefixes[0] = p6("2001:db8:1::/64");
	conf.ndelegations = 1;
	conf.delegations[0].sla = 0;
	with = wanted();
	lans[1].ifindex = 0;
	without = wanted();
	check(&without, &with, comes);
	check(&with, &without, goes);
}

/* What was the pair's is a LAN's now: it cannot be both, wherever it is. */
static void
an_address_moves(void **state)
{
	static const char *const lines[] = {
	    "address delete 2001:db8:1:1::1/128 peer 2001:db8:ffff::5 dev "
	    "tunnel",
	    "address add 2001:db8:1:1::1/64 dev slot1", NULL};
	struct plan have, want;

	(void)state;
	grant.has_pair = true;
	grant.client6 = a6("2001:db8:1:1::1");
	grant.server6 = a6("2001:db8:ffff::5");
	have = wanted();
	grant.has_pair = false;
	want = wanted();
	check(&have, &want, lines);
}

/* Lists of -A and -R, in all their forms, are left alone by a reconnect. */
static void
lists_of_addresses_and_routes(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const routes[] = {
	    "route add 2001:db8:a::/48 dev tunnel metric 2048",
	    "route add 2001:db8:b::/56 dev tunnel metric 2048",
	    "route add 2001:db8:c::1/128 dev tunnel metric 2048", NULL};
	static const char *const another[] = {
	    "address add 2001:db8:ffff::a/128 peer 2001:db8:ffff::9 dev "
	    "tunnel",
	    "address delete 2001:db8:ffff::6/128 peer 2001:db8:ffff::5 dev "
	    "tunnel",
	    NULL};
	struct plan have, want, ops;
	unsigned i;

	(void)state;
	conf.ndelegations = 0;
	conf.addrs[conf.naddrs++] = p6("2001:db8:2::1/64");
	conf.addrs[conf.naddrs++] = p6("2001:db8:3::1/48");
	conf.addrs[conf.naddrs++] = p6("fd00::1/128");
	conf.routes[conf.nroutes++] = p6("2001:db8:a::/48");
	conf.routes[conf.nroutes++] = p6("2001:db8:b::ff/56"); /* host bits */
	conf.routes[conf.nroutes++] = p6("2001:db8:c::1/128");
	grant.has_pair = true;
	grant.client6 = a6("2001:db8:ffff::6");
	grant.server6 = a6("2001:db8:ffff::5");
	have = want = wanted();
	check(&have, &want, none);
	plan_withdraw(&have, &ops);
	assert_int_equal(ops.n, 3);
	for (i = 0; i < ops.n; i++)
		assert_int_equal(plan_note(&have, &ops.ops[i]), 0);
	check(&have, &want, routes);
	/* Another pair is all that changes. */
	have = want;
	grant.client6 = a6("2001:db8:ffff::a");
	grant.server6 = a6("2001:db8:ffff::9");
	want = wanted();
	check(&have, &want, another);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(another_prefix),
	    TEST(the_same_prefix),
	    TEST(another_tunnel),
	    TEST(an_interface_comes_and_goes),
	    TEST(all_of_a_prefix),
	    TEST(an_address_moves),
	    TEST(lists_of_addresses_and_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
