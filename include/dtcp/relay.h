/*
 * Packets between a tun device and the far ends behind outer sockets:
 * user-space 6in4 (RFC 4213) where the kernel has no tunnel device, and IPv6 in
 * UDP.  Never queues, never blocks: what the other side does not take is
 * dropped and counted.
 */
#ifndef DTCP_RELAY_H
#define DTCP_RELAY_H

#include <netinet/in.h>

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
	RELAY_NOWHERE,	 /* for nobody, or for one whose address is not known */
	RELAY_FULL,	 /* the other side took no more (EAGAIN) */
	RELAY_ERROR,	 /* the other side refused it */
	RELAY_KEEPALIVE, /* came from the far end: neither packet nor error */
	RELAY_VERDICTS
};

const char *relay_verdict_name(enum relay_verdict v);

/* What every inner packet has to be: IPv6, whole, no jumbogram.  Pure. */
enum relay_verdict relay_check_form(const uint8_t *p, size_t n);

/* The client's rules: which inner addresses are ours. */
struct relay_rules {
	bool any_source; /* tunnelonly: no check outwards */
	bool udp;	 /* keep-alives come, and no outer header */
	unsigned nown;
	struct prefix6 own[RELAY_OWN_MAX];
};

/* Of that form, from the tun device; from the outer socket.  Pure. */
enum relay_verdict relay_check_out(
    const struct relay_rules *r, const uint8_t *p);
enum relay_verdict relay_check_in(
    const struct relay_rules *r, const uint8_t *p);

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

/* Add s to sum. */
void relay_stats_add(struct relay_stats *sum, const struct relay_stats *s);

/* Packets that did not pass, keep-alives apart: of drops_in or drops_out. */
uint64_t relay_drops_sum(const uint64_t drops[RELAY_VERDICTS]);

/* Append " in_source=3 out_full=1" and so on, why they did not. */
void relay_drops_text(const struct relay_stats *s, char *buf, size_t size);

/* An outer socket, and what is set on it at the moment. */
struct relay_socket {
	int fd;		   /* -1: none */
	bool udp;	   /* datagrams; else protocol 41, raw */
	bool connected;	   /* to the one far end that it has */
	unsigned features; /* USER_GSO, USER_GRO */
	uint8_t tos;
	bool tos_fixed; /* it cannot be set */
	size_t gso_size;
	unsigned gso_pause; /* trains to go one by one before gso again */
};

struct relay;

/* A far end.  The socket may be that of many. */
struct relay_peer {
	struct relay_socket *socket;
	/*
	 * Whose device gets what it sends; NULL: the one that the socket is
	 * read for.
	 */
	struct relay *device;
	/*
	 * Where to, unless the socket is connected; INADDR_ANY: not known yet,
	 * what is for it is dropped (RELAY_NOWHERE).
	 */
	struct sockaddr_in addr;
	struct relay_stats stats;
};

/*
 * Who decides about packets, which relay_check_form() has passed: RELAY_PASS,
 * or why it is dropped; *peer, where it is known, counts it, else the relay
 * does.  A peer has to stay until the turn is over.
 */
struct relay_policy {
	/* From the tun device: RELAY_PASS with the far end that gets it. */
	enum relay_verdict (*out)(
	    void *arg, const uint8_t *p, size_t n, struct relay_peer **peer);
	/*
	 * From a socket, of which from is the outer source (port 0 where raw;
	 * NULL where the socket is connected): RELAY_PASS with the far end that
	 * sent it, or RELAY_KEEPALIVE for what was taken in.
	 */
	enum relay_verdict (*in)(void *arg, struct relay_socket *s,
	    const struct sockaddr_in *from, const uint8_t *p, size_t n,
	    struct relay_peer **peer);
	void *arg;
};

/* A tun device and who may use it. */
struct relay {
	int tunfd;	     /* -1: none */
	unsigned features;   /* USER_VNET */
	uint32_t tun_family; /* os_tun_family(), where there is no USER_VNET */
	uint32_t mtu;	     /* of the tunnel, octets */
	struct relay_policy policy;
	struct relay_stats stats; /* of what is nobody's: no peer is known */
};

void relay_init(struct relay *r);

/* s is another one now, which nobody has set anything on. */
void relay_socket_init(struct relay_socket *s, int fd, bool udp, bool connected,
    unsigned features);

/* The client's policy: arg is a struct relay_client. */
struct relay_client {
	struct relay_rules rules;
	struct relay_peer peer;
};

extern const struct relay_policy relay_client_policy; /* arg to be set */

/*
 * Move what is there, at most RELAY_BATCH reads of it, which may each bring
 * many packets; nothing is held back at the end.  Called when the descriptor
 * is readable; both are non-blocking.  The tun device carries packets with
 * tun_family in front, which is counted nowhere, bare ones where that is 0, or
 * ones with a virtio header.  Neither is owned.  One thread may have many
 * relays.
 *
 * Outwards the traffic class becomes the outer one, inwards congestion that
 * the outer header tells of goes into the inner one (RFC 6040).
 *
 * Return the number of reads, or -errno when a descriptor is dead; which one,
 * the error tells: the outer one's are EBADF, ENOTSOCK, ENOTCONN and
 * EDESTADDRREQ.  An unconnected one that cannot be written to does not end
 * what others share: it costs its own packets.
 */
int relay_from_tun(struct relay *r);
int relay_from_socket(struct relay *r, struct relay_socket *s);

/*
 * Is that a keep-alive with this key, whatever its addresses?  Pure; see
 * docs/protocol.md.
 */
bool relay_keepalive_has(
    const uint8_t *p, size_t n, const uint8_t key[GRANT_KEY_LEN]);

/* Send what relay_keepalive() has made, counted nowhere.  0 or -errno. */
int relay_send_keepalive(struct relay_peer *to, uint8_t *p, size_t n);

#endif
