/* The undo journal and its encoding. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/journal.h"
#include "samples.h"

#define TAG "dtcp:/run/dtcpc.pid"

static struct netop
entry(enum netop_kind kind, const char *prefix)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	if (kind != NETOP_ROUTE_DEL) {
		strlcpy(op.ifname, "dtcp0", sizeof(op.ifname));
		op.ifindex = 7;
	} else
		op.flags = NETOP_F_REJECT;
	if (prefix != NULL)
		op.prefix = p6(prefix);
	return op;
}

/* Tunnel, up, an address, an unreachable route. */
static struct journal
sample(void)
{
	struct journal j = {0};
	struct netop ops[4];
	unsigned i;

	ops[0] = entry(NETOP_TUNNEL_DESTROY, NULL);
	ops[1] = entry(NETOP_DOWN, NULL);
	ops[2] = entry(NETOP_ADDR_DEL, "2001:db8::6/128");
	ops[3] = entry(NETOP_ROUTE_DEL, "2001:db8:1::/48");
	for (i = 0; i < 4; i++)
		assert_int_equal(journal_push(&j, &ops[i]), 0);
	return j;
}

static void
push_and_pop(void **state)
{
	struct journal j = {0};
	struct netop op = entry(NETOP_DOWN, NULL), none = {0};
	unsigned i;

	(void)state;
	journal_pop(&j); /* nothing in it: nothing happens */
	assert_int_equal(journal_push(&j, &none), 0);
	assert_int_equal(j.n, 0);
	for (i = 0; i < JOURNAL_MAX; i++)
		assert_int_equal(journal_push(&j, &op), 0);
	assert_int_equal(journal_push(&j, &op), -EOVERFLOW);
	assert_int_equal(j.n, JOURNAL_MAX);
	journal_pop(&j);
	assert_int_equal(j.n, JOURNAL_MAX - 1);
}

static void
oldest_value_is_kept(void **state)
{
	struct journal j = {0};
	struct netop op = entry(NETOP_ACCEPT_RA, NULL);

	(void)state;
	op.flags = NETOP_F_ON;
	assert_int_equal(journal_push(&j, &op), 0);
	op.flags = 0;
	assert_int_equal(journal_push(&j, &op), 0);
	assert_int_equal(j.n, 1);
	assert_int_equal(j.entries[0].flags, NETOP_F_ON);
	op.slot = 1; /* of another interface */
	assert_int_equal(journal_push(&j, &op), 0);
	assert_int_equal(j.n, 2);
	strlcpy(op.ifname, "gif7", sizeof(op.ifname)); /* as with dtcps */
	assert_int_equal(journal_push(&j, &op), 0);
	assert_int_equal(j.n, 3);
	op = entry(NETOP_FIB, NULL); /* another value */
	op.fib = 3;
	assert_int_equal(journal_push(&j, &op), 0);
	op.fib = 4;
	assert_int_equal(journal_push(&j, &op), 0);
	assert_int_equal(j.n, 4);
	assert_int_equal(j.entries[3].fib, 3);
}

static void
discharge(void **state)
{
	struct journal j = sample();
	struct netop op = entry(NETOP_ADDR_DEL, "2001:db8::7/128");

	(void)state;
	assert_false(journal_discharge(&j, &op));
	assert_int_equal(j.n, 4);
	op.prefix = p6("2001:db8::6/128");
	assert_true(journal_discharge(&j, &op));
	assert_int_equal(j.n, 3);
	assert_int_equal(j.entries[2].kind, NETOP_ROUTE_DEL);
	op = entry(NETOP_TUNNEL_RELEASE, NULL);
	op.slot = 1;
	assert_false(journal_discharge(&j, &op));
	op.slot = 0;
	assert_true(journal_discharge(&j, &op));
	assert_int_equal(j.n, 1); /* the one that needs no link */
	assert_int_equal(j.entries[0].kind, NETOP_ROUTE_DEL);
}

static void
there_and_back(void **state)
{
	uint8_t buf[JOURNAL_WIRE_MAX], again[JOURNAL_WIRE_MAX];
	struct journal j = sample(), back;
	struct netop values[] = {
	    entry(NETOP_ACCEPT_RA, NULL), entry(NETOP_FIB, NULL)};
	char tag[JOURNAL_TAG_MAX];
	size_t n;

	(void)state;
	assert_int_equal(journal_push(&j, &values[0]), 0);
	assert_int_equal(journal_push(&j, &values[1]), 0);
	n = journal_encode(&j, TAG, buf);
	assert_int_equal(n, JOURNAL_HEADER_SIZE + 6 * NETOP_WIRE_SIZE);
	assert_int_equal(journal_decode(buf, n, &back, tag, NULL), 0);
	assert_string_equal(tag, TAG);
	assert_int_equal(back.n, 6);
	assert_int_equal(journal_encode(&back, tag, again), n);
	assert_memory_equal(buf, again, n);
	j.n = 0;
	n = journal_encode(&j, TAG, buf);
	assert_int_equal(journal_decode(buf, n, &back, tag, NULL), 0);
	assert_int_equal(back.n, 0);
}

/* A tunnel, and as many addresses on LANs as there is room for. */
static void
full_one(void **state)
{
	uint8_t buf[JOURNAL_WIRE_MAX], again[JOURNAL_WIRE_MAX];
	struct netop op = entry(NETOP_ADDR_DEL, "2001:db8:1::1/64");
	struct journal j = {0}, back;
	char tag[JOURNAL_TAG_MAX];
	size_t n;

	(void)state;
	assert_true(JOURNAL_MAX >= PLAN_MAX);
	for (j.n = 0; j.n < JOURNAL_MAX; j.n++) {
		op.slot = (uint8_t)(1 + j.n % (NETOP_SLOTS - 1));
		op.prefix.addr.s6_addr[7] = (uint8_t)j.n;
		(void)snprintf(op.ifname, sizeof(op.ifname), "lan%u", op.slot);
		j.entries[j.n] = op;
	}
	n = journal_encode(&j, TAG, buf);
	assert_int_equal(n, sizeof(buf));
	assert_int_equal(journal_decode(buf, n, &back, tag, NULL), 0);
	assert_int_equal(back.n, JOURNAL_MAX);
	assert_int_equal(journal_encode(&back, tag, again), n);
	assert_memory_equal(buf, again, n);
	assert_true(netop_equal(&back.entries[JOURNAL_MAX - 1], &op));
	assert_true(journal_discharge(&back, &op));
	assert_int_equal(back.n, JOURNAL_MAX - 1);
}

static void
refused(const uint8_t *buf, size_t n)
{
	char tag[JOURNAL_TAG_MAX];
	struct journal back;
	struct err e = {0};

	assert_int_equal(journal_decode(buf, n, &back, tag, &e), -EBADMSG);
	assert_int_not_equal(e.text[0], '\0');
	assert_int_equal(back.n, 0);
}

static void
anything_else_is_refused(void **state)
{
	uint8_t good[JOURNAL_WIRE_MAX + 1] = {0}, buf[sizeof(good)];
	struct journal j = sample();
	struct netop op;
	size_t i, n = journal_encode(&j, TAG, good);

	(void)state;
	for (i = 0; i < n; i++)
		refused(good, i); /* cut short */
	refused(good, n + 1);
	for (i = 0; i < 8; i++) { /* magic, version, number */
		memcpy(buf, good, sizeof(buf));
		buf[i] ^= 0x40;
		refused(buf, n);
	}
	memcpy(buf, good, sizeof(buf));
	memset(buf + 8, 'x', JOURNAL_TAG_MAX); /* no end */
	refused(buf, n);
	memcpy(buf, good, sizeof(buf));
	buf[8 + JOURNAL_TAG_MAX - 1] = 'x'; /* something behind it */
	refused(buf, n);
	memcpy(buf, good, sizeof(buf));
	buf[3] = 2; /* the former version's entries are shorter */
	refused(buf, n);
	/* It undoes: it never adds. */
	memcpy(buf, good, sizeof(buf));
	op = entry(NETOP_ADDR, "2001:db8::6/128");
	netop_encode(&op, buf + JOURNAL_HEADER_SIZE + NETOP_WIRE_SIZE);
	refused(buf, n);
	memcpy(buf, good, sizeof(buf));
	buf[JOURNAL_HEADER_SIZE] = 0; /* an entry that is none */
	refused(buf, n);
}

static void
long_tag_is_cut(void **state)
{
	uint8_t buf[JOURNAL_WIRE_MAX];
	struct journal j = {0}, back;
	char tag[2 * JOURNAL_TAG_MAX], out[JOURNAL_TAG_MAX];
	size_t n;

	(void)state;
	memset(tag, 'x', sizeof(tag));
	tag[sizeof(tag) - 1] = '\0';
	n = journal_encode(&j, tag, buf);
	assert_int_equal(journal_decode(buf, n, &back, out, NULL), 0);
	assert_int_equal(strlen(out), JOURNAL_TAG_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(push_and_pop),
	    cmocka_unit_test(oldest_value_is_kept),
	    cmocka_unit_test(discharge),
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(full_one),
	    cmocka_unit_test(anything_else_is_refused),
	    cmocka_unit_test(long_tag_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
