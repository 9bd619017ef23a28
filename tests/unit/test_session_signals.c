/* SIGHUP and SIGTERM in every state, and events that come too late. */
#include "session_script.h"

static struct script t;

static void
test_stop(void **state)
{
	static const struct {
		enum session_state st;
		const char *effects;
		int64_t ms; /* -1: stopped at once, else LEAVING */
	} row[] = {
	    {SESSION_INIT, "hangup state log exit:0", -1},
	    {SESSION_CONNECTING, "hangup state log exit:0", -1},
	    {SESSION_GREETING, "hangup state log exit:0", -1},
	    {SESSION_AUTHENTICATING, "hangup state log exit:0", -1},
	    {SESSION_REQUESTING, "send:quit state log", 1000},
	    {SESSION_CONFIGURING, "undo send:quit state log", 1000},
	    {SESSION_UP, "undo send:quit state log", 1000},
	    {SESSION_PROBING, "undo send:quit state log", 1000},
	    {SESSION_LEAVING, "undo", 1000},
	    {SESSION_WAITING, "hangup state log exit:0", -1},
	    {SESSION_STOPPED, "", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		script_reach(&t, true, row[i].st);
		script_event(&t, SESSION_EV_STOP);
		expect_effects(&t, row[i].effects);
		if (row[i].ms < 0) {
			expect_state(&t, SESSION_STOPPED, -1);
			continue;
		}
		expect_state(&t, SESSION_LEAVING, row[i].ms);
		script_event(&t, SESSION_EV_STOP);
		expect_effects(&t, "");
		script_event(&t, SESSION_EV_RECONNECT);
		expect_effects(&t, "");
		script_timer(&t);
		expect_effects(&t, "hangup state log exit:0");
		expect_log(&t, LOG_NOTICE, "state=stopped from=leaving");
		for (int k = 0; k < SESSION_EVENTS; k++) {
			script_event(&t, (enum session_event_kind)k);
			expect_effects(&t, "");
		}
	}
}

/* What was left in place after a loss goes too. */
static void
test_stop_after_loss(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_UP);
	script_event(&t, SESSION_EV_CLOSED);
	expect_effects(&t, "hangup withdraw state log");
	script_event(&t, SESSION_EV_STOP);
	expect_effects(&t, "undo hangup state log exit:0");

	script_reach(&t, true, SESSION_UP);
	script_event(&t, SESSION_EV_CLOSED);
	script_timer(&t);
	script_event(&t, SESSION_EV_DIALLED);
	script_line(&t, SCRIPT_GREETING);
	script_event(&t, SESSION_EV_DIGEST);
	script_event(&t, SESSION_EV_STOP);
	expect_effects(&t, "undo send:quit state log");
	script_event(&t, SESSION_EV_CLOSED); /* no need to wait */
	expect_effects(&t, "hangup state log exit:0");
}

static void
test_reconnect(void **state)
{
	static const struct {
		enum session_state st;
		const char *effects;
		enum session_state then;
		int64_t ms;
	} row[] = {
	    {SESSION_INIT, "", SESSION_INIT, -1},
	    {SESSION_CONNECTING, "dial", SESSION_CONNECTING, 125000},
	    {SESSION_GREETING, "hangup state log dial", SESSION_CONNECTING,
		125000},
	    {SESSION_AUTHENTICATING, "hangup state log dial",
		SESSION_CONNECTING, 125000},
	    {SESSION_REQUESTING, "send:quit state log", SESSION_LEAVING, 1000},
	    {SESSION_CONFIGURING, "withdraw send:quit state log",
		SESSION_LEAVING, 1000},
	    {SESSION_UP, "withdraw send:quit state log", SESSION_LEAVING, 1000},
	    {SESSION_PROBING, "withdraw send:quit state log", SESSION_LEAVING,
		1000},
	    {SESSION_LEAVING, "", SESSION_LEAVING, 1000},
	    {SESSION_WAITING, "state log dial", SESSION_CONNECTING, 125000},
	    {SESSION_STOPPED, "", SESSION_STOPPED, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		for (int persist = 0; persist < 2; persist++) {
			if (persist == 0 && row[i].st == SESSION_WAITING)
				continue;
			script_reach(&t, persist == 1, row[i].st);
			script_event(&t, SESSION_EV_RECONNECT);
			expect_effects(&t, row[i].effects);
			expect_state(&t, row[i].then, row[i].ms);
			if (row[i].then != SESSION_LEAVING)
				continue;
			for (int n = 0; n < 20; n++) {
				script_event(&t, SESSION_EV_RECONNECT);
				expect_effects(&t, "");
			}
			script_timer(&t);
			expect_effects(&t, "hangup state log dial");
			script_up(&t);
			expect_state(&t, SESSION_UP, 60000);
		}
}

/* LEAVING ends with the reply to quit, not with an earlier one. */
static void
test_leaving(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_REQUESTING);
	script_event(&t, SESSION_EV_RECONNECT);
	script_line(&t, SCRIPT_GRANT);
	expect_effects(&t, "");
	script_line(&t, "+OK see you soon.");
	expect_effects(&t, "hangup state log dial");

	script_reach(&t, true, SESSION_UP);
	script_timer(&t);
	script_event(&t, SESSION_EV_STOP);
	expect_effects(&t, "undo send:quit state log");
	script_line(&t, SCRIPT_PONG);
	expect_effects(&t, "");
	script_line(&t, "-ERR invalid command");
	expect_effects(&t, "hangup state log exit:0");
}

/* Each event where it has no meaning. */
static void
test_stale(void **state)
{
#define IN(st) (1U << SESSION_##st)
	static const struct {
		enum session_event_kind kind;
		unsigned meant; /* the states where it means something */
	} row[] = {
	    {SESSION_EV_START, IN(INIT)},
	    {SESSION_EV_DIALLED, IN(CONNECTING)},
	    {SESSION_EV_DIAL_FAILED, IN(CONNECTING)},
	    {SESSION_EV_DIGEST, IN(AUTHENTICATING)},
	    {SESSION_EV_DIGEST_FAILED, IN(AUTHENTICATING)},
	    {SESSION_EV_APPLIED, IN(CONFIGURING)},
	    {SESSION_EV_APPLY_FAILED, IN(CONFIGURING) | IN(UP) | IN(PROBING)},
	    {SESSION_EV_TIMER, 0}, /* not yet */
	    {SESSION_EV_ADDR_NEW, IN(WAITING) | IN(CONNECTING)},
	    {SESSION_EV_DEFAULT,
		IN(WAITING) | IN(CONNECTING) | IN(UP) | IN(PROBING)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		for (int st = 0; st < SESSION_STATES; st++) {
			int64_t deadline;

			if ((row[i].meant & (1U << st)) != 0)
				continue;
			script_reach(&t, true, (enum session_state)st);
			deadline = t.s.deadline;
			script_error(&t, row[i].kind, 5, "late");
			expect_effects(&t, "");
			assert_int_equal(t.s.state, st);
			assert_int_equal(t.s.deadline, deadline);
		}
	for (int st = 0; st < SESSION_STATES; st++) {
		if (st >= SESSION_GREETING && st <= SESSION_LEAVING)
			continue; /* there is a connection */
		script_reach(&t, true, (enum session_state)st);
		script_line(&t, "-ERR connection timed out");
		expect_effects(&t, "");
		assert_int_equal(t.s.state, st);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_stop),
	    cmocka_unit_test(test_stop_after_loss),
	    cmocka_unit_test(test_reconnect),
	    cmocka_unit_test(test_leaving),
	    cmocka_unit_test(test_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
