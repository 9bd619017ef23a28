/*
 * Random traffic through coalescing and segmentation, and random packets
 * through segmentation and coalescing.  With an argument: that seed alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "offload_model.h"

#define SCRIPTS 1000
#define PACKETS 1000

static uint32_t only;

static uint32_t
next(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

static uint32_t
below(uint32_t *seed, uint32_t n)
{
	return next(seed) % n;
}

/* Bursts of a few flows, as a link has them, rather than noise. */
static size_t
make_script(uint8_t *data, size_t max, uint32_t *seed)
{
	const unsigned flows = 1 + below(seed, 12);
	const unsigned odd = 1 + below(seed, 30); /* one in so many */
	size_t n = 4 * (1 + below(seed, (uint32_t)max / 4));
	uint8_t flow = 0;

	for (size_t i = 0; i < n; i += 4) {
		if (below(seed, 4) == 0)
			flow = (uint8_t)below(seed, flows);
		data[i] = 100;
		data[i + 1] = flow;
		data[i + 2] = data[i + 3] = 0;
		if (below(seed, odd) == 0)
			data[i + below(seed, 4)] = (uint8_t)below(seed, 256);
	}
	return n;
}

static void
test_traffic(void **state)
{
	static uint8_t data[4 * 400];
	unsigned long joined = 0;

	(void)state;
	for (uint32_t i = 1; i <= SCRIPTS; i++) {
		uint32_t first = only != 0 ? only : i * 2654435761U;
		uint32_t seed = first;
		size_t n = make_script(data, sizeof(data), &seed);
		const char *wrong = offload_script(data, n, &joined);

		if (wrong != NULL)
			fail_msg("seed %u: not %s", first, wrong);
		if (only != 0)
			return;
	}
	print_message("%lu packets were joined\n", joined);
	assert_true(joined > SCRIPTS * 100UL);
}

static size_t
make_packet(uint8_t *p, struct vnet_hdr *h, uint32_t *seed)
{
	static const uint8_t extra[] = {0, FIN, PSH, FIN | PSH, CWR, ECE | PSH};
	struct offload_tcp t = {
	    .flow = (uint8_t)below(seed, 12),
	    .hops = 64,
	    .label = next(seed),
	    .tclass = (uint8_t)below(seed, 256),
	    .seq = next(seed) << 8,
	    .ack = next(seed),
	    .flags = (uint8_t)(ACK | extra[below(seed, sizeof(extra))]),
	    .window = (uint16_t)below(seed, 65536),
	    .optwords = below(seed, OPTWORDS_MAX + 1),
	    .option = 1,
	};
	const size_t thlen = TCPLEN + 4 * (size_t)t.optwords;
	size_t n;

	h->flags = VNET_F_NEEDS_CSUM;
	h->gso_type = VNET_GSO_TCPV6;
	if ((t.flags & CWR) != 0)
		h->gso_type |= VNET_GSO_ECN;
	h->hdr_len = (uint16_t)below(seed, 65536);
	h->gso_size = (uint16_t)(1 + below(seed, 1200));
	h->csum_start = IP6LEN;
	h->csum_offset = 16;
	t.len = below(seed, below(seed, 2) == 0 ? 65535 - IP6LEN - 60 : 3000);
	n = offload_tcp_packet(p, &t);
	offload_put16(p + IP6LEN + 16, offload_pseudo(p, thlen + t.len, 6));
	return n;
}

static void
test_packets(void **state)
{
	static uint8_t p[OFFLOAD_MTU_MAX];
	struct vnet_hdr h;

	(void)state;
	for (uint32_t i = 1; i <= PACKETS; i++) {
		uint32_t first = only != 0 ? only : i * 2654435761U;
		uint32_t seed = first;
		enum segment_verdict v;
		size_t n = make_packet(p, &h, &seed);
		const char *wrong = offload_cut(&h, p, n, 1300, &v);

		if (wrong != NULL)
			fail_msg("seed %u: not %s", first, wrong);
		assert_int_equal(v, SEGMENT_OK);
		if (only != 0)
			return;
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_traffic),
	    cmocka_unit_test(test_packets),
	};

	if (argc > 1)
		only = (uint32_t)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
