/*
 * The reactor's centre: one session machine, fed with events, and each of its
 * effects carried out.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

static uint32_t
random_bits(void *arg)
{
	(void)arg;
	return arc4random();
}

static void
dial(struct engine *en)
{
	struct msg m = {.type = MSG_DIAL, .id = ++en->dial_id, .fd = -1};

	tell(en, &m);
}

static void
hang_up(struct engine *en)
{
	conn_close(en);
	en->dial_id++; /* what is still under way is not for us any more */
	tell_text(en, MSG_DIAL_CANCEL, 0, "");
}

static void
run_effect(struct engine *en, const struct session_effect *fx)
{
	switch (fx->kind) {
	case SESSION_FX_DIAL:
		dial(en);
		break;
	case SESSION_FX_HANGUP:
		hang_up(en);
		break;
	case SESSION_FX_SEND:
		conn_send(en, fx->text);
		break;
	case SESSION_FX_DIGEST:
		tell_text(en, MSG_DIGEST_ASK, 0, fx->text);
		break;
	case SESSION_FX_APPLY:
		tunnel_apply_grant(en);
		break;
	case SESSION_FX_WITHDRAW:
		tunnel_withdraw(en);
		break;
	case SESSION_FX_UNDO:
		tunnel_undo(en);
		break;
	case SESSION_FX_LOG:
		log_msg(fx->level, "%s", fx->text);
		break;
	case SESSION_FX_STATE:
		tell_state(en, fx->text);
		break;
	case SESSION_FX_EXIT:
		advertise_cease(en);
		tell_text(en, MSG_EXIT, fx->level, "");
		_exit(0);
	}
}

bool
engine_is_up(const struct engine *en)
{
	return en->session.state == SESSION_UP ||
	    en->session.state == SESSION_PROBING;
}

static void
arm_timer(struct engine *en)
{
	int64_t left = -1;

	if (en->session.deadline >= 0) {
		left = en->session.deadline - os_now_ms();
		if (left < 0)
			left = 0;
	}
	os_timer_set(en->timer, left);
}

static void
step_once(struct engine *en, const struct session_event *ev)
{
	struct session_effects fx;
	unsigned i;

	session_step(&en->session, ev, os_now_ms(), &fx);
	for (i = 0; i < fx.n; i++)
		run_effect(en, &fx.fx[i]);
}

/* What the LANs and the far end of the tunnel have to know of the session. */
static void
follow_session(struct engine *en)
{
	bool up = engine_is_up(en);

	if (up != en->tunnel_up) {
		en->tunnel_up = up;
		advertise_tunnel(en, up);
		if (up) {
			keepalive_begin(en);
		} else {
			keepalive_end(en);
			solicit_end(en);
		}
	}
	advertise_settle(en);
}

void
engine_step(struct engine *en, const struct session_event *ev)
{
	step_once(en, ev);
	while (en->nqueued > 0) {
		struct queued q = en->queue[0];
		struct session_event next = {.kind = q.kind, .err = &q.err};

		en->nqueued--;
		memmove(en->queue, en->queue + 1,
		    en->nqueued * sizeof(en->queue[0]));
		step_once(en, &next);
	}
	arm_timer(en);
	follow_session(en);
}

void
engine_step_kind(struct engine *en, enum session_event_kind kind)
{
	struct session_event ev = {.kind = kind};

	engine_step(en, &ev);
}

void
engine_step_err(
    struct engine *en, enum session_event_kind kind, const struct err *err)
{
	struct session_event ev = {.kind = kind, .err = err};

	engine_step(en, &ev);
}

void
engine_queue(
    struct engine *en, enum session_event_kind kind, const struct err *err)
{
	struct queued *q;

	if (en->nqueued == QUEUE_MAX)
		abort(); /* an effect leads to one event at most */
	q = &en->queue[en->nqueued++];
	memset(q, 0, sizeof(*q));
	q->kind = kind;
	if (err != NULL)
		q->err = *err;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	/* The step sets the timer anew, or off: it is not readable then. */
	engine_step_kind(arg, SESSION_EV_TIMER);
}

/* Not libevent's own timers: their clock stands still in a suspend. */
static int
open_timer(struct engine *en, event_callback_fn callback, struct event **ev)
{
	struct err e = {0};
	int fd = os_timer_open();

	if (fd < 0)
		_exit(1);
	if (os_limit_fd(fd, OS_FD_TIMER, &e) != 0) {
		log_msg(LOG_ERR, "engine: %s", e.text);
		_exit(1);
	}
	*ev = event_new(en->base, fd, EV_READ | EV_PERSIST, callback, en);
	if (*ev == NULL || event_add(*ev, NULL) == -1)
		_exit(1);
	return fd;
}

void
engine_main(void *arg, int channel)
{
	static struct engine en;

	memset(&en, 0, sizeof(en));
	en.conf = arg;
	en.channel = channel;
	en.conn = -1;
	relay_begin(&en);
	session_init(&en.session, en.conf->session, random_bits, NULL);
	advertise_init(&en);
	en.base = event_base_new();
	if (en.base == NULL)
		_exit(1);
	en.timer = open_timer(&en, on_timer, &en.timer_event);
	en.ra_timer = open_timer(&en, advertise_timer, &en.ra_timer_event);
	en.keepalive_timer =
	    open_timer(&en, keepalive_timer, &en.keepalive_event);
	en.channel_event =
	    event_new(en.base, channel, EV_READ | EV_PERSIST, heard_read, &en);
	if (en.channel_event == NULL || event_add(en.channel_event, NULL) == -1)
		_exit(1);
	log_msg(
	    LOG_DEBUG, "engine: events by %s", event_base_get_method(en.base));
	engine_step_kind(&en, SESSION_EV_START);
	(void)event_base_dispatch(en.base);
	_exit(1);
}
