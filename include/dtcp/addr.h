/*
 * IPv4 and IPv6 addresses and prefixes: strict parsing, canonical printing,
 * and the classes that this program treats differently.  Pure.
 */
#ifndef DTCP_ADDR_H
#define DTCP_ADDR_H

#include <sys/types.h>
#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDR4_STRLEN   16 /* INET_ADDRSTRLEN */
#define ADDR6_STRLEN   46 /* INET6_ADDRSTRLEN */
#define PREFIX6_STRLEN 50 /* ADDR6_STRLEN + "/128" */

struct prefix6 {
	struct in6_addr addr;
	uint8_t len; /* 0 to 128 */
};

/*
 * Parse exactly n bytes; no white space, no trailing junk, no NUL.
 * IPv4: four decimal parts without leading zeros.  IPv6: RFC 4291 2.2, with
 * leading zeros allowed ("2001:03e0::0006"), no zone.
 * Return 0, or -EINVAL.
 */
int addr4_parse(const char *s, size_t n, struct in_addr *out);
int addr6_parse(const char *s, size_t n, struct in6_addr *out);

/*
 * "address/len", len decimal 0 to 128 without leading zeros.  Host bits are
 * kept as they came.  Return 0, -EINVAL (form) or -ERANGE (length).
 */
int prefix6_parse(const char *s, size_t n, struct prefix6 *out);

/*
 * As options give them: "address", "address/len" or
 * "address -prefixlen len" (ifconfig(8), route(8)); deflen where no length is
 * named.  Surrounding blanks are allowed.  Returns as prefix6_parse().
 */
int prefix6_parse_option(
    const char *s, size_t n, uint8_t deflen, struct prefix6 *out);

/* Print into buf (of the *_STRLEN above); return buf. */
const char *addr4_format(struct in_addr a, char *buf);
const char *addr6_format(const struct in6_addr *a, char *buf);
const char *prefix6_format(const struct prefix6 *p, char *buf);

bool addr4_equal(struct in_addr a, struct in_addr b);
bool addr6_equal(const struct in6_addr *a, const struct in6_addr *b);
bool prefix6_equal(const struct prefix6 *a, const struct prefix6 *b);

/* A possible tunnel end: not 0/8, 127/8, 224/4, 240/4 (RFC 6890). */
bool addr4_is_unicast(struct in_addr a);

/*
 * An address or prefix that may be used inside the tunnel: 2000::/3 or
 * fc00::/7 (RFC 4291, RFC 4193).  2001:db8::/32 counts as global.
 */
bool addr6_is_inner(const struct in6_addr *a);
bool prefix6_is_inner(const struct prefix6 *p);

bool addr6_is_linklocal(const struct in6_addr *a); /* fe80::/10 */
bool addr6_is_multicast(const struct in6_addr *a);
bool addr6_is_loopback(const struct in6_addr *a);
bool addr6_is_v4mapped(const struct in6_addr *a);
bool addr6_is_unspecified(const struct in6_addr *a);

bool prefix6_contains(const struct prefix6 *p, const struct in6_addr *a);
bool prefix6_overlap(const struct prefix6 *a, const struct prefix6 *b);
/* True when bits beyond len are set. */
bool prefix6_has_host_bits(const struct prefix6 *p);
/* Clear the bits beyond len. */
void prefix6_mask(struct prefix6 *p);

#endif
