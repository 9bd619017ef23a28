/* The ways out of a session: failure, leaving in good order, the end. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

/* Start an attempt, from any state that has no connection. */
void
dial(struct step *st)
{
	struct session *s = st->s;
	int level = s->attempts + s->refusals > 0 ? LOG_DEBUG : LOG_INFO;

	if (s->state != SESSION_CONNECTING)
		enter(st, SESSION_CONNECTING, level, "", "");
	s->dialled_at = st->now;
	s->deadline = st->now + CONNECT_GUARD;
	emit(st, SESSION_FX_DIAL, 0, "");
}

/* Applications fall back at once to what else there is. */
static void
withdraw(struct step *st)
{
	if (st->s->routed)
		emit(st, SESSION_FX_WITHDRAW, 0, "");
	st->s->routed = false;
}

static void
undo(struct step *st)
{
	if (st->s->installed)
		emit(st, SESSION_FX_UNDO, 0, "");
	st->s->installed = false;
	st->s->routed = false;
}

static void
hang_up(struct step *st)
{
	emit(st, SESSION_FX_HANGUP, 0, "");
	st->s->owed = 0;
	st->s->ping_sent = -1;
}

static void
end(struct step *st, int status, const char *reason)
{
	undo(st);
	enter(st, SESSION_STOPPED, status == 0 ? LOG_NOTICE : LOG_ERR, "",
	    reason);
	emit(st, SESSION_FX_EXIT, status, "");
}

/* The same failure again and again is told at the 1st, 2nd, 4th, 8th ... */
static int
failure_level(struct session *s, const char *reason)
{
	if (strcmp(s->last_failure, reason) != 0) {
		strlcpy(s->last_failure, reason, sizeof(s->last_failure));
		s->repeats = 0;
	}
	s->repeats++;
	return (s->repeats & (s->repeats - 1)) == 0 ? LOG_WARNING : LOG_DEBUG;
}

void
fail(struct step *st, enum failure kind, const char *reason)
{
	struct session *s = st->s;
	char fields[64];
	uint32_t delay;
	int level;

	hang_up(st);
	if (s->stopping) {
		end(st, 0, reason);
		return;
	}
	if (!s->conf->persist) {
		end(st, 1, reason);
		return;
	}
	withdraw(st);
	delay = backoff_delay(s, kind);
	if (kind == FAIL_ADDR_GONE && st->now < s->dialled_at + DIAL_GAP)
		delay = (uint32_t)(s->dialled_at + DIAL_GAP - st->now);
	level = failure_level(s, reason);
	snprintf(fields, sizeof(fields),
	    " retry_in=%" PRIu32 ".%03" PRIu32 " failures=%u", delay / 1000,
	    delay % 1000, s->repeats);
	enter(st, SESSION_WAITING, level, fields, reason);
	s->answered = false;
	s->deadline = st->now + delay;
}

/* In good order: quit, and a moment for the far end to take it down. */
void
leave(struct step *st)
{
	withdraw(st);
	send_quit(st);
	enter(st, SESSION_LEAVING, LOG_INFO, "", "");
	st->s->deadline = st->now + LEAVE_TIMEOUT;
}

void
left(struct step *st)
{
	hang_up(st);
	if (st->s->stopping)
		end(st, 0, "");
	else
		dial(st);
}

void
stop(struct step *st)
{
	struct session *s = st->s;

	s->stopping = true;
	undo(st);
	switch (s->state) {
	case SESSION_REQUESTING:
	case SESSION_CONFIGURING:
	case SESSION_UP:
	case SESSION_PROBING:
		leave(st);
		break;
	case SESSION_LEAVING:
		break; /* under way already */
	case SESSION_INIT:
	case SESSION_CONNECTING:
	case SESSION_GREETING:
	case SESSION_AUTHENTICATING:
	case SESSION_WAITING:
	case SESSION_STOPPED:
	case SESSION_STATES:
		left(st);
		break;
	}
}
