/*
 * What the kernel left to the device: TCP segmentation and checksums.  The
 * payload is copied once, and summed on the way.
 */
#include "checksum.h"
#include "dtcp/offload.h"
#include "tcp6.h"

static const char *const verdict_names[SEGMENT_VERDICTS] = {
    [SEGMENT_OK] = "ok",
    [SEGMENT_SHORT] = "short",
    [SEGMENT_LENGTH] = "length",
    [SEGMENT_TYPE] = "type",
    [SEGMENT_HEADERS] = "headers",
    [SEGMENT_CSUM] = "csum",
    [SEGMENT_SIZE] = "size",
    [SEGMENT_TOOBIG] = "toobig",
    [SEGMENT_FLAGS] = "flags",
};

const char *
segment_verdict_name(enum segment_verdict v)
{
	if ((unsigned)v >= SEGMENT_VERDICTS)
		return "unknown";
	return verdict_names[v];
}

/* Where TCP begins, behind extension headers if there are any; 0: nowhere. */
static size_t
find_tcp(const uint8_t *p, size_t n)
{
	uint8_t next = p[IP6_OFF_NEXT];
	size_t at = IP6_HDRLEN;

	while (next == IP6_NEXT_HOPOPTS || next == IP6_NEXT_ROUTING ||
	    next == IP6_NEXT_DSTOPTS) {
		if (n - at < 8)
			return 0;
		next = p[at];
		at += ((size_t)p[at + 1] + 1) * 8;
		if (at > n)
			return 0;
	}
	return next == IP6_NEXT_TCP ? at : 0;
}

/*
 * The sum of what all segments have in common.  The kernel left the
 * pseudo-header's in the checksum field; with a routing header only the kernel
 * knows the destination that it has.
 */
static uint64_t
common_sum(const uint8_t *tcp, size_t thlen, size_t tcplen)
{
	uint8_t h[TCP_HDRLEN_MAX];
	const uint16_t len = htons((uint16_t)tcplen);

	memcpy(h, tcp, thlen);
	memset(h + TCP_OFF_SEQ, 0, 4);
	h[TCP_OFF_FLAGS] = 0;
	return inet_sum(h, thlen, (uint16_t)~len);
}

static enum segment_verdict
start_tcp(struct segmenter *s, const struct vnet_hdr *h, size_t n, size_t mtu)
{
	const uint8_t *tcp;
	size_t at, thlen;

	at = find_tcp(s->packet, n);
	if (at == 0)
		return SEGMENT_HEADERS;
	if (n - at < TCP_HDRLEN)
		return SEGMENT_SHORT;
	tcp = s->packet + at;
	thlen = tcp_hdrlen(tcp);
	if (thlen < TCP_HDRLEN)
		return SEGMENT_HEADERS;
	if (n - at < thlen)
		return SEGMENT_SHORT;
	/* VIRTIO 1.2, 5.1.6.2.1: who sets gso_type sets this, too. */
	if ((h->flags & VNET_F_NEEDS_CSUM) == 0 || h->csum_start != at ||
	    h->csum_offset != TCP_OFF_CHECK)
		return SEGMENT_CSUM;
	if (h->gso_size == 0)
		return SEGMENT_SIZE;
	s->tcp = at;
	s->hlen = at + thlen;
	s->size = h->gso_size;
	s->payload = tcp + thlen;
	s->left = n - s->hlen;
	s->seq = get32(tcp + TCP_OFF_SEQ);
	s->flags = tcp[TCP_OFF_FLAGS];
	if (s->hlen + (s->left < s->size ? s->left : s->size) > mtu)
		return SEGMENT_TOOBIG;
	if (s->left > s->size &&
	    (s->flags & (TCP_SYN | TCP_RST | TCP_URG)) != 0)
		return SEGMENT_FLAGS;
	s->base = common_sum(tcp, thlen, n - at);
	return SEGMENT_OK;
}

/* The packet as it is; what the checksum does not cover is its header. */
static enum segment_verdict
start_packet(
    struct segmenter *s, const struct vnet_hdr *h, size_t n, size_t mtu)
{
	size_t start = n;

	if (n > mtu)
		return SEGMENT_TOOBIG;
	if ((h->flags & VNET_F_NEEDS_CSUM) != 0) {
		start = h->csum_start;
		s->check = start + h->csum_offset;
		/* Words are counted from the start on. */
		if (start < IP6_HDRLEN || h->csum_offset % 2 != 0 ||
		    s->check + 2 > n)
			return SEGMENT_CSUM;
	}
	s->hlen = start;
	s->payload = s->packet + start;
	s->left = s->size = n - start;
	return SEGMENT_OK;
}

enum segment_verdict
segment_start(struct segmenter *s, const struct vnet_hdr *h,
    const uint8_t *packet, size_t n, size_t mtu)
{
	enum segment_verdict v;

	*s = (struct segmenter) {.packet = packet, .first = true, .done = true};
	if (n < IP6_HDRLEN)
		return SEGMENT_SHORT;
	if (n - IP6_HDRLEN > IP6_PLEN_MAX)
		return SEGMENT_LENGTH;
	switch (h->gso_type & ~VNET_GSO_ECN) {
	case VNET_GSO_NONE:
		v = start_packet(s, h, n, mtu);
		break;
	case VNET_GSO_TCPV6:
		v = start_tcp(s, h, n, mtu);
		break;
	default:
		v = SEGMENT_TYPE;
		break;
	}
	s->done = v != SEGMENT_OK;
	return v;
}

static void
put_packet(const struct segmenter *s, uint8_t *out)
{
	uint64_t sum;
	uint16_t check;

	memcpy(out, s->packet, s->hlen);
	sum = inet_sum_copy(out + s->hlen, s->payload, s->left, 0);
	if (s->check == 0)
		return;
	/* UDP knows 0 as "none" (RFC 8200 8.1); to the others it is equal. */
	check = (uint16_t)~inet_fold(sum);
	if (check == 0)
		check = UINT16_MAX;
	memcpy(out + s->check, &check, sizeof(check));
}

static void
put_segment(const struct segmenter *s, uint8_t *out, size_t len)
{
	uint8_t *tcp = out + s->tcp, flags = s->flags;
	const uint32_t seq = htonl(s->seq);
	uint16_t check;
	uint64_t sum;

	if (!s->first)
		flags &= (uint8_t)~TCP_CWR;
	if (len < s->left)
		flags &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	memcpy(out, s->packet, s->hlen);
	put16(out + IP6_OFF_PLEN, s->hlen + len - IP6_HDRLEN);
	memcpy(tcp + TCP_OFF_SEQ, &seq, sizeof(seq));
	tcp[TCP_OFF_FLAGS] = flags;
	sum = s->base + seq + htons(flags) +
	    htons((uint16_t)(s->hlen - s->tcp + len));
	sum = inet_sum_copy(out + s->hlen, s->payload, len, sum);
	check = (uint16_t)~inet_fold(sum);
	memcpy(tcp + TCP_OFF_CHECK, &check, sizeof(check));
}

size_t
segment_peek(const struct segmenter *s, bool *last)
{
	*last = s->left <= s->size;
	if (s->done)
		return 0;
	return s->hlen + (*last ? s->left : s->size);
}

size_t
segment_next(struct segmenter *s, uint8_t *buf, size_t cap, size_t *size)
{
	size_t len, used = 0;

	*size = s->hlen + (s->left < s->size ? s->left : s->size);
	for (unsigned i = 0; i < OFFLOAD_SEGMENTS && !s->done; i++) {
		len = s->left < s->size ? s->left : s->size;
		if (cap - used < s->hlen + len)
			break;
		if (s->tcp != 0)
			put_segment(s, buf + used, len);
		else
			put_packet(s, buf + used);
		used += s->hlen + len;
		s->payload += len;
		s->left -= len;
		s->seq += (uint32_t)len;
		s->first = false;
		s->done = s->left == 0;
	}
	return used;
}
