/*
 * A relay between a UDP socket that coalesces and a tun device that takes large
 * packets.  The UDP sockets are real, in a network namespace of their own; a
 * socket pair is the device.
 */
#ifndef UDP_BED_H
#define UDP_BED_H

#include <stdbool.h>

#include "offload_model.h"
#include "relay_packets.h"

#define HLEN (IP6LEN + TCPLEN)
#define MSS  1220

struct ends {
	struct relay r;
	struct relay_socket s;
	struct relay_client c;
	int tun; /* the kernel's side of the device */
	int net; /* the far end's socket */
};

/* Enter one; false: it cannot be done here, and was said. */
bool udp_bed_namespace(void);

/* Of the loopback, over which the datagrams go. */
void udp_bed_mtu(int mtu);

int udp_bed_setup(void **state);
int udp_bed_teardown(void **state);
void udp_bed_set(int fd, int level, int option, int value);

/* To the client: n octets, cut at each `size` where that is not 0. */
void udp_bed_put(
    struct ends *e, int tos, size_t size, const uint8_t *p, size_t n);

/* A packet that is never joined with others, of n octets. */
size_t udp_bed_plain(
    uint8_t *p, size_t n, uint8_t next, uint8_t tclass, uint8_t mark);

/* Segments one behind the other, from t's on; PSH in the last, if at all. */
size_t udp_bed_segments(uint8_t *p, struct offload_tcp t, size_t octets);

/* What the device is given next: a packet as it is. */
void udp_bed_comes(const struct ends *e, const uint8_t *p, size_t n);

/* Those of udp_bed_segments() in one piece. */
void udp_bed_comes_joined(
    const struct ends *e, struct offload_tcp t, size_t octets);

void udp_bed_nothing(const struct ends *e);

#endif
