/*
 * New connections, and how many there may be that have no tunnel.  Whoever is
 * too many waits in the listening socket's queue rather than being refused,
 * so that thousands that come back at once are all served in their turn; those
 * that have stayed for long without a tunnel make room.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define ACCEPTS_A_TURN 32
#define STAY	       (10 * 1000) /* ms that nobody is turned out in */
#define PAUSE	       1000	   /* ms, after an error */

#define MANY	       "-ERR too many connections\r\n"
#define CROWD	       "-ERR too many connections from your address\r\n"

/* ---- Pauses */

static void
pause_until(struct gateway *gw, int64_t when)
{
	unsigned i;

	for (i = 0; i < gw->nlisteners; i++)
		(void)event_del(&gw->listeners[i]);
	gw->paused = true;
	gw->resume = when;
	idle_wake(gw, when);
}

void
accept_resume(struct gateway *gw)
{
	unsigned i;

	if (!gw->paused)
		return;
	gw->paused = false;
	for (i = 0; i < gw->nlisteners; i++)
		if (event_add(&gw->listeners[i], NULL) == -1)
			_exit(1);
}

/* ---- Those without a tunnel */

void
accept_forget(struct conn *c)
{
	struct gateway *gw = c->gw;

	if (!c->in_logins)
		return;
	TAILQ_REMOVE(&gw->logins, c, logins);
	c->in_logins = false;
	gw->nlogins--;
	accept_resume(gw);
}

void
accept_follow(struct conn *c, int64_t now)
{
	if (c->serve.tunnel) {
		accept_forget(c);
	} else if (!c->in_logins) {
		c->since = now;
		c->in_logins = true;
		TAILQ_INSERT_TAIL(&c->gw->logins, c, logins);
		c->gw->nlogins++;
	}
}

/* The root process owes that one an answer. */
static bool
may_go(const struct conn *c, int64_t now)
{
	return now - c->since >= STAY && c->serve.state != SERVE_ASKING;
}

/* Room for one more; false with *until: not before then, unless one goes. */
static bool
make_room(struct gateway *gw, int64_t now, int64_t *until)
{
	struct conn *c;

	if (gw->nlogins < GATEWAY_LOGINS_MAX && gw->nconns < gw->nplaces)
		return true;
	TAILQ_FOREACH (c, &gw->logins, logins) {
		if (may_go(c, now)) {
			conn_turn_out(c, MANY);
			return true;
		}
		if (now - c->since < STAY) {
			*until = c->since + STAY;
			return false;
		}
	}
	*until = now + PAUSE;
	return false;
}

/* The same for one address, where nobody can be left waiting. */
static bool
make_room_for(struct gateway *gw, struct in_addr client4, int64_t now)
{
	struct conn *c, *goes = NULL;
	unsigned n = 0;

	TAILQ_FOREACH (c, &gw->logins, logins) {
		if (!addr4_equal(c->client4, client4))
			continue;
		n++;
		if (goes == NULL && may_go(c, now))
			goes = c;
	}
	if (n < GATEWAY_LOGINS_OF_ONE)
		return true;
	if (goes == NULL)
		return false;
	conn_turn_out(goes, CROWD);
	return true;
}

/* ---- Listening */

bool
accept_is_blocked(struct gateway *gw, struct in_addr client4, int64_t now)
{
	char text[ADDR4_STRLEN];

	if (!attempts_blocked(&gw->attempts, client4, now))
		return false;
	log_msg(tell_level(gw, OFTEN_BLOCKED, LOG_WARNING),
	    "%s: turned away: too many failed logins",
	    addr4_format(client4, text));
	return true;
}

static void
welcome(struct gateway *gw, int fd, struct in_addr client4, int64_t now)
{
	struct sockaddr_in local = {0};
	socklen_t len = sizeof(local);
	char text[ADDR4_STRLEN];
	int level;

	if (accept_is_blocked(gw, client4, now)) {
		conn_hang_up(fd, ACCEPT_BLOCKED);
	} else if (!make_room_for(gw, client4, now)) {
		level = tell_level(gw, OFTEN_CROWD, LOG_WARNING);
		log_msg(level,
		    "%s: turned away: too many connections without a tunnel",
		    addr4_format(client4, text));
		conn_hang_up(fd, CROWD);
	} else if (getsockname(fd, (struct sockaddr *)&local, &len) == -1) {
		conn_hang_up(fd, ""); /* it has gone again */
	} else {
		conn_open(gw, fd, client4, local.sin_addr);
	}
}

static void
cannot_accept(struct gateway *gw, int error, int64_t now)
{
	int level;

	switch (error) {
	case EAGAIN:
	case EINTR:
	case ECONNABORTED:
		return;
	default:
		/* No descriptor or no memory: neither comes by asking. */
		level = tell_level(gw, OFTEN_ACCEPT, LOG_ERR);
		log_msg(
		    level, "cannot accept connections: %s", strerror(error));
		pause_until(gw, now + PAUSE);
	}
}

static void
on_listener(evutil_socket_t listener, short what, void *arg)
{
	struct gateway *gw = arg;
	const int64_t now = os_now_ms();
	struct sockaddr_in far = {0};
	socklen_t len;
	int64_t until;
	int fd, i, level;

	(void)what;
	for (i = 0; i < ACCEPTS_A_TURN; i++) {
		if (!make_room(gw, now, &until)) {
			level = tell_level(gw, OFTEN_FULL, LOG_WARNING);
			log_msg(level,
			    "connections wait: there are %u without a tunnel",
			    gw->nlogins);
			pause_until(gw, until);
			return;
		}
		len = sizeof(far);
		fd = accept4((int)listener, (struct sockaddr *)&far, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1) {
			cannot_accept(gw, errno, now);
			return;
		}
		welcome(gw, fd, far.sin_addr, now);
	}
}

void
accept_from(struct gateway *gw, int fd)
{
	if (gw->nlisteners == LISTENERS_MAX) {
		log_msg(LOG_ERR, "engine: more than %d listening sockets",
		    LISTENERS_MAX);
		_exit(1);
	}
	gateway_watch(
	    gw, &gw->listeners[gw->nlisteners++], fd, on_listener, gw);
	if (gw->paused)
		(void)event_del(&gw->listeners[gw->nlisteners - 1]);
}
