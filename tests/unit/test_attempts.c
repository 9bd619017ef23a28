/* Refused logins by source address. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include <string.h>

#include "dtcp/attempts.h"

static struct attempts a;

static struct in_addr
addr(uint32_t n)
{
	return (struct in_addr) {htonl(0x0a000000 + n)};
}

static void
fail_times(uint32_t n, unsigned times, int64_t now)
{
	while (times-- > 0)
		attempts_failed(&a, addr(n), now);
}

static int
setup(void **state)
{
	(void)state;
	memset(&a, 0, sizeof(a));
	return 0;
}

static void
test_blocked(void **state)
{
	const int64_t now = 5;

	(void)state;
	assert_false(attempts_blocked(&a, addr(1), now));
	fail_times(1, ATTEMPTS_MAX - 1, now);
	assert_false(attempts_blocked(&a, addr(1), now));
	fail_times(1, 1, now);
	assert_true(attempts_blocked(&a, addr(1), now));
	assert_false(attempts_blocked(&a, addr(2), now));
	/* One is forgotten after a while, and one more attempt is free. */
	assert_true(attempts_blocked(&a, addr(1), now + ATTEMPTS_EVERY - 1));
	assert_false(attempts_blocked(&a, addr(1), now + ATTEMPTS_EVERY));
	fail_times(1, 1, now + ATTEMPTS_EVERY);
	assert_true(attempts_blocked(&a, addr(1), now + ATTEMPTS_EVERY));
}

static void
test_slowly_is_allowed(void **state)
{
	int64_t now = 1;

	(void)state;
	for (unsigned i = 0; i < 10 * ATTEMPTS_MAX; i++) {
		attempts_failed(&a, addr(1), now);
		assert_false(attempts_blocked(&a, addr(1), now));
		now += ATTEMPTS_EVERY;
	}
	assert_int_equal(a.n, 1);
}

/* A guess costs the time to forget one, never more. */
static void
test_bounded(void **state)
{
	(void)state;
	fail_times(1, 1000 * ATTEMPTS_MAX, 7);
	assert_true(attempts_blocked(&a, addr(1), 7));
	assert_false(attempts_blocked(&a, addr(1), 7 + ATTEMPTS_EVERY));
	/* All is forgotten in the end. */
	fail_times(1, ATTEMPTS_MAX - 1, 7 + ATTEMPTS_MAX * ATTEMPTS_EVERY);
	assert_false(
	    attempts_blocked(&a, addr(1), 7 + ATTEMPTS_MAX * ATTEMPTS_EVERY));
}

static void
test_table(void **state)
{
	const int64_t later = 9 + 2 * ATTEMPTS_EVERY;

	(void)state;
	fail_times(0, ATTEMPTS_MAX, 9);
	for (uint32_t i = 1; i < ATTEMPTS_TABLE - 1; i++)
		fail_times(i, 2, 9);
	fail_times(ATTEMPTS_TABLE - 1, 1, 9);
	assert_int_equal(a.n, ATTEMPTS_TABLE);
	/* The least guilty makes room, not the guilty. */
	fail_times(ATTEMPTS_TABLE, ATTEMPTS_MAX, 9);
	assert_int_equal(a.n, ATTEMPTS_TABLE);
	assert_int_equal(a.table[ATTEMPTS_TABLE - 1].addr4.s_addr,
	    addr(ATTEMPTS_TABLE).s_addr);
	assert_true(attempts_blocked(&a, addr(0), 9));
	assert_true(attempts_blocked(&a, addr(ATTEMPTS_TABLE), 9));
	/* What is forgotten makes room before anybody else. */
	fail_times(ATTEMPTS_TABLE + 1, 1, later);
	assert_int_equal(
	    a.table[1].addr4.s_addr, addr(ATTEMPTS_TABLE + 1).s_addr);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_blocked, setup),
	    cmocka_unit_test_setup(test_slowly_is_allowed, setup),
	    cmocka_unit_test_setup(test_bounded, setup),
	    cmocka_unit_test_setup(test_table, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
