/*
 * What the engine asks for and is told.  It is unprivileged: nothing here
 * trusts more than msg_decode() and the desk have checked.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/sockets.h"
#include "private.h"

#define MESSAGES_A_TURN 256

void
tell_engine(void *arg, const struct msg *m)
{
	struct broker *b = arg;

	child_tell(&b->engine, m);
}

void
tell_engine_type(struct broker *b, enum msg_type type)
{
	struct msg m = {.type = type, .fd = -1};

	tell_engine(b, &m);
}

int
engine_listen(struct broker *b, struct err *e)
{
	const struct broker_conf *c = b->conf;
	struct msg m = {.type = MSG_LISTEN};
	unsigned i;
	int rc;

	for (i = 0; i < c->nlisten; i++) {
		m.fd = socket_listen(c->listen4[i], c->port, e);
		if (m.fd < 0)
			return m.fd;
		if ((rc = os_limit_fd(m.fd, OS_FD_LISTEN, e)) == 0)
			tell_engine(b, &m);
		close(m.fd);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static bool
request(void *arg, struct msg *m)
{
	struct broker *b = arg;
	int64_t now = os_now_ms();

	switch ((int)m->type) {
	case MSG_LOGIN:
		desk_login(&b->desk, m->id, &m->login, now);
		report_changed(b, now);
		break;
	case MSG_LOGOUT:
		desk_logout(&b->desk, m->id, m->text, now);
		report_changed(b, now);
		break;
	case MSG_LOG:
		child_log(m);
		break;
	case MSG_EXIT:
		b->done = true;
		/* It says that all is well only where it was asked to end. */
		b->status = m->level == 0 && b->stopping ? 0 : 1;
		break;
	default:
		log_msg(LOG_ERR, "engine sent %s; ending it",
		    "a message that is not for this process");
		child_kill(&b->engine);
		break;
	}
	return !b->done;
}

void
engine_read(struct broker *b)
{
	int r;

	if (b->done)
		return;
	r = channel_each(b->engine.fd, MESSAGES_A_TURN, request, b);
	if (r >= 0)
		return;
	if (r != -EPIPE)
		log_msg(LOG_ERR, "engine: bad message: %s", strerror(-r));
	broker_begin_anew(b, "the engine ended unexpectedly");
}
