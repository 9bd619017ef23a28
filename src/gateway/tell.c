/*
 * Messages to the root process.  They wait here until it takes them, as the
 * kernel may keep it busy while thousands leave at once, and packets go on
 * meanwhile.  There are not many: one LOGIN a connection, which says nothing
 * more until it is answered, and one LOGOUT a tunnel.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define QUIET	(10 * 1000) /* ms between messages of a kind */
#define WHY_MAX 128

struct letter {
	STAILQ_ENTRY(letter) next;
	enum msg_type type;
	uint32_t id;
	struct login login; /* MSG_LOGIN */
	char why[WHY_MAX];  /* MSG_LOGOUT */
};

/* One at a time: whether there is room for another, only the event tells. */
static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct gateway *gw = arg;
	struct letter *l = STAILQ_FIRST(&gw->outbox);
	struct msg m = {.type = l->type, .id = l->id, .fd = -1};

	(void)what;
	m.login = l->login;
	strlcpy(m.text, l->why, sizeof(m.text));
	STAILQ_REMOVE_HEAD(&gw->outbox, next);
	free(l);
	if (STAILQ_EMPTY(&gw->outbox))
		(void)event_del(&gw->outbox_event);
	/* Without the root process there is nothing left to do. */
	if (channel_send((int)fd, &m) != 0)
		_exit(1);
}

void
tell_init(struct gateway *gw)
{
	STAILQ_INIT(&gw->outbox);
	if (event_assign(&gw->outbox_event, gw->base, gw->channel,
		EV_WRITE | EV_PERSIST, on_writable, gw) == -1)
		_exit(1);
}

static struct letter *
post(struct gateway *gw, enum msg_type type, uint32_t id)
{
	struct letter *l = calloc(1, sizeof(*l));

	/* A tunnel that is not taken down would be one for ever. */
	if (l == NULL || event_add(&gw->outbox_event, NULL) == -1)
		_exit(1);
	l->type = type;
	l->id = id;
	STAILQ_INSERT_TAIL(&gw->outbox, l, next);
	return l;
}

void
tell_login(struct gateway *gw, uint32_t id, const struct login *login)
{
	post(gw, MSG_LOGIN, id)->login = *login;
}

void
tell_logout(const struct conn *c, const char *reason)
{
	struct letter *l = post(c->gw, MSG_LOGOUT, c->id);
	struct relay_stats st;

	if (c->carried == NULL) {
		snprintf(l->why, sizeof(l->why), "reason=%s", reason);
		return;
	}
	stats_tunnel(c->carried, &st);
	snprintf(l->why, sizeof(l->why),
	    "reason=%s in=%" PRIu64 " out=%" PRIu64 " dropped=%" PRIu64, reason,
	    st.octets_in, st.octets_out, stats_drops(&st));
}

int
tell_level(struct gateway *gw, enum often kind, int level)
{
	const int64_t now = os_now_ms();

	if (now < gw->quiet_until[kind])
		return LOG_DEBUG;
	gw->quiet_until[kind] = now + QUIET;
	return level;
}
