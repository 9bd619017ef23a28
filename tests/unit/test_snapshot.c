/* What a snapshot has, and when two are equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/snapshot.h"
#include "samples.h"

/* dtcp0 (7): up, 1280, an address with peer, default; a reject route. */
static struct snapshot
sample(void)
{
	struct snapshot s;

	memset(&s, 0, sizeof(s));
	s.nlinks = 1;
	strlcpy(s.links[0].ifname, "dtcp0", sizeof(s.links[0].ifname));
	s.links[0].ifindex = 7;
	s.links[0].mtu = 1280;
	s.links[0].fib = 1;
	s.links[0].up = true;
	s.links[0].local4 = a4(SAMPLE_LOCAL);
	s.links[0].remote4 = a4(SAMPLE_REMOTE);
	s.naddrs = 1;
	s.addrs[0].ifindex = 7;
	s.addrs[0].prefix = p6("2001:db8::6/128");
	s.addrs[0].has_peer = true;
	s.addrs[0].peer = a6("2001:db8::5");
	s.nroutes = 2;
	s.routes[0].ifindex = 7;
	s.routes[0].metric = 2048;
	s.routes[0].dst = p6("::/0");
	s.routes[1].metric = PLAN_METRIC_REJECT;
	s.routes[1].dst = p6("2001:db8:1::/48");
	return s;
}

static struct netop
op_of(enum netop_kind kind, const char *prefix, uint32_t metric)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	op.ifindex = 7;
	strlcpy(op.ifname, "dtcp0", sizeof(op.ifname));
	if (prefix != NULL)
		op.prefix = p6(prefix);
	op.metric = metric;
	return op;
}

/* has: the effect is there with the link, and with another index it is not. */
static void
check(const struct netop *op, bool has)
{
	struct snapshot s = sample();
	struct netop inv, other = *op;
	char text[NETOP_TEXT_MAX];

	if (snapshot_has(&s, op) != has)
		fail_msg("%s: %s", netop_format(op, text, sizeof(text)),
		    has ? "not found" : "found");
	netop_inverse(op, &inv);
	if (inv.kind != NETOP_NONE)
		assert_int_equal(snapshot_has(&s, &inv), !has);
	if (netop_on_slot(op, op->slot)) {
		other.ifindex = 8;
		assert_false(snapshot_has(&s, &other));
	}
}

static void
link_effects(void **state)
{
	struct netop op;
	struct snapshot s = sample();

	(void)state;
	op = op_of(NETOP_UP, NULL, 0);
	check(&op, true);
	op = op_of(NETOP_MTU, NULL, 0);
	op.mtu = 1280;
	check(&op, true);
	op.mtu = 1400;
	check(&op, false);
	op = op_of(NETOP_FIB, NULL, 0);
	check(&op, false);
	op.fib = 1;
	check(&op, true);
	op = op_of(NETOP_ACCEPT_RA, NULL, 0);
	check(&op, true);
	op.flags = NETOP_F_ON;
	check(&op, false);
	op = op_of(NETOP_TUNNEL, NULL, 0);
	op.local4 = a4(SAMPLE_LOCAL);
	op.remote4 = a4(SAMPLE_REMOTE);
	check(&op, true);
	op.kind = NETOP_OUTER;
	check(&op, true);
	op.remote4 = a4("198.51.100.2");
	check(&op, false);
	s.links[0].user = true; /* the pair is the relay's */
	assert_true(snapshot_has(&s, &op));
}

static void
address_effects(void **state)
{
	struct netop op = op_of(NETOP_ADDR, "2001:db8::6/128", 0);

	(void)state;
	check(&op, false); /* without the peer it is another */
	op.flags = NETOP_F_PEER;
	op.peer = a6("2001:db8::5");
	check(&op, true);
	op.peer = a6("2001:db8::4");
	check(&op, false);
}

static void
route_effects(void **state)
{
	struct netop op = op_of(NETOP_ROUTE, "::/0", 2048);
	struct snapshot s = sample();

	(void)state;
	check(&op, true);
	op.metric = 1024;
	check(&op, false);
	s.routes[0].metric = 0; /* a system without metrics */
	assert_true(snapshot_has(&s, &op));
	op.fib = 1; /* in another table it is another */
	assert_false(snapshot_has(&s, &op));
	s.routes[0].fib = 1;
	assert_true(snapshot_has(&s, &op));
	op = op_of(NETOP_ROUTE, "2001:db8:1::/48", PLAN_METRIC_REJECT);
	check(&op, false); /* over the link there is none */
	op.flags = NETOP_F_REJECT;
	op.ifindex = 0;
	check(&op, true);
}

static void
by_name_before_the_index(void **state)
{
	struct snapshot s = sample();
	struct netop op = op_of(NETOP_UP, NULL, 0);

	(void)state;
	op.ifindex = 0;
	assert_true(snapshot_has(&s, &op));
	strlcpy(op.ifname, "dtcp1", sizeof(op.ifname));
	assert_false(snapshot_has(&s, &op));
	op = op_of(NETOP_TUNNEL_DESTROY, NULL, 0);
	op.ifindex = 0;
	op.ifname[0] = '\0'; /* all that is ours */
	assert_false(snapshot_has(&s, &op));
	s.links[0].lan = true; /* is not */
	assert_true(snapshot_has(&s, &op));
	s.nlinks = 0;
	assert_true(snapshot_has(&s, &op));
}

/* On a LAN there are addresses, and nothing else that we could have done. */
static void
links_of_lans(void **state)
{
	static const enum netop_kind kinds[] = {NETOP_TUNNEL, NETOP_OUTER,
	    NETOP_FIB, NETOP_ACCEPT_RA, NETOP_MTU, NETOP_UP};
	struct netop op = op_of(NETOP_ADDR, "2001:db8::6/128", 0);
	struct snapshot s = sample();
	size_t i;

	(void)state;
	s.links[0].lan = true;
	op.slot = 1;
	op.flags = NETOP_F_PEER;
	op.peer = a6("2001:db8::5");
	assert_true(snapshot_has(&s, &op));
	op.kind = NETOP_ADDR_DEL;
	assert_false(snapshot_has(&s, &op));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		op = op_of(kinds[i], NULL, 0);
		op.local4 = a4(SAMPLE_LOCAL);
		op.remote4 = a4(SAMPLE_REMOTE);
		op.fib = 1;
		op.mtu = 1280;
		assert_false(snapshot_has(&s, &op));
		s.links[0].lan = false;
		assert_true(snapshot_has(&s, &op));
		s.links[0].lan = true;
	}
	op = op_of(NETOP_ROUTE, "::/0", 2048);
	assert_false(snapshot_has(&s, &op));
	op = op_of(NETOP_DOWN, NULL, 0);
	assert_true(snapshot_has(&s, &op));
	op = op_of(NETOP_TUNNEL_RELEASE, NULL, 0);
	assert_true(snapshot_has(&s, &op));
	op.ifindex = 0;
	op.ifname[0] = '\0'; /* all that is ours: nothing */
	assert_true(snapshot_has(&s, &op));
	s.links[1] = s.links[0];
	s.links[1].ifindex = 8;
	s.links[1].lan = false;
	s.nlinks = 2;
	assert_false(snapshot_has(&s, &op));
}

/* What was the tunnel's index is a LAN's now, and the other way round. */
static void
another_ones_index(void **state)
{
	static const enum netop_kind kinds[] = {NETOP_TUNNEL, NETOP_OUTER,
	    NETOP_FIB, NETOP_ACCEPT_RA, NETOP_MTU, NETOP_UP};
	struct snapshot s = sample();
	struct netop op;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		op = op_of(kinds[i], NULL, 0);
		op.mtu = 1280;
		op.fib = 1;
		op.local4 = a4(SAMPLE_LOCAL);
		op.remote4 = a4(SAMPLE_REMOTE);
		s.links[0].lan = false;
		assert_true(snapshot_has(&s, &op));
		s.links[0].lan = true;
		assert_false(snapshot_has(&s, &op));
	}
	op = op_of(NETOP_ADDR, "2001:db8::6/128", 0);
	op.flags = NETOP_F_PEER;
	op.peer = a6("2001:db8::5");
	assert_false(snapshot_has(&s, &op));
	op.slot = 1;
	assert_true(snapshot_has(&s, &op));
	s.links[0].lan = false;
	assert_false(snapshot_has(&s, &op));
}

static void
equal_as_sets(void **state)
{
	struct snapshot a = sample(), b = sample();

	(void)state;
	b.routes[0] = a.routes[1];
	b.routes[1] = a.routes[0];
	assert_true(snapshot_equal(&a, &b));
	b.routes[1] = b.routes[0]; /* twice the same is not both */
	assert_false(snapshot_equal(&a, &b));
	assert_false(snapshot_equal(&b, &a));
	b = sample();
	b.truncated = true;
	assert_false(snapshot_equal(&a, &b));
	assert_false(snapshot_equal(&b, &b));
}

static void
unequal_by_any_field(void **state)
{
	struct snapshot a = sample(), b;

	(void)state;
#define DIFFERS(change)                               \
	do {                                          \
		b = sample();                         \
		change;                               \
		assert_false(snapshot_equal(&a, &b)); \
		assert_false(snapshot_equal(&b, &a)); \
	} while (0)
	DIFFERS(b.links[0].ifindex = 8);
	DIFFERS(b.links[0].ifname[0] = 'x');
	DIFFERS(b.links[0].mtu = 1281);
	DIFFERS(b.links[0].fib = 0);
	DIFFERS(b.links[0].lan = true);
	DIFFERS(b.links[0].up = false);
	DIFFERS(b.links[0].user = true);
	DIFFERS(b.links[0].accept_ra = true);
	DIFFERS(b.links[0].local4 = a4("192.0.2.2"));
	DIFFERS(b.links[0].remote4 = a4("192.0.2.2"));
	DIFFERS(b.nlinks = 0);
	DIFFERS(b.addrs[0].ifindex = 8);
	DIFFERS(b.addrs[0].prefix.len = 64);
	DIFFERS(b.addrs[0].has_peer = false);
	DIFFERS(b.addrs[0].tentative = true);
	DIFFERS(b.addrs[0].duplicate = true);
	DIFFERS(b.addrs[0].peer = a6("::1"));
	DIFFERS(b.naddrs = 0);
	DIFFERS(b.routes[0].ifindex = 0);
	DIFFERS(b.routes[0].metric = 1);
	DIFFERS(b.routes[0].fib = 1);
	DIFFERS(b.routes[0].dst = p6("::/1"));
	DIFFERS(b.nroutes = 1);
#undef DIFFERS
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(link_effects),
	    cmocka_unit_test(address_effects),
	    cmocka_unit_test(route_effects),
	    cmocka_unit_test(by_name_before_the_index),
	    cmocka_unit_test(links_of_lans),
	    cmocka_unit_test(another_ones_index),
	    cmocka_unit_test(equal_as_sets),
	    cmocka_unit_test(unequal_by_any_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
