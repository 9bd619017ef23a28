/*
 * A relay with several far ends: real sockets in a network namespace of their
 * own, a socket pair as the tun device, and a server's policy in short.
 */
#ifndef PEERS_BED_H
#define PEERS_BED_H

#include "dtcp/hub.h"
#include "udp_bed.h"

#define FAR_ENDS 3

struct far_end {
	struct relay_peer peer; /* of the relay */
	uint8_t key[GRANT_KEY_LEN];
	int fd; /* its own socket */
	struct sockaddr_in addr;
	struct prefix6 inner; /* 2001:db8:2::n, from 1 on */
};

struct peers_bed {
	struct relay r;
	struct relay_socket s; /* at 127.0.0.1, everybody's */
	struct sockaddr_in addr;
	struct hub *hub;
	struct far_end far[FAR_ENDS];
	int tun; /* the kernel's side of the device */
};

/* The far ends are at 127.0.0.2 and so on, and known. */
int peers_bed_udp(void **state);
int peers_bed_raw(void **state);
int peers_bed_teardown(void **state);

/* UDP of n octets from one inner address to another, filled with mark. */
void peers_bed_make(
    uint8_t *p, size_t n, unsigned from, unsigned to, uint8_t mark);

/* From the tun device to far end number `to`, from 0 on. */
void peers_bed_put(
    struct peers_bed *b, unsigned to, size_t n, uint8_t tclass, uint8_t mark);

/* What a far end receives next, whole. */
struct peers_got {
	size_t n;
	int size; /* of what was sent as one; 0: a single datagram */
	int tos;
	uint8_t octets[65536];
};

/* NULL: nothing. */
const struct peers_got *peers_bed_got(const struct far_end *f);

void peers_bed_send(
    struct peers_bed *b, const struct far_end *f, const uint8_t *p, size_t n);

/* What the device is given next, bare; 0: nothing. */
size_t peers_bed_read(const struct peers_bed *b, uint8_t *p, size_t size);

#endif
