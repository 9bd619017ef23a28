/*
 * What the relay sends, and with which settings of the outer socket: the calls
 * are recorded, and refused when a test says so.
 */
#ifndef TRAIN_BED_H
#define TRAIN_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/feature.h"
#include "dtcp/relay.h"
#include "offload_model.h"

#define BED_SENDS  128
#define BED_OCTETS (1 << 20)

struct bed_send {
	size_t n;
	size_t gso; /* in effect */
	int tos;
	int error;	  /* that it got */
	const uint8_t *p; /* what was sent */
};

struct bed {
	struct relay r;
	struct relay_socket s;
	struct relay_client c;
	int tun; /* the kernel's side of the device */
	unsigned nsends;
	struct bed_send sends[BED_SENDS];
	unsigned set_gso, set_tos; /* calls */
	/* Refusals to come. */
	int error;	  /* of writes */
	unsigned nerrors; /* so many of them, after */
	unsigned skip;	  /* so many that pass */
	bool only_gso;	  /* and only with a size set */
	int set_gso_error, set_tos_error;
	/* The socket. */
	size_t gso;
	int tos;
	size_t used;
	uint8_t octets[BED_OCTETS];
};

extern struct bed bed;

/* UDP, virtio headers, segmentation, any source. */
int bed_setup(void **state);
int bed_teardown(void **state);

/* Nothing is known of what is set on it. */
void bed_new_socket(void);

/* From the tun device: a packet, with a virtio header (NULL: of zeros). */
void bed_put(const struct vnet_hdr *h, const uint8_t *p, size_t n);

/* UDP of n octets in all, each filled with mark. */
void bed_put_plain(size_t n, uint8_t tclass, uint8_t mark);
void bed_make_plain(uint8_t *p, size_t n, uint8_t tclass, uint8_t mark);

/* One turn takes that many reads; what was sent before is forgotten. */
void bed_turn(int reads);

/* The next send was this; from 0. */
void bed_sent(unsigned i, size_t n, size_t gso);

/* Packet number `at` of send i, when cut by the socket. */
const uint8_t *bed_packet(unsigned i, unsigned at);

#endif
