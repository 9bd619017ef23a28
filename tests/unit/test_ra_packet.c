/* Messages as octets, against octets written down by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dtcp/ra.h"

#define HEADER 16

static const struct ra_conf bare = {.advertise = true};
static const struct in6_addr router = {.s6_addr = {0xfe, 0x80, [15] = 1}};

static struct ra_params
params(const struct ra_conf *c)
{
	struct ra_params p = {.conf = c, .mtu = 1280};

	return p;
}

static struct prefix6
p6(const char *s)
{
	struct prefix6 p;

	assert_int_equal(prefix6_parse(s, strlen(s), &p), 0);
	return p;
}

/* What p is made into is want, apart from the n octets in front. */
static void
assert_built(
    const struct ra_params *p, size_t n, const uint8_t *want, size_t size)
{
	uint8_t buf[RA_PACKET_MAX];

	assert_int_equal(ra_build(p, buf), n + size);
	assert_memory_equal(buf + n, want, size);
}

static void
test_header(void **state)
{
	/* 2700 s; hop limit 64; no flags; MTU 1280 (0x500). */
	static const uint8_t want[] = {134, 0, 0, 0, 64, 0, 0x0a, 0x8c, 0, 0, 0,
	    0, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0, 0x05, 0x00};
	struct ra_params p = params(&bare);

	(void)state;
	p.router_lifetime = RA_PREFERRED;
	assert_built(&p, 0, want, sizeof(want));
}

static void
test_link_address(void **state)
{
	static const uint8_t want[] = {1, 1, 0x02, 0x11, 0x22, 0x33, 0x44, 0x55,
	    5, 1, 0, 0, 0x00, 0x00, 0x05, 0xdc};
	struct ra_params p = params(&bare);

	(void)state;
	p.hwlen = 6;
	memcpy(p.hwaddr, want + 2, 6);
	p.mtu = 1500;
	assert_built(&p, HEADER, want, sizeof(want));
	/* An address that other links than Ethernet have. */
	p.hwlen = 8;
	assert_built(&p, HEADER, want + 8, 8);
}

static void
test_prefix(void **state)
{
	/* On-link and autonomous, 5400 s (0x1518), 2700 s (0xa8c). */
	static const uint8_t want[] = {3, 4, 64, 0xc0, 0, 0, 0x15, 0x18, 0, 0,
	    0x0a, 0x8c, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 5, 0, 1, 0, 0, 0,
	    0, 0, 0, 0, 0};
	struct ra_params p = params(&bare);

	(void)state;
	p.nprefixes = 1;
	p.prefixes[0].prefix = p6("2001:db8:5:1::/64");
	assert_built(&p, HEADER + 8, want, sizeof(want));
}

static void
test_prefix_withdrawn(void **state)
{
	/* The same flags, RFC 9096 3.5; both lifetimes 0. */
	static const uint8_t want[] = {3, 4, 64, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	    0};
	struct ra_params p = params(&bare);

	(void)state;
	p.nprefixes = 1;
	p.prefixes[0].prefix = p6("2001:db8:5:1::/64");
	p.prefixes[0].withdrawn = true;
	p.prefixes[0].until = 12345;
	assert_built(&p, HEADER + 8, want, sizeof(want));
}

/* Two of other lengths: on-link only, in their order. */
static void
test_prefixes_without_slaac(void **state)
{
	static const uint8_t want[] = {3, 4, 80, 0x80, 0, 0, 0x15, 0x18, 0, 0,
	    0x0a, 0x8c, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 5, 0, 1, 0, 7, 0,
	    0, 0, 0, 0, 0, 3, 4, 63, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0xfd, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0};
	struct ra_params p = params(&bare);

	(void)state;
	p.nprefixes = 2;
	p.prefixes[0].prefix = p6("2001:db8:5:1:7::/80");
	p.prefixes[1].prefix = p6("fd00:0:0:2::/63");
	p.prefixes[1].withdrawn = true;
	assert_built(&p, HEADER + 8, want, sizeof(want));
}

static void
test_rdnss(void **state)
{
	/* 1 + 2 * 2 units, 2700 s. */
	static const uint8_t want[] = {25, 5, 0, 0, 0, 0, 0x0a, 0x8c, 0x20,
	    0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53, 0xfd, 0, 0,
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x35};
	struct ra_conf c = bare;
	struct ra_params p = params(&c);

	(void)state;
	c.nrdnss = 2;
	c.rdnss[0] = p6("2001:db8::53/128").addr;
	c.rdnss[1] = p6("fd00::35/128").addr;
	p.dns_lifetime = RA_PREFERRED;
	assert_built(&p, HEADER + 8, want, sizeof(want));
}

static void
test_dnssl(void **state)
{
	/* "ab.example" and "c": 12 + 3 octets, one of padding; lifetime 0. */
	static const uint8_t want[] = {31, 3, 0, 0, 0, 0, 0, 0, 2, 'a', 'b', 7,
	    'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 1, 'c', 0, 0};
	struct ra_conf c = bare;
	struct ra_params p = params(&c);

	(void)state;
	c.dnssllen = 15;
	memcpy(c.dnssl, want + 8, c.dnssllen);
	assert_built(&p, HEADER + 8, want, sizeof(want));
}

/* Names that fill their units are not padded, whatever lies behind them. */
static void
test_dnssl_padding(void **state)
{
	uint8_t buf[RA_PACKET_MAX];
	struct ra_conf c = bare;
	struct ra_params p = params(&c);

	(void)state;
	memset(c.dnssl, 0xee, sizeof(c.dnssl));
	for (size_t n = 1; n <= RA_DNSSL_MAX; n++) {
		size_t units = 1 + (n + 7) / 8;

		c.dnssllen = n;
		assert_int_equal(ra_build(&p, buf), HEADER + 8 + units * 8);
		assert_int_equal(buf[HEADER + 8 + 1], units);
		for (size_t k = 8; k < units * 8; k++)
			assert_int_equal(
			    buf[HEADER + 8 + k], k - 8 < n ? 0xee : 0);
	}
}

static void
fill(struct ra_conf *c, struct ra_params *p)
{
	char text[PREFIX6_STRLEN];

	c->nrdnss = RA_RDNSS_MAX;
	c->dnssllen = RA_DNSSL_MAX;
	memset(c->dnssl, 1, sizeof(c->dnssl));
	p->hwlen = 6;
	p->nprefixes = RA_PREFIXES_MAX;
	for (unsigned k = 0; k < RA_PREFIXES_MAX; k++) {
		snprintf(text, sizeof(text), "2001:db8:0:%x::/64", k);
		p->prefixes[k].prefix = p6(text);
	}
}

/* As much as there can be fits exactly, and can be read. */
static void
test_fullest(void **state)
{
	uint8_t buf[RA_PACKET_MAX];
	struct ra_conf c = bare;
	struct ra_params p = params(&c);
	struct ra_heard h;

	(void)state;
	fill(&c, &p);
	assert_int_equal(ra_build(&p, buf), RA_PACKET_MAX);
	assert_int_equal(ra_parse(buf, sizeof(buf), &router, 255, &h), 0);
	assert_int_equal(h.nprefixes, RA_PREFIXES_MAX);
	for (unsigned k = 0; k < RA_PREFIXES_MAX; k++)
		assert_true(
		    prefix6_equal(&h.prefixes[k], &p.prefixes[k].prefix));
}

static void
test_solicitation(void **state)
{
	static const uint8_t want[] = {
	    133, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7};
	struct lan l = {.hwlen = 6, .hwaddr = {2, 3, 4, 5, 6, 7}};
	uint8_t buf[RS_PACKET_MAX];

	(void)state;
	assert_int_equal(rs_build(&l, buf), 16);
	assert_memory_equal(buf, want, 16);
	l.hwlen = 8;
	assert_int_equal(rs_build(&l, buf), 8);
	assert_memory_equal(buf, want, 8);
	l.hwlen = 0;
	assert_int_equal(rs_build(&l, buf), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_header),
	    cmocka_unit_test(test_link_address),
	    cmocka_unit_test(test_prefix),
	    cmocka_unit_test(test_prefix_withdrawn),
	    cmocka_unit_test(test_prefixes_without_slaac),
	    cmocka_unit_test(test_rdnss),
	    cmocka_unit_test(test_dnssl),
	    cmocka_unit_test(test_dnssl_padding),
	    cmocka_unit_test(test_fullest),
	    cmocka_unit_test(test_solicitation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
