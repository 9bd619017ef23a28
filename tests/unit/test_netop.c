/* Operations: inverses, equality, wire format, words. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/netop.h"
#include "samples.h"

static struct netop
op_of(enum netop_kind kind, unsigned flags)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	op.flags = (uint8_t)flags;
	return op;
}

static struct netop
route_of(const char *dst, uint32_t metric, unsigned flags)
{
	struct netop op = op_of(NETOP_ROUTE, flags);

	op.prefix = p6(dst);
	op.metric = metric;
	return op;
}

static struct netop
addr_of(const char *prefix, const char *peer)
{
	struct netop op = op_of(NETOP_ADDR, peer != NULL ? NETOP_F_PEER : 0);

	op.prefix = p6(prefix);
	if (peer != NULL)
		op.peer = a6(peer);
	return op;
}

static void
inverses(void **state)
{
	static const struct {
		enum netop_kind kind;
		unsigned flags;
		enum netop_kind inverse;
	} table[] = {
	    {NETOP_NONE, 0, NETOP_NONE},
	    {NETOP_TUNNEL, NETOP_F_KERNEL, NETOP_TUNNEL_DESTROY},
	    {NETOP_TUNNEL, NETOP_F_KEEP, NETOP_TUNNEL_RELEASE},
	    {NETOP_TUNNEL, NETOP_F_ADOPT, NETOP_TUNNEL_RELEASE},
	    {NETOP_OUTER, 0, NETOP_NONE},
	    {NETOP_FIB, 0, NETOP_NONE},
	    {NETOP_ACCEPT_RA, NETOP_F_ON, NETOP_NONE},
	    {NETOP_MTU, 0, NETOP_NONE},
	    {NETOP_UP, 0, NETOP_DOWN},
	    {NETOP_ADDR, NETOP_F_PEER, NETOP_ADDR_DEL},
	    {NETOP_ROUTE, NETOP_F_REJECT, NETOP_ROUTE_DEL},
	    {NETOP_TUNNEL_DESTROY, 0, NETOP_NONE},
	    {NETOP_TUNNEL_RELEASE, 0, NETOP_NONE},
	    {NETOP_DOWN, 0, NETOP_NONE},
	    {NETOP_ADDR_DEL, 0, NETOP_NONE},
	    {NETOP_ROUTE_DEL, 0, NETOP_NONE},
	};
	struct netop op, inv;
	size_t i;

	(void)state;
	assert_int_equal(sizeof(table) / sizeof(table[0]), NETOP_KINDS + 2);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		op = op_of(table[i].kind, table[i].flags);
		op.slot = 3;
		strlcpy(op.ifname, "dtcp7", sizeof(op.ifname));
		netop_inverse(&op, &inv);
		assert_int_equal(inv.kind, table[i].inverse);
		if (inv.kind == NETOP_NONE)
			continue;
		assert_true(netop_is_inverse(inv.kind));
		assert_false(netop_is_inverse(op.kind));
		assert_int_equal(inv.slot, 3);
		assert_string_equal(inv.ifname, "dtcp7");
		assert_int_equal(inv.flags & ~netop_flags_of(inv.kind), 0);
	}
}

static void
inverse_keeps_the_object(void **state)
{
	struct netop op, inv;

	(void)state;
	op = addr_of("2001:db8::6/128", "2001:db8::5");
	netop_inverse(&op, &inv);
	assert_true(prefix6_equal(&inv.prefix, &op.prefix));
	assert_true(addr6_equal(&inv.peer, &op.peer));
	assert_int_equal(inv.flags, NETOP_F_PEER);

	op = route_of("2001:db8::/48", 77, NETOP_F_REJECT | NETOP_F_OPTIONAL);
	op.fib = 5;
	netop_inverse(&op, &op); /* in place */
	assert_int_equal(op.fib, 5);
	assert_int_equal(op.kind, NETOP_ROUTE_DEL);
	assert_int_equal(op.metric, 77);
	assert_int_equal(op.prefix.len, 48);
}

static void
links_needed(void **state)
{
	struct netop op;

	(void)state;
	op = op_of(NETOP_ROUTE, 0);
	assert_true(netop_needs_link(&op));
	op.flags = NETOP_F_REJECT;
	assert_false(netop_needs_link(&op));
	assert_false(netop_on_slot(&op, 0));
	op.kind = NETOP_ROUTE_DEL;
	assert_false(netop_needs_link(&op));
	op = op_of(NETOP_TUNNEL, NETOP_F_KERNEL);
	assert_false(netop_needs_link(&op));
	assert_true(netop_on_slot(&op, 0));
	assert_false(netop_on_slot(&op, 1));
	op.kind = NETOP_MTU;
	assert_true(netop_needs_link(&op));
	op.kind = NETOP_FIB;
	assert_true(netop_needs_link(&op));
	assert_true(netop_on_slot(&op, 0));
}

static void
undone_by_a_former_value(void **state)
{
	unsigned kind;

	(void)state;
	for (kind = NETOP_NONE; kind <= NETOP_KINDS; kind++)
		assert_int_equal(netop_is_value((enum netop_kind)kind),
		    kind == NETOP_ACCEPT_RA || kind == NETOP_FIB);
}

static void
equal_by_effect(void **state)
{
	struct netop a, b;

	(void)state;
	a = addr_of("2001:db8::6/128", "2001:db8::5");
	b = a;
	b.ifindex = 9;
	strlcpy(b.ifname, "dtcp0", sizeof(b.ifname));
	assert_true(netop_equal(&a, &b)); /* resolved and not */
	b.flags |= NETOP_F_OPTIONAL;
	assert_true(netop_equal(&a, &b));
	b.peer = a6("2001:db8::7");
	assert_false(netop_equal(&a, &b));
	b = a;
	b.prefix.len = 64;
	assert_false(netop_equal(&a, &b));
	b = a;
	b.slot = 1;
	assert_false(netop_equal(&a, &b));
	strlcpy(a.ifname, "dtcp1", sizeof(a.ifname));
	b = a;
	strlcpy(b.ifname, "dtcp0", sizeof(b.ifname));
	assert_false(netop_equal(&a, &b));

	a = route_of("::/0", 2048, 0);
	b = route_of("::/0", 1024, 0);
	assert_false(netop_equal(&a, &b));
	b = route_of("::/0", 2048, NETOP_F_REJECT);
	assert_false(netop_equal(&a, &b));
	a = b;
	a.slot = 2; /* nobody's */
	assert_true(netop_equal(&a, &b));
	a.fib = 1;
	assert_false(netop_equal(&a, &b));

	a = b = op_of(NETOP_FIB, 0);
	a.fib = b.fib = 1;
	assert_true(netop_equal(&a, &b));
	b.fib = 0;
	assert_false(netop_equal(&a, &b));
	b = a;
	b.slot = 1;
	assert_false(netop_equal(&a, &b));

	a = op_of(NETOP_ACCEPT_RA, NETOP_F_ON);
	b = op_of(NETOP_ACCEPT_RA, 0);
	assert_false(netop_equal(&a, &b));
}

static void
tunnels_that_one_link_satisfies(void **state)
{
	struct netop a = op_of(NETOP_TUNNEL, NETOP_F_KERNEL | NETOP_F_USER);
	struct netop b = op_of(NETOP_TUNNEL, NETOP_F_USER);

	(void)state;
	a.remote4 = b.remote4 = a4(SAMPLE_REMOTE);
	strlcpy(b.ifname, "dtcp0", sizeof(b.ifname));
	assert_true(netop_equal(&a, &b));
	b.remote4 = a4("198.51.100.9");
	assert_true(netop_same_tunnel(&a, &b));
	assert_false(netop_equal(&a, &b));
	netop_copy_outer(&b, &a);
	assert_true(netop_equal(&a, &b));
	b.lport = 4028;
	b.rport = 4029;
	assert_true(netop_same_tunnel(&a, &b));
	assert_false(netop_equal(&a, &b));
	netop_copy_outer(&a, &b);
	assert_true(netop_equal(&a, &b));
	b.rport = 4030;
	assert_false(netop_equal(&a, &b));
	b.rport = 4029;
	b.lport = 4030;
	assert_false(netop_equal(&a, &b));
	a.flags = NETOP_F_KERNEL;
	assert_false(netop_same_tunnel(&a, &b));
	a.flags = NETOP_F_USER | NETOP_F_KEEP;
	assert_false(netop_same_tunnel(&a, &b));
	a.flags = NETOP_F_USER;
	strlcpy(a.ifname, "other", sizeof(a.ifname));
	assert_false(netop_same_tunnel(&a, &b));
	a.flags = 0;
	assert_true(netop_equal(&a, &a)); /* useless, and itself */
}

/* Every field at once: each octet has its place. */
static void
wire_layout(void **state)
{
	static const uint8_t want[NETOP_WIRE_SIZE] = {NETOP_ADDR, 5,
	    NETOP_F_PEER, 64, 'd', 't', 'c', 'p', '0', 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0, 0, 1, 2, 3, 4, 0, 0, 5, 0, 0, 0, 8, 0, 192, 0, 2, 1, 198, 51,
	    100, 1, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6,
	    0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5};
	struct netop op = addr_of("2001:db8::6/64", "2001:db8::5"), back;
	uint8_t buf[NETOP_WIRE_SIZE];

	(void)state;
	op.slot = 5;
	strlcpy(op.ifname, "dtcp0", sizeof(op.ifname));
	op.ifindex = 0x01020304;
	op.mtu = 1280;
	op.metric = 2048;
	op.local4 = a4(SAMPLE_LOCAL);
	op.remote4 = a4(SAMPLE_REMOTE);
	netop_encode(&op, buf);
	assert_memory_equal(buf, want, sizeof(buf));
	assert_int_equal(netop_decode(buf, &back), 0);
	assert_true(netop_equal(&op, &back));
	assert_int_equal(back.ifindex, op.ifindex);
	assert_int_equal(back.mtu, 1280);
	assert_int_equal(back.metric, 2048);
	assert_true(addr4_equal(back.local4, op.local4));
	assert_true(addr4_equal(back.remote4, op.remote4));
}

/* What few kinds have, in octets that the others leave zero. */
static void
wire_layout_of_the_rest(void **state)
{
	static const enum netop_kind kinds[] = {
	    NETOP_FIB, NETOP_ROUTE, NETOP_ROUTE_DEL};
	static const enum netop_kind outer[] = {NETOP_TUNNEL, NETOP_OUTER};
	struct netop op = op_of(NETOP_ACCEPT_RA, NETOP_F_ON), back;
	uint8_t buf[NETOP_WIRE_SIZE];
	size_t i;

	(void)state;
	op.former = 0x0a0b0c0d;
	netop_encode(&op, buf);
	assert_memory_equal(buf + 72, "\x0a\x0b\x0c\x0d\0\0\0\0\0\0\0\0", 12);
	assert_int_equal(netop_decode(buf, &back), 0);
	assert_int_equal(back.former, op.former);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		op = op_of(kinds[i], 0);
		op.fib = 0x01020304;
		netop_encode(&op, buf);
		assert_memory_equal(
		    buf + 72, "\0\0\0\0\x01\x02\x03\x04\0\0\0\0", 12);
		assert_int_equal(netop_decode(buf, &back), 0);
		assert_int_equal(back.fib, op.fib);
	}
	for (i = 0; i < sizeof(outer) / sizeof(outer[0]); i++) {
		op = op_of(outer[i], 0);
		op.lport = 0x0fbc;
		op.rport = 0xfedc;
		netop_encode(&op, buf);
		assert_memory_equal(
		    buf + 72, "\0\0\0\0\0\0\0\0\x0f\xbc\xfe\xdc", 12);
		assert_int_equal(netop_decode(buf, &back), 0);
		assert_int_equal(back.lport, op.lport);
		assert_int_equal(back.rport, op.rport);
	}
}

static void
wire_refuses(void **state)
{
	static const struct {
		unsigned offset;
		uint8_t value;
	} bad[] = {
	    {0, NETOP_KINDS},
	    {0, 255},
	    {1, NETOP_SLOTS},
	    {2, NETOP_F_ADOPT}, /* ADDR knows none such */
	    {3, 129},
	    {4, '/'},
	    {4, ' '},
	    {4, 0x7f},
	    {4, 0xc3},
	    {4, 0}, /* leaves "tcp0" behind a NUL */
	    {12, 'x'},
	    {19, 'x'},
	    {72, 1},
	    {79, 1},
	};
	struct netop op = addr_of("2001:db8::6/64", NULL), back;
	uint8_t buf[NETOP_WIRE_SIZE];
	size_t i;

	(void)state;
	strlcpy(op.ifname, "dtcp0", sizeof(op.ifname));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		netop_encode(&op, buf);
		assert_int_equal(netop_decode(buf, &back), 0);
		buf[bad[i].offset] = bad[i].value;
		if (netop_decode(buf, &back) != -EBADMSG)
			fail_msg("octet %u as %u was taken", bad[i].offset,
			    bad[i].value);
	}
	netop_encode(&op, buf);
	memset(buf + 4, 'x', NETOP_NAMESIZE); /* no NUL */
	assert_int_equal(netop_decode(buf, &back), -EBADMSG);
}

/* Both or none, and where there is an outer pair. */
static void
wire_refuses_ports(void **state)
{
	uint8_t buf[NETOP_WIRE_SIZE];
	struct netop op, back;
	unsigned kind;

	(void)state;
	for (kind = NETOP_NONE; kind < NETOP_KINDS; kind++) {
		op = op_of((enum netop_kind)kind, 0);
		op.lport = 4028;
		netop_encode(&op, buf);
		assert_int_equal(netop_decode(buf, &back), -EBADMSG);
		op.lport = 0;
		op.rport = 4029;
		netop_encode(&op, buf);
		assert_int_equal(netop_decode(buf, &back), -EBADMSG);
		op.lport = 4028;
		netop_encode(&op, buf);
		assert_int_equal(netop_decode(buf, &back),
		    kind == NETOP_TUNNEL || kind == NETOP_OUTER ? 0 : -EBADMSG);
	}
}

static void
words(void **state)
{
	char text[NETOP_TEXT_MAX];
	struct netop op;

	(void)state;
	op = route_of("::/0", 2048, NETOP_F_OPTIONAL);
	strlcpy(op.ifname, "dtcp0", sizeof(op.ifname));
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "route add default dev dtcp0 metric 2048");
	op = route_of("2001:db8:1::/48", 9, NETOP_F_REJECT);
	op.kind = NETOP_ROUTE_DEL;
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "route delete unreachable 2001:db8:1::/48 metric 9");
	op.fib = 1;
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "route delete unreachable 2001:db8:1::/48 metric 9 fib 1");
	op = route_of("::/0", 2048, 0);
	op.fib = 2;
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "route add default dev tunnel metric 2048 fib 2");
	op = op_of(NETOP_FIB, 0);
	op.fib = 1;
	strlcpy(op.ifname, "gif0", sizeof(op.ifname));
	assert_string_equal(
	    netop_format(&op, text, sizeof(text)), "fib 1 dev gif0");
	op.fib = 0;
	assert_string_equal(
	    netop_format(&op, text, sizeof(text)), "fib 0 dev gif0");
	op = addr_of("2001:db8::6/128", "2001:db8::5");
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "address add 2001:db8::6/128 peer 2001:db8::5 dev tunnel");
	op = op_of(NETOP_TUNNEL, NETOP_F_USER | NETOP_F_KEEP);
	op.local4 = a4(SAMPLE_LOCAL);
	op.remote4 = a4(SAMPLE_REMOTE);
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "tunnel create (any name) local 192.0.2.1 remote 198.51.100.1 "
	    "encap user keep");
	op.lport = 4028;
	op.rport = 4029;
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "tunnel create (any name) local 192.0.2.1 remote 198.51.100.1 "
	    "udp 4028 to 4029 encap user keep");
	op.kind = NETOP_OUTER;
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "tunnel change tunnel local 192.0.2.1 remote 198.51.100.1 "
	    "udp 4028 to 4029");
	op = op_of(NETOP_TUNNEL_RELEASE, 0);
	op.mtu = 1480;
	strlcpy(op.ifname, "gif0", sizeof(op.ifname));
	assert_string_equal(netop_format(&op, text, sizeof(text)),
	    "tunnel release gif0 mtu 1480 down");
	op = op_of(NETOP_UP, 0);
	op.slot = 2;
	assert_string_equal(
	    netop_format(&op, text, sizeof(text)), "up dev slot2");
}

/* Whatever is in it, the words fit and end. */
static void
words_fit(void **state)
{
	char text[NETOP_TEXT_MAX + 1];
	struct netop op;
	unsigned kind;

	(void)state;
	memset(&op, 0xff, sizeof(op));
	strlcpy(op.ifname, "abcdefghijklmno", sizeof(op.ifname));
	op.prefix = p6("2001:db8:1111:2222:3333:4444:5555:6666/128");
	op.peer = op.prefix.addr;
	for (kind = NETOP_NONE; kind <= NETOP_KINDS; kind++) {
		memset(text, 'x', sizeof(text));
		op.kind = (enum netop_kind)kind;
		netop_format(&op, text, NETOP_TEXT_MAX);
		assert_true(strlen(text) > 0);
		assert_true(strlen(text) < NETOP_TEXT_MAX - 1);
		assert_int_equal(text[NETOP_TEXT_MAX], 'x');
	}
}

static void
names(void **state)
{
	static const char *good[] = {
	    "a", "dtcp0", "eth0.100", "gif%d", "abcdefghijklmno"};
	static const char *bad[] = {"", ".", "..", "a/b", "a b", "a\tb",
	    "abcdefghijklmnop", "\xc3\xa9", "a\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(netop_ifname_ok(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(netop_ifname_ok(bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inverses),
	    cmocka_unit_test(inverse_keeps_the_object),
	    cmocka_unit_test(links_needed),
	    cmocka_unit_test(undone_by_a_former_value),
	    cmocka_unit_test(equal_by_effect),
	    cmocka_unit_test(tunnels_that_one_link_satisfies),
	    cmocka_unit_test(wire_layout),
	    cmocka_unit_test(wire_layout_of_the_rest),
	    cmocka_unit_test(wire_refuses),
	    cmocka_unit_test(wire_refuses_ports),
	    cmocka_unit_test(words),
	    cmocka_unit_test(words_fit),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
