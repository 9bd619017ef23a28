/* What may cross the user-space tunnel: each verdict, byte by byte. */
#include "relay_packets.h"

static enum relay_verdict
out_from(const struct relay_rules *r, const char *source)
{
	uint8_t p[sizeof(ip6)];

	memcpy(p, ip6, sizeof(p));
	set_source(p, source);
	return relay_check_out(r, p);
}

static enum relay_verdict
in_from(const struct relay_rules *r, const char *source)
{
	uint8_t p[sizeof(ip6)];

	memcpy(p, ip6, sizeof(p));
	set_source(p, source);
	return relay_check_in(r, p);
}

static void
test_names(void **state)
{
	(void)state;
	for (int v = 0; v < RELAY_VERDICTS; v++) {
		const char *name = relay_verdict_name((enum relay_verdict)v);

		assert_non_null(name);
		assert_string_not_equal(name, "unknown");
		/* They become keys of the status file. */
		assert_int_equal(
		    strspn(name, "abcdefghijklmnopqrstuvwxyz"), strlen(name));
		for (int w = 0; w < v; w++)
			assert_string_not_equal(
			    name, relay_verdict_name((enum relay_verdict)w));
	}
	assert_string_equal(relay_verdict_name(RELAY_PASS), "pass");
	assert_string_equal(relay_verdict_name(RELAY_SOURCE), "source");
	assert_string_equal(relay_verdict_name(RELAY_VERDICTS), "unknown");
}

/* What both directions, and whoever decides, refuse alike. */
static void
test_inner_form(void **state)
{
	uint8_t p[sizeof(ip6) + 1];

	(void)state;
	memcpy(p, ip6, sizeof(ip6));
	p[sizeof(ip6)] = 0;
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_PASS);
	assert_int_equal(relay_check_form(p, 0), RELAY_SHORT);
	assert_int_equal(relay_check_form(p, HDR6 - 1), RELAY_SHORT);
	/* One byte too few, one too many. */
	assert_int_equal(relay_check_form(p, sizeof(ip6) - 1), RELAY_LENGTH);
	assert_int_equal(relay_check_form(p, sizeof(ip6) + 1), RELAY_LENGTH);
	p[5] = 7;
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_LENGTH);
	p[4] = 1; /* the high byte counts too */
	p[5] = 8;
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_LENGTH);
	/* No length: a bare header, or a jumbogram. */
	p[4] = p[5] = 0;
	assert_int_equal(relay_check_form(p, HDR6), RELAY_PASS);
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_LENGTH);
	p[6] = 0;
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_JUMBO);
	/* Options in front of a normal payload pass. */
	p[5] = 8;
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_PASS);
	p[6] = 44; /* a fragment too */
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_PASS);
	p[0] = 0x45;
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_VERSION);
	p[0] = 0x7f;
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_VERSION);
	p[0] = 0x6f; /* traffic class and flow label are free */
	assert_int_equal(relay_check_form(p, sizeof(ip6)), RELAY_PASS);
}

static void
test_out_source(void **state)
{
	struct relay_rules r;

	(void)state;
	make_rules(&r);
	assert_int_equal(out_from(&r, "2001:db8:1::6"), RELAY_PASS);
	assert_int_equal(out_from(&r, "2001:db8:1::5"), RELAY_SOURCE);
	assert_int_equal(out_from(&r, "2001:db8:1::7"), RELAY_SOURCE);
	assert_int_equal(out_from(&r, "2001:db8:abc::"), RELAY_PASS);
	assert_int_equal(
	    out_from(&r, "2001:db8:abc:ffff:ffff:ffff:ffff:ffff"), RELAY_PASS);
	assert_int_equal(out_from(&r, "2001:db8:abd::1"), RELAY_SOURCE);
	assert_int_equal(out_from(&r, "fe80::1"), RELAY_PASS);
	assert_int_equal(out_from(&r, "febf::1"), RELAY_PASS);
	assert_int_equal(out_from(&r, "fec0::1"), RELAY_SOURCE);
	assert_int_equal(out_from(&r, "::"), RELAY_SOURCE);
	assert_int_equal(out_from(&r, "::1"), RELAY_SOURCE);
	r.nown = 0;
	assert_int_equal(out_from(&r, "2001:db8:1::6"), RELAY_SOURCE);
	assert_int_equal(out_from(&r, "fe80::1"), RELAY_PASS);
	r.any_source = true;
	assert_int_equal(out_from(&r, "2001:db8:77::1"), RELAY_PASS);
}

static void
test_in_source(void **state)
{
	struct relay_rules r;

	(void)state;
	make_rules(&r);
	assert_int_equal(in_from(&r, "2001:db8:1::5"), RELAY_PASS);
	assert_int_equal(in_from(&r, "2a00::1"), RELAY_PASS);
	assert_int_equal(in_from(&r, "fe80::1"), RELAY_PASS);
	assert_int_equal(in_from(&r, "fd00::1"), RELAY_PASS);
	assert_int_equal(in_from(&r, "2001:db8:1::6"), RELAY_SOURCE);
	assert_int_equal(in_from(&r, "2001:db8:abc:1::2"), RELAY_SOURCE);
	assert_int_equal(in_from(&r, "ff02::1"), RELAY_SOURCE);
	assert_int_equal(in_from(&r, "ff00::"), RELAY_SOURCE);
	assert_int_equal(in_from(&r, "::1"), RELAY_SOURCE);
	assert_int_equal(in_from(&r, "::ffff:192.0.2.1"), RELAY_SOURCE);
	/* "any source" is about packets that leave. */
	r.any_source = true;
	assert_int_equal(in_from(&r, "2001:db8:1::6"), RELAY_SOURCE);
	assert_int_equal(in_from(&r, "ff02::1"), RELAY_SOURCE);
	r.nown = 0;
	assert_int_equal(in_from(&r, "2001:db8:1::6"), RELAY_PASS);
}

/* With UDP an empty packet from the far end is a keep-alive. */
static void
test_keepalive_in(void **state)
{
	struct relay_rules r;
	uint8_t p[sizeof(ip6)];

	(void)state;
	make_rules(&r);
	r.udp = true;
	assert_int_equal(in_from(&r, "2001:db8:1::5"), RELAY_KEEPALIVE);
	assert_int_equal(in_from(&r, "::"), RELAY_KEEPALIVE);
	assert_int_equal(in_from(&r, "2001:db8:1::6"), RELAY_KEEPALIVE);
	assert_int_equal(out_from(&r, "2001:db8:1::6"), RELAY_PASS);
	memcpy(p, ip6, sizeof(p));
	p[6] = 58; /* others are looked at as ever */
	assert_int_equal(relay_check_in(&r, p), RELAY_SOURCE);
	set_source(p, "2001:db8:1::5");
	assert_int_equal(relay_check_in(&r, p), RELAY_PASS);
	/* RFC 2675 asks for another next header. */
	p[4] = p[5] = p[6] = 0;
	assert_int_equal(relay_check_form(p, sizeof(p)), RELAY_JUMBO);
}

static void
test_keepalive_made(void **state)
{
	static const uint8_t head[8] = {0x60, 0, 0, 0, 0, 16, 59, 64};
	struct relay_rules r = {.udp = true};
	struct grant g = {.udp = true, .has_key = true};
	uint8_t buf[RELAY_KEEPALIVE_MAX], none[32] = {0};

	(void)state;
	memset(buf, 0xff, sizeof(buf));
	for (unsigned i = 0; i < GRANT_KEY_LEN; i++)
		g.key[i] = (uint8_t)(0xa0 + i);
	assert_int_equal(relay_keepalive(&g, buf), 56);
	assert_memory_equal(buf, head, sizeof(head));
	assert_memory_equal(buf + 8, none, 32);
	assert_memory_equal(buf + 40, g.key, GRANT_KEY_LEN);
	assert_int_equal(relay_check_in(&r, buf), RELAY_KEEPALIVE);

	g.has_pair = true;
	memcpy(&g.client6, ip6 + 8, 16);
	memcpy(&g.server6, ip6 + 24, 16);
	assert_int_equal(relay_keepalive(&g, buf), 56);
	assert_memory_equal(buf + 8, ip6 + 8, 32);

	/* A server that gave no key gets none. */
	g.has_key = false;
	assert_int_equal(relay_keepalive(&g, buf), 40);
	assert_int_equal(buf[5], 0);
	assert_int_equal(relay_check_in(&r, buf), RELAY_KEEPALIVE);
}

static void
test_keepalive_has(void **state)
{
	struct grant g = {.udp = true, .has_pair = true, .has_key = true};
	uint8_t p[RELAY_KEEPALIVE_MAX + 1], key[GRANT_KEY_LEN];
	size_t n;

	(void)state;
	for (unsigned i = 0; i < GRANT_KEY_LEN; i++)
		g.key[i] = key[i] = (uint8_t)(7 * i);
	memcpy(&g.client6, ip6 + 8, 16);
	n = relay_keepalive(&g, p);
	assert_true(relay_keepalive_has(p, n, key));
	/* Its addresses are nobody's business, nor are label and hops. */
	memset(p + 7, 0xff, 33);
	p[0] = 0x6f;
	assert_true(relay_keepalive_has(p, n, key));
	/* Another in any bit. */
	for (unsigned i = 0; i < 8 * GRANT_KEY_LEN; i++) {
		key[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(relay_keepalive_has(p, n, key));
		key[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	/* Too short, too long, of another form. */
	for (size_t i = 0; i < n; i++)
		assert_false(relay_keepalive_has(p, i, key));
	p[n] = 0;
	assert_false(relay_keepalive_has(p, n + 1, key));
	for (unsigned i = 0; i < 7; i++) {
		if (i >= 1 && i <= 3)
			continue; /* class and label */
		p[i] ^= 0x10;
		assert_false(relay_keepalive_has(p, n, key));
		p[i] ^= 0x10;
	}
	assert_true(relay_keepalive_has(p, n, key));
	g.has_key = false;
	assert_false(relay_keepalive_has(p, relay_keepalive(&g, p), g.key));
}

/* The last rule that fits counts, and nothing behind it is read. */
static void
test_rules_full(void **state)
{
	struct relay_rules r = {0};

	(void)state;
	for (unsigned i = 0; i + 1 < RELAY_OWN_MAX; i++)
		add_own(&r, "2001:db8:1::6/128");
	add_own(&r, "2001:db8:5::/64");
	assert_int_equal(out_from(&r, "2001:db8:5::1"), RELAY_PASS);
	r.nown = RELAY_OWN_MAX + 5;
	assert_int_equal(out_from(&r, "2001:db8:6::1"), RELAY_SOURCE);
}

static void
test_decap(void **state)
{
	uint8_t p[HDR4 + 40 + sizeof(ip6) + 1];
	const uint8_t *inner = NULL;
	size_t n, innerlen = 0;

	(void)state;
	memset(p, 0, sizeof(p));
	n = wrap(p, ip6, sizeof(ip6));
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_PASS);
	assert_ptr_equal(inner, p + HDR4);
	assert_int_equal(innerlen, sizeof(ip6));
	assert_int_equal(relay_decap4(p, 0, &inner, &innerlen), RELAY_SHORT);
	assert_int_equal(
	    relay_decap4(p, HDR4 - 1, &inner, &innerlen), RELAY_SHORT);
	assert_int_equal(
	    relay_decap4(p, n - 1, &inner, &innerlen), RELAY_SHORT);
	assert_int_equal(
	    relay_decap4(p, n + 1, &inner, &innerlen), RELAY_LENGTH);
	p[0] = 0x44; /* a header of 16 bytes */
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_LENGTH);
	p[0] = 0x65;
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_VERSION);
	p[0] = 0x45;
	p[9] = 17;
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_VERSION);
	p[9] = 41;
	p[6] = 0x20; /* more fragments */
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_SHORT);
	p[6] = 0;
	p[7] = 1; /* a later fragment */
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_SHORT);
	p[7] = 0;
	p[6] = 0x40; /* don't fragment is no fragment */
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_PASS);
	p[2] = 0;
	p[3] = HDR4 - 1; /* less than its own header */
	assert_int_equal(relay_decap4(p, n, &inner, &innerlen), RELAY_LENGTH);
}

/* Options of the outer header are skipped; nothing at all may be inside. */
static void
test_decap_options(void **state)
{
	uint8_t p[60 + sizeof(ip6)];
	const uint8_t *inner = NULL;
	size_t innerlen = 1;

	(void)state;
	memset(p, 1, sizeof(p)); /* option 1: no operation */
	memcpy(p, ip4, HDR4);
	p[0] = 0x4f;
	p[3] = sizeof(p);
	memcpy(p + 60, ip6, sizeof(ip6));
	assert_int_equal(
	    relay_decap4(p, sizeof(p), &inner, &innerlen), RELAY_PASS);
	assert_ptr_equal(inner, p + 60);
	assert_int_equal(innerlen, sizeof(ip6));
	p[3] = 59; /* ends within the options */
	assert_int_equal(
	    relay_decap4(p, sizeof(p), &inner, &innerlen), RELAY_LENGTH);
	p[3] = 60;
	assert_int_equal(relay_decap4(p, 60, &inner, &innerlen), RELAY_PASS);
	assert_int_equal(innerlen, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_inner_form),
	    cmocka_unit_test(test_out_source),
	    cmocka_unit_test(test_in_source),
	    cmocka_unit_test(test_keepalive_in),
	    cmocka_unit_test(test_keepalive_made),
	    cmocka_unit_test(test_keepalive_has),
	    cmocka_unit_test(test_rules_full),
	    cmocka_unit_test(test_decap),
	    cmocka_unit_test(test_decap_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
