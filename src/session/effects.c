/* Effects, and the one place where a state is entered. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

#define FROM(st)      [SESSION_##st]
#define TO(st)	      (1U << SESSION_##st)
#define WHEN_IT_FAILS (TO(WAITING) | TO(STOPPED))

/* Everywhere from the greeting on, SIGHUP leads to CONNECTING or LEAVING. */
static const unsigned allowed[SESSION_STATES] = {
    FROM(INIT) = TO(CONNECTING) | TO(STOPPED),
    FROM(CONNECTING) = TO(GREETING) | WHEN_IT_FAILS,
    FROM(GREETING) = TO(AUTHENTICATING) | TO(CONNECTING) | WHEN_IT_FAILS,
    FROM(AUTHENTICATING) = TO(REQUESTING) | TO(CONNECTING) | WHEN_IT_FAILS,
    FROM(REQUESTING) = TO(CONFIGURING) | TO(LEAVING) | WHEN_IT_FAILS,
    FROM(CONFIGURING) = TO(UP) | TO(LEAVING) | WHEN_IT_FAILS,
    FROM(UP) = TO(PROBING) | TO(LEAVING) | WHEN_IT_FAILS,
    FROM(PROBING) = TO(UP) | TO(LEAVING) | WHEN_IT_FAILS,
    FROM(LEAVING) = TO(CONNECTING) | TO(STOPPED),
    FROM(WAITING) = TO(CONNECTING) | TO(STOPPED),
    FROM(STOPPED) = 0,
};

bool
session_may(enum session_state from, enum session_state to)
{
	return from < SESSION_STATES && to < SESSION_STATES &&
	    (allowed[from] & (1U << to)) != 0;
}

const char *
session_state_name(enum session_state st)
{
	static const char *const names[SESSION_STATES] = {
	    FROM(INIT) = "init",
	    FROM(CONNECTING) = "connecting",
	    FROM(GREETING) = "greeting",
	    FROM(AUTHENTICATING) = "authenticating",
	    FROM(REQUESTING) = "requesting",
	    FROM(CONFIGURING) = "configuring",
	    FROM(UP) = "up",
	    FROM(PROBING) = "probing",
	    FROM(LEAVING) = "leaving",
	    FROM(WAITING) = "waiting",
	    FROM(STOPPED) = "stopped",
	};

	return st < SESSION_STATES ? names[st] : "unknown";
}

void
emit(
    struct step *st, enum session_effect_kind kind, int level, const char *text)
{
	struct session_effect *fx;

	if (st->fx->n == SESSION_FX_MAX)
		abort(); /* no path through one event is that long */
	fx = &st->fx->fx[st->fx->n++];
	fx->kind = kind;
	fx->level = level;
	strlcpy(fx->text, text, sizeof(fx->text));
}

/* reason="...", with what would end the quotes made harmless. */
static void
add_reason(char *buf, size_t size, const char *reason)
{
	size_t used = strlen(buf);
	char *p;

	if (size - used < sizeof(" reason=\"\""))
		return;
	snprintf(buf + used, size - used, " reason=\"%s", reason);
	for (p = buf + used + strlen(" reason=\""); *p != '\0'; p++)
		if (*p == '"')
			*p = '\'';
	if (p - buf > (ptrdiff_t)size - 2)
		p = buf + size - 2;
	strlcpy(p, "\"", 2);
}

/*
 * Enter a state and say so in one line: where from, after how many seconds,
 * the fields worth having (with a blank in front of each), and why.
 */
void
enter(struct step *st, enum session_state to, int level, const char *fields,
    const char *reason)
{
	struct session *s = st->s;
	char text[SESSION_FX_TEXT];
	int64_t after = st->now - s->since;

	if (!session_may(s->state, to))
		abort(); /* a mistake in this folder, nothing from outside */
	snprintf(text, sizeof(text),
	    "state=%s from=%s after=%" PRId64 ".%03" PRId64 "%s",
	    session_state_name(to), session_state_name(s->state), after / 1000,
	    after % 1000, fields);
	if (reason[0] != '\0')
		add_reason(text, sizeof(text), reason);
	s->state = to;
	s->since = st->now;
	s->deadline = -1;
	/* Who reads of it in the log finds the status to be so already. */
	emit(st, SESSION_FX_STATE, 0, reason);
	emit(st, SESSION_FX_LOG, level, text);
}

/* A request, for which the server owes a reply. */
void
send_request(struct step *st, const char *line)
{
	st->s->owed++;
	emit(st, SESSION_FX_SEND, 0, line);
}

void
send_ping(struct step *st)
{
	struct session *s = st->s;
	char line[16];

	(void)proto_make_ping(line, sizeof(line));
	send_request(st, line);
	if (s->ping_sent < 0)
		s->ping_sent = st->now;
	s->ping_due = st->now + s->conf->ping_interval;
}

void
send_quit(struct step *st)
{
	char line[16];

	(void)proto_make_quit(line, sizeof(line));
	send_request(st, line);
}
