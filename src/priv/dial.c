/*
 * Dialling, as seen from the root process: one dialler at a time, and what it
 * hands over is looked at before the engine gets it.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "private.h"

void
dial_failed(struct priv *p, int code, const char *text)
{
	struct err e;

	err_set(&e, code, "%s", text);
	child_end(&p->dialler);
	engine_tell_error(p, MSG_DIAL_FAILED, p->dial_id, &e);
}

void
start_dialler(struct priv *p, uint32_t id)
{
	int r = spawn_dialler(p, id);

	if (r != 0) {
		p->dial_id = id;
		dial_failed(p, -r, "cannot start a dialler");
	}
}

/* Both ends as the kernel has them: the dialler's word is not taken. */
static int
look_at_connection(int fd, struct msg *m)
{
	struct sockaddr_in local = {0}, remote = {0};
	socklen_t len = sizeof(local);
	int type = 0;

	if (getsockname(fd, (struct sockaddr *)&local, &len) == -1 ||
	    len != sizeof(local) || local.sin_family != AF_INET)
		return -1;
	len = sizeof(remote);
	if (getpeername(fd, (struct sockaddr *)&remote, &len) == -1 ||
	    len != sizeof(remote) || remote.sin_family != AF_INET)
		return -1;
	len = sizeof(type);
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == -1 ||
	    type != SOCK_STREAM)
		return -1;
	m->addr4 = local.sin_addr;
	m->server4 = remote.sin_addr;
	return 0;
}

static void
take_connection(struct priv *p, struct msg *m)
{
	char addr[ADDR4_STRLEN], text[64];
	struct err e = {0};

	if (look_at_connection(m->fd, m) != 0) {
		dial_failed(p, ECONNABORTED,
		    "connection lost: the server closed it at once");
		return;
	}
	/* It may have gone while the dialler was at work. */
	if (p->kernel->ops->is_local4(p->kernel, m->addr4) != 1) {
		snprintf(text, sizeof(text), "the local address %s is gone",
		    addr4_format(m->addr4, addr));
		dial_failed(p, EADDRNOTAVAIL, text);
		return;
	}
	if (os_limit_fd(m->fd, OS_FD_STREAM, &e) != 0) {
		dial_failed(p, e.code, e.text);
		return;
	}
	p->local4 = m->addr4;
	p->local4_known = true;
	engine_tell(p, m);
	child_end(&p->dialler);
}

void
request_from_dialler(struct priv *p, struct msg *m)
{
	if (m->id != p->dial_id)
		return;
	switch ((int)m->type) {
	case MSG_LOG:
		child_log(m);
		break;
	case MSG_DIALLED:
		take_connection(p, m);
		break;
	case MSG_DIAL_FAILED:
		dial_failed(p, m->code, m->text);
		break;
	default:
		dial_failed(p, EPROTO, "the dialler sent what it may not");
		break;
	}
}
