/*
 * Received TCP segments that follow one another, made one packet for the
 * kernel.  No payload is copied.
 *
 * The rule is strict, stricter than a receiver needs: acknowledgement, window
 * and options have to be equal, too.  A router behind us segments the packet
 * again, and so gives its hosts exactly what was sent; and since one
 * acknowledgement number or timestamp would have to stand for several, a
 * sender would measure wrong.  In a bulk transfer they are equal anyway.
 */
#include "checksum.h"
#include "dtcp/offload.h"
#include "tcp6.h"

/* Addresses and, as nothing lies in between, ports. */
#define KEY_OFF	  IP6_OFF_SRC
#define KEY_LEN	  36
#define ADDRS_LEN 32

/* The virtio header and those of the packet. */
#define BLOCK_MAX (VNET_HDRLEN + IP6_HDRLEN + TCP_HDRLEN_MAX)

/* In front of a packet that goes as it is. */
static const uint8_t no_offload[VNET_HDRLEN];

void
coalesce_init(struct coalesce *c, coalesce_write_fn *write, void *arg)
{
	c->write = write;
	c->arg = arg;
	c->owner = NULL;
	c->begun = 0;
	c->recent = 0;
	for (unsigned i = 0; i < COALESCE_FLOWS; i++)
		c->flows[i].count = 0;
}

static void
write_alone(const struct coalesce *c, void *owner, const uint8_t *p, size_t n)
{
	const struct iovec iov[2] = {
	    {.iov_base = (void *)no_offload, .iov_len = VNET_HDRLEN},
	    {.iov_base = (void *)p, .iov_len = n},
	};
	const struct coalesced w = {
	    .iov = iov, .niov = 2, .owner = owner, .packets = 1, .octets = n};

	c->write(c->arg, &w);
}

/* Headers for all of a flow, the checksum left partial.  Returns their size. */
static size_t
make_block(const struct coalesce_flow *f, uint8_t block[BLOCK_MAX])
{
	const size_t tcplen = f->total - IP6_HDRLEN;
	const struct vnet_hdr h = {
	    .flags = VNET_F_NEEDS_CSUM,
	    .gso_type = VNET_GSO_TCPV6,
	    .hdr_len = (uint16_t)f->hlen,
	    .gso_size = (uint16_t)f->size,
	    .csum_start = IP6_HDRLEN,
	    .csum_offset = TCP_OFF_CHECK,
	};
	uint8_t *ip6 = block + VNET_HDRLEN, *tcp = ip6 + IP6_HDRLEN;
	uint16_t pseudo;

	vnet_put(block, &h);
	memcpy(ip6, f->first, f->hlen);
	put16(ip6 + IP6_OFF_PLEN, tcplen);
	if (f->push)
		tcp[TCP_OFF_FLAGS] |= TCP_PSH;
	pseudo =
	    inet_fold(inet_sum_pseudo6(ip6, (uint32_t)tcplen, IP6_NEXT_TCP));
	memcpy(tcp + TCP_OFF_CHECK, &pseudo, sizeof(pseudo));
	return VNET_HDRLEN + f->hlen;
}

static void
flush_flow(const struct coalesce *c, struct coalesce_flow *f)
{
	uint8_t block[BLOCK_MAX];
	const unsigned count = f->count;
	struct coalesced w;

	f->count = 0;
	if (count == 1) {
		write_alone(c, f->owner, f->first, f->total);
		return;
	}
	f->iov[0].iov_base = block;
	f->iov[0].iov_len = make_block(f, block);
	w.iov = f->iov;
	w.niov = (int)count + 1;
	w.owner = f->owner;
	w.packets = count;
	w.octets = f->total + (count - 1) * f->hlen;
	c->write(c->arg, &w);
}

/* NULL: nothing is held. */
static struct coalesce_flow *
oldest(struct coalesce *c)
{
	struct coalesce_flow *f, *old = NULL;

	for (f = c->flows; f < c->flows + COALESCE_FLOWS; f++)
		if (f->count > 0 && (old == NULL || f->begun < old->begun))
			old = f;
	return old;
}

void
coalesce_flush(struct coalesce *c)
{
	struct coalesce_flow *f;

	while ((f = oldest(c)) != NULL)
		flush_flow(c, f);
}

static void
flush_addresses(struct coalesce *c, const uint8_t *p)
{
	struct coalesce_flow *f;

	for (f = c->flows; f < c->flows + COALESCE_FLOWS; f++)
		if (f->count > 0 &&
		    memcmp(f->first + IP6_OFF_SRC, p + IP6_OFF_SRC,
			ADDRS_LEN) == 0)
			flush_flow(c, f);
}

/* The flow that a TCP segment belongs to; NULL: nothing is held of it. */
static struct coalesce_flow *
find_flow(struct coalesce *c, const uint8_t *p)
{
	struct coalesce_flow *f;
	unsigned at;

	for (unsigned i = 0; i < COALESCE_FLOWS; i++) {
		at = (c->recent + i) % COALESCE_FLOWS;
		f = &c->flows[at];
		if (f->count > 0 &&
		    memcmp(f->first + KEY_OFF, p + KEY_OFF, KEY_LEN) == 0) {
			c->recent = at;
			return f;
		}
	}
	return NULL;
}

static struct coalesce_flow *
free_flow(struct coalesce *c)
{
	struct coalesce_flow *f;

	for (f = c->flows; f < c->flows + COALESCE_FLOWS; f++)
		if (f->count == 0)
			return f;
	f = oldest(c);
	flush_flow(c, f);
	return f;
}

/*
 * Correct, and as segmentation will make it again: it never writes ~0, which
 * stands for the same number as 0.
 */
static bool
checksum_fits(const uint8_t *p, size_t n)
{
	const uint8_t *tcp = p + IP6_HDRLEN;
	const size_t tcplen = n - IP6_HDRLEN;
	uint64_t sum;

	if (tcp[TCP_OFF_CHECK] == 0xff && tcp[TCP_OFF_CHECK + 1] == 0xff)
		return false;
	sum = inet_sum_pseudo6(p, (uint32_t)tcplen, IP6_NEXT_TCP);
	return inet_fold(inet_sum(tcp, tcplen, sum)) == UINT16_MAX;
}

/* May a segment with hlen octets of headers be joined with any other? */
static bool
may_join(const uint8_t *p, size_t n, size_t hlen)
{
	const uint8_t flags = p[IP6_HDRLEN + TCP_OFF_FLAGS];

	return n > hlen && n <= COALESCE_MAX &&
	    (flags &
		(TCP_CWR | TCP_URG | TCP_ACK | TCP_RST | TCP_SYN | TCP_FIN)) ==
	    TCP_ACK &&
	    checksum_fits(p, n);
}

static bool
equal(const uint8_t *p, const uint8_t *q, size_t from, size_t to)
{
	return memcmp(p + from, q + from, to - from) == 0;
}

/*
 * Headers but for payload length, sequence number, PSH and checksum; the flow
 * is known to be the same.
 */
static bool
same_headers(const uint8_t *p, const uint8_t *q, size_t hlen)
{
	const uint8_t *tp = p + IP6_HDRLEN, *tq = q + IP6_HDRLEN;

	return equal(p, q, 0, IP6_OFF_PLEN) &&
	    equal(p, q, IP6_OFF_NEXT, IP6_OFF_SRC) &&
	    equal(tp, tq, TCP_OFF_ACK, TCP_OFF_FLAGS) &&
	    ((tp[TCP_OFF_FLAGS] ^ tq[TCP_OFF_FLAGS]) & ~TCP_PSH) == 0 &&
	    equal(tp, tq, TCP_OFF_WINDOW, TCP_OFF_CHECK) &&
	    equal(tp, tq, TCP_OFF_URGENT, hlen - IP6_HDRLEN);
}

/* Does a segment that may be joined come right behind those of the flow? */
static bool
follows(const struct coalesce_flow *f, const uint8_t *p, size_t n, size_t hlen)
{
	return hlen == f->hlen && n - hlen <= f->size &&
	    f->total + (n - hlen) <= COALESCE_MAX &&
	    get32(p + IP6_HDRLEN + TCP_OFF_SEQ) == f->seq &&
	    same_headers(f->first, p, hlen);
}

static void
join(struct coalesce_flow *f, const uint8_t *p, size_t n)
{
	f->count++;
	f->iov[f->count].iov_base = (void *)(p + f->hlen);
	f->iov[f->count].iov_len = n - f->hlen;
	f->total += n - f->hlen;
	f->seq += (uint32_t)(n - f->hlen);
	f->push = (p[IP6_HDRLEN + TCP_OFF_FLAGS] & TCP_PSH) != 0;
}

static void
begin(struct coalesce *c, const uint8_t *p, size_t n, size_t hlen)
{
	struct coalesce_flow *f = free_flow(c);

	f->first = p;
	f->owner = c->owner;
	f->count = 0;
	f->begun = c->begun++;
	f->hlen = hlen;
	f->size = n - hlen;
	f->total = hlen;
	f->seq = get32(p + IP6_HDRLEN + TCP_OFF_SEQ);
	join(f, p, n);
}

static void
add_tcp(struct coalesce *c, const uint8_t *p, size_t n, size_t hlen)
{
	struct coalesce_flow *f = find_flow(c, p);
	const bool joins = may_join(p, n, hlen);

	if (f != NULL && joins && follows(f, p, n, hlen)) {
		join(f, p, n);
		if (f->push || n - hlen < f->size ||
		    f->count == OFFLOAD_SEGMENTS)
			flush_flow(c, f);
		return;
	}
	if (f != NULL)
		flush_flow(c, f);
	if (joins && (p[IP6_HDRLEN + TCP_OFF_FLAGS] & TCP_PSH) == 0)
		begin(c, p, n, hlen);
	else
		write_alone(c, c->owner, p, n);
}

void
coalesce_add(struct coalesce *c, const uint8_t *p, size_t n)
{
	const uint8_t next = n < IP6_HDRLEN ? IP6_NEXT_UDP : p[IP6_OFF_NEXT];
	size_t hlen = 0;

	if (next == IP6_NEXT_TCP && n >= IP6_HDRLEN + TCP_HDRLEN)
		hlen = IP6_HDRLEN + tcp_hdrlen(p + IP6_HDRLEN);
	if (hlen >= IP6_HDRLEN + TCP_HDRLEN && hlen <= n) {
		add_tcp(c, p, n, hlen);
		return;
	}
	if (next != IP6_NEXT_UDP && next != IP6_NEXT_ICMPV6)
		flush_addresses(c, p);
	write_alone(c, c->owner, p, n);
}
