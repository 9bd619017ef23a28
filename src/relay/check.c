/*
 * The form that packets have to have, inner and outer ones, whosever they are.
 * Pure.
 */
#include <string.h>

#include "dtcp/relay.h"

#define IP4_HDRLEN	20 /* RFC 791 */
#define IP4_OFF_LEN	2
#define IP4_OFF_FRAG	6
#define IP4_FRAG_MASK	0x3fff /* more fragments, and the offset */
#define IP4_OFF_PROTO	9
#define IP4_PROTO_IPV6	41 /* RFC 4213 3.5 */

#define IP6_HDRLEN	40 /* RFC 8200 3 */
#define IP6_OFF_PLEN	4
#define IP6_OFF_NEXT	6
#define IP6_NEXT_HOPOPT 0

static const char *const verdict_names[RELAY_VERDICTS] = {
    [RELAY_PASS] = "pass",
    [RELAY_SHORT] = "short",
    [RELAY_VERSION] = "version",
    [RELAY_LENGTH] = "length",
    [RELAY_JUMBO] = "jumbo",
    [RELAY_SOURCE] = "source",
    [RELAY_ECN] = "ecn",
    [RELAY_OFFLOAD] = "offload",
    [RELAY_TOOBIG] = "toobig",
    [RELAY_NOWHERE] = "nowhere",
    [RELAY_FULL] = "full",
    [RELAY_ERROR] = "error",
    [RELAY_KEEPALIVE] = "keepalive",
};

const char *
relay_verdict_name(enum relay_verdict v)
{
	if ((unsigned)v >= RELAY_VERDICTS)
		return "unknown";
	return verdict_names[v];
}

static size_t
get16(const uint8_t *p)
{
	return (size_t)p[0] << 8 | p[1];
}

enum relay_verdict
relay_check_form(const uint8_t *p, size_t n)
{
	size_t plen;

	if (n < IP6_HDRLEN)
		return RELAY_SHORT;
	if (p[0] >> 4 != 6)
		return RELAY_VERSION;
	plen = get16(p + IP6_OFF_PLEN);
	/* Only a jumbogram has options to come and no length (RFC 2675 3). */
	if (plen == 0 && p[IP6_OFF_NEXT] == IP6_NEXT_HOPOPT)
		return RELAY_JUMBO;
	if (plen != n - IP6_HDRLEN)
		return RELAY_LENGTH;
	return RELAY_PASS;
}

enum relay_verdict
relay_decap4(
    const uint8_t *p, size_t n, const uint8_t **inner, size_t *innerlen)
{
	size_t hlen, total;

	if (n < IP4_HDRLEN)
		return RELAY_SHORT;
	if (p[0] >> 4 != 4 || p[IP4_OFF_PROTO] != IP4_PROTO_IPV6)
		return RELAY_VERSION;
	hlen = (size_t)(p[0] & 0x0f) * 4;
	total = get16(p + IP4_OFF_LEN);
	if (hlen < IP4_HDRLEN || total < hlen)
		return RELAY_LENGTH;
	/* The kernel puts fragments together; a single one is no packet. */
	if (n < total || (get16(p + IP4_OFF_FRAG) & IP4_FRAG_MASK) != 0)
		return RELAY_SHORT;
	if (n != total)
		return RELAY_LENGTH;
	*inner = p + hlen;
	*innerlen = n - hlen;
	return RELAY_PASS;
}

enum relay_verdict
relay_strip_family(uint32_t family, const uint8_t *p, size_t n,
    const uint8_t **inner, size_t *innerlen)
{
	const size_t len = family != 0 ? sizeof(family) : 0;

	if (n < len)
		return RELAY_SHORT;
	if (len != 0 && memcmp(p, &family, len) != 0)
		return RELAY_VERSION;
	*inner = p + len;
	*innerlen = n - len;
	return RELAY_PASS;
}
