/* Reading what was heard.  See dtcp/ra.h. */
#include <errno.h>
#include <string.h>

#include "private.h"

#define HOP_LIMIT      255 /* nothing that a router passed on */
#define AT_CODE	       1
#define AT_LIFETIME    6
/* In a prefix option. */
#define AT_PREFIX_LEN  2
#define AT_FLAGS       3
#define AT_VALID       4
#define AT_PREFIX_ADDR 16

static bool
is_zero(const uint8_t *p, size_t n)
{
	while (n > 0)
		if (p[--n] != 0)
			return false;
	return true;
}

/*
 * One that makes no sense, or more than there is room for, is passed over, and
 * so is one that no host acts upon.
 */
static void
read_prefix(struct ra_heard *h, const uint8_t *opt, size_t size)
{
	struct prefix6 *x = &h->prefixes[h->nprefixes];

	if (size != (size_t)PREFIX_UNITS * OPT_UNIT ||
	    opt[AT_PREFIX_LEN] > 128 ||
	    (opt[AT_FLAGS] & (FLAG_ONLINK | FLAG_AUTO)) == 0 ||
	    is_zero(opt + AT_VALID, 4) || h->nprefixes == RA_PREFIXES_MAX)
		return;
	x->len = opt[AT_PREFIX_LEN];
	memcpy(&x->addr, opt + AT_PREFIX_ADDR, sizeof(x->addr));
	prefix6_mask(x);
	h->nprefixes++;
}

static int
read_option(struct ra_heard *h, const uint8_t *opt, size_t size)
{
	if (h->kind == RA_SOLICITATION && opt[0] == OPT_SLLA &&
	    addr6_is_unspecified(&h->from))
		return -EBADMSG;
	if (h->kind == RA_ADVERTISEMENT && opt[0] == OPT_PREFIX)
		read_prefix(h, opt, size);
	return 0;
}

static int
read_options(struct ra_heard *h, const uint8_t *p, size_t n)
{
	size_t size;

	while (n > 0) {
		size = n < 2 ? 0 : (size_t)p[1] * OPT_UNIT;
		if (size == 0 || size > n || read_option(h, p, size) != 0)
			return -EBADMSG;
		p += size;
		n -= size;
	}
	return 0;
}

int
ra_parse(const uint8_t *p, size_t n, const struct in6_addr *from, int hoplimit,
    struct ra_heard *h)
{
	memset(h, 0, sizeof(*h));
	h->from = *from;
	if (hoplimit != HOP_LIMIT || n < RS_HEADER || p[AT_CODE] != 0)
		return -EBADMSG;
	if (p[0] == RS_TYPE) {
		h->kind = RA_SOLICITATION;
		return read_options(h, p + RS_HEADER, n - RS_HEADER);
	}
	if (p[0] != RA_TYPE || n < RA_HEADER || !addr6_is_linklocal(from))
		return -EBADMSG;
	h->kind = RA_ADVERTISEMENT;
	h->router_lifetime =
	    (uint16_t)(p[AT_LIFETIME] << 8 | p[AT_LIFETIME + 1]);
	return read_options(h, p + RA_HEADER, n - RA_HEADER);
}
