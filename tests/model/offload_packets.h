/* Packets for the tests of offload.h, and the checksum word by word. */
#ifndef OFFLOAD_PACKETS_H
#define OFFLOAD_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IP6LEN	     40
#define TCPLEN	     20
#define OPTWORDS_MAX 10

/* flags */
#define FIN	     0x01
#define SYN	     0x02
#define RST	     0x04
#define PSH	     0x08
#define ACK	     0x10
#define URG	     0x20
#define ECE	     0x40
#define CWR	     0x80

struct offload_tcp {
	uint8_t flow; /* makes addresses and ports */
	uint8_t tclass;
	uint32_t label;
	uint8_t hops;
	uint32_t seq, ack;
	uint8_t reserved; /* four bits beside the data offset */
	uint8_t flags;
	uint16_t window;
	uint16_t urgent;
	unsigned optwords; /* of 4 octets each */
	uint8_t option;	   /* what they are filled with */
	size_t len;	   /* of the payload */
};

/*
 * The packet with its checksum; returns its size.  Each octet of the payload
 * tells its place in the stream.
 */
size_t offload_tcp_packet(uint8_t *out, const struct offload_tcp *t);

/* The same with n octets of other headers in front of TCP, as they are. */
size_t offload_tcp_behind(uint8_t *out, const struct offload_tcp *t,
    uint8_t next, const uint8_t *headers, size_t n);

/* An IPv6 header in front of len octets. */
void offload_ip6(
    uint8_t *out, const struct offload_tcp *t, uint8_t next, size_t len);

uint16_t offload_get16(const uint8_t *p);
uint32_t offload_get32(const uint8_t *p);
void offload_put16(uint8_t *p, unsigned v);
void offload_put32(uint8_t *p, uint32_t v);

/* The sum of 16-bit words, folded; from: a sum so far. */
uint16_t offload_sum(const uint8_t *p, size_t n, uint32_t from);

/* The pseudo-header of n octets of proto in the packet. */
uint16_t offload_pseudo(const uint8_t *packet, size_t n, uint8_t proto);

/* Is the checksum right of what lies at l4? */
bool offload_is_right(
    const uint8_t *packet, size_t n, size_t l4, uint8_t proto);

#endif
