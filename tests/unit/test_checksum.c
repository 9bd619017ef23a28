/* The Internet checksum against the plain one, word by word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "offload_packets.h"
#include "relay/checksum.h"

#define LENGTHS 2001
#define OFFSETS 8

static uint8_t octets[65536];

/* A sum as numbers have it, whatever the machine's byte order. */
static uint16_t
number(uint16_t folded)
{
	return offload_get16((const uint8_t *)&folded);
}

static void
fill(uint32_t seed)
{
	for (size_t i = 0; i < sizeof(octets); i++) {
		seed = seed * 1664525U + 1013904223U;
		octets[i] = (uint8_t)(seed >> 24);
	}
}

static void
test_all_lengths(void **state)
{
	(void)state;
	fill(1);
	for (size_t at = 0; at < OFFSETS; at++)
		for (size_t n = 0; n < LENGTHS; n++)
			assert_int_equal(
			    number(inet_fold(inet_sum(octets + at, n, 0))),
			    offload_sum(octets + at, n, 0));
}

static void
test_all_copies(void **state)
{
	uint8_t dst[OFFSETS + LENGTHS + 1];

	(void)state;
	fill(2);
	for (size_t at = 0; at < OFFSETS; at++)
		for (size_t n = 0; n < LENGTHS; n++) {
			uint8_t *to = dst + OFFSETS - at;

			to[-1] = to[n] = 0xa5;
			assert_int_equal(number(inet_fold(inet_sum_copy(
					     to, octets + at, n, 0))),
			    offload_sum(octets + at, n, 0));
			assert_memory_equal(to, octets + at, n);
			assert_int_equal(to[-1], 0xa5);
			assert_int_equal(to[n], 0xa5);
		}
}

/* Every carry there can be, in the largest packet. */
static void
test_all_ones(void **state)
{
	(void)state;
	memset(octets, 0xff, sizeof(octets));
	assert_int_equal(inet_fold(inet_sum(octets, 65536, 0)), 0xffff);
	assert_int_equal(inet_fold(UINT64_MAX), 0xffff);
	assert_int_equal(inet_fold(0), 0);
	assert_int_equal(inet_fold(0x1fffffffeULL), 0xffff);
	memset(octets, 0, sizeof(octets));
	assert_int_equal(inet_fold(inet_sum(octets, 65536, 0)), 0);
}

/* The example of RFC 1071, section 3. */
static void
test_rfc1071(void **state)
{
	static const uint8_t p[] = {0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7};

	(void)state;
	assert_int_equal(number(inet_fold(inet_sum(p, sizeof(p), 0))), 0xddf2);
}

static void
test_pieces(void **state)
{
	(void)state;
	fill(3);
	for (size_t n = 0; n < 200; n++)
		for (size_t cut = 0; cut <= n; cut += 2) {
			uint64_t sum = inet_sum(octets, cut, 7);

			assert_int_equal(
			    inet_fold(inet_sum(octets + cut, n - cut, sum)),
			    inet_fold(inet_sum(octets, n, 7)));
		}
}

static void
test_pseudo(void **state)
{
	static const uint32_t lens[] = {0, 1, 20, 0xffff, 0x10000, 0x12345678};

	(void)state;
	fill(4);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		assert_int_equal(
		    number(inet_fold(inet_sum_pseudo6(octets, lens[i], 17))),
		    offload_pseudo(octets, lens[i], 17));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_all_lengths),
	    cmocka_unit_test(test_all_copies),
	    cmocka_unit_test(test_all_ones),
	    cmocka_unit_test(test_rfc1071),
	    cmocka_unit_test(test_pieces),
	    cmocka_unit_test(test_pseudo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
