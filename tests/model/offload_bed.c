/* Coalesce, segment, and compare with what went in. */
#include <stdlib.h>
#include <string.h>

#include "offload_model.h"

static bool
is_plain(const uint8_t *p, size_t n)
{
	return n >= IP6LEN && (p[6] == 17 || p[6] == 58);
}

/* TCP as coalescing sees it: all of its header there, right behind IPv6's. */
static bool
is_tcp(const uint8_t *p, size_t n)
{
	return n >= IP6LEN + TCPLEN && p[6] == 6 && p[52] >> 4 >= 5 &&
	    n - IP6LEN >= (size_t)(p[52] >> 4) * 4;
}

/* Does it matter which of the two comes first? */
static bool
are_ordered(const struct offload_fed *a, const struct offload_fed *b)
{
	if (is_plain(a->p, a->n) || is_plain(b->p, b->n) ||
	    memcmp(a->p + 8, b->p + 8, 32) != 0)
		return false;
	if (is_tcp(a->p, a->n) && is_tcp(b->p, b->n))
		return memcmp(a->p + 40, b->p + 40, 4) == 0;
	return true;
}

static void
wrong(struct offload_bed *b, const char *what)
{
	if (b->wrong == NULL)
		b->wrong = what;
}

/* A packet came out: the first equal one that went in, in its flow's order. */
static void
came(struct offload_bed *b, const uint8_t *p, size_t n)
{
	struct offload_fed *f = NULL;
	unsigned i;

	for (i = 0; i < b->nfed; i++) {
		f = &b->fed[i];
		if (!f->came && f->n == n && memcmp(f->p, p, n) == 0)
			break;
	}
	if (i == b->nfed) {
		wrong(b, "a packet that came had gone in");
		return;
	}
	for (unsigned j = 0; j < i; j++)
		if (!b->fed[j].came && are_ordered(&b->fed[j], f))
			wrong(b, "packets of a flow keep their order");
	f->came = true;
	b->ncame++;
}

/* Is this piece part of a packet that went in, so that nothing was copied? */
static bool
in_place(const struct offload_bed *b, const struct iovec *piece)
{
	const uint8_t *p = piece->iov_base;

	for (unsigned i = 0; i < b->nfed; i++)
		if (p >= b->fed[i].p &&
		    p + piece->iov_len <= b->fed[i].p + b->fed[i].n)
			return true;
	return false;
}

static void
flatten(struct offload_bed *b, const struct coalesced *w)
{
	b->whole = 0;
	if (w->niov < 2 || w->niov > 1 + OFFLOAD_SEGMENTS)
		wrong(b, "the number of pieces is within bounds");
	for (int i = 0; i < w->niov; i++) {
		if (i > 0 && !in_place(b, &w->iov[i]))
			wrong(b, "payload is written from where it came");
		if (w->iov[i].iov_len > sizeof(b->last) - b->whole) {
			wrong(b, "a write is no larger than a packet");
			return;
		}
		memcpy(
		    b->last + b->whole, w->iov[i].iov_base, w->iov[i].iov_len);
		b->whole += w->iov[i].iov_len;
	}
}

static void
take(void *arg, const struct coalesced *w)
{
	static uint8_t buf[OFFLOAD_MTU_MAX];
	struct offload_bed *b = arg;
	struct segmenter s;
	struct vnet_hdr h;
	size_t n, size, octets = 0;
	unsigned packets = 0;

	b->writes++;
	flatten(b, w);
	vnet_get(&h, b->last);
	if (w->packets > 1) {
		b->joined += w->packets;
		if (b->whole - VNET_HDRLEN > COALESCE_MAX)
			wrong(b, "what is joined is 65535 octets at most");
		if (h.hdr_len != w->iov[0].iov_len - VNET_HDRLEN)
			wrong(b, "hdr_len covers the headers");
	}
	if (segment_start(&s, &h, b->last + VNET_HDRLEN, b->whole - VNET_HDRLEN,
		OFFLOAD_MTU_MAX) != SEGMENT_OK) {
		wrong(b, "what is written can be segmented");
		return;
	}
	while ((n = segment_next(&s, buf, sizeof(buf), &size)) > 0) {
		for (size_t at = 0; at < n; at += size) {
			if (size > n - at)
				size = n - at;
			came(b, buf + at, size);
			packets++;
			octets += size;
		}
	}
	if (packets != w->packets || octets != w->octets)
		wrong(b, "packets and octets are counted right");
}

void
offload_bed_init(struct offload_bed *b)
{
	memset(b, 0, sizeof(*b));
	coalesce_init(&b->c, take, b);
}

void
offload_bed_feed(struct offload_bed *b, const uint8_t *p, size_t n)
{
	struct offload_fed *f = &b->fed[b->nfed];

	if (b->nfed == OFFLOAD_FED_MAX)
		abort();
	f->p = malloc(n);
	if (f->p == NULL)
		abort();
	memcpy(f->p, p, n);
	f->n = n;
	f->came = false;
	b->nfed++;
	coalesce_add(&b->c, f->p, n);
	if (!is_tcp(f->p, n) && !f->came)
		wrong(b, "what is no TCP segment is not delayed");
}

const char *
offload_bed_flush(struct offload_bed *b)
{
	coalesce_flush(&b->c);
	if (b->ncame != b->nfed)
		wrong(b, "all that went in came out");
	for (unsigned i = 0; i < b->nfed; i++)
		free(b->fed[i].p);
	b->nfed = b->ncame = 0;
	return b->wrong;
}
