/*
 * Large packets between bare IPv6 ones and a tun device with IFF_VNET_HDR:
 * what the kernel leaves to the device (TCP segmentation, checksums) and what
 * the device may hand over in one piece.  Pure: no system calls, no memory but
 * the caller's.  Sizes are in octets.
 */
#ifndef DTCP_OFFLOAD_H
#define DTCP_OFFLOAD_H

#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The header in front of each packet: VIRTIO 1.2 section 5.1.6, as the legacy
 * interface has it (without num_buffers, which TUNSETVNETHDRSZ 12 would add
 * and which neither side reads), little-endian on the wire: a big-endian
 * machine asks for that by TUNSETVNETLE.
 */
#define VNET_HDRLEN	  10
#define VNET_F_NEEDS_CSUM 1    /* in flags: the checksum is partial */
#define VNET_GSO_NONE	  0    /* in gso_type: one packet as it is */
#define VNET_GSO_TCPV6	  4    /* TCP over IPv6, to be segmented */
#define VNET_GSO_ECN	  0x80 /* set beside the type: CWR is within */

struct vnet_hdr {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;     /* a hint; not believed, but set right */
	uint16_t gso_size;    /* TCP payload of each segment but the last */
	uint16_t csum_start;  /* from the IPv6 header on */
	uint16_t csum_offset; /* from csum_start on */
};

void vnet_get(struct vnet_hdr *h, const uint8_t p[VNET_HDRLEN]);
void vnet_put(uint8_t p[VNET_HDRLEN], const struct vnet_hdr *h);

/* What UDP_SEGMENT takes in one datagram, and the most coalesced into one. */
#define OFFLOAD_SEGMENTS 64

/* ---- Outwards: segmentation */

enum segment_verdict {
	SEGMENT_OK,
	SEGMENT_SHORT,	 /* ends within its headers */
	SEGMENT_LENGTH,	 /* larger than an IPv6 payload can be */
	SEGMENT_TYPE,	 /* a gso_type that was not offered */
	SEGMENT_HEADERS, /* to be segmented, but no TCP that could be */
	SEGMENT_CSUM,	 /* csum_start and csum_offset fit no checksum */
	SEGMENT_SIZE,	 /* gso_size is 0 */
	SEGMENT_TOOBIG,	 /* larger than the MTU, once segmented */
	SEGMENT_FLAGS,	 /* SYN, RST or URG in more than one segment */
	SEGMENT_VERDICTS
};

const char *segment_verdict_name(enum segment_verdict v);

/* A packet being segmented; its members are for segment.c alone. */
struct segmenter {
	const uint8_t *packet;
	const uint8_t *payload; /* what is not written yet */
	size_t left;
	size_t size;   /* payload of each segment but the last */
	size_t hlen;   /* what is in front of the payload of each */
	size_t tcp;    /* where the TCP header begins; 0: one packet */
	size_t check;  /* one packet: where the checksum lies; 0: complete */
	uint64_t base; /* sum of what is the same in all segments */
	uint32_t seq;  /* of the next segment */
	uint8_t flags;
	bool first;
	bool done;
};

/*
 * Begin with a packet of n octets that relay_check_form() passes and the header
 * that came with it, neither of which is believed beyond that: whatever they
 * hold, nothing outside the packet is read.  The packet has to stay where it
 * is until segment_next() returns 0.  mtu: of the tunnel.  After any verdict
 * but SEGMENT_OK, segment_next() gives nothing.
 *
 * Hop-by-hop, destination and routing headers (RFC 8200 4.3, 4.4, 4.6) in
 * front of TCP are copied into each segment; fragments are refused.
 */
enum segment_verdict segment_start(struct segmenter *s,
    const struct vnet_hdr *h, const uint8_t *packet, size_t n, size_t mtu);

/*
 * The size of the next packet, 0 when all is done.  *last: of what is left, it
 * is the only one.
 */
size_t segment_peek(const struct segmenter *s, bool *last);

/*
 * Write the next packets, one behind the other, into buf: as many as cap takes,
 * OFFLOAD_SEGMENTS at most.  All have *size octets, but the last may have
 * fewer, as UDP_SEGMENT wants it.  Returns the octets written, 0 when all is
 * done. cap is at least the mtu given before (a smaller one may end it early),
 * and at most what one datagram holds; buf does not overlap the packet.
 *
 * Checksums are complete (RFC 1071, RFC 9293 3.1, RFC 8200 8.1).  Of the
 * original's flags, FIN and PSH are in the last segment only, CWR in the first
 * only (RFC 3168 6.1.2).
 */
size_t segment_next(
    struct segmenter *s, uint8_t *buf, size_t cap, size_t *size);

/* ---- Inwards: coalescing */

#define COALESCE_FLOWS 8     /* looked at at once */
#define COALESCE_MAX   65535 /* octets of a packet with its headers */

/* One writev(2) to the tun device. */
struct coalesced {
	const struct iovec *iov; /* the header comes first */
	int niov;
	void *owner;	  /* of the first, as struct coalesce had it */
	unsigned packets; /* how many received ones it holds */
	size_t octets;	  /* their sizes together */
};

/* The pieces are valid until it returns. */
typedef void coalesce_write_fn(void *arg, const struct coalesced *w);

/* Segments that came one behind the other. */
struct coalesce_flow {
	const uint8_t *first; /* the whole first packet */
	void *owner;	      /* its */
	unsigned count;	      /* of packets; 0: the place is free */
	uint64_t begun;	      /* tells which is the oldest */
	size_t hlen;	      /* headers of each */
	size_t size;	      /* payload of each but the last */
	size_t total;	      /* headers once, and all payload */
	uint32_t seq;	      /* that the next one must have */
	bool push;	      /* the last one has PSH */
	struct iovec iov[1 + OFFLOAD_SEGMENTS];
};

struct coalesce {
	coalesce_write_fn *write;
	void *arg;
	void *owner;	/* of what is added next: the caller's, to count */
	uint64_t begun; /* flows so far */
	unsigned recent;
	struct coalesce_flow flows[COALESCE_FLOWS];
};

void coalesce_init(struct coalesce *c, coalesce_write_fn *write, void *arg);

/*
 * The next packet, which relay_check_form() has passed.  It is written before
 * this returns, or joins the segments of its flow; then it has to stay where
 * it is until coalesce_flush().
 *
 * What is joined, so that segmentation gives back exactly what came: TCP
 * right behind the IPv6 header; a correct checksum; ACK and none of CWR, URG,
 * RST, SYN and FIN; payload; consecutive sequence numbers and otherwise equal
 * headers, options included; payload of the same size, or less in the last
 * one.  PSH ends it.  All else is written as it is, behind what is held of the
 * same flow.  A packet in which a TCP segment may be hidden (fragments,
 * extension headers) is of any flow between its addresses.
 */
void coalesce_add(struct coalesce *c, const uint8_t *p, size_t n);

/* Write all that is held.  At the end of each batch. */
void coalesce_flush(struct coalesce *c);

#endif
