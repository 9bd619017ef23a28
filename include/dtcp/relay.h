/*
 * Packets between a tun device and an outer socket: user-space 6in4 (RFC
 * 4213) where the kernel has no tunnel device.  Never queues, never blocks:
 * what the other side does not take is dropped and counted.
 */
#ifndef DTCP_RELAY_H
#define DTCP_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/addr.h"

#define RELAY_OWN_MAX 32 /* addresses and prefixes that are ours */
#define RELAY_BATCH   64 /* packets moved in one turn, each way */

enum relay_verdict {
	RELAY_PASS,
	RELAY_SHORT,   /* truncated */
	RELAY_VERSION, /* not IPv6, or outer not IPv4 protocol 41 */
	RELAY_LENGTH,  /* payload length and size disagree */
	RELAY_JUMBO,   /* RFC 2675 */
	RELAY_SOURCE,  /* source not allowed in that direction */
	RELAY_TOOBIG,  /* the other side takes none so large (EMSGSIZE) */
	RELAY_FULL,    /* the other side took no more (EAGAIN) */
	RELAY_ERROR,   /* the other side refused it */
	RELAY_VERDICTS
};

const char *relay_verdict_name(enum relay_verdict v);

/* Which inner addresses are ours. */
struct relay_rules {
	bool any_source; /* tunnelonly: no check outwards */
	unsigned nown;
	struct prefix6 own[RELAY_OWN_MAX];
};

/* Inner packet from the tun device; from the outer socket.  Pure. */
enum relay_verdict relay_check_out(
    const struct relay_rules *r, const uint8_t *p, size_t n);
enum relay_verdict relay_check_in(
    const struct relay_rules *r, const uint8_t *p, size_t n);

/*
 * Outer datagram as a raw socket gives it, IPv4 header included, to the inner
 * packet within.  Pure.
 */
enum relay_verdict relay_decap4(
    const uint8_t *p, size_t n, const uint8_t **inner, size_t *innerlen);

/*
 * What a tun device gave, to the inner packet within.  family: struct
 * relay's; another one in front is RELAY_VERSION.  Pure.
 */
enum relay_verdict relay_strip_family(uint32_t family, const uint8_t *p,
    size_t n, const uint8_t **inner, size_t *innerlen);

struct relay_stats {
	uint64_t packets_in, octets_in; /* from outer to tun */
	uint64_t packets_out, octets_out;
	uint64_t drops_in[RELAY_VERDICTS];
	uint64_t drops_out[RELAY_VERDICTS];
};

struct relay {
	int tunfd; /* -1: none */
	int outerfd;
	uint32_t tun_family; /* os_tun_family() */
	struct relay_rules rules;
	struct relay_stats stats;
};

void relay_init(struct relay *r);

/*
 * Move up to RELAY_BATCH packets.  Called when the descriptor is readable;
 * both descriptors are non-blocking.  The tun device carries packets with
 * tun_family in front, which is counted nowhere, or bare ones where that is 0;
 * the outer socket is a connected raw one.  Neither is owned.
 * Returns how many were taken off, or -errno when a descriptor itself is dead
 * (Linux: -EBADFD, the tun device is gone).  What ICMP makes the outer socket
 * report is counted as RELAY_ERROR, as is a packet for a device that is down.
 */
int relay_from_tun(struct relay *r);
int relay_from_outer(struct relay *r);

#endif
