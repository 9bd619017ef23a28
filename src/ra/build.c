/* Advertisements and solicitations as octets.  See dtcp/ra.h. */
#include <string.h>

#include "private.h"

#define HOP_LIMIT 64 /* what hosts are to send with */
#define SLAAC_LEN 64 /* RFC 4862: with identifiers of 64 bits */
#define ETHER_LEN 6

/* The octets written so far.  Room for the whole message is the caller's. */
struct writer {
	uint8_t *buf;
	size_t n;
};

static void
put8(struct writer *w, uint8_t v)
{
	w->buf[w->n++] = v;
}

static void
put16(struct writer *w, uint16_t v)
{
	put8(w, (uint8_t)(v >> 8));
	put8(w, (uint8_t)v);
}

static void
put32(struct writer *w, uint32_t v)
{
	put16(w, (uint16_t)(v >> 16));
	put16(w, (uint16_t)v);
}

static void
put(struct writer *w, const void *p, size_t n)
{
	memcpy(w->buf + w->n, p, n);
	w->n += n;
}

static void
put_type(struct writer *w, uint8_t type)
{
	put8(w, type);
	put8(w, 0);
	put16(w, 0);
}

static void
put_option(struct writer *w, uint8_t type, size_t size)
{
	put8(w, type);
	put8(w, (uint8_t)(size / OPT_UNIT));
}

/* RFC 4861 4.6.1; for addresses of other sizes the link's RFC would count. */
static void
put_link_address(struct writer *w, uint8_t hwlen, const uint8_t *hwaddr)
{
	if (hwlen != ETHER_LEN)
		return;
	put_option(w, OPT_SLLA, OPT_UNIT);
	put(w, hwaddr, ETHER_LEN);
}

static void
put_mtu(struct writer *w, uint32_t mtu)
{
	put_option(w, OPT_MTU, OPT_UNIT);
	put16(w, 0);
	put32(w, mtu);
}

static void
put_prefix(struct writer *w, const struct ra_prefix *x)
{
	put_option(w, OPT_PREFIX, (size_t)PREFIX_UNITS * OPT_UNIT);
	put8(w, x->prefix.len);
	put8(w,
	    x->prefix.len == SLAAC_LEN ? FLAG_ONLINK | FLAG_AUTO : FLAG_ONLINK);
	put32(w, x->withdrawn ? 0 : RA_VALID);
	put32(w, x->withdrawn ? 0 : RA_PREFERRED);
	put32(w, 0);
	put(w, &x->prefix.addr, sizeof(x->prefix.addr));
}

static void
put_rdnss(struct writer *w, const struct ra_conf *c, uint32_t lifetime)
{
	size_t addrs = c->nrdnss * sizeof(c->rdnss[0]);

	if (c->nrdnss == 0)
		return;
	put_option(w, OPT_RDNSS, OPT_UNIT + addrs);
	put16(w, 0);
	put32(w, lifetime);
	put(w, c->rdnss, addrs);
}

static void
put_dnssl(struct writer *w, const struct ra_conf *c, uint32_t lifetime)
{
	size_t padding = (OPT_UNIT - c->dnssllen % OPT_UNIT) % OPT_UNIT;

	if (c->dnssllen == 0)
		return;
	put_option(w, OPT_DNSSL, OPT_UNIT + c->dnssllen + padding);
	put16(w, 0);
	put32(w, lifetime);
	put(w, c->dnssl, c->dnssllen);
	for (; padding > 0; padding--)
		put8(w, 0);
}

/* RA_PACKET_MAX is what all of these come to. */
_Static_assert(RA_PACKET_MAX ==
	RA_HEADER + OPT_UNIT + OPT_UNIT +
	    RA_PREFIXES_MAX * PREFIX_UNITS * OPT_UNIT + OPT_UNIT +
	    RA_RDNSS_MAX * 16 + OPT_UNIT + RA_DNSSL_MAX,
    "the fullest advertisement");
_Static_assert(RA_DNSSL_MAX % OPT_UNIT == 0, "no padding beyond it");

size_t
ra_build(const struct ra_params *p, uint8_t buf[RA_PACKET_MAX])
{
	struct writer w = {.buf = buf};

	put_type(&w, RA_TYPE);
	put8(&w, HOP_LIMIT);
	put8(&w, 0); /* neither managed nor other configuration */
	put16(&w, p->router_lifetime);
	put32(&w, 0); /* reachable time and retransmit timer: the hosts' own */
	put32(&w, 0);
	put_link_address(&w, p->hwlen, p->hwaddr);
	put_mtu(&w, p->mtu);
	for (unsigned k = 0; k < p->nprefixes; k++)
		put_prefix(&w, &p->prefixes[k]);
	put_rdnss(&w, p->conf, p->dns_lifetime);
	put_dnssl(&w, p->conf, p->dns_lifetime);
	return w.n;
}

size_t
rs_build(const struct lan *l, uint8_t buf[RS_PACKET_MAX])
{
	struct writer w = {.buf = buf};

	put_type(&w, RS_TYPE);
	put32(&w, 0);
	put_link_address(&w, l->hwlen, l->hwaddr);
	return w.n;
}
