/* Messages from the root process, each to the one who can use it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "private.h"

#define MESSAGES_A_TURN 64

static void
dialled(struct engine *en, struct msg *m)
{
	struct session_event ev = {.kind = SESSION_EV_DIALLED,
	    .local4 = m->addr4,
	    .server4 = m->server4};

	if (m->id != en->dial_id)
		return; /* an attempt that was called off */
	conn_open(en, m->fd);
	m->fd = -1;
	engine_step(en, &ev);
}

static void
address(struct engine *en, enum session_event_kind kind, const struct msg *m)
{
	struct session_event ev = {.kind = kind, .local4 = m->addr4};

	engine_step(en, &ev);
}

static void
failed(struct engine *en, enum session_event_kind kind, const struct msg *m)
{
	struct err e;

	err_set(&e, m->code, "%s", m->text);
	engine_step_err(en, kind, &e);
}

static void
digest(struct engine *en, const struct msg *m)
{
	struct session_event ev = {
	    .kind = SESSION_EV_DIGEST, .digest = m->text};

	engine_step(en, &ev);
}

/*
 * All is undone, but for a tun device that the kernel could not destroy as
 * long as we had it open: hence once more.
 */
static void
apply_failed(struct engine *en, const struct msg *m)
{
	tunnel_undo(en);
	failed(en, SESSION_EV_APPLY_FAILED, m);
}

/* Takes m->fd over by setting it to -1. */
static bool
heard(void *arg, struct msg *m)
{
	struct engine *en = arg;

	switch ((int)m->type) {
	case MSG_DIALLED:
		dialled(en, m);
		break;
	case MSG_DIAL_FAILED:
		if (m->id == en->dial_id)
			failed(en, SESSION_EV_DIAL_FAILED, m);
		break;
	case MSG_DIGEST:
		digest(en, m);
		break;
	case MSG_DIGEST_FAILED:
		failed(en, SESSION_EV_DIGEST_FAILED, m);
		break;
	case MSG_APPLIED:
		tunnel_applied(en, m);
		break;
	case MSG_APPLY_FAILED:
		apply_failed(en, m);
		break;
	case MSG_TUN:
		tunnel_set_tun(en, m->fd, (unsigned)m->level);
		m->fd = -1;
		break;
	case MSG_OUTER:
		tunnel_set_outer(en, m->fd, (unsigned)m->level);
		m->fd = -1;
		break;
	case MSG_LOST:
		tunnel_lost(en, &m->op);
		break;
	case MSG_LOST_END:
		tunnel_repair(en);
		break;
	case MSG_LAN:
		lan_heard(en, &m->lan);
		break;
	case MSG_RA_SOCKET:
		port_socket(en, m);
		break;
	case MSG_RA_FAILED:
		port_failed(en, m);
		break;
	case MSG_PREFIX:
		subnets_old(en, m);
		break;
	case MSG_ADDR4_NEW:
		address(en, SESSION_EV_ADDR_NEW, m);
		break;
	case MSG_ADDR4_GONE:
		address(en, SESSION_EV_ADDR_GONE, m);
		break;
	case MSG_DEFAULT4:
		engine_step_kind(en, SESSION_EV_DEFAULT);
		break;
	case MSG_RECONNECT:
		engine_step_kind(en, SESSION_EV_RECONNECT);
		break;
	case MSG_STOP:
		advertise_cease(en);
		engine_step_kind(en, SESSION_EV_STOP);
		break;
	case MSG_INFO:
		tell_info(en);
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
	advertise_settle(arg);
}
