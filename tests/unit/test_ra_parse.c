/* What is heard: what RFC 4861 6.1.1 and 6.1.2 let pass, and what not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "dtcp/ra.h"

static const struct in6_addr router = {.s6_addr = {0xfe, 0x80, [15] = 1}};
static const struct in6_addr global = {
    .s6_addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
static const struct in6_addr nobody;

static const uint8_t rs[] = {133, 0, 9, 9, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7};

#define RS_BARE 8

static const uint8_t ra[] = {134, 0, 9, 9, 64, 0, 0x07, 0x08, 0, 0, 0, 0, 0, 0,
    0, 0, 3, 4, 64, 0xc0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0x20, 0x01, 0x0d,
    0xb8, 0, 5, 0, 1, 0xff, 0, 0, 0, 0, 0, 0, 1};

#define RA_BARE	 16
#define AT_UNITS 17
#define AT_LEN	 18
#define AT_FLAGS 19
#define AT_VALID 23

static int
parse(const uint8_t *p, size_t n, const struct in6_addr *from, int hoplimit)
{
	struct ra_heard h;

	return ra_parse(p, n, from, hoplimit, &h);
}

static void
test_solicitation(void **state)
{
	struct ra_heard h;

	(void)state;
	memset(&h, 0xff, sizeof(h));
	assert_int_equal(ra_parse(rs, sizeof(rs), &router, 255, &h), 0);
	assert_int_equal(h.kind, RA_SOLICITATION);
	assert_true(addr6_equal(&h.from, &router));
	assert_int_equal(h.nprefixes, 0);
	assert_int_equal(h.router_lifetime, 0);
	assert_int_equal(parse(rs, sizeof(rs), &global, 255), 0);
	/* A host that has no address yet cannot say where to answer. */
	assert_int_equal(parse(rs, RS_BARE, &nobody, 255), 0);
	assert_int_equal(parse(rs, sizeof(rs), &nobody, 255), -EBADMSG);
}

static void
test_advertisement(void **state)
{
	struct ra_heard h;
	struct prefix6 want;

	(void)state;
	assert_int_equal(prefix6_parse("2001:db8:5:1::/64", 17, &want), 0);
	assert_int_equal(ra_parse(ra, sizeof(ra), &router, 255, &h), 0);
	assert_int_equal(h.kind, RA_ADVERTISEMENT);
	assert_int_equal(h.router_lifetime, 1800);
	assert_int_equal(h.nprefixes, 1);
	assert_true(prefix6_equal(&h.prefixes[0], &want));
	assert_int_equal(parse(ra, RA_BARE, &router, 255), 0);
	assert_int_equal(parse(ra, sizeof(ra), &global, 255), -EBADMSG);
	assert_int_equal(parse(ra, sizeof(ra), &nobody, 255), -EBADMSG);
}

static void
test_hop_limit(void **state)
{
	static const int wrong[] = {-1, 0, 1, 64, 254, 256};

	(void)state;
	for (size_t k = 0; k < sizeof(wrong) / sizeof(wrong[0]); k++) {
		assert_int_equal(
		    parse(rs, sizeof(rs), &router, wrong[k]), -EBADMSG);
		assert_int_equal(
		    parse(ra, sizeof(ra), &router, wrong[k]), -EBADMSG);
	}
}

static void
test_code_and_type(void **state)
{
	uint8_t p[sizeof(ra)];

	(void)state;
	memcpy(p, ra, sizeof(ra));
	p[1] = 1;
	assert_int_equal(parse(p, sizeof(p), &router, 255), -EBADMSG);
	p[0] = 133;
	assert_int_equal(parse(p, sizeof(p), &router, 255), -EBADMSG);
	p[1] = 0;
	for (unsigned type = 0; type < 256; type++) {
		p[0] = (uint8_t)type;
		if (type != 133 && type != 134)
			assert_int_equal(
			    parse(p, sizeof(p), &router, 255), -EBADMSG);
	}
}

/* No end but that of an option is one. */
static void
test_length(void **state)
{
	uint8_t p[sizeof(ra) + 8] = {0};

	(void)state;
	for (size_t n = 0; n < sizeof(rs); n++)
		assert_int_equal(
		    parse(rs, n, &router, 255), n == RS_BARE ? 0 : -EBADMSG);
	for (size_t n = 0; n < sizeof(ra); n++)
		assert_int_equal(
		    parse(ra, n, &router, 255), n == RA_BARE ? 0 : -EBADMSG);
	memcpy(p, ra, sizeof(ra));
	p[sizeof(ra)] = 99; /* an unknown option, of length 0 */
	assert_int_equal(parse(p, sizeof(p), &router, 255), -EBADMSG);
	p[sizeof(ra) + 1] = 1;
	assert_int_equal(parse(p, sizeof(p), &router, 255), 0);
	p[sizeof(ra) + 1] = 2;
	assert_int_equal(parse(p, sizeof(p), &router, 255), -EBADMSG);
}

/* How many prefixes there are with that octet changed, 0 < of 1. */
static unsigned
prefixes_with(size_t at, uint8_t value)
{
	uint8_t p[sizeof(ra) + 8] = {0};
	struct ra_heard h;

	memcpy(p, ra, sizeof(ra));
	p[sizeof(ra) + 1] = 1;
	p[at] = value;
	assert_int_equal(ra_parse(p, sizeof(p), &router, 255, &h), 0);
	return h.nprefixes;
}

/* An option that makes no sense is passed over, not the message. */
static void
test_odd_prefixes(void **state)
{
	(void)state;
	assert_int_equal(prefixes_with(AT_LEN, 0), 1);
	assert_int_equal(prefixes_with(AT_LEN, 128), 1);
	assert_int_equal(prefixes_with(AT_LEN, 129), 0);
	assert_int_equal(prefixes_with(AT_UNITS, 5), 0);
	/* Withdrawn there: the other router has given it up. */
	assert_int_equal(prefixes_with(AT_VALID, 0), 0);
	/* On-link or autonomous; another flag makes no use of it. */
	assert_int_equal(prefixes_with(AT_FLAGS, 0x80), 1);
	assert_int_equal(prefixes_with(AT_FLAGS, 0x40), 1);
	assert_int_equal(prefixes_with(AT_FLAGS, 0x3f), 0);
}

static void
test_many_prefixes(void **state)
{
	const size_t option = sizeof(ra) - RA_BARE;
	uint8_t p[RA_RECV_MAX];
	size_t n = RA_BARE;
	struct ra_heard h;

	(void)state;
	memcpy(p, ra, sizeof(ra));
	for (; n + option <= sizeof(p); n += option)
		memcpy(p + n, ra + RA_BARE, option);
	assert_true((n - RA_BARE) / option > RA_PREFIXES_MAX);
	assert_int_equal(ra_parse(p, n, &router, 255, &h), 0);
	assert_int_equal(h.nprefixes, RA_PREFIXES_MAX);
}

/* In a solicitation, a prefix is an option like any other. */
static void
test_prefix_in_solicitation(void **state)
{
	uint8_t p[sizeof(ra)];
	struct ra_heard h;

	(void)state;
	memcpy(p, rs, RS_BARE);
	memcpy(p + RS_BARE, ra + RA_BARE, sizeof(ra) - RA_BARE);
	assert_int_equal(
	    ra_parse(p, sizeof(ra) - RS_BARE, &nobody, 255, &h), 0);
	assert_int_equal(h.nprefixes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_solicitation),
	    cmocka_unit_test(test_advertisement),
	    cmocka_unit_test(test_hop_limit),
	    cmocka_unit_test(test_code_and_type),
	    cmocka_unit_test(test_length),
	    cmocka_unit_test(test_odd_prefixes),
	    cmocka_unit_test(test_many_prefixes),
	    cmocka_unit_test(test_prefix_in_solicitation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
