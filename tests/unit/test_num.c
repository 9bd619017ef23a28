/* Numbers: digits only, and never out of range. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/num.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
test_parse(void **state)
{
	static const struct {
		const char *in;
		uint32_t min, max;
		int error;
		uint32_t out;
	} t[] = {
	    {"0", 0, 0, 0, 0},
	    {"128", 0, 128, 0, 128},
	    {"129", 0, 128, -ERANGE, 0},
	    {"1279", 1280, 65535, -ERANGE, 0},
	    {"1280", 1280, 65535, 0, 1280},
	    {"4294967295", 0, UINT32_MAX, 0, UINT32_MAX},
	    {"4294967296", 0, UINT32_MAX, -ERANGE, 0},
	    /* 2^64 and more: wraps where the sum is not guarded */
	    {"18446744073709551616", 0, UINT32_MAX, -ERANGE, 0},
	    {"18446744073709551617", 0, UINT32_MAX, -ERANGE, 0},
	    {"99999999999999999999999999999999", 0, UINT32_MAX, -ERANGE, 0},
	    {"99999999999999999999x", 0, UINT32_MAX, -EINVAL, 0},
	    {"", 0, 9, -EINVAL, 0},
	    {"00", 0, 9, -EINVAL, 0},
	    {"01", 0, 9, -EINVAL, 0},
	    {"+1", 0, 9, -EINVAL, 0},
	    {"-1", 0, 9, -EINVAL, 0},
	    {" 1", 0, 9, -EINVAL, 0},
	    {"1 ", 0, 9, -EINVAL, 0},
	    {"1.0", 0, 9, -EINVAL, 0},
	    {"0x1", 0, 9, -EINVAL, 0},
	    {"1e1", 0, 99, -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		uint32_t out = 4711;

		assert_int_equal(num_parse(t[i].in, strlen(t[i].in), t[i].min,
				     t[i].max, &out),
		    t[i].error);
		assert_int_equal(out, t[i].error == 0 ? t[i].out : 4711);
	}
}

static void
test_length_counts(void **state)
{
	uint32_t out;

	(void)state;
	assert_int_equal(num_parse("48/x", 2, 0, 99, &out), 0);
	assert_int_equal(out, 48);
	assert_int_equal(num_parse("4\0", 2, 0, 99, &out), -EINVAL);
}

static void
test_seconds(void **state)
{
	static const struct {
		const char *in;
		uint32_t min, max;
		int error;
		uint32_t ms;
	} t[] = {
	    {"20", 1, 100000, 0, 20000},
	    {"0.05", 1, 100000, 0, 50},
	    {"0.5", 1, 100000, 0, 500},
	    {"0.001", 1, 100000, 0, 1},
	    {"1.234", 1, 100000, 0, 1234},
	    {"0", 0, 100000, 0, 0},
	    {"0", 1, 100000, -ERANGE, 0},
	    {"100.001", 1, 100000, -ERANGE, 0},
	    {"4294967.295", 0, UINT32_MAX, 0, UINT32_MAX},
	    {"4294967.296", 0, UINT32_MAX, -ERANGE, 0},
	    {"4294967296", 0, UINT32_MAX, -ERANGE, 0},
	    {"0.0005", 0, 100000, -EINVAL, 0},
	    {"1.", 0, 100000, -EINVAL, 0},
	    {".5", 0, 100000, -EINVAL, 0},
	    {".", 0, 100000, -EINVAL, 0},
	    {"", 0, 100000, -EINVAL, 0},
	    {"1.2.3", 0, 100000, -EINVAL, 0},
	    {"1.2s", 0, 100000, -EINVAL, 0},
	    {"1.-2", 0, 100000, -EINVAL, 0},
	    {"-1", 0, 100000, -EINVAL, 0},
	    {"01", 0, 100000, -EINVAL, 0},
	    {"1,5", 0, 100000, -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		uint32_t ms = 4711;

		assert_int_equal(
		    num_parse_seconds(t[i].in, t[i].min, t[i].max, &ms),
		    t[i].error);
		assert_int_equal(ms, t[i].error == 0 ? t[i].ms : 4711);
	}
}

static void
test_hex_byte(void **state)
{
	static const char *const bad[] = {
	    "", "0", "g0", "0g", "-1", " 1", "0x"};
	char text[3];
	size_t i;
	int byte;

	(void)state;
	for (byte = 0; byte < 256; byte++) {
		(void)snprintf(text, sizeof(text), "%02x", (unsigned)byte);
		assert_int_equal(num_hex_byte(text), byte);
		(void)snprintf(text, sizeof(text), "%02X", (unsigned)byte);
		assert_int_equal(num_hex_byte(text), byte);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(num_hex_byte(bad[i]), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_parse),
	    cmocka_unit_test(test_length_counts),
	    cmocka_unit_test(test_seconds),
	    cmocka_unit_test(test_hex_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
