/* One client's connection: bytes to lines, effects of the machine to deeds. */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define STEPS_A_TURN 8 /* reads and lines, so that floods leave room */
#define READ_CHUNK   1024
#define DRAIN_READS  8
#define MASKED_MAX   256

/* ---- Places.  The one that has been free for longest is next. */

int
conn_places(struct gateway *gw, unsigned n)
{
	unsigned i;

	gw->places = calloc(n, sizeof(gw->places[0]));
	if (gw->places == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		gw->places[i].next = (uint16_t)(i + 1);
	gw->nplaces = n;
	gw->free_last = (uint16_t)(n - 1);
	return 0;
}

/* An id is a place, and whose it was: late answers find nobody. */
static void
take_place(struct gateway *gw, struct conn *c)
{
	const uint16_t i = gw->free_first;
	struct place *p = &gw->places[i];

	gw->free_first = p->next;
	gw->nconns++;
	if (++p->generation == 0)
		p->generation = 1;
	p->conn = c;
	c->id = (uint32_t)p->generation << 16 | i;
}

static void
give_place(struct gateway *gw, const struct conn *c)
{
	const uint16_t i = (uint16_t)c->id;

	gw->places[i].conn = NULL;
	gw->places[i].next = (uint16_t)gw->nplaces;
	if (gw->free_first == gw->nplaces)
		gw->free_first = i;
	else
		gw->places[gw->free_last].next = i;
	gw->free_last = i;
	gw->nconns--;
}

struct conn *
conn_find(const struct gateway *gw, uint32_t id)
{
	const uint16_t i = (uint16_t)id;
	struct conn *c;

	if (i >= gw->nplaces)
		return NULL;
	c = gw->places[i].conn;
	return c != NULL && c->id == id ? c : NULL;
}

/* ---- Out */

static void
log_wire(
    const struct conn *c, const char *direction, const char *line, size_t n)
{
	char masked[MASKED_MAX], addr[ADDR4_STRLEN];

	if (!log_is_debug())
		return;
	proto_mask(line, n, masked, sizeof(masked));
	log_msg(LOG_DEBUG, "%s %u %s %s", addr4_format(c->client4, addr),
	    (unsigned)(uint16_t)c->id, direction, masked);
}

/*
 * A socket that is closed with something unread says so by a reset, which may
 * overtake our last words.
 */
void
conn_hang_up(int fd, const char *text)
{
	char buf[READ_CHUNK];
	int i;

	if (text[0] != '\0')
		(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	for (i = 0; i < DRAIN_READS && recv(fd, buf, sizeof(buf), 0) > 0; i++)
		;
	close(fd);
}

static void
conn_free(struct conn *c)
{
	struct gateway *gw = c->gw;

	(void)event_del(&c->event);
	tunnel_end(c);
	tunnel_forget_coming(c);
	idle_forget(c);
	give_place(gw, c);
	conn_hang_up(c->fd, "");
	accept_forget(c);
	free(c);
	accept_resume(gw);
}

/* Whom we wait for does not read; others have room, or are refused. */
static void
follow(struct conn *c)
{
	if (!c->serve.tunnel)
		tunnel_end(c);
	idle_follow(c);
	accept_follow(c, os_now_ms());
	if (!serve_wants_line(&c->serve))
		(void)event_del(&c->event);
	else if (!event_pending(&c->event, EV_READ, NULL)) {
		if (event_add(&c->event, NULL) == -1)
			_exit(1);
		/* There may be lines here already. */
		event_active(&c->event, EV_READ, 0);
	}
}

/* True: sent.  Replies are short, and a socket has room for many. */
static bool
say(const struct conn *c, const char *text)
{
	const size_t n = strlen(text);

	log_wire(c, ">", text, n);
	return send(c->fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

bool
conn_run(struct conn *c, const struct serve_effects *fx, const char *reason)
{
	struct serve_effects more;
	bool sent = true;
	unsigned i;

	for (i = 0; i < fx->n; i++) {
		switch (fx->kind[i]) {
		case SERVE_FX_SEND:
			sent = say(c, fx->text);
			break;
		case SERVE_FX_LOGIN:
			/* Nor does it help to have connected before. */
			if (accept_is_blocked(c->gw, c->client4, os_now_ms())) {
				conn_turn_out(c, ACCEPT_BLOCKED);
				return false;
			}
			c->udp_port = fx->login.port;
			tell_login(c->gw, c->id, &fx->login);
			break;
		case SERVE_FX_FAILED:
			attempts_failed(
			    &c->gw->attempts, c->client4, os_now_ms());
			break;
		case SERVE_FX_LOGOUT:
			tell_logout(c, reason);
			tunnel_end(c);
			break;
		case SERVE_FX_CLOSE:
			conn_free(c);
			return false;
		}
	}
	if (!sent) {
		serve_closed(&c->serve, &more);
		return conn_run(c, &more, "stuck");
	}
	follow(c);
	return true;
}

void
conn_turn_out(struct conn *c, const char *text)
{
	struct serve_effects fx;

	(void)say(c, text);
	serve_closed(&c->serve, &fx);
	(void)conn_run(c, &fx, "closed"); /* which has no tunnel */
}

/* ---- In */

static void
closed(struct conn *c)
{
	struct serve_effects fx;

	serve_closed(&c->serve, &fx);
	(void)conn_run(c, &fx, "closed");
}

/* Why a line ended it: a QUIT, or one login too many. */
static const char *
reason_of_line(const struct conn *c)
{
	return c->serve.failures < SERVE_FAILURES ? "quit" : "refused";
}

/* One line of what the framer has.  1: there was one; 0: not yet; -1: c is
 * gone, or wants none at the moment. */
static int
next_line(struct conn *c)
{
	struct serve_effects fx;
	const char *line;
	size_t n;
	int r;

	if (!serve_wants_line(&c->serve))
		return -1;
	r = proto_framer_line(&c->framer, &line, &n);
	if (r == 0)
		return 0;
	if (r < 0) {
		serve_garbage(&c->serve, &fx);
		return conn_run(c, &fx, "garbage") ? 1 : -1;
	}
	log_wire(c, "<", line, n);
	serve_line(&c->serve, line, n, os_now_ms(), &fx);
	return conn_run(c, &fx, reason_of_line(c)) ? 1 : -1;
}

/* As much as the framer has room for.  False: there is no more for now. */
static bool
read_some(struct conn *c)
{
	char buf[READ_CHUNK];
	size_t room = sizeof(c->framer.buf) - c->framer.len;
	ssize_t n;

	n = recv(c->fd, buf, room < sizeof(buf) ? room : sizeof(buf), 0);
	if (n > 0) {
		(void)proto_framer_feed(&c->framer, buf, (size_t)n);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		closed(c);
	return false;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	int i, r;

	(void)fd;
	(void)what;
	for (i = 0; i < STEPS_A_TURN; i++) {
		r = next_line(c);
		if (r == -1 || (r == 0 && !read_some(c)))
			return;
	}
	/* What is in the framer does not show on the socket. */
	if (serve_wants_line(&c->serve))
		event_active(&c->event, EV_READ, 0);
}

void
conn_open(
    struct gateway *gw, int fd, struct in_addr client4, struct in_addr local4)
{
	struct conn *c = calloc(1, sizeof(*c));
	struct serve_effects fx;
	uint8_t random[16];

	if (c == NULL) {
		conn_hang_up(fd, "");
		return;
	}
	c->gw = gw;
	c->fd = fd;
	c->client4 = client4;
	proto_framer_init(&c->framer);
	take_place(gw, c);
	gateway_watch(gw, &c->event, fd, on_readable, c);
	arc4random_buf(random, sizeof(random));
	serve_begin(&c->serve, random, client4, local4, os_now_ms(), &fx);
	(void)conn_run(c, &fx, "closed");
}
