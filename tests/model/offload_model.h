/*
 * What must hold of segmentation and coalescing whatever comes: for the
 * property test and for the fuzzers.  What does not hold is a string, NULL
 * else.
 */
#ifndef OFFLOAD_MODEL_H
#define OFFLOAD_MODEL_H

#include "dtcp/offload.h"
#include "offload_packets.h"

#define OFFLOAD_FED_MAX 600
#define OFFLOAD_MTU_MAX (IP6LEN + 65535)

struct offload_fed {
	uint8_t *p; /* on the heap, in its exact size, so that ASan watches */
	size_t n;
	bool came;
};

/* Packets in; what comes out is segmented again and compared with them. */
struct offload_bed {
	struct coalesce c;
	struct offload_fed fed[OFFLOAD_FED_MAX];
	unsigned nfed, ncame;
	unsigned writes, joined; /* joined: packets that came with others */
	size_t whole;		 /* of the last write, with its header */
	uint8_t last[VNET_HDRLEN + OFFLOAD_MTU_MAX];
	const char *wrong; /* the first thing */
};

void offload_bed_init(struct offload_bed *b);
void offload_bed_feed(struct offload_bed *b, const uint8_t *p, size_t n);

/* The end of a batch; the bed can be fed again.  b->wrong. */
const char *offload_bed_flush(struct offload_bed *b);

/*
 * A packet from a tun device, cut for this mtu, put together again.  *v, if not
 * NULL, is the verdict on it.
 */
const char *offload_cut(const struct vnet_hdr *h, const uint8_t *p, size_t n,
    size_t mtu, enum segment_verdict *v);

/*
 * Read octets as packets of a dozen flows, losses and disorder, and feed them.
 * *joined, if not NULL, grows by the packets that were.
 */
const char *offload_script(
    const uint8_t *data, size_t size, unsigned long *joined);

#endif
