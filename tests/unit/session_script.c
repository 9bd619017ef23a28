/* Events into a session and checks of what comes out: see session_script.h. */
#include "session_script.h"

#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>

static uint32_t
bits(void *arg)
{
	return *(uint32_t *)arg;
}

void
script_init(struct script *t, bool persist)
{
	memset(t, 0, sizeof(*t));
	t->conf.type = TUNNEL_NETWORK;
	strlcpy(t->conf.user, "foo", sizeof(t->conf.user));
	t->conf.persist = persist;
	t->conf.ping_interval = SESSION_PING_INTERVAL;
	t->conf.ping_timeout = SESSION_PING_TIMEOUT;
	t->conf.retry_min = SESSION_RETRY_MIN;
	t->conf.retry_max = SESSION_RETRY_MAX;
	t->now = 1000000;
	session_init(&t->s, &t->conf, bits, &t->random);
}

static void
step(struct script *t, struct session_event *ev)
{
	ev->local4.s_addr = inet_addr("192.0.2.1");
	ev->server4.s_addr = inet_addr("198.51.100.1");
	ev->digest = SCRIPT_DIGEST;
	session_step(&t->s, ev, t->now, &t->fx);
}

void
script_event(struct script *t, enum session_event_kind kind)
{
	script_error(t, kind, 0, "");
}

void
script_error(
    struct script *t, enum session_event_kind kind, int code, const char *text)
{
	struct err e = {.code = code};
	struct session_event ev = {.kind = kind, .err = &e};

	strlcpy(e.text, text, sizeof(e.text));
	step(t, &ev);
}

void
script_line(struct script *t, const char *line)
{
	struct session_event ev = {
	    .kind = SESSION_EV_LINE, .line = line, .len = strlen(line)};

	step(t, &ev);
}

void
script_timer(struct script *t)
{
	assert_true(t->s.deadline >= t->now);
	t->now = t->s.deadline;
	script_event(t, SESSION_EV_TIMER);
}

void
script_up(struct script *t)
{
	assert_int_equal(t->s.state, SESSION_CONNECTING);
	script_event(t, SESSION_EV_DIALLED);
	script_line(t, SCRIPT_GREETING);
	script_event(t, SESSION_EV_DIGEST);
	script_line(t, SCRIPT_GRANT);
	script_event(t, SESSION_EV_APPLIED);
	assert_int_equal(t->s.state, SESSION_UP);
}

void
script_reach(struct script *t, bool persist, enum session_state to)
{
	script_init(t, persist);
	if (to == SESSION_INIT)
		return;
	script_event(t, SESSION_EV_START);
	if (to == SESSION_WAITING)
		script_error(t, SESSION_EV_DIAL_FAILED, 111, "nobody there");
	else if (to == SESSION_STOPPED)
		script_event(t, SESSION_EV_STOP);
	else if (to >= SESSION_UP)
		script_up(t);
	if (to == SESSION_PROBING)
		script_event(t, SESSION_EV_DEFAULT);
	else if (to == SESSION_LEAVING)
		script_event(t, SESSION_EV_RECONNECT);
	if (t->s.state < to && to <= SESSION_CONFIGURING)
		script_event(t, SESSION_EV_DIALLED);
	if (t->s.state < to && to <= SESSION_CONFIGURING)
		script_line(t, SCRIPT_GREETING);
	if (t->s.state < to && to <= SESSION_CONFIGURING)
		script_event(t, SESSION_EV_DIGEST);
	if (t->s.state < to && to <= SESSION_CONFIGURING)
		script_line(t, SCRIPT_GRANT);
	assert_int_equal(t->s.state, to);
}

static void
describe(const struct session_effect *fx, char *buf, size_t size)
{
	static const char *const names[] = {
	    [SESSION_FX_DIAL] = "dial",
	    [SESSION_FX_HANGUP] = "hangup",
	    [SESSION_FX_SEND] = "send",
	    [SESSION_FX_DIGEST] = "digest",
	    [SESSION_FX_APPLY] = "apply",
	    [SESSION_FX_WITHDRAW] = "withdraw",
	    [SESSION_FX_UNDO] = "undo",
	    [SESSION_FX_LOG] = "log",
	    [SESSION_FX_STATE] = "state",
	    [SESSION_FX_EXIT] = "exit",
	};

	if (fx->kind == SESSION_FX_SEND)
		snprintf(buf, size, "send:%.*s",
		    (int)strcspn(fx->text, " \r\n"), fx->text);
	else if (fx->kind == SESSION_FX_EXIT)
		snprintf(buf, size, "exit:%d", fx->level);
	else
		snprintf(buf, size, "%s", names[fx->kind]);
}

void
script_expect_effects(
    const struct script *t, const char *want, const char *file, int line)
{
	char all[512] = "", one[64];

	for (unsigned i = 0; i < t->fx.n; i++) {
		describe(&t->fx.fx[i], one, sizeof(one));
		if (i > 0)
			strlcat(all, " ", sizeof(all));
		strlcat(all, one, sizeof(all));
	}
	_assert_string_equal(all, want, file, line);
}

void
script_expect_state(const struct script *t, enum session_state st, int64_t ms,
    const char *file, int line)
{
	int64_t left = t->s.deadline < 0 ? -1 : t->s.deadline - t->now;

	_assert_string_equal(
	    session_state_name(t->s.state), session_state_name(st), file, line);
	if (left != ms)
		print_error("deadline in %lld ms, not in %lld\n",
		    (long long)left, (long long)ms);
	_assert_true(left == ms, "deadline", file, line);
}

void
script_expect_log(const struct script *t, int level, const char *part,
    const char *file, int line)
{
	const struct session_effect *log = NULL;
	unsigned n = 0;

	for (unsigned i = 0; i < t->fx.n; i++)
		if (t->fx.fx[i].kind == SESSION_FX_LOG) {
			log = &t->fx.fx[i];
			n++;
		}
	if (n != 1 || log->level != level || strstr(log->text, part) == NULL) {
		print_error(
		    "%u log lines, the last: <%d>%s\nexpected: <%d>%s\n", n,
		    n > 0 ? log->level : -1, n > 0 ? log->text : "", level,
		    part);
		_fail(file, line);
	}
}

const char *
script_text(const struct script *t, enum session_effect_kind kind)
{
	for (unsigned i = 0; i < t->fx.n; i++)
		if (t->fx.fx[i].kind == kind)
			return t->fx.fx[i].text;
	fail_msg("no such effect");
	return "";
}
