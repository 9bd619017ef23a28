/* Addresses and prefixes: what is taken, what is refused, what is what. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "dtcp/addr.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct in6_addr
a6(const char *s)
{
	struct in6_addr a;

	assert_int_equal(addr6_parse(s, strlen(s), &a), 0);
	return a;
}

static struct prefix6
p6(const char *s)
{
	struct prefix6 p;

	assert_int_equal(prefix6_parse(s, strlen(s), &p), 0);
	return p;
}

static void
test_addr4(void **state)
{
	static const char *const good[] = {
	    "0.0.0.0", "60.32.85.217", "255.255.255.255"};
	static const char *const bad[] = {"", "1.2.3", "1.2.3.4.5", "1.2.3.256",
	    "01.2.3.4", "1.2.3.04", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n",
	    "1.2.3.-4", "0x1.2.3.4", "1..3.4", "1.2.3.", ".1.2.3", "16909060",
	    "255.255.255.2555", "::1", "1.2.3.4/24", "a.b.c.d"};
	char buf[ADDR4_STRLEN];
	struct in_addr a;

	(void)state;
	for (size_t i = 0; i < N(good); i++) {
		assert_int_equal(addr4_parse(good[i], strlen(good[i]), &a), 0);
		assert_string_equal(addr4_format(a, buf), good[i]);
	}
	for (size_t i = 0; i < N(bad); i++)
		assert_int_equal(
		    addr4_parse(bad[i], strlen(bad[i]), &a), -EINVAL);
	/* n counts, not the NUL. */
	assert_int_equal(addr4_parse("10.0.0.12 junk", 9, &a), 0);
	assert_string_equal(addr4_format(a, buf), "10.0.0.12");
	assert_int_equal(addr4_parse("10.0.0.1\0", 9, &a), -EINVAL);
}

static void
test_addr6(void **state)
{
	static const struct {
		const char *in, *out;
	} good[] = {
	    {"::", "::"},
	    {"2001:03e0:03c3::", "2001:3e0:3c3::"},
	    {"2001:db8:ffff::0006", "2001:db8:ffff::6"},
	    {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
	    {"::ffff:1.2.3.4", "::ffff:1.2.3.4"},
	    {"0000:0000:0000:0000:0000:ffff:255.255.255.255",
		"::ffff:255.255.255.255"},
	    {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
	};
	static const char *const bad[] = {"", ":", ":::", "1::2::3",
	    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%eth0",
	    "fe80::1%1", "::1 ", " ::1", "[::1]", "::1/128", "1.2.3.4",
	    "::1.2.3", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7",
	    "0000:0000:0000:0000:0000:0000:0000:0000:00000000",
	    /* one byte more than the longest there is */
	    "0000:0000:0000:0000:0000:ffff:255.255.255.2555"};
	char buf[ADDR6_STRLEN];
	struct in6_addr a;

	(void)state;
	for (size_t i = 0; i < N(good); i++) {
		assert_int_equal(
		    addr6_parse(good[i].in, strlen(good[i].in), &a), 0);
		assert_string_equal(addr6_format(&a, buf), good[i].out);
	}
	for (size_t i = 0; i < N(bad); i++)
		assert_int_equal(
		    addr6_parse(bad[i], strlen(bad[i]), &a), -EINVAL);
	assert_int_equal(addr6_parse("::1\0", 4, &a), -EINVAL);
}

static void
test_prefix(void **state)
{
	static const struct {
		const char *in;
		int error;
		const char *out;
	} t[] = {
	    {"2001:03e0:03c3::/48", 0, "2001:3e0:3c3::/48"},
	    {"::/0", 0, "::/0"},
	    {"2001:db8::1/128", 0, "2001:db8::1/128"},
	    {"2001:db8::1/32", 0, "2001:db8::1/32"}, /* host bits stay */
	    {"2001:db8::/129", -ERANGE, NULL},
	    {"2001:db8::/99999999999999999999", -ERANGE, NULL},
	    {"2001:db8::/048", -EINVAL, NULL},
	    {"2001:db8::/", -EINVAL, NULL},
	    {"2001:db8::/-1", -EINVAL, NULL},
	    {"2001:db8::/4 8", -EINVAL, NULL},
	    {"2001:db8::/48/48", -EINVAL, NULL},
	    {"2001:db8::", -EINVAL, NULL},
	    {"/48", -EINVAL, NULL},
	    {"/", -EINVAL, NULL},
	    {"", -EINVAL, NULL},
	    {"10.0.0.0/8", -EINVAL, NULL},
	};
	char buf[PREFIX6_STRLEN];
	struct prefix6 p;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		assert_int_equal(
		    prefix6_parse(t[i].in, strlen(t[i].in), &p), t[i].error);
		if (t[i].error == 0)
			assert_string_equal(prefix6_format(&p, buf), t[i].out);
	}
}

static void
test_prefix_option(void **state)
{
	static const struct {
		const char *in;
		int error;
		const char *out;
	} t[] = {
	    {"3ffe:505:2::1", 0, "3ffe:505:2::1/64"},
	    {"3ffe:505:2::/48", 0, "3ffe:505:2::/48"},
	    {"3ffe:505:2:: -prefixlen 48", 0, "3ffe:505:2::/48"},
	    {" \t3ffe:505:2::\t -prefixlen  128 ", 0, "3ffe:505:2::/128"},
	    {" 3ffe:505:2::1 ", 0, "3ffe:505:2::1/64"},
	    {"3ffe:505:2:: -prefixlen 129", -ERANGE, NULL},
	    {"3ffe:505:2:: -prefixlen", -EINVAL, NULL},
	    {"3ffe:505:2:: prefixlen 48", -EINVAL, NULL},
	    {"3ffe:505:2:: -prefixle 48", -EINVAL, NULL},
	    {"3ffe:505:2:: -prefixlenn 48", -EINVAL, NULL},
	    {"3ffe:505:2:: -prefixlen 48 alias", -EINVAL, NULL},
	    {"3ffe:505:2::/48 -prefixlen 48", -EINVAL, NULL},
	    {"-prefixlen 48", -EINVAL, NULL},
	    {"3ffe:505:2:: 48", -EINVAL, NULL},
	    {"default", -EINVAL, NULL},
	    {"  ", -EINVAL, NULL},
	    {"", -EINVAL, NULL},
	};
	char buf[PREFIX6_STRLEN];
	struct prefix6 p;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		assert_int_equal(
		    prefix6_parse_option(t[i].in, strlen(t[i].in), 64, &p),
		    t[i].error);
		if (t[i].error == 0)
			assert_string_equal(prefix6_format(&p, buf), t[i].out);
	}
}

static void
test_untouched_on_error(void **state)
{
	struct prefix6 p, before;

	(void)state;
	memset(&p, 0, sizeof(p)); /* its padding is compared, too */
	p.len = 32;
	assert_int_equal(addr6_parse("2001:db8::", 10, &p.addr), 0);
	memcpy(&before, &p, sizeof(p));
	assert_int_not_equal(prefix6_parse("2001:db9::/129", 14, &p), 0);
	assert_int_not_equal(
	    prefix6_parse_option("2001:db9:: -prefixlen x", 23, 64, &p), 0);
	assert_memory_equal(&p, &before, sizeof(p));
}

static void
test_classes4(void **state)
{
	static const struct {
		const char *in;
		bool unicast;
	} t[] = {
	    {"0.0.0.0", false},
	    {"0.255.255.255", false},
	    {"1.0.0.0", true},
	    {"10.0.0.1", true},
	    {"126.255.255.255", true},
	    {"127.0.0.1", false},
	    {"128.0.0.0", true},
	    {"223.255.255.255", true},
	    {"224.0.0.1", false},
	    {"239.255.255.255", false},
	    {"240.0.0.1", false},
	    {"255.255.255.255", false},
	};
	struct in_addr a;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		assert_int_equal(addr4_parse(t[i].in, strlen(t[i].in), &a), 0);
		assert_int_equal(addr4_is_unicast(a), t[i].unicast);
	}
}

static void
test_classes6(void **state)
{
	enum { INNER = 1, LL = 2, MC = 4, LO = 8, V4 = 16, UNSPEC = 32 };
	static const struct {
		const char *in;
		int is;
	} t[] = {
	    {"::", UNSPEC},
	    {"::1", LO},
	    {"::2", 0},
	    {"::ffff:1.2.3.4", V4},
	    {"::fffe:1.2.3.4", 0},
	    {"1fff:ffff::", 0},
	    {"2000::", INNER},
	    {"2001:db8::1", INNER},
	    {"3fff:ffff::", INNER},
	    {"4000::", 0},
	    {"fbff::", 0},
	    {"fc00::1", INNER},
	    {"fdff:ffff::1", INNER},
	    {"fe00::", 0},
	    {"fe7f::", 0},
	    {"fe80::1", LL},
	    {"febf::1", LL},
	    {"fec0::1", 0},
	    {"ff02::1", MC},
	};
	struct in6_addr a;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		a = a6(t[i].in);
		assert_int_equal(t[i].is,
		    (addr6_is_inner(&a) ? INNER : 0) |
			(addr6_is_linklocal(&a) ? LL : 0) |
			(addr6_is_multicast(&a) ? MC : 0) |
			(addr6_is_loopback(&a) ? LO : 0) |
			(addr6_is_v4mapped(&a) ? V4 : 0) |
			(addr6_is_unspecified(&a) ? UNSPEC : 0));
	}
}

static void
test_prefix_inner(void **state)
{
	static const struct {
		const char *in;
		bool inner;
	} t[] = {
	    {"::/0", false},
	    {"2000::/2", false},
	    {"2000::/3", true},
	    {"2001:db8::/48", true},
	    {"fc00::/6", false},
	    {"fc00::/7", true},
	    {"fd00::/8", true},
	    {"fe80::/10", false},
	    {"ff00::/8", false},
	    {"4000::/3", false},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		struct prefix6 p = p6(t[i].in);

		assert_int_equal(prefix6_is_inner(&p), t[i].inner);
	}
}

static void
test_contains_overlap(void **state)
{
	static const struct {
		const char *a, *b;
		bool contains, overlap; /* is b's address in a */
	} t[] = {
	    {"2001:db8::/32", "2001:db8:1::/48", true, true},
	    {"2001:db8:1::/48", "2001:db8::/32", false, true},
	    {"2001:db8::/33", "2001:db8:8000::/33", false, false},
	    {"2001:db8::/33", "2001:db8:7fff::/48", true, true},
	    {"::/0", "ffff::1/128", true, true},
	    {"2001:db8::1/128", "2001:db8::1/128", true, true},
	    {"2001:db8::1/128", "2001:db8::2/128", false, false},
	    {"2001:db8::1/127", "2001:db8::/128", true, true},
	    {"2001:db8::/48", "2001:db8:1::/48", false, false},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		struct prefix6 a = p6(t[i].a), b = p6(t[i].b);

		assert_int_equal(prefix6_contains(&a, &b.addr), t[i].contains);
		assert_int_equal(prefix6_overlap(&a, &b), t[i].overlap);
		assert_int_equal(prefix6_overlap(&b, &a), t[i].overlap);
	}
}

static void
test_mask(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
	    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/0", "::/0"},
	    {"ffff:ffff::/1", "8000::/1"},
	    {"2001:db8:1234:5678::1/48", "2001:db8:1234::/48"},
	    {"2001:db8:ffff::/41", "2001:db8:ff80::/41"},
	    {"2001:db8::3/127", "2001:db8::2/127"},
	    {"2001:db8::3/128", "2001:db8::3/128"},
	    {"2001:db8::/64", "2001:db8::/64"},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		struct prefix6 in = p6(t[i].in), out = p6(t[i].out);

		assert_int_equal(
		    prefix6_has_host_bits(&in), !prefix6_equal(&in, &out));
		prefix6_mask(&in);
		assert_true(prefix6_equal(&in, &out));
		assert_false(prefix6_has_host_bits(&in));
	}
}

static void
test_equal(void **state)
{
	struct prefix6 a = p6("2001:03e0::/48"), b = p6("2001:3e0::/48"),
		       c = p6("2001:3e0::/49"), d = p6("2001:3e1::/48");
	struct in_addr x, y;

	(void)state;
	assert_true(prefix6_equal(&a, &b));
	assert_false(prefix6_equal(&a, &c));
	assert_false(prefix6_equal(&a, &d));
	assert_true(addr6_equal(&a.addr, &c.addr));
	assert_int_equal(addr4_parse("10.0.0.1", 8, &x), 0);
	assert_int_equal(addr4_parse("10.0.0.2", 8, &y), 0);
	assert_true(addr4_equal(x, x));
	assert_false(addr4_equal(x, y));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addr4),
	    cmocka_unit_test(test_addr6),
	    cmocka_unit_test(test_prefix),
	    cmocka_unit_test(test_prefix_option),
	    cmocka_unit_test(test_untouched_on_error),
	    cmocka_unit_test(test_classes4),
	    cmocka_unit_test(test_classes6),
	    cmocka_unit_test(test_prefix_inner),
	    cmocka_unit_test(test_contains_overlap),
	    cmocka_unit_test(test_mask),
	    cmocka_unit_test(test_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
