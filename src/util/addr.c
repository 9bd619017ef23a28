/* Addresses and prefixes: parsing, printing, classes.  See dtcp/addr.h. */
#include <sys/socket.h>
#include <arpa/inet.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/addr.h"
#include "dtcp/num.h"

/*
 * inet_pton(3) is as strict as we want to be, but takes a string: n bytes
 * without a NUL, of size - 1 at most, to one.
 */
static int
parse_inet(int af, const char *s, size_t n, size_t size, void *out)
{
	char buf[ADDR6_STRLEN];

	if (n >= size || memchr(s, '\0', n) != NULL)
		return -EINVAL;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return inet_pton(af, buf, out) == 1 ? 0 : -EINVAL;
}

int
addr4_parse(const char *s, size_t n, struct in_addr *out)
{
	return parse_inet(AF_INET, s, n, ADDR4_STRLEN, out);
}

int
addr6_parse(const char *s, size_t n, struct in6_addr *out)
{
	return parse_inet(AF_INET6, s, n, ADDR6_STRLEN, out);
}

/* An address and a length that stand apart, to a prefix. */
static int
parse_parts(const char *addr, size_t addrlen, const char *num, size_t numlen,
    struct prefix6 *out)
{
	struct prefix6 p;
	uint32_t len;
	int error;

	error = addr6_parse(addr, addrlen, &p.addr);
	if (error == 0)
		error = num_parse(num, numlen, 0, 128, &len);
	if (error != 0)
		return error;
	p.len = (uint8_t)len;
	*out = p;
	return 0;
}

int
prefix6_parse(const char *s, size_t n, struct prefix6 *out)
{
	const char *slash = memchr(s, '/', n);

	if (slash == NULL)
		return -EINVAL;
	return parse_parts(s, (size_t)(slash - s), slash + 1,
	    n - (size_t)(slash + 1 - s), out);
}

/* The next word of *s, *n bytes left: its length, 0 at the end. */
static size_t
next_word(const char **s, size_t *n, const char **word)
{
	size_t len = 0;

	while (*n > 0 && (**s == ' ' || **s == '\t'))
		++*s, --*n;
	*word = *s;
	while (*n > 0 && **s != ' ' && **s != '\t')
		++*s, --*n, ++len;
	return len;
}

int
prefix6_parse_option(
    const char *s, size_t n, uint8_t deflen, struct prefix6 *out)
{
	static const char keyword[] = "-prefixlen";
	const char *addr, *key, *num, *rest;
	size_t addrlen, keylen, numlen;
	struct in6_addr a;

	addrlen = next_word(&s, &n, &addr);
	keylen = next_word(&s, &n, &key);
	numlen = next_word(&s, &n, &num);
	if (next_word(&s, &n, &rest) != 0)
		return -EINVAL;
	if (keylen != 0) {
		if (keylen != sizeof(keyword) - 1 ||
		    memcmp(key, keyword, keylen) != 0)
			return -EINVAL;
		return parse_parts(addr, addrlen, num, numlen, out);
	}
	if (memchr(addr, '/', addrlen) != NULL)
		return prefix6_parse(addr, addrlen, out);
	if (addr6_parse(addr, addrlen, &a) != 0)
		return -EINVAL;
	out->addr = a;
	out->len = deflen;
	return 0;
}

const char *
addr4_format(struct in_addr a, char *buf)
{
	return inet_ntop(AF_INET, &a, buf, ADDR4_STRLEN);
}

const char *
addr6_format(const struct in6_addr *a, char *buf)
{
	return inet_ntop(AF_INET6, a, buf, ADDR6_STRLEN);
}

const char *
prefix6_format(const struct prefix6 *p, char *buf)
{
	char a[ADDR6_STRLEN];

	snprintf(
	    buf, PREFIX6_STRLEN, "%s/%u", addr6_format(&p->addr, a), p->len);
	return buf;
}

bool
addr4_equal(struct in_addr a, struct in_addr b)
{
	return a.s_addr == b.s_addr;
}

bool
addr6_equal(const struct in6_addr *a, const struct in6_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool
prefix6_equal(const struct prefix6 *a, const struct prefix6 *b)
{
	return a->len == b->len && addr6_equal(&a->addr, &b->addr);
}

bool
addr4_is_unicast(struct in_addr a)
{
	uint32_t net = ntohl(a.s_addr) >> 24;

	return net != 0 && net != 127 && net < 224;
}

/* Are the first len bits of a and b the same? */
static bool
same_bits(const struct in6_addr *a, const struct in6_addr *b, unsigned len)
{
	unsigned whole = len / 8, rest = len % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 ||
	    ((a->s6_addr[whole] ^ b->s6_addr[whole]) >> (8 - rest)) == 0;
}

static const struct prefix6 global = {{{{0x20}}}, 3};	    /* 2000::/3 */
static const struct prefix6 unique_local = {{{{0xfc}}}, 7}; /* fc00::/7 */

bool
addr6_is_inner(const struct in6_addr *a)
{
	return prefix6_contains(&global, a) ||
	    prefix6_contains(&unique_local, a);
}

bool
prefix6_is_inner(const struct prefix6 *p)
{
	return (p->len >= global.len && prefix6_contains(&global, &p->addr)) ||
	    (p->len >= unique_local.len &&
		prefix6_contains(&unique_local, &p->addr));
}

bool
addr6_is_linklocal(const struct in6_addr *a)
{
	return IN6_IS_ADDR_LINKLOCAL(a);
}

bool
addr6_is_multicast(const struct in6_addr *a)
{
	return IN6_IS_ADDR_MULTICAST(a);
}

bool
addr6_is_loopback(const struct in6_addr *a)
{
	return IN6_IS_ADDR_LOOPBACK(a);
}

bool
addr6_is_v4mapped(const struct in6_addr *a)
{
	return IN6_IS_ADDR_V4MAPPED(a);
}

bool
addr6_is_unspecified(const struct in6_addr *a)
{
	return IN6_IS_ADDR_UNSPECIFIED(a);
}

bool
prefix6_contains(const struct prefix6 *p, const struct in6_addr *a)
{
	return same_bits(&p->addr, a, p->len);
}

bool
prefix6_overlap(const struct prefix6 *a, const struct prefix6 *b)
{
	return same_bits(&a->addr, &b->addr, a->len < b->len ? a->len : b->len);
}

bool
prefix6_has_host_bits(const struct prefix6 *p)
{
	struct prefix6 masked = *p;

	prefix6_mask(&masked);
	return !addr6_equal(&p->addr, &masked.addr);
}

void
prefix6_mask(struct prefix6 *p)
{
	unsigned whole = p->len / 8, rest = p->len % 8;

	if (rest != 0)
		p->addr.s6_addr[whole++] &= (uint8_t)(0xff << (8 - rest));
	if (whole < sizeof(p->addr.s6_addr))
		memset(&p->addr.s6_addr[whole], 0,
		    sizeof(p->addr.s6_addr) - whole);
}
