/* What is in effect, and what turns it into what is wanted. */
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

#define ROUNDS 20000

static struct plan
plan_of(const struct plan_conf *c, const struct grant *g)
{
	struct err e = {0};
	struct plan p;

	if (plan_make(c, NULL, g, a4(SAMPLE_LOCAL), &p, &e) != 0)
		fail_msg("%s", e.text);
	return p;
}

/* As the executor leaves a list: names known, one encapsulation. */
static struct plan
in_effect(const struct plan *p)
{
	const uint8_t encap = NETOP_F_KERNEL | NETOP_F_USER;
	struct plan have = *p;
	unsigned i;

	for (i = 0; i < have.n; i++) {
		if (!netop_on_slot(&have.ops[i], NETOP_SLOT_TUNNEL))
			continue;
		strlcpy(
		    have.ops[i].ifname, "dtcp0", sizeof(have.ops[i].ifname));
		have.ops[i].ifindex = 7;
	}
	if ((have.ops[0].flags & encap) == encap)
		have.ops[0].flags &= (uint8_t)~NETOP_F_USER;
	return have;
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

static bool
same_set(const struct plan *a, const struct plan *b)
{
	unsigned i;

	for (i = 0; i < a->n; i++) {
		if (!contains(b, &a->ops[i]))
			return false;
	}
	return a->n == b->n;
}

static void
fold(struct plan *have, const struct plan *ops)
{
	unsigned i;

	for (i = 0; i < ops->n; i++)
		assert_int_equal(plan_note(have, &ops->ops[i]), 0);
}

static void
check_diff(
    const struct plan *have, const struct plan *want, const char *const *lines)
{
	char text[NETOP_TEXT_MAX];
	struct plan ops, after = *have;
	unsigned i;

	assert_int_equal(plan_diff(have, want, &ops), 0);
	for (i = 0; i < ops.n && lines[i] != NULL; i++)
		assert_string_equal(
		    netop_format(&ops.ops[i], text, sizeof(text)), lines[i]);
	assert_int_equal(i, ops.n);
	assert_null(lines[i]);
	fold(&after, &ops);
	assert_true(same_set(&after, want));
}

static void
nothing_to_do(void **state)
{
	static const char *const none[] = {NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan want = plan_of(&c, &g), have = in_effect(&want);

	(void)state;
	check_diff(&have, &want, none);
}

static void
from_nothing_and_to_nothing(void **state)
{
	static const char *const down[] = {
	    "route delete default dev tunnel metric 2048",
	    "route delete unreachable 2001:db8:1::/48 metric 2147483647",
	    "down dev tunnel", "tunnel destroy dtcp0", NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_NETWORK);
	struct plan none = {0}, want = plan_of(&c, &g), ops;
	struct plan have = in_effect(&want);
	char text[NETOP_TEXT_MAX];
	unsigned i;

	(void)state;
	assert_int_equal(plan_diff(&none, &want, &ops), 0);
	assert_int_equal(ops.n, want.n);
	for (i = 0; i < ops.n; i++)
		assert_true(netop_equal(&ops.ops[i], &want.ops[i]));

	assert_int_equal(plan_diff(&have, &none, &ops), 0);
	assert_int_equal(ops.n, 4);
	/* By slot alone: the name is the root side's to know. */
	for (i = 0; i < ops.n; i++) {
		assert_string_equal(ops.ops[i].ifname, "");
		assert_int_equal(ops.ops[i].ifindex, 0);
		strlcpy(ops.ops[i].ifname, i == 3 ? "dtcp0" : "",
		    sizeof(ops.ops[i].ifname));
		assert_string_equal(
		    netop_format(&ops.ops[i], text, sizeof(text)), down[i]);
	}
	fold(&have, &ops);
	assert_int_equal(have.n, 0);
}

static void
outer_pair(void **state)
{
	static const char *const lines[] = {
	    "tunnel change tunnel local 192.0.2.1 remote 198.51.100.77", NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan want = plan_of(&c, &g), have = in_effect(&want);

	(void)state;
	g.server4 = a4("198.51.100.77");
	want = plan_of(&c, &g);
	check_diff(&have, &want, lines);
}

static void
udp_ports(void **state)
{
	static const char *const port[] = {
	    "tunnel change tunnel local 192.0.2.1 remote 198.51.100.1 "
	    "udp 4028 to 4030",
	    NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan want, have;

	(void)state;
	c.udp = g.udp = true;
	c.udp_port = 4028;
	g.port4 = 4029;
	want = plan_of(&c, &g);
	have = in_effect(&want);
	g.port4 = 4030;
	want = plan_of(&c, &g);
	check_diff(&have, &want, port);
}

static void
mtu_and_accept_ra(void **state)
{
	static const char *const lines[] = {"accept_ra on dev tunnel",
	    "mtu 1400 dev tunnel",
	    "route delete default dev tunnel metric 2048", NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_ONLY);
	struct plan want = plan_of(&c, &g), have = in_effect(&want);

	(void)state;
	c.mtu = 1400;
	c.route_mode = ROUTE_SOLICIT;
	want = plan_of(&c, &g);
	check_diff(&have, &want, lines);
}

static void
routing_table(void **state)
{
	static const char *const lines[] = {"fib 2 dev tunnel",
	    "route add default dev tunnel metric 2048 fib 2",
	    "route delete default dev tunnel metric 2048 fib 1", NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_ONLY);
	struct plan want, have;

	(void)state;
	c.set_fib = true;
	c.fib = 1;
	want = plan_of(&c, &g);
	have = in_effect(&want);
	c.fib = 2;
	want = plan_of(&c, &g);
	check_diff(&have, &want, lines);
}

/* New ones first: there is no moment without an address. */
static void
additions_come_first(void **state)
{
	static const char *const lines[] = {
	    "address add 2001:db8:ffff::a/128 peer 2001:db8:ffff::9 dev "
	    "tunnel",
	    "route add unreachable 2001:db8:9::/48 metric 2147483647",
	    "route delete unreachable 2001:db8:1::/48 metric 2147483647",
	    "address delete 2001:db8:ffff::6/128 peer 2001:db8:ffff::5 dev "
	    "tunnel",
	    NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan want, have;

	(void)state;
	g.prefixes[g.nprefixes++] = p6("2001:db8:1::/48");
	want = plan_of(&c, &g);
	have = in_effect(&want);
	g.prefixes[0] = p6("2001:db8:9::/48");
	g.client6 = a6("2001:db8:ffff::a");
	g.server6 = a6("2001:db8:ffff::9");
	want = plan_of(&c, &g);
	check_diff(&have, &want, lines);
}

static void
removal_first_where_they_collide(void **state)
{
	static const char *const lines[] = {
	    "address delete 2001:db8:ffff::6/128 peer 2001:db8:ffff::5 dev "
	    "tunnel",
	    "address add 2001:db8:ffff::6/128 peer 2001:db8:ffff::9 dev "
	    "tunnel",
	    NULL};
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan want = plan_of(&c, &g), have = in_effect(&want);

	(void)state;
	g.server6 = a6("2001:db8:ffff::9");
	want = plan_of(&c, &g);
	check_diff(&have, &want, lines);
}

static void
check_ends(const char *client6, const char *server6)
{
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan want = plan_of(&c, &g), have = in_effect(&want), ops;

	g.client6 = a6(client6);
	g.server6 = a6(server6);
	want = plan_of(&c, &g);
	assert_int_equal(plan_diff(&have, &want, &ops), 0);
	assert_int_equal(ops.n, 2);
	assert_int_equal(ops.ops[0].kind, NETOP_ADDR_DEL);
	assert_int_equal(ops.ops[1].kind, NETOP_ADDR);
	fold(&have, &ops);
	assert_true(same_set(&have, &want));
}

/* ::6 with ::5 at the far end: FreeBSD has one route to either. */
static void
removal_first_where_ends_are_shared(void **state)
{
	(void)state;
	check_ends("2001:db8:ffff::a", "2001:db8:ffff::5");
	check_ends("2001:db8:ffff::5", "2001:db8:ffff::6");
	check_ends("2001:db8:ffff::5", "2001:db8:ffff::9");
	check_ends("2001:db8:ffff::a", "2001:db8:ffff::6");
}

static void
another_tunnel_altogether(void **state)
{
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_NETWORK);
	struct plan want = plan_of(&c, &g), have = in_effect(&want), ops;

	(void)state;
	c.keep = true;
	want = plan_of(&c, &g);
	assert_int_equal(plan_diff(&have, &want, &ops), 0);
	assert_int_equal(ops.ops[0].kind, NETOP_TUNNEL_DESTROY);
	assert_int_equal(ops.ops[1].kind, NETOP_TUNNEL);
	assert_int_equal(ops.n, want.n); /* the unreachable route stays */
	fold(&have, &ops);
	assert_true(same_set(&have, &want));
}

static void
withdraw(void **state)
{
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_NETWORK);
	struct plan want, have, ops;

	(void)state;
	c.replace_default = true;
	want = plan_of(&c, &g);
	have = in_effect(&want);
	plan_withdraw(&have, &ops);
	assert_int_equal(ops.n, 2);
	assert_int_equal(ops.ops[0].kind, NETOP_ROUTE_DEL);
	assert_int_equal(ops.ops[0].prefix.addr.s6_addr[0], 0x80);
	assert_int_equal(ops.ops[1].prefix.len, 1);
	fold(&have, &ops);
	assert_int_equal(have.n, want.n - 2);
	plan_withdraw(&have, &ops);
	assert_int_equal(ops.n, 0);
	/* The next grant brings them back, and nothing else. */
	assert_int_equal(plan_diff(&have, &want, &ops), 0);
	assert_int_equal(ops.n, 2);
	assert_int_equal(ops.ops[0].kind, NETOP_ROUTE);
}

static void
noting(void **state)
{
	struct plan_conf c = sample_conf();
	struct grant g = sample_grant(TUNNEL_HOST);
	struct plan have = plan_of(&c, &g), none = {0};
	struct netop op;
	unsigned n = have.n;

	(void)state;
	assert_int_equal(plan_note(&have, &have.ops[4]), 0); /* once */
	assert_int_equal(have.n, n);
	memset(&op, 0, sizeof(op));
	op.kind = NETOP_OUTER;
	op.remote4 = a4("198.51.100.9");
	op.lport = 4028;
	op.rport = 4029;
	assert_int_equal(plan_note(&none, &op), -ENOENT);
	assert_int_equal(plan_note(&have, &op), 0);
	assert_true(addr4_equal(have.ops[0].remote4, op.remote4));
	assert_int_equal(have.ops[0].lport, 4028);
	assert_int_equal(have.ops[0].rport, 4029);
	assert_int_equal(have.n, n);
	op.kind = NETOP_DOWN;
	assert_int_equal(plan_note(&have, &op), 0);
	assert_int_equal(have.n, n - 1);
	assert_int_equal(plan_note(&have, &op), 0); /* no more of them */
	assert_int_equal(have.n, n - 1);
	op.kind = NETOP_TUNNEL_RELEASE;
	op.slot = 1;
	assert_int_equal(plan_note(&have, &op), 0);
	assert_int_equal(have.n, n - 1);
	while (have.n < PLAN_MAX)
		have.ops[have.n++] = have.ops[0];
	op = have.ops[0];
	op.kind = NETOP_ROUTE;
	op.prefix = p6("2001:db8:77::/48");
	assert_int_equal(plan_note(&have, &op), -EOVERFLOW);
}

/* From any grant to any other, through withdrawals, and back to nothing. */
static void
random_grants(void **state)
{
	struct plan_conf c = sample_conf();
	struct plan have = {0}, want, ops, none = {0};
	uint32_t seed = 20060106;
	struct grant g;
	unsigned i;

	(void)state;
	c.addrs[c.naddrs++] = p6("2001:db8:ffff::1/64"); /* maybe the pair's */
	c.addrs[c.naddrs++] = p6("2001:db8:2::1/64");
	for (i = 0; i < ROUNDS; i++) {
		g = sample_random_grant(&seed);
		c.mtu = 1280 + sample_next(&seed) % 2;
		c.set_fib = true;
		c.fib = sample_next(&seed) % 2;
		want = plan_of(&c, &g);
		assert_int_equal(plan_diff(&have, &want, &ops), 0);
		fold(&have, &ops);
		if (!same_set(&have, &want))
			fail_msg("round %u", i);
		assert_int_equal(plan_diff(&have, &want, &ops), 0);
		assert_int_equal(ops.n, 0);
		if (sample_next(&seed) % 4 == 0) {
			plan_withdraw(&have, &ops);
			fold(&have, &ops);
		}
		if (sample_next(&seed) % 16 == 0) {
			assert_int_equal(plan_diff(&have, &none, &ops), 0);
			fold(&have, &ops);
			/* Only settings, gone with the link, have none. */
			assert_int_equal(have.n, 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_to_do),
	    cmocka_unit_test(from_nothing_and_to_nothing),
	    cmocka_unit_test(outer_pair),
	    cmocka_unit_test(udp_ports),
	    cmocka_unit_test(mtu_and_accept_ra),
	    cmocka_unit_test(routing_table),
	    cmocka_unit_test(additions_come_first),
	    cmocka_unit_test(removal_first_where_they_collide),
	    cmocka_unit_test(removal_first_where_ends_are_shared),
	    cmocka_unit_test(another_tunnel_altogether),
	    cmocka_unit_test(withdraw),
	    cmocka_unit_test(noting),
	    cmocka_unit_test(random_grants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
