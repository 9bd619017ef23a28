/* Packets and rules that the tests of the relay share. */
#ifndef RELAY_PACKETS_H
#define RELAY_PACKETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/relay.h"

#define HDR4 20
#define HDR6 40

/* 192.0.2.1 to 198.51.100.1, protocol 41, total length filled in by wrap(). */
static const uint8_t ip4[HDR4] = {0x45, 0x00, 0x00, 0x00, 0x12, 0x34, 0x00,
    0x00, 0x40, 0x29, 0x00, 0x00, 192, 0, 2, 1, 198, 51, 100, 1};

/* 2001:db8:1::6 to 2001:db8:ffff::1, next header 59, 8 bytes of payload. */
static const uint8_t ip6[HDR6 + 8] = {0x60, 0x00, 0x00, 0x00, 0x00, 0x08, 0x3b,
    0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x06,
    0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 'p',
    'a', 'y', 'l', 'o', 'a', 'd', '!'};

static inline void
add_own(struct relay_rules *r, const char *text)
{
	assert_true(r->nown < RELAY_OWN_MAX);
	assert_int_equal(
	    prefix6_parse(text, strlen(text), &r->own[r->nown]), 0);
	r->nown++;
}

/* A host's rules: its inner address and a delegated prefix. */
static inline void
make_rules(struct relay_rules *r)
{
	memset(r, 0, sizeof(*r));
	add_own(r, "2001:db8:1::6/128");
	add_own(r, "2001:db8:abc::/48");
}

static inline void
set_source(uint8_t *p, const char *text)
{
	struct in6_addr a;

	assert_int_equal(addr6_parse(text, strlen(text), &a), 0);
	memcpy(p + 8, &a, sizeof(a));
}

/* An IPv4 header in front of n bytes; returns the size. */
static inline size_t
wrap(uint8_t *out, const uint8_t *p, size_t n)
{
	memcpy(out, ip4, HDR4);
	memcpy(out + HDR4, p, n);
	out[2] = (uint8_t)((HDR4 + n) >> 8);
	out[3] = (uint8_t)(HDR4 + n);
	return HDR4 + n;
}

#endif
