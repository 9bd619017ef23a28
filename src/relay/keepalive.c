/* Keep-alives of UDP tunnels: see docs/protocol.md.  Pure. */
#include <string.h>

#include "dtcp/relay.h"

#define IP6_HDRLEN    40 /* RFC 8200 3 */
#define IP6_VERSION   0x60
#define IP6_OFF_PLEN  4
#define IP6_OFF_NEXT  6
#define IP6_OFF_HOPS  7
#define IP6_OFF_SRC   8
#define IP6_OFF_DST   24
#define IP6_NEXT_NONE 59
#define HOPS	      64

_Static_assert(RELAY_KEEPALIVE_MAX == IP6_HDRLEN + GRANT_KEY_LEN,
    "the header says how long the key is");

/*
 * The addresses are those of the tunnel's ends, so that a far end which knows
 * nothing of keep-alives takes it for what it is, an empty packet for itself.
 * Without a pair they stay unspecified, and nobody may send such a packet on
 * (RFC 4291 2.5.2).
 */
size_t
relay_keepalive(const struct grant *g, uint8_t buf[RELAY_KEEPALIVE_MAX])
{
	const uint8_t keylen = g->has_key ? GRANT_KEY_LEN : 0;

	memset(buf, 0, IP6_HDRLEN);
	buf[0] = IP6_VERSION;
	buf[IP6_OFF_PLEN + 1] = keylen;
	buf[IP6_OFF_NEXT] = IP6_NEXT_NONE;
	buf[IP6_OFF_HOPS] = HOPS;
	if (g->has_pair) {
		memcpy(buf + IP6_OFF_SRC, &g->client6, sizeof(g->client6));
		memcpy(buf + IP6_OFF_DST, &g->server6, sizeof(g->server6));
	}
	memcpy(buf + IP6_HDRLEN, g->key, keylen);
	return IP6_HDRLEN + (size_t)keylen;
}

/*
 * However much of a key is right, the answer takes the same time: it says
 * nothing of how much that is.
 */
bool
relay_keepalive_has(
    const uint8_t *p, size_t n, const uint8_t key[GRANT_KEY_LEN])
{
	uint8_t differ = 0;

	if (n != RELAY_KEEPALIVE_MAX || p[0] >> 4 != IP6_VERSION >> 4 ||
	    p[IP6_OFF_PLEN] != 0 || p[IP6_OFF_PLEN + 1] != GRANT_KEY_LEN ||
	    p[IP6_OFF_NEXT] != IP6_NEXT_NONE)
		return false;
	for (unsigned i = 0; i < GRANT_KEY_LEN; i++)
		differ |= p[IP6_HDRLEN + i] ^ key[i];
	return differ == 0;
}
