/* Where the tests of coalescing put what it writes. */
#ifndef COALESCE_DESK_H
#define COALESCE_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "offload_model.h"

#define HLEN   (IP6LEN + TCPLEN)
#define LEN    100
#define WRITES 100

/* What was written: the pieces themselves, and their octets in one. */
struct written {
	unsigned packets;
	size_t octets;
	int niov;
	struct iovec iov[1 + OFFLOAD_SEGMENTS];
	size_t n;
	uint8_t flat[VNET_HDRLEN + 70000];
};

struct desk {
	struct coalesce c;
	unsigned n;
	struct written w[WRITES];
};

static inline void
take(void *arg, const struct coalesced *w)
{
	struct desk *d = arg;
	struct written *to;

	assert_in_range(d->n, 0, WRITES - 1);
	to = &d->w[d->n++];
	to->packets = w->packets;
	to->octets = w->octets;
	to->niov = w->niov;
	memcpy(to->iov, w->iov, (size_t)w->niov * sizeof(to->iov[0]));
	to->n = 0;
	for (int i = 0; i < w->niov; i++) {
		memcpy(to->flat + to->n, w->iov[i].iov_base, w->iov[i].iov_len);
		to->n += w->iov[i].iov_len;
	}
}

static inline struct desk *
new_desk(void)
{
	static struct desk d;

	d.n = 0;
	coalesce_init(&d.c, take, &d);
	return &d;
}

static const struct offload_tcp example = {
    .flow = 2,
    .tclass = 2,
    .label = 0x54321,
    .hops = 57,
    .seq = 0xffffff38, /* 200 before it wraps */
    .ack = 77,
    .flags = ACK,
    .window = 0x2000,
    .optwords = 3,
    .option = 1,
    .len = LEN,
};

static inline void
assert_alone(const struct written *w, const uint8_t *p, size_t n)
{
	static const uint8_t zero[VNET_HDRLEN];

	assert_int_equal(w->packets, 1);
	assert_int_equal(w->octets, n);
	assert_int_equal(w->niov, 2);
	assert_int_equal(w->iov[0].iov_len, VNET_HDRLEN);
	assert_memory_equal(w->flat, zero, VNET_HDRLEN);
	assert_ptr_equal(w->iov[1].iov_base, p);
	assert_int_equal(w->iov[1].iov_len, n);
}

#endif
