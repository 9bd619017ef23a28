/* Segment, compare with the packet that went in, and coalesce again. */
#include <stdlib.h>
#include <string.h>

#include "offload_model.h"

/* Enough to see what becomes of one more than may be joined. */
#define REJOINED_MAX (OFFLOAD_SEGMENTS + 1)

struct cut {
	const struct vnet_hdr *h;
	const uint8_t *p;
	size_t n;
	size_t mtu;
	size_t tcp; /* 0: one packet */
	size_t hlen;
	size_t done; /* octets of payload */
	bool right;  /* the partial checksum was */
	unsigned segments;
	struct offload_bed *bed;
};

static const char *
check_packet(struct cut *c, const uint8_t *q, size_t size)
{
	const size_t start = c->h->csum_start;
	const size_t check = start + c->h->csum_offset;
	unsigned want;

	c->done = c->n;
	if (size != c->n)
		return "a packet keeps its size";
	if ((c->h->flags & VNET_F_NEEDS_CSUM) == 0)
		return memcmp(q, c->p, c->n) == 0 ?
		    NULL :
		    "a packet that needs nothing is unchanged";
	if (check + 2 > c->n || memcmp(q, c->p, check) != 0 ||
	    memcmp(q + check + 2, c->p + check + 2, c->n - check - 2) != 0)
		return "only the checksum changes";
	want = 0xffffU & ~offload_sum(c->p + start, c->n - start, 0);
	if (offload_get16(q + check) != (want == 0 ? 0xffff : want))
		return "a completed checksum is right";
	return NULL;
}

/* Headers apart from what each segment has of its own. */
static bool
same_headers(const struct cut *c, const uint8_t *q)
{
	const size_t own[][2] = {{0, 4}, {6, c->tcp + 4},
	    {c->tcp + 8, c->tcp + 13}, {c->tcp + 14, c->tcp + 16},
	    {c->tcp + 18, c->hlen}};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (memcmp(c->p + own[i][0], q + own[i][0],
			own[i][1] - own[i][0]) != 0)
			return false;
	return true;
}

static const char *
check_segment(struct cut *c, const uint8_t *q, size_t size)
{
	const uint8_t *tcp = q + c->tcp;
	uint8_t flags = c->p[c->tcp + 13];
	const size_t len = size - c->hlen;

	if (size < c->hlen || c->done + len > c->n - c->hlen)
		return "segments have headers and no more than the payload";
	if (c->done > 0)
		flags &= (uint8_t)~CWR;
	if (c->done + len < c->n - c->hlen) {
		flags &= (uint8_t) ~(FIN | PSH);
		if (len != c->h->gso_size)
			return "all segments but the last have gso_size";
	}
	if (!same_headers(c, q))
		return "headers are those of the packet";
	if (offload_get16(q + 4) != size - IP6LEN)
		return "the payload length is right";
	if (offload_get32(tcp + 4) !=
	    (uint32_t)(offload_get32(c->p + c->tcp + 4) + c->done))
		return "the sequence number is right";
	if (tcp[13] != flags)
		return "FIN and PSH come last, CWR first";
	if (memcmp(q + c->hlen, c->p + c->hlen + c->done, len) != 0)
		return "the payload is that of the packet";
	if (offload_is_right(q, size, c->tcp, 6) != c->right)
		return "the checksum is right if the partial one was";
	c->done += len;
	return NULL;
}

/* One call's packets. */
static const char *
check_batch(struct cut *c, const uint8_t *buf, size_t n, size_t size)
{
	const char *wrong = NULL;
	unsigned count = 0;

	if (size == 0 || size > c->mtu)
		return "packets are of at most the MTU";
	for (size_t at = 0; at < n && wrong == NULL; at += size) {
		if (size > n - at)
			size = n - at;
		wrong = c->tcp != 0 ? check_segment(c, buf + at, size) :
				      check_packet(c, buf + at, size);
		if (c->segments < REJOINED_MAX)
			offload_bed_feed(c->bed, buf + at, size);
		c->segments++;
		count++;
	}
	if (wrong == NULL && count > OFFLOAD_SEGMENTS)
		return "one call gives what UDP_SEGMENT takes";
	return wrong;
}

static const char *
check_all(struct cut *c, struct segmenter *s, size_t cap)
{
	uint8_t *buf = malloc(cap);
	const char *wrong = NULL;
	size_t n, size;

	if (buf == NULL)
		abort();
	while ((n = segment_next(s, buf, cap, &size)) > 0 && wrong == NULL)
		wrong = n > cap ? "no more is written than there is room" :
				  check_batch(c, buf, n, size);
	free(buf);
	if (wrong == NULL &&
	    (c->segments == 0 || (c->tcp != 0 && c->done != c->n - c->hlen)))
		return "all of the payload comes";
	return wrong;
}

/*
 * What came from one packet of the plain kind becomes that packet again, its
 * virtio header included.
 */
static const char *
check_rejoined(const struct cut *c, const struct offload_bed *b)
{
	const uint8_t flags = c->p[c->tcp + 13];
	struct vnet_hdr h = *c->h;
	uint8_t front[VNET_HDRLEN];

	if (c->tcp != IP6LEN || (flags & ~(PSH | ECE)) != ACK ||
	    c->segments < 2 || c->segments > OFFLOAD_SEGMENTS ||
	    c->n > COALESCE_MAX || offload_get16(c->p + 4) != c->n - IP6LEN ||
	    offload_get16(c->p + IP6LEN + 16) !=
		offload_pseudo(c->p, c->n - IP6LEN, 6))
		return NULL;
	h.flags = VNET_F_NEEDS_CSUM;
	h.gso_type = VNET_GSO_TCPV6;
	h.hdr_len = (uint16_t)c->hlen;
	vnet_put(front, &h);
	if (b->writes != 1 || b->whole != VNET_HDRLEN + c->n ||
	    memcmp(b->last, front, VNET_HDRLEN) != 0 ||
	    memcmp(b->last + VNET_HDRLEN, c->p, c->n) != 0)
		return "segments of a packet become that packet again";
	return NULL;
}

static void
find_tcp(struct cut *c)
{
	const uint8_t *tcp = c->p + c->h->csum_start;

	if ((c->h->gso_type & ~VNET_GSO_ECN) != VNET_GSO_TCPV6)
		return;
	c->tcp = c->h->csum_start;
	c->hlen = c->tcp + (size_t)(tcp[12] >> 4) * 4;
	c->right = offload_get16(tcp + 16) % 0xffff ==
	    offload_pseudo(c->p, c->n - c->tcp, 6) % 0xffff;
}

const char *
offload_cut(const struct vnet_hdr *h, const uint8_t *p, size_t n, size_t mtu,
    enum segment_verdict *v)
{
	static struct offload_bed bed;
	struct cut c = {.h = h, .n = n, .mtu = mtu, .bed = &bed};
	enum segment_verdict verdict;
	struct segmenter s;
	const char *wrong, *unlike;
	uint8_t *copy, none[1];
	size_t size;

	copy = malloc(n > 0 ? n : 1);
	if (copy == NULL)
		abort();
	memcpy(copy, p, n);
	c.p = copy;
	verdict = segment_start(&s, h, copy, n, mtu);
	if (v != NULL)
		*v = verdict;
	if (verdict != SEGMENT_OK) {
		free(copy);
		return segment_next(&s, none, sizeof(none), &size) == 0 ?
		    NULL :
		    "nothing comes of what was refused";
	}
	find_tcp(&c);
	offload_bed_init(&bed);
	wrong = check_all(&c, &s, mtu + n % 7 * 1000);
	unlike = offload_bed_flush(&bed);
	if (unlike == NULL)
		unlike = check_rejoined(&c, &bed);
	free(copy);
	return wrong != NULL ? wrong : unlike;
}
