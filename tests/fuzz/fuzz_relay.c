/*
 * Whatever a raw socket or a tun device may give: what passes is one whole
 * IPv6 packet with a source that may come from that side.
 */
#include <stdlib.h>
#include <string.h>

#include "dtcp/relay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

static bool
own(const struct relay_rules *r, const struct in6_addr *a)
{
	return prefix6_contains(&r->own[0], a) ||
	    prefix6_contains(&r->own[1], a);
}

static void
check_packet(const uint8_t *p, size_t n, struct in6_addr *src)
{
	require(n >= 40);
	require(p[0] >> 4 == 6);
	require((size_t)(p[4] << 8 | p[5]) + 40 == n);
	require(n > 40 || p[6] != 0);
	memcpy(src, p + 8, sizeof(*src));
}

static void
check_in(const struct relay_rules *r, const uint8_t *p, size_t n)
{
	struct in6_addr src;
	enum relay_verdict v = relay_check_form(p, n);

	if (v == RELAY_PASS)
		v = relay_check_in(r, p);
	if (v == RELAY_KEEPALIVE) {
		check_packet(p, n, &src);
		require(r->udp && p[6] == 59);
	}
	if (v != RELAY_PASS)
		return;
	require(!r->udp || p[6] != 59);
	check_packet(p, n, &src);
	require(!own(r, &src));
	require(src.s6_addr[0] != 0xff);
	require(!IN6_IS_ADDR_LOOPBACK(&src) && !IN6_IS_ADDR_V4MAPPED(&src));
}

static void
check_out(const struct relay_rules *r, const uint8_t *p, size_t n)
{
	struct in6_addr src;

	if (relay_check_form(p, n) != RELAY_PASS ||
	    relay_check_out(r, p) != RELAY_PASS)
		return;
	check_packet(p, n, &src);
	require(r->any_source || own(r, &src) || IN6_IS_ADDR_LINKLOCAL(&src));
}

/* With the family in front: just that, and the rest untouched behind it. */
static void
check_family(const uint8_t *data, size_t size)
{
	const uint32_t family = htonl(28);
	const uint8_t *inner;
	size_t innerlen;

	require(
	    relay_strip_family(0, data, size, &inner, &innerlen) == RELAY_PASS);
	require(inner == data && innerlen == size);
	if (relay_strip_family(family, data, size, &inner, &innerlen) !=
	    RELAY_PASS)
		return;
	require(data[0] == 0 && data[1] == 0 && data[2] == 0 && data[3] == 28);
	require(inner == data + 4 && inner + innerlen == data + size);
}

/* With the key within and no other, whatever else it says. */
static void
check_keepalive(const uint8_t *p, size_t n)
{
	static const uint8_t none[GRANT_KEY_LEN];
	uint8_t key[GRANT_KEY_LEN];

	if (n < RELAY_KEEPALIVE_MAX) {
		require(!relay_keepalive_has(p, n, none));
		return;
	}
	memcpy(key, p + 40, sizeof(key));
	if (!relay_keepalive_has(p, n, key))
		return;
	require(relay_check_form(p, n) == RELAY_PASS && p[6] == 59);
	require(n == RELAY_KEEPALIVE_MAX);
	key[p[8] % sizeof(key)] ^= (uint8_t)(p[9] | 1);
	require(!relay_keepalive_has(p, n, key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* 2001:db8:1::6/128 and 2001:db8:abc::/48, as the seeds have them. */
	static struct relay_rules rules = {
	    .nown = 2,
	    .own = {{.len = 128,
			.addr.s6_addr = {0x20, 0x01, 0x0d, 0xb8, 0,
			    1, [15] = 6}},
		{.len = 48,
		    .addr.s6_addr = {0x20, 0x01, 0x0d, 0xb8, 0x0a, 0xbc}}},
	};
	const uint8_t *inner;
	size_t innerlen;

	check_family(data, size);
	check_keepalive(data, size);
	rules.any_source = true;
	check_out(&rules, data, size);
	rules.any_source = false;
	check_out(&rules, data, size);
	rules.udp = true;
	check_in(&rules, data, size);
	rules.udp = false;
	check_in(&rules, data, size);
	if (relay_decap4(data, size, &inner, &innerlen) == RELAY_PASS) {
		require(data[0] >> 4 == 4 && data[9] == 41);
		require((size_t)(data[2] << 8 | data[3]) == size);
		require(inner >= data + 20 && inner <= data + 60);
		require(inner + innerlen == data + size);
		check_in(&rules, inner, innerlen);
	}
	return 0;
}
