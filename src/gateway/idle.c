/*
 * Deadlines of connections.  There are two lengths of patience, so that two
 * queues, each in the order of its deadlines, need one timer between them.
 * Not libevent's own: their clock stands still in a suspend.
 */
#include <errno.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

void
idle_forget(struct conn *c)
{
	if (c->queue != NULL)
		TAILQ_REMOVE(c->queue, c, idle);
	c->queue = NULL;
}

/* Behind all that come sooner: nearly always the last ones. */
static void
insert(struct conns *queue, struct conn *c)
{
	struct conn *before;

	TAILQ_FOREACH_REVERSE(before, queue, conns, idle)
	if (before->serve.deadline <= c->serve.deadline)
		break;
	if (before != NULL)
		TAILQ_INSERT_AFTER(queue, before, c, idle);
	else
		TAILQ_INSERT_HEAD(queue, c, idle);
	c->queue = queue;
}

void
idle_follow(struct conn *c)
{
	struct gateway *gw = c->gw;

	idle_forget(c);
	insert(c->serve.tunnel ? &gw->idle_tunnels : &gw->idle_logins, c);
	idle_wake(gw, c->serve.deadline);
}

void
idle_wake(struct gateway *gw, int64_t when)
{
	int64_t left;

	/* One that comes too early finds out by itself. */
	if (gw->due >= 0 && gw->due <= when)
		return;
	gw->due = when;
	left = when - os_now_ms();
	os_timer_set(gw->timer, left < 0 ? 0 : left);
}

/* All of a queue whose time has come; the next one is waited for. */
static void
expire(struct gateway *gw, struct conns *queue, int64_t now)
{
	struct serve_effects fx;
	struct conn *c;

	while ((c = TAILQ_FIRST(queue)) != NULL && c->serve.deadline <= now) {
		serve_idle(&c->serve, now, &fx);
		(void)conn_run(c, &fx, "timed-out");
	}
	if (c != NULL)
		idle_wake(gw, c->serve.deadline);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct gateway *gw = arg;
	const int64_t now = os_now_ms();

	(void)fd;
	(void)what;
	gw->due = -1;
	os_timer_set(gw->timer, -1);
	expire(gw, &gw->idle_logins, now);
	expire(gw, &gw->idle_tunnels, now);
	if (gw->paused && gw->resume <= now)
		accept_resume(gw);
	else if (gw->paused)
		idle_wake(gw, gw->resume);
}

void
idle_init(struct gateway *gw)
{
	struct err e = {0};

	TAILQ_INIT(&gw->idle_logins);
	TAILQ_INIT(&gw->idle_tunnels);
	gw->due = -1;
	gw->timer = os_timer_open();
	if (gw->timer < 0)
		_exit(1);
	if (os_limit_fd(gw->timer, OS_FD_TIMER, &e) != 0) {
		log_msg(LOG_ERR, "engine: %s", e.text);
		_exit(1);
	}
	gateway_watch(gw, &gw->timer_event, gw->timer, on_timer, gw);
}
