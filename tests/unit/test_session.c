/* A session from start to stop: each state, its time-out and its ways out. */
#include "session_script.h"

#include <errno.h>
#include <string.h>

static struct script t;

static void
test_way_up(void **state)
{
	(void)state;
	script_init(&t, false);
	expect_state(&t, SESSION_INIT, -1);
	script_event(&t, SESSION_EV_START);
	expect_effects(&t, "state log dial");
	expect_log(&t, LOG_INFO, "state=connecting from=init after=0.000");
	expect_state(&t, SESSION_CONNECTING, 125000);
	t.now += 1234;
	script_event(&t, SESSION_EV_DIALLED);
	expect_effects(&t, "state log");
	expect_log(&t, LOG_INFO,
	    "state=greeting from=connecting after=1.234 local4=192.0.2.1 "
	    "server4=198.51.100.1");
	expect_state(&t, SESSION_GREETING, 30000);
	script_line(&t, SCRIPT_GREETING);
	expect_effects(&t, "state log digest");
	assert_string_equal(script_text(&t, SESSION_FX_DIGEST),
	    "0B1517C87D516A5FA65BED722D51A04F");
	expect_state(&t, SESSION_AUTHENTICATING, 10000);
	script_event(&t, SESSION_EV_DIGEST);
	expect_effects(&t, "state log send:tunnel");
	assert_string_equal(script_text(&t, SESSION_FX_SEND),
	    "tunnel foo " SCRIPT_DIGEST " network\r\n");
	expect_log(&t, LOG_INFO, "state=requesting");
	expect_state(&t, SESSION_REQUESTING, 30000);
	script_line(&t, SCRIPT_GRANT);
	expect_effects(&t, "state log apply");
	assert_int_equal(t.s.grant.nprefixes, 1);
	expect_state(&t, SESSION_CONFIGURING, 30000);
	script_event(&t, SESSION_EV_APPLIED);
	expect_effects(&t, "state log");
	expect_log(&t, LOG_NOTICE,
	    "state=up from=configuring after=0.000 type=network "
	    "client4=192.0.2.1 server4=198.51.100.1 prefix=2001:db8:5::/48");
	expect_state(&t, SESSION_UP, 60000);
	assert_int_equal(t.s.sessions, 1);
}

/* The digest stands in the request and nowhere else. */
static void
test_digest_not_logged(void **state)
{
	(void)state;
	script_reach(&t, false, SESSION_REQUESTING);
	for (unsigned i = 0; i < t.fx.n; i++)
		if (t.fx.fx[i].kind != SESSION_FX_SEND)
			assert_null(strstr(t.fx.fx[i].text, SCRIPT_DIGEST));
	script_init(&t, false);
	memset(t.conf.user, 'u', PROTO_USER_MAX);
	script_event(&t, SESSION_EV_START);
	script_event(&t, SESSION_EV_DIALLED);
	script_line(&t, SCRIPT_GREETING);
	script_event(&t, SESSION_EV_DIGEST);
	assert_non_null(strstr(script_text(&t, SESSION_FX_SEND),
	    "u " SCRIPT_DIGEST " network\r\n"));
	/* What would be two fields is not sent. */
	script_init(&t, true);
	strlcpy(t.conf.user, "a b", sizeof(t.conf.user));
	script_event(&t, SESSION_EV_START);
	script_event(&t, SESSION_EV_DIALLED);
	script_line(&t, SCRIPT_GREETING);
	script_event(&t, SESSION_EV_DIGEST);
	expect_effects(&t, "hangup state log");
	expect_log(&t, LOG_WARNING, "cannot be sent");
	expect_state(&t, SESSION_WAITING, 60000);
}

/* Eight long prefixes: the list is cut, the line stays whole. */
static void
test_long_grant(void **state)
{
	char line[PROTO_LINE_MAX] = "+OK 192.0.2.1 198.51.100.1";
	const char *log;

	(void)state;
	script_reach(&t, false, SESSION_REQUESTING);
	for (unsigned i = 0; i < GRANT_PREFIXES_MAX; i++)
		strlcat(line, " 2001:db8:1111:2222:3333:4444:5555:6666/128",
		    sizeof(line));
	script_line(&t, line);
	script_event(&t, SESSION_EV_APPLIED);
	log = script_text(&t, SESSION_FX_LOG);
	assert_string_equal(log + strlen(log) - 9, ":6666/128");
}

static void
test_timeouts(void **state)
{
	static const struct {
		enum session_state st;
		int64_t ms;
		const char *effects, *reason;
	} row[] = {
	    {SESSION_CONNECTING, 125000, "hangup state log",
		"reason=\"no end of dialling\""},
	    {SESSION_GREETING, 30000, "hangup state log", "no greeting"},
	    {SESSION_AUTHENTICATING, 10000, "hangup state log", "no digest"},
	    {SESSION_REQUESTING, 30000, "hangup state log",
		"no reply to the tunnel request"},
	    {SESSION_CONFIGURING, 30000, "hangup withdraw state log",
		"not configured"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		script_reach(&t, true, row[i].st);
		expect_state(&t, row[i].st, row[i].ms);
		t.now = t.s.deadline - 1;
		script_event(&t, SESSION_EV_TIMER);
		expect_effects(&t, "");
		script_timer(&t);
		expect_effects(&t, row[i].effects);
		expect_log(&t, LOG_WARNING, row[i].reason);
		expect_state(&t, SESSION_WAITING, 250);
		script_timer(&t);
		expect_effects(&t, "state log dial");

		script_reach(&t, false, row[i].st);
		script_timer(&t);
		expect_effects(&t,
		    row[i].st == SESSION_CONFIGURING ?
			"hangup undo state log exit:1" :
			"hangup state log exit:1");
		expect_log(&t, LOG_ERR, row[i].reason);
		expect_state(&t, SESSION_STOPPED, -1);
	}
}

static void
test_closed_everywhere(void **state)
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

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		script_reach(&t, true, row[i].st);
		script_event(&t, SESSION_EV_CLOSED);
		expect_effects(&t, row[i].persist);
		if (t.s.state == SESSION_WAITING && row[i].persist[0] != '\0')
			expect_log(&t, LOG_WARNING,
			    "reason=\"the server closed the connection\"");
		if (row[i].once == NULL)
			continue;
		script_reach(&t, false, row[i].st);
		script_error(&t, SESSION_EV_CLOSED, ECONNRESET, "re\"set");
		expect_effects(&t, row[i].once);
		if (strstr(row[i].once, "exit") != NULL)
			expect_log(
			    &t, LOG_ERR, "reason=\"connection lost: re'set\"");
	}
}

static void
test_apply_failed(void **state)
{
	(void)state;
	script_reach(&t, true, SESSION_CONFIGURING);
	script_error(&t, SESSION_EV_APPLY_FAILED, EPERM, "route: not allowed");
	/* Nothing is left of it: no withdraw, and no undo at the end. */
	expect_effects(&t, "send:quit hangup state log");
	expect_log(&t, LOG_WARNING, "reason=\"route: not allowed\"");
	script_event(&t, SESSION_EV_STOP);
	expect_effects(&t, "hangup state log exit:0");

	script_reach(&t, false, SESSION_CONFIGURING);
	script_error(&t, SESSION_EV_APPLY_FAILED, EPERM, "x");
	expect_effects(&t, "send:quit hangup state log exit:1");

	script_reach(&t, true, SESSION_UP); /* a repair that failed */
	script_error(&t, SESSION_EV_APPLY_FAILED, EPERM, "x");
	expect_effects(&t, "send:quit hangup state log");
	script_timer(&t);
	script_up(&t);
	script_event(&t, SESSION_EV_CLOSED);
	expect_effects(&t, "hangup withdraw state log");
	script_error(&t, SESSION_EV_APPLY_FAILED, EPERM, "x"); /* late */
	expect_effects(&t, "");
	expect_state(&t, SESSION_WAITING, 250);
	script_event(&t, SESSION_EV_STOP);
	expect_effects(&t, "hangup state log exit:0");
}

static void
test_refused_reply(void **state)
{
	(void)state;
	script_reach(&t, false, SESSION_GREETING);
	script_line(&t, "-ERR go away");
	expect_effects(&t, "hangup state log exit:1");
	expect_log(&t, LOG_ERR, "server says 'go away'");
	script_reach(&t, false, SESSION_REQUESTING);
	script_line(&t, "-ERR authentication failed.");
	expect_effects(&t, "send:quit hangup state log exit:1");
	expect_log(&t, LOG_ERR, "login refused");
	script_reach(&t, false, SESSION_REQUESTING);
	script_line(&t, "+OK 192.0.2.1 2001:db8::/48"); /* never half a grant */
	expect_effects(&t, "send:quit hangup state log exit:1");
	script_reach(&t, false, SESSION_REQUESTING);
	script_line(&t, "-ERR connection timed out, disconnecting");
	expect_effects(&t, "hangup state log exit:1");
	script_reach(&t, true, SESSION_AUTHENTICATING);
	script_error(&t, SESSION_EV_DIGEST_FAILED, ENOTSUP, "MD5: no");
	expect_effects(&t, "hangup state log");
	expect_log(&t, LOG_WARNING, "reason=\"MD5: no\"");
	expect_state(&t, SESSION_WAITING, 60000);
	script_reach(&t, false, SESSION_CONNECTING);
	script_error(&t, SESSION_EV_DIAL_FAILED, ENOENT, "no such host");
	expect_effects(&t, "hangup state log exit:1");
	expect_log(&t, LOG_ERR, "reason=\"no such host\"");
}

/* In the request, in the grant, and told of one but not of the key. */
static void
test_udp(void **state)
{
	static const struct {
		uint16_t announce;
		const char *request;
	} row[] = {
	    {4028,
		"tunnel foo " SCRIPT_DIGEST " network proto=udp port=4028\r\n"},
	    {0, "tunnel foo " SCRIPT_DIGEST " network proto=udp\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		script_reach(&t, false, SESSION_AUTHENTICATING);
		t.conf.udp = true;
		t.conf.udp_announce = row[i].announce;
		script_event(&t, SESSION_EV_DIGEST);
		assert_string_equal(
		    script_text(&t, SESSION_FX_SEND), row[i].request);
		script_line(&t, SCRIPT_UDP);
		expect_effects(&t, "state log apply");
		assert_true(t.s.grant.udp && t.s.grant.has_key);
		assert_int_equal(t.s.grant.port4, 4029);
		script_event(&t, SESSION_EV_APPLIED);
		expect_log(&t, LOG_NOTICE, "server4=198.51.100.1 port4=4029");
		assert_null(strstr(script_text(&t, SESSION_FX_LOG), "0001020"));
	}
}

/* One is granted where, and only where, it was asked for. */
static void
test_udp_refused(void **state)
{
	static const char failed[] = "-ERR authentication failed.";
	static const char also[] = "does not know UDP tunnels (-U)";

	(void)state;
	script_reach(&t, true, SESSION_REQUESTING);
	t.conf.udp = true;
	script_line(&t, SCRIPT_GRANT);
	expect_effects(&t, "send:quit hangup state log");
	expect_log(&t, LOG_WARNING, "the server grants no UDP tunnels");
	expect_state(&t, SESSION_WAITING, 60000);

	script_reach(&t, true, SESSION_REQUESTING);
	script_line(&t, SCRIPT_UDP);
	expect_effects(&t, "send:quit hangup state log");
	expect_log(&t, LOG_WARNING, "was not asked for");
	expect_state(&t, SESSION_WAITING, 250);

	script_reach(&t, true, SESSION_REQUESTING);
	t.conf.udp = true;
	script_line(&t, failed);
	expect_log(&t, LOG_WARNING, "login refused");
	expect_log(&t, LOG_WARNING, also);
	expect_state(&t, SESSION_WAITING, 60000);

	script_reach(&t, true, SESSION_REQUESTING);
	script_line(&t, failed);
	assert_null(strstr(script_text(&t, SESSION_FX_LOG), also));

	script_reach(&t, true, SESSION_REQUESTING);
	t.conf.udp = true;
	script_line(&t, "-ERR unsupported tunnel type network");
	assert_null(strstr(script_text(&t, SESSION_FX_LOG), also));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_way_up),
	    cmocka_unit_test(test_digest_not_logged),
	    cmocka_unit_test(test_long_grant),
	    cmocka_unit_test(test_timeouts),
	    cmocka_unit_test(test_closed_everywhere),
	    cmocka_unit_test(test_apply_failed),
	    cmocka_unit_test(test_refused_reply),
	    cmocka_unit_test(test_udp),
	    cmocka_unit_test(test_udp_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
