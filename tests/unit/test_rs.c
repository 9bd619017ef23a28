/* When to solicit: three times, 4 s apart, and not for ever. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dtcp/ra.h"

#define START 1000000

static void
test_nobody_answers(void **state)
{
	struct rs_sender s;
	int64_t now = START;

	(void)state;
	rs_begin(&s, now);
	for (int k = 0; k < 3; k++) {
		assert_int_equal(s.deadline, START + k * 4000);
		assert_int_equal(rs_timer(&s, s.deadline - 1), RS_NOTHING);
		now = s.deadline;
		assert_int_equal(rs_timer(&s, now), RS_SEND);
		assert_int_equal(rs_timer(&s, now), RS_NOTHING);
	}
	assert_int_equal(rs_timer(&s, now + 3999), RS_NOTHING);
	assert_int_equal(rs_timer(&s, now + 4000), RS_GIVE_UP);
	assert_int_equal(s.deadline, -1);
	assert_int_equal(rs_timer(&s, now + 100000), RS_NOTHING);
}

static void
test_answered(void **state)
{
	struct rs_sender s;

	(void)state;
	rs_begin(&s, START);
	assert_int_equal(rs_timer(&s, START), RS_SEND);
	rs_end(&s);
	assert_int_equal(s.deadline, -1);
	assert_int_equal(rs_timer(&s, START + 100000), RS_NOTHING);
}

static void
test_begin_again(void **state)
{
	struct rs_sender s;
	int sent = 0;

	(void)state;
	rs_begin(&s, START);
	assert_int_equal(rs_timer(&s, START), RS_SEND);
	rs_begin(&s, START + 10);
	for (int64_t t = START + 10; s.deadline != -1; t = s.deadline)
		sent += rs_timer(&s, t) == RS_SEND;
	assert_int_equal(sent, 3);
}

/* Late, as after a suspend: the distance is kept all the same. */
static void
test_late(void **state)
{
	struct rs_sender s;

	(void)state;
	rs_begin(&s, START);
	assert_int_equal(rs_timer(&s, START + 60000), RS_SEND);
	assert_int_equal(rs_timer(&s, START + 63999), RS_NOTHING);
	assert_int_equal(rs_timer(&s, START + 64000), RS_SEND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nobody_answers),
	    cmocka_unit_test(test_answered),
	    cmocka_unit_test(test_begin_again),
	    cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
