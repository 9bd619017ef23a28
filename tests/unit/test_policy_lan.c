/* What the root process lets the unprivileged one do by -P. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/policy.h"
#include "samples.h"

static struct plan_conf conf;
static struct lan lans[NETOP_SLOTS];
static struct policy policy;

static int
setup(void **state)
{
	(void)state;
	conf = sample_conf();
	sample_lan(&conf, lans, 1, "eth0");
	sample_lan(&conf, lans, 2, "eth1");
	sample_item(&conf, 1, 0xa5, NULL, 64);
	sample_item(&conf, 1, 3, "::1:2:3:4", 80);
	sample_item(&conf, 2, 0, "::1", 128);
	sample_item(&conf, 0, 0xf, NULL, 128);
	memset(&policy, 0, sizeof(policy));
	policy.conf = &conf;
	policy.type = TUNNEL_NETWORK;
	policy.local4 = a4(SAMPLE_LOCAL);
	return 0;
}

static struct netop
addr_of(uint8_t slot, const char *prefix)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = NETOP_ADDR;
	op.slot = slot;
	op.flags = NETOP_F_OPTIONAL;
	op.prefix = p6(prefix);
	return op;
}

/* Both ways: to put it there, and to take it away. */
static void
verdict(struct netop op, int want)
{
	struct err e = {0};
	char text[NETOP_TEXT_MAX];

	if (policy_check(&policy, &op, &e) != want)
		fail_msg("%s: %s", netop_format(&op, text, sizeof(text)),
		    want == 0 ? e.text : "allowed");
	if (op.kind != NETOP_ADDR)
		return;
	op.kind = NETOP_ADDR_DEL;
	assert_int_equal(policy_check(&policy, &op, NULL), want);
}

#define ALLOWED(slot, prefix) verdict(addr_of(slot, prefix), 0)
#define DENIED(slot, prefix)  verdict(addr_of(slot, prefix), -EPERM)

static void
addresses(void **state)
{
	(void)state;
	ALLOWED(1, "2001:db8:1:a5::99/64");  /* any EUI-64 */
	ALLOWED(1, "2001:db8:1:1a5::99/64"); /* of a longer prefix */
	DENIED(1, "2001:db8:1:a4::99/64");
	DENIED(1, "2001:db8:1:25::99/64");
	DENIED(1, "2001:db8:1:a5::99/63");
	DENIED(1, "2001:db8:1:a5::99/128");
	DENIED(1, "fe80:0:0:a5::99/64");
	DENIED(1, "ff0e:0:0:a5::99/64");
	ALLOWED(1, "fd00:0:0:3:1:2:3:4/80");
	DENIED(1, "fd00:0:0:3:1:2:3:5/80");
	DENIED(1, "fd00:0:0:3:1:2:3:4/64");
	ALLOWED(2, "2001:db8:1::1/128");
	DENIED(2, "2001:db8:1::2/128");
	DENIED(2, "2001:db8:1:a5::99/64"); /* the other one's */
	DENIED(3, "2001:db8:1:a5::99/64"); /* nobody's */
	ALLOWED(0, "2001:db8:1:f::1/128");
	DENIED(0, "2001:db8:1:f::1/64");
	DENIED(0, "2001:db8:1:e::1/128");
	conf.lans[2][0] = '\0';
	DENIED(2, "2001:db8:1::1/128");
}

static void
nothing_else_on_a_lan(void **state)
{
	enum netop_kind kind;
	struct netop op;

	(void)state;
	for (kind = NETOP_NONE; kind <= NETOP_KINDS; kind++) {
		if (kind == NETOP_ADDR || kind == NETOP_ADDR_DEL)
			continue;
		op = addr_of(1, "2001:db8:1:a5::99/64");
		op.kind = kind;
		op.flags = 0;
		op.mtu = conf.mtu;
		op.metric = conf.metric;
		op.local4 = a4(SAMPLE_LOCAL);
		op.remote4 = a4(SAMPLE_REMOTE);
		verdict(op, -EPERM);
	}
	op = addr_of(1, "2001:db8:1:a5::99/64");
	op.flags = 0;
	verdict(op, -EPERM);
	op.flags = NETOP_F_OPTIONAL | NETOP_F_PEER;
	op.peer = a6("2001:db8::1");
	verdict(op, -EPERM);
	op = addr_of(1, "2001:db8:1:a5::99/64");
	op.ifindex = 2;
	verdict(op, -EPERM);
	op.ifindex = 0;
	strlcpy(op.ifname, "eth0", sizeof(op.ifname));
	verdict(op, -EPERM);
	op = addr_of(1, "2001:db8:1:a5::99/64");
	op.slot = NETOP_SLOTS;
	verdict(op, -EPERM);
}

static void
only_with_a_prefix(void **state)
{
	(void)state;
	policy.type = TUNNEL_HOST;
	DENIED(1, "2001:db8:1:a5::99/64");
	DENIED(0, "2001:db8:1:f::1/128");
	policy.type = TUNNEL_ONLY;
	DENIED(1, "2001:db8:1:a5::99/64");
}

/* A LAN is up or not by itself, and listens or not: no matter of ours. */
static void
before_the_tunnel_is_deaf(void **state)
{
	struct plan p;

	(void)state;
	p = (struct plan) {1, {addr_of(1, "2001:db8:1:a5::99/64")}};
	assert_int_equal(policy_check_list(&policy, &p, false, NULL), 0);
	p = (struct plan) {1, {addr_of(0, "2001:db8:1:f::1/128")}};
	assert_int_equal(policy_check_list(&policy, &p, false, NULL), -EPERM);
	assert_int_equal(policy_check_list(&policy, &p, true, NULL), 0);
}

/* Whatever a plan holds is allowed, and what turns it into another one. */
static void
whole_plans(void **state)
{
	struct plan p, before = {0}, ops;
	uint32_t seed = 20131009;
	struct grant g;
	unsigned i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		g = sample_random_grant(&seed);
		if (g.nprefixes == 0 ||
		    g.nprefixes * conf.ndelegations > PLAN_LAN_ADDRS_MAX)
			continue;
		lans[1].ifindex = sample_next(&seed) % 2;
		lans[2].hwlen = sample_next(&seed) % 2 ? 6 : 0;
		assert_int_equal(
		    plan_make(&conf, lans, &g, a4(SAMPLE_LOCAL), &p, NULL), 0);
		assert_int_equal(
		    policy_check_list(&policy, &p, false, NULL), 0);
		assert_int_equal(plan_diff(&before, &p, &ops), 0);
		assert_int_equal(
		    policy_check_list(&policy, &ops, before.n > 0, NULL), 0);
		before = p;
	}
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(addresses),
	    TEST(nothing_else_on_a_lan),
	    TEST(only_with_a_prefix),
	    TEST(before_the_tunnel_is_deaf),
	    TEST(whole_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
