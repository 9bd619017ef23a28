/* Between the files of the relay. */
#ifndef DTCP_RELAY_PRIVATE_H
#define DTCP_RELAY_PRIVATE_H

#include <sys/types.h>
#include <sys/uio.h>

#include "dtcp/relay.h"

/* What an IPv4 packet, and what comes out of a tun device, can hold. */
#define RELAY_PACKET_MAX   65536
/* The payload of a UDP datagram: RFC 768, RFC 791. */
#define RELAY_DATAGRAM_MAX 65507

/*
 * io.c: one call each, again where a signal came in between.  Read: the size,
 * -EAGAIN when there is nothing, or -errno.  Write and send: the verdict;
 * error is what the call said where that is no plain success.
 */
ssize_t relay_read(int fd, void *buf, size_t size);
enum relay_verdict relay_write(
    int fd, const struct iovec *iov, int niov, size_t n, int *error);
enum relay_verdict relay_send(
    const struct relay_peer *to, uint8_t *p, size_t n, int *error);
bool relay_is_full(int error);
/* Is that descriptor beyond hope? */
bool relay_outer_is_dead(int error);
bool relay_tun_is_dead(int error);

/* One datagram, or several of one size in one piece. */
struct arrival {
	uint8_t *p;
	size_t n;
	size_t segment; /* of each but the last; n: there is one */
	const struct sockaddr_in *from; /* NULL: connected, or raw */
	uint8_t tos;
	bool cut; /* did not fit */
};

/*
 * receive.c: what is there, as many as wanted at most, into places of which
 * there are RELAY_BATCH, from the first one on; there they stay until others
 * are put there.  Returns how many, -EAGAIN when there is nothing, or -errno.
 */
int relay_receive(const struct relay_socket *s, struct arrival *a,
    unsigned first, unsigned wanted);

/* sockopt.c: what changes from one packet to the next. */
void relay_set_tos(struct relay_socket *s, uint8_t tos);
int relay_set_gso(
    struct relay_socket *s, size_t size); /* 0: none; 0 or -errno */

/*
 * ecn.c: RFC 6040 4.2.  What the outer header says of congestion goes into the
 * inner one; RELAY_ECN: the packet must be dropped instead.
 */
enum relay_verdict relay_ecn_in(uint8_t outer_tos, uint8_t *inner);

#endif
