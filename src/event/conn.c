/* The connection to the server: bytes to lines, lines to bytes. */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "private.h"

#define READ_CHUNK   1024
#define READS_A_TURN 8 /* so that a flood leaves room for everything else */
#define MASKED_MAX   256

static void
log_wire(const char *direction, const char *line, size_t n)
{
	char masked[MASKED_MAX];

	if (!log_is_debug())
		return;
	proto_mask(line, n, masked, sizeof(masked));
	log_msg(LOG_DEBUG, "%s %s", direction, masked);
}

static void
closed(struct engine *en, int code, const char *why)
{
	struct err e = {0};

	if (code != 0)
		err_set(&e, code, "%s", why);
	conn_close(en);
	engine_step_err(en, SESSION_EV_CLOSED, &e);
}

/* Whole lines from the framer to the session.  False: it is over. */
static bool
deliver_lines(struct engine *en)
{
	struct session_event ev = {.kind = SESSION_EV_LINE};
	int r;

	while ((r = proto_framer_line(&en->framer, &ev.line, &ev.len)) == 1) {
		log_wire("<", ev.line, ev.len);
		engine_step(en, &ev);
		if (en->conn == -1)
			return false;
	}
	if (r == 0)
		return true;
	closed(en, -r,
	    r == -EMSGSIZE ? "the server sent a line that is too long" :
			     "the server sent a control byte");
	return false;
}

/* True: there may be more to read. */
static bool
read_some(struct engine *en)
{
	char buf[READ_CHUNK];
	ssize_t n;
	size_t done;

	n = recv(en->conn, buf, sizeof(buf), 0);
	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			closed(en, errno, strerror(errno));
		return false;
	}
	if (n == 0) {
		closed(en, 0, "");
		return false;
	}
	for (done = 0; done < (size_t)n;) {
		done += proto_framer_feed(
		    &en->framer, buf + done, (size_t)n - done);
		if (!deliver_lines(en))
			return false;
	}
	return (size_t)n == sizeof(buf);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct engine *en = arg;
	int i;

	(void)fd;
	(void)what;
	for (i = 0; i < READS_A_TURN; i++)
		if (!read_some(en))
			return;
}

void
conn_open(struct engine *en, int fd)
{
	conn_close(en);
	proto_framer_init(&en->framer);
	en->conn = fd;
	en->conn_event =
	    event_new(en->base, fd, EV_READ | EV_PERSIST, on_readable, en);
	if (en->conn_event == NULL || event_add(en->conn_event, NULL) == -1)
		_exit(1);
}

/*
 * Requests are a few dozen bytes, one at a time: a socket that does not take
 * one whole belongs to a far end that has not answered for minutes.
 */
void
conn_send(struct engine *en, const char *line)
{
	size_t n = strlen(line);
	struct err e;

	if (en->conn == -1)
		return;
	log_wire(">", line, n);
	if (send(en->conn, line, n, MSG_NOSIGNAL) == (ssize_t)n)
		return;
	err_set(&e, EPIPE, "cannot send to the server");
	conn_close(en);
	engine_queue(en, SESSION_EV_CLOSED, &e);
}

void
conn_close(struct engine *en)
{
	if (en->conn_event != NULL)
		event_free(en->conn_event);
	en->conn_event = NULL;
	if (en->conn != -1)
		close(en->conn);
	en->conn = -1;
}
