/* LAN interfaces: interface identifiers, and what makes two the same. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dtcp/lan.h"

/* The example of RFC 4291 appendix A. */
static void
test_iid_of_48_bits(void **state)
{
	const struct lan l = {
	    .hwlen = 6, .hwaddr = {0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde}};
	const uint8_t want[] = {0x36, 0x56, 0x78, 0xff, 0xfe, 0x9a, 0xbc, 0xde};
	uint8_t iid[LAN_IID_LEN];

	(void)state;
	assert_true(lan_iid(&l, iid));
	assert_memory_equal(iid, want, sizeof(want));
}

static void
test_iid_of_64_bits(void **state)
{
	const struct lan l = {.hwlen = 8,
	    .hwaddr = {0x02, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x12}};
	const uint8_t want[] = {0x00, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x12};
	uint8_t iid[LAN_IID_LEN];

	(void)state;
	assert_true(lan_iid(&l, iid));
	assert_memory_equal(iid, want, sizeof(want));
}

static void
test_iid_of_nothing(void **state)
{
	static const uint8_t lengths[] = {0, 1, 5, 7, 9, 255};
	struct lan l = {.hwlen = 0};
	uint8_t iid[LAN_IID_LEN];

	(void)state;
	for (size_t k = 0; k < sizeof(lengths); k++) {
		l.hwlen = lengths[k];
		assert_false(lan_iid(&l, iid));
	}
}

static const struct lan sample = {
    .slot = 3,
    .up = true,
    .ifindex = 7,
    .hwlen = 6,
    .hwaddr = {0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde},
    .linklocal.s6_addr = {0xfe, 0x80, [15] = 1},
};

static void
test_equal(void **state)
{
	struct lan l = sample;

	(void)state;
	assert_true(lan_equal(&sample, &l));
	l.hwaddr[6] = 1; /* beyond hwlen */
	assert_true(lan_equal(&sample, &l));
	l.hwaddr[5] ^= 1;
	assert_false(lan_equal(&sample, &l));
}

#define ASSERT_DIFFERS(member, value)                     \
	do {                                              \
		struct lan other = sample;                \
		other.member = (value);                   \
		assert_false(lan_equal(&sample, &other)); \
	} while (0)

static void
test_unequal(void **state)
{
	(void)state;
	ASSERT_DIFFERS(slot, 4);
	ASSERT_DIFFERS(up, false);
	ASSERT_DIFFERS(ifindex, 8);
	ASSERT_DIFFERS(hwlen, 0);
	ASSERT_DIFFERS(linklocal.s6_addr[15], 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_iid_of_48_bits),
	    cmocka_unit_test(test_iid_of_64_bits),
	    cmocka_unit_test(test_iid_of_nothing),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_unequal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
