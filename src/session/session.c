/* The machine: each event to its handler. */
#include <stdio.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

bool
session_is_up(const struct session *s)
{
	return s->state == SESSION_UP || s->state == SESSION_PROBING;
}

/* From DIALLED on there is a connection, until it is hung up. */
bool
session_is_connected(const struct session *s)
{
	return (s->state >= SESSION_GREETING && s->state <= SESSION_LEAVING);
}

void
session_init(struct session *s, const struct session_conf *conf,
    uint32_t (*random)(void *), void *arg)
{
	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->random = random;
	s->random_arg = arg;
	s->state = SESSION_INIT;
	s->deadline = -1;
	s->since = -1; /* until the first event */
	s->ping_sent = -1;
	s->probed_at = -1;
	s->probe_due = -1;
}

static void
on_timer(struct step *st)
{
	struct session *s = st->s;

	if (s->deadline < 0 || st->now < s->deadline)
		return;
	switch (s->state) {
	case SESSION_CONNECTING:
		if (st->now - s->dialled_at < CONNECT_GUARD)
			dial(st); /* news put off by on_news() */
		else
			fail(st, FAIL_PLAIN, "no end of dialling");
		break;
	case SESSION_GREETING:
		fail(st, FAIL_PLAIN, "no greeting from the server in 30 s");
		break;
	case SESSION_AUTHENTICATING:
		fail(st, FAIL_PLAIN, "no digest from the root process in 10 s");
		break;
	case SESSION_REQUESTING:
		fail(st, FAIL_PLAIN, "no reply to the tunnel request in 30 s");
		break;
	case SESSION_CONFIGURING:
		fail(st, FAIL_PLAIN, "the tunnel was not configured in 30 s");
		break;
	case SESSION_UP:
	case SESSION_PROBING:
		on_timer_up(st);
		break;
	case SESSION_LEAVING:
		left(st);
		break;
	case SESSION_WAITING:
		dial(st);
		break;
	case SESSION_INIT:
	case SESSION_STOPPED:
	case SESSION_STATES:
		break;
	}
}

/* SIGHUP. */
static void
on_reconnect(struct step *st)
{
	struct session *s = st->s;

	switch (s->state) {
	case SESSION_GREETING:
	case SESSION_AUTHENTICATING:
		emit(st, SESSION_FX_HANGUP, 0, "");
		/* FALLTHROUGH */
	case SESSION_CONNECTING:
	case SESSION_WAITING:
		backoff_reset(s);
		dial(st);
		break;
	case SESSION_REQUESTING:
	case SESSION_CONFIGURING:
	case SESSION_UP:
	case SESSION_PROBING:
		backoff_reset(s);
		leave(st);
		break;
	case SESSION_LEAVING:
	case SESSION_INIT:
	case SESSION_STOPPED:
	case SESSION_STATES:
		break;
	}
}

/* A new address, another default route: what failed may work now. */
static void
on_news(struct step *st)
{
	struct session *s = st->s;
	int64_t earliest;

	if (s->state != SESSION_WAITING && s->state != SESSION_CONNECTING)
		return;
	earliest = backoff_news(s);
	if (st->now >= earliest) {
		s->cuts++;
		dial(st);
	} else if (earliest < s->deadline) {
		s->cuts++;
		s->deadline = earliest;
	}
}

static void
on_addr_gone(struct step *st, const struct session_event *ev)
{
	struct session *s = st->s;
	char reason[64], addr[ADDR4_STRLEN];

	if (!session_is_connected(s) || !addr4_equal(ev->local4, s->local4))
		return;
	if (s->state == SESSION_LEAVING) {
		left(st);
		return;
	}
	snprintf(reason, sizeof(reason), "the local address %s is gone",
	    addr4_format(s->local4, addr));
	fail(st, FAIL_ADDR_GONE, reason);
}

static void
on_closed(struct step *st, const struct session_event *ev)
{
	char reason[ERR_TEXT_MAX];

	if (!session_is_connected(st->s))
		return;
	if (st->s->state == SESSION_LEAVING) {
		left(st);
		return;
	}
	if (ev->err != NULL && ev->err->code != 0)
		snprintf(reason, sizeof(reason), "connection lost: %.200s",
		    ev->err->text);
	else
		snprintf(
		    reason, sizeof(reason), "the server closed the connection");
	fail(st, FAIL_PLAIN, reason);
}

/* Nothing of ours is in effect any more, whatever it was that failed. */
static void
on_apply_failed(struct step *st, const struct session_event *ev)
{
	struct session *s = st->s;

	s->installed = false;
	s->routed = false;
	if (s->state != SESSION_CONFIGURING && !session_is_up(s))
		return;
	send_quit(st);
	fail(st, FAIL_PLAIN, ev->err->text);
}

static void
dispatch(struct step *st, const struct session_event *ev)
{
	struct session *s = st->s;

	switch (ev->kind) {
	case SESSION_EV_START:
		if (s->state == SESSION_INIT)
			dial(st);
		break;
	case SESSION_EV_DIALLED:
		if (s->state == SESSION_CONNECTING)
			on_dialled(st, ev);
		break;
	case SESSION_EV_DIAL_FAILED:
		if (s->state == SESSION_CONNECTING)
			fail(st, FAIL_PLAIN, ev->err->text);
		break;
	case SESSION_EV_LINE:
		if (session_is_connected(s))
			on_line(st, ev);
		break;
	case SESSION_EV_CLOSED:
		on_closed(st, ev);
		break;
	case SESSION_EV_DIGEST:
		if (s->state == SESSION_AUTHENTICATING)
			on_digest(st, ev);
		break;
	case SESSION_EV_DIGEST_FAILED:
		if (s->state == SESSION_AUTHENTICATING)
			fail(st, FAIL_REFUSED, ev->err->text);
		break;
	case SESSION_EV_APPLIED:
		if (s->state == SESSION_CONFIGURING)
			on_applied(st);
		break;
	case SESSION_EV_APPLY_FAILED:
		on_apply_failed(st, ev);
		break;
	case SESSION_EV_TIMER:
		on_timer(st);
		break;
	case SESSION_EV_RECONNECT:
		on_reconnect(st);
		break;
	case SESSION_EV_STOP:
		stop(st);
		break;
	case SESSION_EV_ADDR_GONE:
		on_addr_gone(st, ev);
		break;
	case SESSION_EV_ADDR_NEW:
		on_news(st);
		break;
	case SESSION_EV_DEFAULT:
		if (session_is_up(s))
			probe(st);
		else
			on_news(st);
		break;
	case SESSION_EVENTS:
		break;
	}
}

void
session_step(struct session *s, const struct session_event *ev, int64_t now,
    struct session_effects *fx)
{
	struct step st = {.s = s, .now = now, .fx = fx};

	fx->n = 0;
	if (s->since < 0)
		s->since = now;
	if (s->state != SESSION_STOPPED)
		dispatch(&st, ev);
}
