/* Messages from the root process, each to the one who can use it. */
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define MESSAGES_A_TURN 64

/* The one that waits for an answer; NULL: it has gone, and said so. */
static struct conn *
asking(struct gateway *gw, const struct msg *m)
{
	struct conn *c = conn_find(gw, m->id);

	return c != NULL && c->serve.state == SERVE_ASKING ? c : NULL;
}

static void
granted(struct gateway *gw, const struct msg *m)
{
	struct conn *c = asking(gw, m);
	struct serve_effects fx;
	int error;

	if (c == NULL)
		return;
	error = tunnel_begin(c, m);
	if (error == 0) {
		serve_granted(&c->serve, &m->grant, os_now_ms(), &fx);
	} else {
		tell_logout(c, "unusable");
		serve_refused(&c->serve, -error, false, os_now_ms(), &fx);
	}
	(void)conn_run(c, &fx, "unusable");
}

static void
refused(struct gateway *gw, const struct msg *m)
{
	struct conn *c = asking(gw, m);
	struct serve_effects fx;

	if (c == NULL)
		return;
	tunnel_forget_coming(c);
	serve_refused(&c->serve, m->code, m->level == 1, os_now_ms(), &fx);
	(void)conn_run(c, &fx, "refused");
}

/* The root process has taken the tunnel away. */
static void
taken(struct gateway *gw, const struct msg *m,
    void (*step)(struct serve *, struct serve_effects *), const char *reason)
{
	struct conn *c = conn_find(gw, m->id);
	struct serve_effects fx;

	if (c == NULL)
		return;
	tunnel_end(c);
	step(&c->serve, &fx);
	(void)conn_run(c, &fx, reason);
}

/* It asked for another tunnel, and will hear of that. */
static void
let_go(struct gateway *gw, const struct msg *m)
{
	struct conn *c = asking(gw, m);

	if (c != NULL)
		tunnel_end(c);
}

/* Descriptors of a tunnel to come; takes m->fd over. */
static void
descriptor(struct gateway *gw, struct msg *m,
    void (*take)(struct conn *, int fd, unsigned features))
{
	struct conn *c = asking(gw, m);

	if (c == NULL)
		return;
	take(c, m->fd, (unsigned)m->level);
	m->fd = -1;
}

/* Takes m->fd over by setting it to -1. */
static bool
heard(void *arg, struct msg *m)
{
	struct gateway *gw = arg;

	switch ((int)m->type) {
	case MSG_LISTEN:
		accept_from(gw, m->fd);
		m->fd = -1;
		break;
	case MSG_TUN:
		traffic_shared(gw, m->fd, (unsigned)m->level);
		m->fd = -1;
		break;
	case MSG_RAW:
		raw_open(gw, m->addr4, m->fd);
		m->fd = -1;
		break;
	case MSG_SESSION_TUN:
		descriptor(gw, m, tunnel_device);
		break;
	case MSG_SESSION_UDP:
		descriptor(gw, m, tunnel_udp);
		break;
	case MSG_GRANT:
		granted(gw, m);
		break;
	case MSG_REFUSED:
		refused(gw, m);
		break;
	case MSG_LET_GO:
		let_go(gw, m);
		break;
	case MSG_REPLACED:
		taken(gw, m, serve_replaced, "replaced");
		break;
	case MSG_SESSION_LOST:
		taken(gw, m, serve_lost, "lost");
		break;
	case MSG_STOP:
		gateway_stop(gw);
	case MSG_INFO:
		stats_info(gw);
		break;
	default:
		log_msg(
		    LOG_ERR, "engine: message %d is not for it", (int)m->type);
		_exit(1);
	}
	return true;
}

void
heard_read(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	/* The root process is gone, or not itself. */
	if (channel_each((int)fd, MESSAGES_A_TURN, heard, arg) < 0)
		_exit(1);
}
