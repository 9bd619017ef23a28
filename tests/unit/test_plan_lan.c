/* -P: a grant's prefixes on LANs and on the tunnel. */
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

static struct plan_conf conf;
static struct lan lans[NETOP_SLOTS];
static struct grant grant;

/* eth0 (2) and eth1 (3), both with hardware addresses; a /48. */
static int
setup(void **state)
{
	(void)state;
	conf = sample_conf();
	conf.route_mode = ROUTE_NONE;
	grant = sample_grant(TUNNEL_NETWORK);
	sample_lan(&conf, lans, 1, "eth0");
	sample_lan(&conf, lans, 2, "eth1");
	return 0;
}

/* The operations behind the tunnel's settings, a line each. */
static void
check(const char *const *want)
{
	char text[NETOP_TEXT_MAX];
	struct err e = {0};
	struct plan p;
	unsigned i;

	if (plan_make(&conf, lans, &grant, a4(SAMPLE_LOCAL), &p, &e) != 0)
		fail_msg("%s", e.text);
	for (i = 4; i < p.n && want[i - 4] != NULL; i++)
		assert_string_equal(
		    netop_format(&p.ops[i], text, sizeof(text)), want[i - 4]);
	assert_int_equal(i, p.n);
	assert_null(want[i - 4]);
	for (i = 0; i < p.n; i++)
		if (p.ops[i].slot != NETOP_SLOT_TUNNEL)
			assert_int_equal(p.ops[i].flags, NETOP_F_OPTIONAL);
}

static void
refused(const char *words)
{
	struct err e = {0};
	struct plan p;

	assert_int_equal(
	    plan_make(&conf, lans, &grant, a4(SAMPLE_LOCAL), &p, &e), -EINVAL);
	if (strcmp(e.text, words) != 0)
		fail_msg("\"%s\" is not \"%s\"", e.text, words);
	assert_int_equal(p.n, 0);
}

#define REJECT(prefix) "route add unreachable " prefix " metric 2147483647"

/* The example of who thought -P up. */
static void
two_lans_and_the_tunnel(void **state)
{
	static const char *const want[] = {
	    "address add 2001:db8:1:1:200:5eff:fe00:5301/64 dev slot1",
	    "address add 2001:db8:1:2:200:5eff:fe00:5302/64 dev slot2",
	    "address add 2001:db8:1:f:200:5eff:fe00:5301/128 dev tunnel",
	    REJECT("2001:db8:1::/48"), NULL};

	(void)state;
	sample_item(&conf, 1, 1, NULL, 64);
	sample_item(&conf, 2, 2, NULL, 64);
	sample_item(&conf, 0, 0xf, NULL, 128);
	check(want);
}

static void
host_ids_and_prefixes(void **state)
{
	static const char *const want[] = {
	    "address add 2001:db8:1:abcd::1/64 dev slot1",
	    "address add fd00:0:0:abcd::1/64 dev slot1",
	    "address add 2001:db8:1:3:1:2:3:4/80 dev tunnel",
	    "address add fd00::3:1:2:3:4/80 dev tunnel",
	    REJECT("2001:db8:1::/48"), REJECT("fd00::/32"), NULL};

	(void)state;
	grant.prefixes[grant.nprefixes++] = p6("fd00::/32");
	sample_item(&conf, 1, 0xabcd, "::1", 64);
	sample_item(&conf, 0, 3, "::1:2:3:4", 80);
	check(want);
}

static void
no_address_twice(void **state)
{
	static const char *const want[] = {
	    "address add 2001:db8:1:1::1/128 peer 2001:db8:ffff::5 dev tunnel",
	    "address add 2001:db8:1:2::1/64 dev tunnel",
	    "address add 2001:db8:1:3::1/64 dev slot1",
	    REJECT("2001:db8:1::/48"), NULL};
	struct plan p;

	(void)state;
	grant.has_pair = true;
	grant.client6 = a6("2001:db8:1:1::1");
	grant.server6 = a6("2001:db8:ffff::5");
	conf.addrs[conf.naddrs++] = p6("2001:db8:1:2::1/64");
	sample_item(&conf, 1, 1, "::1", 64);
	sample_item(&conf, 0, 2, "::1", 64);
	sample_item(&conf, 1, 3, "::1", 64);
	check(want);
	grant.server6 = a6("2001:db8:1:3::1");
	refused("granted far end 2001:db8:1:3::1 is our own address");
	lans[1].ifindex = 0; /* not there, so not ours */
	assert_int_equal(
	    plan_make(&conf, lans, &grant, a4(SAMPLE_LOCAL), &p, NULL), 0);
}

static void
what_is_not_there(void **state)
{
	static const char *const one[] = {
	    "address add 2001:db8:1:2:200:5eff:fe00:5302/64 dev slot2",
	    "address add 2001:db8:1:f:200:5eff:fe00:5302/64 dev tunnel",
	    REJECT("2001:db8:1::/48"), NULL};
	static const char *const none[] = {
	    "address add 2001:db8:1:e::1/64 dev tunnel",
	    REJECT("2001:db8:1::/48"), NULL};
	struct plan p;

	(void)state;
	sample_item(&conf, 1, 1, "::1", 64);
	sample_item(&conf, 2, 2, NULL, 64);
	sample_item(&conf, 0, 0xf, NULL, 64);
	lans[1].ifindex = 0;
	check(one);
	conf.delegations[0] = conf.delegations[2];
	conf.ndelegations = 2; /* the tunnel's EUI-64, eth1's own */
	sample_item(&conf, 0, 0xe, "::1", 64);
	lans[2].hwlen = 0;
	check(none);
	assert_int_equal(
	    plan_make(&conf, NULL, &grant, a4(SAMPLE_LOCAL), &p, NULL), 0);
	assert_int_equal(p.n, 6);
}

static void
all_of_a_delegation(void **state)
{
	static const char *const there[] = {
	    "address add 2001:db8:1::1/64 dev slot1", NULL};
	static const char *const gone[] = {REJECT("2001:db8:1::/64"), NULL};
	static const char *const point[] = {
	    "address add 2001:db8:1::1/128 dev slot1",
	    REJECT("2001:db8:1::/64"), NULL};

	(void)state;
	grant.prefixes[0].len = 64;
	sample_item(&conf, 1, 0, "::1", 64);
	check(there);
	lans[1].ifindex = 0; /* then nothing else keeps packets here */
	check(gone);
	lans[1].ifindex = 2;
	conf.delegations[0].len = 128;
	check(point);
}

static void
grants_that_do_not_go_with_it(void **state)
{
	unsigned i;

	(void)state;
	sample_item(&conf, 1, 0x10, NULL, 64);
	grant.prefixes[0].len = 60;
	refused("-P eth0/10: SLA-id 10 does not fit between /60 and bit 64");
	conf.delegations[0].sla = 1;
	grant.prefixes[0].len = 64;
	refused("-P eth0/1: SLA-id 1 does not fit between /64 and bit 64: a "
		"/64 has "
		"one subnet, so leave the SLA-id out and name one LAN");
	grant.prefixes[0].len = 48;
	grant.prefixes[grant.nprefixes++] = p6("2001:db8:2::/80");
	refused("-P: granted prefix 2001:db8:2::/80 is longer than /64");
	grant.prefixes[1] = p6("2001:db8:1::/60"); /* within the other one */
	refused(
	    "-P eth0/1: in the subnet of eth0/1: the granted prefixes overlap");
	grant.prefixes[1] = p6("2001:db8:2::/60");
	for (i = 0; i < 12; i++)
		sample_item(&conf, 2, 2 + i, "::1", 64);
	refused(
	    "-P: 13 items of 2 granted prefixes are more than 24 addresses");
	grant.nprefixes = 0;
	refused("-P: the grant has no prefix");
}

/* What the options have checked too, in a line each. */
static void
items_that_cannot_be(void **state)
{
	(void)state;
	sample_item(&conf, 1, 1, "::1", 64);
	sample_item(&conf, 2, 1, "::2", 128);
	refused(
	    "-P eth1/1/0:0:0:2/128: same subnet as eth0/1/0:0:0:1: give each "
	    "an SLA-id of its own, as in eth0/1,eth1/2");
	conf.delegations[1].slot = 3;
	refused("-P /1/0:0:0:2/128: not an interface name");
	conf.delegations[1].slot = NETOP_SLOTS;
	refused("-P: no such slot");
	conf.delegations[1].slot = 2;
	conf.delegations[1].len = 63;
	refused("-P eth1/1/0:0:0:2/63: a length is 64 to 128");
	conf.delegations[1].len = 129;
	refused("-P eth1/1/0:0:0:2/129: a length is 64 to 128");
	conf.delegations[1].len = 64;
	conf.delegations[1].sla = 1ULL << 48;
	refused("-P eth1/1000000000000/0:0:0:2: an SLA-id has 48 bits at most");
	memset(conf.lans[5], 'x', sizeof(conf.lans[5]));
	refused("-P: not an interface name");
	conf.ndelegations = PLAN_DELEGATIONS + 1;
	refused("-P: more than 16 items");
}

static void
subnets(void **state)
{
	struct prefix6 out[PLAN_LAN_ADDRS_MAX];

	(void)state;
	grant.prefixes[grant.nprefixes++] = p6("fd00::/32");
	sample_item(&conf, 1, 1, "::1", 64);
	sample_item(&conf, 0, 2, NULL, 64);
	sample_item(&conf, 2, 3, NULL, 128);
	sample_item(&conf, 1, 4, "::1:2:3:4", 80);
	sample_item(&conf, 1, 5, NULL, 64);
	assert_int_equal(plan_subnets(&conf, &grant, 0, out), 0);
	assert_int_equal(plan_subnets(&conf, &grant, 2, out), 0);
	assert_int_equal(plan_subnets(&conf, &grant, 3, out), 0);
	assert_int_equal(plan_subnets(&conf, &grant, 1, out), 6);
	assert_true(prefix6_equal(
	    &out[0], &(struct prefix6) {a6("2001:db8:1:1::"), 64}));
	assert_true(
	    prefix6_equal(&out[1], &(struct prefix6) {a6("fd00:0:0:1::"), 64}));
	assert_true(prefix6_equal(
	    &out[2], &(struct prefix6) {a6("2001:db8:1:4:1::"), 80}));
	assert_true(prefix6_equal(
	    &out[4], &(struct prefix6) {a6("2001:db8:1:5::"), 64}));
}

/* The longest list there can be, and the part of it that is the LANs'. */
static void
the_longest_fits(void **state)
{
	struct plan p, part;
	unsigned i;

	(void)state;
	grant.has_pair = true;
	grant.client6 = a6("2001:db8:ffff::6");
	grant.server6 = a6("2001:db8:ffff::5");
	grant.nprefixes = GRANT_PREFIXES_MAX;
	conf.naddrs = PLAN_ADDRS_MAX;
	conf.nroutes = PLAN_ROUTES_MAX;
	conf.route_mode = ROUTE_STATIC;
	conf.set_fib = true;
	for (i = 0; i < GRANT_PREFIXES_MAX; i++) {
		grant.prefixes[i] = p6("2001:db8::/48");
		grant.prefixes[i].addr.s6_addr[5] = (uint8_t)i;
	}
	for (i = 0; i < PLAN_ADDRS_MAX; i++) {
		conf.addrs[i] = p6("2001:db8:2::/64");
		conf.addrs[i].addr.s6_addr[15] = (uint8_t)i;
		conf.routes[i] = p6("2001:db8::/32");
		conf.routes[i].len = (uint8_t)(16 + i);
	}
	for (i = 0; i < PLAN_LAN_ADDRS_MAX / GRANT_PREFIXES_MAX; i++)
		sample_item(&conf, (uint8_t)i, 0x1000 + i, NULL, 64);
	assert_int_equal(
	    plan_make(&conf, lans, &grant, a4(SAMPLE_LOCAL), &p, NULL), 0);
	assert_int_equal(p.n, 5 + 1 + 16 + PLAN_LAN_ADDRS_MAX + 8 + 16);
	plan_lans(&p, &part);
	/* All but what makes the tunnel, and the routes into it. */
	assert_int_equal(part.n, p.n - 5 - 16);
	for (i = 0; i < part.n; i++) {
		assert_true(part.ops[i].kind == NETOP_ADDR ||
		    part.ops[i].flags & NETOP_F_REJECT);
		assert_true(plan_contains(&p, &part.ops[i]));
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(two_lans_and_the_tunnel),
	    TEST(host_ids_and_prefixes),
	    TEST(no_address_twice),
	    TEST(what_is_not_there),
	    TEST(all_of_a_delegation),
	    TEST(grants_that_do_not_go_with_it),
	    TEST(items_that_cannot_be),
	    TEST(subnets),
	    TEST(the_longest_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
