/* A session that is up: keep-alive, probes, what the server says unasked. */
#include "session_script.h"

#include <arpa/inet.h>

static struct script t;

static void
no_reply(bool persist, const char *effects, int level)
{
	script_reach(&t, persist, SESSION_UP);
	expect_state(&t, SESSION_UP, 60000);
	script_timer(&t);
	expect_effects(&t, "send:ping");
	assert_string_equal(script_text(&t, SESSION_FX_SEND), "ping\r\n");
	expect_state(&t, SESSION_UP, 20000);
	script_timer(&t);
	expect_effects(&t, effects);
	expect_log(&t, level, "no reply to ping in 20.000 s");
}

/* An address that comes and goes is no reason for a storm. */
static void
test_address_flaps(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_UP);
	t.now = t.s.dialled_at + 300;
	script_event(&t, SESSION_EV_ADDR_GONE);
	expect_log(&t, LOG_WARNING, "retry_in=0.700 ");
	expect_state(&t, SESSION_WAITING, 700);
}

static void
test_keep_alive(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_UP);
	for (int i = 0; i < 3; i++) {
		script_timer(&t);
		expect_effects(&t, "send:ping");
		t.now += 19999;
		script_line(&t, SCRIPT_PONG);
		expect_effects(&t, "");
		expect_state(&t, SESSION_UP, 60000 - 19999);
	}
	no_reply(true, "hangup withdraw state log", LOG_WARNING);
	no_reply(false, "hangup undo state log exit:1", LOG_ERR);
	/* Any -ERR is as bad as no reply. */
	script_reach(&t, true, SESSION_UP);
	script_timer(&t);
	script_line(&t, "-ERR invalid command");
	expect_effects(&t, "hangup withdraw state log");
}

/* Several pings under way: the oldest one's time counts. */
static void
test_short_interval(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_CONNECTING);
	t.conf.ping_interval = 8000;
	script_up(&t);
	for (int i = 0; i < 3; i++) {
		expect_state(&t, SESSION_UP, 8000);
		script_timer(&t);
		expect_effects(&t, "send:ping");
	}
	expect_state(&t, SESSION_UP, 4000);
	script_timer(&t);
	expect_effects(&t, "hangup withdraw state log");
}

static void
probe_fails(bool persist, uint32_t timeout, int64_t ms, const char *effects)
{
	script_reach(&t, persist, SESSION_UP);
	t.conf.ping_timeout = timeout;
	t.now += 100;
	script_event(&t, SESSION_EV_DEFAULT);
	expect_effects(&t, "state log send:ping");
	expect_log(&t, LOG_INFO, "state=probing from=up after=0.100");
	expect_state(&t, SESSION_PROBING, ms);
	script_timer(&t);
	expect_effects(&t, effects);
}

static void
test_probe(void **state)
{
	(void)state;
	probe_fails(true, 20000, 5000, "hangup withdraw state log");
	probe_fails(false, 20000, 5000, "hangup undo state log exit:1");
	probe_fails(true, 3000, 3000, "hangup withdraw state log");
	script_reach(&t, true, SESSION_PROBING);
	t.now += 30;
	script_line(&t, SCRIPT_PONG);
	expect_effects(&t, "state log");
	expect_log(&t, LOG_INFO, "state=up from=probing after=0.030");
	expect_state(&t, SESSION_UP, 60000 - 30);
	script_reach(&t, true, SESSION_PROBING);
	script_line(&t, "-ERR connection timed out, disconnecting");
	expect_effects(&t, "hangup withdraw state log");
}

/* At most one a second, and none forgotten. */
static void
test_probe_rate(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_PROBING);
	t.now += 10;
	script_line(&t, SCRIPT_PONG);
	t.now += 10;
	for (int i = 0; i < 50; i++) {
		script_event(&t, SESSION_EV_DEFAULT);
		expect_effects(&t, "");
	}
	expect_state(&t, SESSION_UP, 980);
	script_timer(&t);
	expect_effects(&t, "state log send:ping");
	expect_state(&t, SESSION_PROBING, 5000);
	script_line(&t, SCRIPT_PONG);
	expect_state(&t, SESSION_UP, 60000);
}

/* A change while probing: the answer under way does not know of it. */
static void
test_change_while_probing(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_PROBING);
	t.now += 10;
	script_event(&t, SESSION_EV_DEFAULT);
	expect_effects(&t, "");
	expect_state(&t, SESSION_PROBING, 4990);
	script_line(&t, SCRIPT_PONG);
	expect_state(&t, SESSION_UP, 990);
	script_timer(&t);
	expect_state(&t, SESSION_PROBING, 5000);
	/* A new session owes nothing to the last one's changes. */
	script_event(&t, SESSION_EV_DEFAULT);
	script_event(&t, SESSION_EV_CLOSED);
	script_timer(&t);
	script_up(&t);
	expect_state(&t, SESSION_UP, 60000);
}

/* The answer to a ping from before the change is no answer to the probe. */
static void
test_older_answer(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_UP);
	script_timer(&t);
	script_event(&t, SESSION_EV_DEFAULT);
	expect_effects(&t, "state log send:ping");
	script_line(&t, SCRIPT_PONG);
	expect_effects(&t, "");
	expect_state(&t, SESSION_PROBING, 5000);
	script_line(&t, SCRIPT_PONG);
	expect_state(&t, SESSION_UP, 60000);
}

static void
test_suspend(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_UP);
	t.now = t.s.deadline + 30001;
	script_event(&t, SESSION_EV_TIMER);
	expect_effects(&t, "state log send:ping");
	expect_state(&t, SESSION_PROBING, 5000);
	/* Asleep again, before an answer could come. */
	t.now = t.s.deadline + 3600000;
	script_event(&t, SESSION_EV_TIMER);
	expect_effects(&t, "send:ping");
	expect_state(&t, SESSION_PROBING, 5000);
	script_timer(&t);
	expect_effects(&t, "hangup withdraw state log");
	/* A ping was under way; the machine was only busy. */
	script_reach(&t, true, SESSION_UP);
	script_timer(&t);
	t.now = t.s.deadline + 30001;
	script_event(&t, SESSION_EV_TIMER);
	expect_state(&t, SESSION_PROBING, 5000);
	script_reach(&t, true, SESSION_UP);
	t.now = t.s.deadline + 30000;
	script_event(&t, SESSION_EV_TIMER);
	expect_effects(&t, "send:ping");
	expect_state(&t, SESSION_UP, 20000);
}

static void
test_address_gone(void **state)
{
	static const struct {
		enum session_state st;
		const char *persist, *once;
	} row[] = {
	    {SESSION_INIT, "", ""},
	    {SESSION_CONNECTING, "", ""},
	    {SESSION_GREETING, "hangup state log", "hangup state log exit:1"},
	    {SESSION_AUTHENTICATING, "hangup state log",
		"hangup state log exit:1"},
	    {SESSION_REQUESTING, "hangup state log", "hangup state log exit:1"},
	    {SESSION_CONFIGURING, "hangup withdraw state log",
		"hangup undo state log exit:1"},
	    {SESSION_UP, "hangup withdraw state log",
		"hangup undo state log exit:1"},
	    {SESSION_PROBING, "hangup withdraw state log",
		"hangup undo state log exit:1"},
	    {SESSION_LEAVING, "hangup state log dial", "hangup state log dial"},
	    {SESSION_WAITING, "", NULL},
	    {SESSION_STOPPED, "", ""},
	};
	struct session_event other = {.kind = SESSION_EV_ADDR_GONE,
	    .local4.s_addr = inet_addr("192.0.2.77")};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		script_reach(&t, true, row[i].st);
		session_step(&t.s, &other, t.now, &t.fx);
		expect_effects(&t, "");
		t.now += 1000; /* at once, but not more than one a second */
		script_event(&t, SESSION_EV_ADDR_GONE);
		expect_effects(&t, row[i].persist);
		if (t.s.state == SESSION_WAITING && row[i].persist[0] != '\0') {
			expect_log(&t, LOG_WARNING,
			    "retry_in=0.000 failures=1 reason=\"the local "
			    "address 192.0.2.1 is gone\"");
			expect_state(&t, SESSION_WAITING, 0);
			script_timer(&t);
			expect_effects(&t, "state log dial");
		}
		if (row[i].once == NULL)
			continue;
		script_reach(&t, false, row[i].st);
		script_event(&t, SESSION_EV_ADDR_GONE);
		expect_effects(&t, row[i].once);
	}
}

static void
test_unasked(void **state)
{
	static const enum session_state quiet[] = {
	    SESSION_AUTHENTICATING, SESSION_CONFIGURING, SESSION_UP};

	(void)state;
	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		script_reach(&t, true, quiet[i]);
		for (int n = 0; n < 16; n++) {
			script_line(&t, n % 2 == 0 ? "+OK" : "hello");
			expect_effects(&t, "");
			assert_int_equal(t.s.state, quiet[i]);
		}
		script_line(&t, "+OK");
		expect_log(&t, LOG_WARNING, "lines that nobody asked for");
		assert_int_equal(t.s.state, SESSION_WAITING);

		script_reach(&t, true, quiet[i]);
		script_line(&t, "-ERR connection timed out, disconnecting");
		expect_log(&t, LOG_WARNING, "server gave up waiting");
		assert_int_equal(t.s.state, SESSION_WAITING);

		script_reach(&t, true, quiet[i]);
		script_line(&t, "-ERR server is shutting down");
		expect_log(&t, LOG_WARNING, "server is shutting down");
		assert_int_equal(t.s.state, SESSION_WAITING);
		/* The next session counts from none. */
		script_timer(&t);
		script_up(&t);
		for (int n = 0; n < 16; n++)
			script_line(&t, "+OK");
		assert_int_equal(t.s.state, SESSION_UP);
	}
	script_reach(&t, false, SESSION_UP);
	script_line(&t, "-ERR connection timed out, disconnecting");
	expect_effects(&t, "hangup undo state log exit:1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_address_flaps),
	    cmocka_unit_test(test_keep_alive),
	    cmocka_unit_test(test_short_interval),
	    cmocka_unit_test(test_probe),
	    cmocka_unit_test(test_probe_rate),
	    cmocka_unit_test(test_change_while_probing),
	    cmocka_unit_test(test_older_answer),
	    cmocka_unit_test(test_suspend),
	    cmocka_unit_test(test_address_gone),
	    cmocka_unit_test(test_unasked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
