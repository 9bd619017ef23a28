/* What a session does after a failure: back-off, news, what is logged. */
#include "session_script.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct script t;

/* From CONNECTING to WAITING by a failure; the delay asked for. */
static int64_t
fail_once(const char *why)
{
	script_error(&t, SESSION_EV_DIAL_FAILED, ECONNREFUSED, why);
	assert_int_equal(t.s.state, SESSION_WAITING);
	return t.s.deadline - t.now;
}

static int64_t
refuse(const char *line)
{
	script_event(&t, SESSION_EV_DIALLED);
	script_line(&t, SCRIPT_GREETING);
	script_event(&t, SESSION_EV_DIGEST);
	script_line(&t, line);
	assert_int_equal(t.s.state, SESSION_WAITING);
	return t.s.deadline - t.now;
}

static void
begin(uint32_t random, uint32_t retry_min, uint32_t retry_max)
{
	script_reach(&t, true, SESSION_CONNECTING);
	t.random = random;
	t.conf.retry_min = retry_min;
	t.conf.retry_max = retry_max;
}

static void
test_bounds(void **state)
{
	static const int64_t high[] = {1000, 2000, 4000, 8000, 16000, 32000,
	    64000, 128000, 256000, 300000, 300000};

	(void)state;
	begin(0, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(fail_once("x"), 250);
		script_timer(&t);
	}
	begin(UINT32_MAX, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
	for (size_t i = 0; i < sizeof(high) / sizeof(high[0]); i++) {
		assert_int_equal(fail_once("x"), high[i]);
		script_timer(&t);
	}
	for (int i = 0; i < 100; i++) {
		assert_int_equal(fail_once("x"), 300000);
		script_timer(&t);
	}
	begin(UINT32_MAX, 1000, 600); /* the maximum wins */
	assert_int_equal(fail_once("x"), 600);
	begin(0, 4000, 600);
	assert_int_equal(fail_once("x"), 600);
	begin(UINT32_MAX, 3000000000, UINT32_MAX);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    fail_once("x"), i == 0 ? 3000000000 : UINT32_MAX);
		script_timer(&t);
	}
}

static void
test_refused(void **state)
{
	static const char *const lines[] = {"-ERR authentication failed.",
	    "-ERR unsupported tunnel type network", SCRIPT_NAT};

	(void)state;
	for (size_t l = 0; l < sizeof(lines) / sizeof(lines[0]); l++) {
		begin(0, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
		for (int i = 0; i < 10; i++) {
			assert_int_equal(refuse(lines[l]), 60000);
			expect_effects(&t, "send:quit hangup state log");
			script_timer(&t);
		}
		begin(UINT32_MAX, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
		for (int64_t high = 120000; high < 8000000; high *= 2) {
			assert_int_equal(
			    refuse(lines[l]), high > 3600000 ? 3600000 : high);
			script_timer(&t);
		}
		/* Who chose a shorter maximum has it here too. */
		begin(UINT32_MAX, 1000, 2000);
		assert_int_equal(refuse(lines[l]), 2000);
		begin(0, 1000, 2000);
		assert_int_equal(refuse(lines[l]), 2000);
		begin(0, 90000, 100000);
		assert_int_equal(refuse(lines[l]), 90000);
	}
	/* Any other -ERR is a failure like others. */
	begin(0, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
	assert_int_equal(refuse("-ERR tunnel interface sold out"), 250);
	script_timer(&t);
	assert_int_equal(refuse("-ERR internal error: x"), 250);
	script_timer(&t);
	assert_int_equal(refuse("-ERR connection timed out"), 250);
}

/* Taken over, by a line that nobody asked for; the delay asked for. */
static int64_t
replace(void)
{
	script_line(&t, "-ERR replaced by a new login");
	assert_int_equal(t.s.state, SESSION_WAITING);
	return t.s.deadline - t.now;
}

static void
answer_ping(void)
{
	script_timer(&t);
	script_line(&t, SCRIPT_PONG);
	expect_state(&t, SESSION_UP, 60000);
}

static void
test_replaced(void **state)
{
	static const enum session_state any[] = {SESSION_AUTHENTICATING,
	    SESSION_REQUESTING, SESSION_CONFIGURING, SESSION_UP,
	    SESSION_PROBING};

	(void)state;
	/* Wherever it comes, and the connection is the server's to close. */
	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		script_reach(&t, true, any[i]);
		assert_int_equal(replace(), 60000);
		expect_log(&t, LOG_WARNING, "tunnel taken over");
		expect_effects(&t,
		    any[i] < SESSION_CONFIGURING ? "hangup state log" :
						   "hangup withdraw state log");
	}
	script_reach(&t, false, SESSION_UP);
	script_line(&t, "-ERR replaced by a new login");
	expect_effects(&t, "hangup undo state log exit:1");
}

/* Each of two has pings answered, and takes the tunnel from the other. */
static void
test_rivals(void **state)
{
	int64_t high;

	(void)state;
	begin(UINT32_MAX, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
	for (high = 120000; high < 8000000; high *= 2) {
		script_up(&t);
		answer_ping();
		assert_int_equal(replace(), high > 3600000 ? 3600000 : high);
		script_timer(&t);
	}
	/* The rival waits an hour at most: one that lasts longer has it. */
	script_up(&t);
	for (int minute = 0; minute < 60; minute++)
		answer_ping();
	assert_int_equal(replace(), 3600000);
	script_timer(&t);
	script_up(&t);
	for (int minute = 0; minute < 61; minute++)
		answer_ping();
	assert_int_equal(replace(), 120000);
	/*
	 * Who asks for it starts from the beginning; and a refusal of another
	 * kind is over with the first answer.
	 */
	script_event(&t, SESSION_EV_RECONNECT);
	assert_int_equal(refuse("-ERR authentication failed."), 120000);
	script_timer(&t);
	script_up(&t);
	answer_ping();
	assert_int_equal(replace(), 120000);
}

static void
test_nat(void **state)
{
	(void)state;
	script_reach(&t, false, SESSION_REQUESTING);
	script_line(&t, SCRIPT_NAT);
	expect_effects(&t, "send:quit hangup state log exit:1");
	expect_log(&t, LOG_ERR, "the server sees 203.0.113.9");
	expect_log(&t, LOG_ERR, "the local address is 192.0.2.1");
	expect_log(
	    &t, LOG_ERR, "use -n, with -U unless the NAT passes protocol 41\"");
	script_reach(&t, false, SESSION_REQUESTING);
	t.conf.udp = true; /* which it does with -n */
	script_line(&t, SCRIPT_NAT " proto=udp port=4029");
	expect_log(&t, LOG_ERR, "use -n\"");
	script_reach(&t, false, SESSION_REQUESTING);
	t.conf.nat = true;
	script_line(&t, SCRIPT_NAT);
	expect_effects(&t, "state log apply");
	expect_state(&t, SESSION_CONFIGURING, 30000);
}

static void
lose(uint32_t random, bool answered, uint32_t retry_max, int64_t delay)
{
	begin(UINT32_MAX, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
	for (int i = 0; i < 5; i++) {
		fail_once("x");
		script_timer(&t);
	}
	script_up(&t);
	if (answered) {
		script_timer(&t);
		script_line(&t, SCRIPT_PONG);
	}
	t.random = random;
	t.conf.retry_max = retry_max;
	script_event(&t, SESSION_EV_CLOSED);
	expect_state(&t, SESSION_WAITING, delay);
}

/* Only an answered ping tells that a session works. */
static void
test_reset(void **state)
{
	(void)state;
	lose(0, true, SESSION_RETRY_MAX, 500);
	lose(UINT32_MAX, true, SESSION_RETRY_MAX, 5000);
	script_timer(&t);
	assert_int_equal(fail_once("x"), 1000);
	lose(UINT32_MAX, false, SESSION_RETRY_MAX, 32000);
	lose(0, true, 300, 300);
	lose(UINT32_MAX, true, 2000, 2000);
	/* SIGHUP sets back too. */
	lose(UINT32_MAX, false, SESSION_RETRY_MAX, 32000);
	script_event(&t, SESSION_EV_RECONNECT);
	assert_int_equal(fail_once("x"), 1000);
}

/* The same failure at the 1st, 2nd, 4th and 8th time, in between at debug. */
static void
test_collapse(void **state)
{
	static const int level[] = {LOG_WARNING, LOG_WARNING, LOG_DEBUG,
	    LOG_WARNING, LOG_DEBUG, LOG_DEBUG, LOG_DEBUG, LOG_WARNING,
	    LOG_DEBUG};
	char count[32];

	(void)state;
	begin(0, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
	for (int i = 0; i < 9; i++) {
		fail_once("connect: refused");
		snprintf(count, sizeof(count), "failures=%d reason", i + 1);
		expect_log(&t, level[i], count);
		script_timer(&t);
		expect_log(&t, LOG_DEBUG, "state=connecting");
	}
	fail_once("another");
	expect_log(&t, LOG_WARNING, "failures=1 reason=\"another\"");
	script_timer(&t);
	fail_once("another");
	script_timer(&t);
	script_up(&t);
	expect_log(&t, LOG_NOTICE, "state=up");
	script_timer(&t);
	script_line(&t, SCRIPT_PONG); /* all forgotten */
	script_event(&t, SESSION_EV_CLOSED);
	script_timer(&t);
	fail_once("another");
	expect_log(&t, LOG_WARNING, "failures=1");
}

static void
news(enum session_event_kind kind)
{
	begin(UINT32_MAX, 100000, SESSION_RETRY_MAX);
	assert_int_equal(fail_once("x"), 100000);
	script_event(&t, kind);
	expect_effects(&t, "");
	expect_state(&t, SESSION_WAITING, 1000);
	script_timer(&t);
	expect_effects(&t, "state log dial");
	/* Late enough: at once; but each time twice the gap, up to 32 s. */
	for (int64_t gap = 2000; gap < 200000; gap *= 2) {
		int64_t want = gap < 32000 ? gap : 32000;

		t.now += want - 1;
		script_event(&t, kind); /* a dialler at work is cut too */
		expect_effects(&t, "");
		expect_state(&t, SESSION_CONNECTING, 1);
		for (int i = 0; i < 20; i++)
			script_event(&t, kind);
		expect_state(&t, SESSION_CONNECTING, 1);
		script_timer(&t);
		expect_effects(&t, "dial");
	}
	t.now += 32000;
	script_event(&t, kind);
	expect_effects(&t, "dial");
	expect_state(&t, SESSION_CONNECTING, 125000);
	/* A tunnel sets it back. */
	script_up(&t);
	script_event(&t, SESSION_EV_CLOSED);
	t.now += 1000;
	script_event(&t, kind);
	expect_effects(&t, "state log dial");
}

static void
test_news(void **state)
{
	(void)state;
	news(SESSION_EV_ADDR_NEW);
	news(SESSION_EV_DEFAULT);
	/* A wait that ends before is left alone, and counts for nothing. */
	begin(0, SESSION_RETRY_MIN, SESSION_RETRY_MAX);
	fail_once("x");
	script_event(&t, SESSION_EV_ADDR_NEW);
	expect_state(&t, SESSION_WAITING, 250);
	script_timer(&t);
	fail_once("x");
	t.now += 1000;
	script_event(&t, SESSION_EV_ADDR_NEW);
	expect_effects(&t, "state log dial");
	/* No news for who is connected. */
	script_reach(&t, true, SESSION_REQUESTING);
	script_event(&t, SESSION_EV_DEFAULT);
	expect_effects(&t, "");
	script_reach(&t, true, SESSION_UP);
	script_event(&t, SESSION_EV_ADDR_NEW);
	expect_effects(&t, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_replaced),
	    cmocka_unit_test(test_rivals),
	    cmocka_unit_test(test_nat),
	    cmocka_unit_test(test_reset),
	    cmocka_unit_test(test_collapse),
	    cmocka_unit_test(test_news),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
