/*
 * Packets between a tun device and an outer socket: user-space 6in4 (RFC
 * 4213) where the kernel has no tunnel device, and IPv6 in UDP.  Never queues,
 * never blocks: what the other side does not take is dropped and counted.
 */
#ifndef DTCP_RELAY_H
#define DTCP_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/grant.h"

#define RELAY_OWN_MAX 32 /* addresses and prefixes that are ours */
#define RELAY_BATCH   64 /* packets moved in one turn, each way */

enum relay_verdict {
	RELAY_PASS,
	RELAY_SHORT,	 /* truncated */
	RELAY_VERSION,	 /* not IPv6, or outer not IPv4 protocol 41 */
	RELAY_LENGTH,	 /* payload length and size disagree */
	RELAY_JUMBO,	 /* RFC 2675 */
	RELAY_SOURCE,	 /* source not allowed in that direction */
	RELAY_ECN,	 /* congestion that the packet cannot tell of */
	RELAY_OFFLOAD,	 /* the device left more to do than can be done */
	RELAY_TOOBIG,	 /* the other side takes none so large (EMSGSIZE) */
	RELAY_FULL,	 /* the other side took no more (EAGAIN) */
	RELAY_ERROR,	 /* the other side refused it */
	RELAY_KEEPALIVE, /* came from the far end: neither packet nor error */
	RELAY_VERDICTS
};

const char *relay_verdict_name(enum relay_verdict v);

/* Which inner addresses are ours. */
struct relay_rules {
	bool any_source; /* tunnelonly: no check outwards */
	bool udp;	 /* keep-alives come, and no outer header */
	unsigned nown;
	struct prefix6 own[RELAY_OWN_MAX];
};

/* Inner packet from the tun device; from the outer socket.  Pure. */
enum relay_verdict relay_check_out(
    const struct relay_rules *r, const uint8_t *p, size_t n);
enum relay_verdict relay_check_in(
    const struct relay_rules *r, const uint8_t *p, size_t n);

/*
 * What keeps the way to the far end of a UDP tunnel open, and tells it where
 * we are: a packet without content (next header 59, RFC 8200 4.7), with the
 * grant's key, if it has one, as what is to be ignored.  Returns its size.
 * Pure.
 */
#define RELAY_KEEPALIVE_MAX (40 + GRANT_KEY_LEN)

size_t relay_keepalive(const struct grant *g, uint8_t buf[RELAY_KEEPALIVE_MAX]);

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
	uint64_t packets_in, octets_in; /* from outer to tun, inner packets */
	uint64_t packets_out, octets_out;
	uint64_t gso_refused; /* trains refused: they and those of the pause
			       * after that go one by one */
	uint64_t drops_in[RELAY_VERDICTS];
	uint64_t drops_out[RELAY_VERDICTS];
};

struct relay {
	int tunfd; /* -1: none */
	int outerfd;
	unsigned features;   /* of the two: enum user_feature */
	uint32_t tun_family; /* os_tun_family(), where there is no USER_VNET */
	uint32_t mtu;	     /* of the tunnel, octets */
	struct relay_rules rules;
	struct relay_stats stats;
	/* As the outer socket is set at the moment. */
	uint8_t tos;
	bool tos_fixed; /* it cannot be set */
	size_t gso_size;
	unsigned gso_pause; /* trains to go one by one before gso again */
};

void relay_init(struct relay *r);

/* outerfd is another one now, which nobody has set anything on. */
void relay_new_socket(struct relay *r);

/*
 * Move what is there, at most RELAY_BATCH reads of it, which may each bring
 * many packets; nothing is held back at the end.  Called when the descriptor
 * is readable; both are non-blocking, the outer one connected: UDP where
 * rules.udp is set, else raw.  The tun device
 * carries packets with tun_family in front, which is counted nowhere, bare
 * ones where that is 0, or ones with a virtio header.  Neither is owned.
 *
 * Outwards the traffic class becomes the outer one, inwards congestion that
 * the outer header tells of goes into the inner one (RFC 6040).
 *
 * Return the number of reads, or -errno when a descriptor is dead; which one,
 * the error tells: the outer one's are EBADF, ENOTSOCK, ENOTCONN and
 * EDESTADDRREQ.
 */
int relay_from_tun(struct relay *r);
int relay_from_outer(struct relay *r);

/* Send what relay_keepalive() has made, counted nowhere.  0 or -errno. */
int relay_send_keepalive(struct relay *r, uint8_t *p, size_t n);

#endif
