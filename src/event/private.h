/* What the files of the engine share. */
#ifndef DTCP_EVENT_PRIVATE_H
#define DTCP_EVENT_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "dtcp/channel.h"
#include "dtcp/engine.h"
#include "dtcp/plan.h"
#include "dtcp/proto.h"
#include "dtcp/relay.h"
#include "dtcp/session.h"

#define REPAIRS_MAX   5		       /* in ... */
#define REPAIR_WINDOW (10 * 60 * 1000) /* ms */
#define QUEUE_MAX     4

/* An event that follows from an effect and waits for its turn. */
struct queued {
	enum session_event_kind kind;
	struct err err;
};

struct engine {
	const struct engine_conf *conf;
	struct event_base *base;
	struct session session;

	int channel;
	struct event *channel_event;
	int timer; /* os_timer_open() */
	struct event *timer_event;

	/* The connection to the server. */
	int conn; /* -1: none */
	struct event *conn_event;
	struct proto_framer framer;
	uint32_t dial_id;

	/* What the root process holds for us, and what it was asked last. */
	struct plan have;
	uint32_t apply_id;
	uint32_t grant_id; /* the apply that the session waits for; 0: none */
	char ifname[NETOP_NAMESIZE];
	bool user_encap;

	struct plan lost;
	int64_t repairs[REPAIRS_MAX]; /* ring */
	unsigned nrepairs;

	struct relay relay;
	struct event *tun_event;
	struct event *outer_event;

	struct queued queue[QUEUE_MAX];
	unsigned nqueued;
};

/* engine.c: the session's events in, its effects out. */
void engine_step(struct engine *en, const struct session_event *ev);
void engine_step_kind(struct engine *en, enum session_event_kind kind);
void engine_step_err(
    struct engine *en, enum session_event_kind kind, const struct err *err);
void engine_queue(
    struct engine *en, enum session_event_kind kind, const struct err *err);

/* tell.c: messages to the root process; its end is ours. */
void tell(struct engine *en, const struct msg *m);
void tell_text(
    struct engine *en, enum msg_type type, int level, const char *text);
void tell_state(struct engine *en, const char *why);
void tell_info(struct engine *en);

/* heard.c: messages from it. */
void heard_read(evutil_socket_t fd, short what, void *arg);

/* conn.c: the connection. */
void conn_open(struct engine *en, int fd);
void conn_send(struct engine *en, const char *line);
void conn_close(struct engine *en);

/* tunnel.c: plans and repairs. */
void tunnel_apply_grant(struct engine *en);
void tunnel_withdraw(struct engine *en);
void tunnel_undo(struct engine *en);
void tunnel_undone(struct engine *en);
void tunnel_applied(struct engine *en, const struct msg *m);
void tunnel_lost(struct engine *en, const struct netop *op);
void tunnel_repair(struct engine *en);

/* relay_events.c: the relay where it moves the packets. */
void tunnel_set_tun(struct engine *en, int fd);
void tunnel_set_outer(struct engine *en, int fd);
void relay_set_rules(struct engine *en, const struct grant *g);
void relay_end(struct engine *en);

#endif
