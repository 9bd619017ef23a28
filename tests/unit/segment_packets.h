/* A packet as a tun device with offload gives it, for the tests that cut it. */
#ifndef SEGMENT_PACKETS_H
#define SEGMENT_PACKETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "offload_model.h"

#define HLEN (IP6LEN + TCPLEN)

/* Sum of the pseudo-header where the checksum will be. */
static inline void
make_partial(uint8_t *p, size_t n, size_t l4, size_t field, uint8_t proto)
{
	offload_put16(p + l4 + field, offload_pseudo(p, n - l4, proto));
}

static const struct offload_tcp example = {
    .flow = 1,
    .tclass = 0xb8,
    .label = 0xabcde,
    .hops = 64,
    .seq = 0xfffffffe,
    .ack = 0x01020304,
    .flags = CWR | ACK | PSH | FIN,
    .window = 0x1234,
    .len = 5,
};

static inline size_t
make(uint8_t *p, struct vnet_hdr *h, const struct offload_tcp *t)
{
	const size_t n = offload_tcp_packet(p, t);

	make_partial(p, n, IP6LEN, 16, 6);
	*h = (struct vnet_hdr) {
	    .flags = VNET_F_NEEDS_CSUM,
	    .gso_type = VNET_GSO_TCPV6 | VNET_GSO_ECN,
	    .hdr_len = HLEN,
	    .gso_size = 2,
	    .csum_start = IP6LEN,
	    .csum_offset = 16,
	};
	return n;
}

#endif
