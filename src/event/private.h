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
#include "dtcp/ra.h"
#include "dtcp/relay.h"
#include "dtcp/session.h"

#define REPAIRS_MAX	 5		  /* in ... */
#define REPAIR_WINDOW	 (10 * 60 * 1000) /* ms */
#define QUEUE_MAX	 4
#define OLD_PREFIXES_MAX 64

/* An event that follows from an effect and waits for its turn. */
struct queued {
	enum session_event_kind kind;
	struct err err;
};

/* When something was put back. */
struct repairs {
	int64_t at[REPAIRS_MAX]; /* ring */
	unsigned n;
};

struct engine;

/* Sockets for router discovery on the interface of a slot. */
struct port {
	struct engine *engine;
	uint8_t slot;
	bool wanted;	     /* the root process was asked for them */
	int fd[RA_SOCKETS];  /* -1: none */
	struct event *event; /* not NULL: all are there */
	int64_t retry;	     /* when to ask again, -1: not */
	unsigned tries;
};

/* A prefix that an earlier run announced or withdrew. */
struct old_prefix {
	uint8_t slot;
	struct ra_prefix prefix;
};

struct engine {
	const struct engine_conf *conf;
	struct event_base *base;
	struct session session;
	char why[SESSION_FX_TEXT]; /* it is in this state */

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
	uint32_t ifindex;
	bool user_encap;

	struct plan lost;
	struct repairs repairs, lan_repairs;

	struct relay relay;
	struct relay_socket outer;
	struct relay_client client; /* the far end, and what may pass */
	struct event *tun_event;
	struct event *outer_event;

	int keepalive_timer; /* os_timer_open() */
	struct event *keepalive_event;
	unsigned keepalive_first; /* to come at the short distance */
	int64_t sent_at; /* when packets or a keep-alive went out last */

	/* The grant that is in effect, whatever the session does now. */
	bool granted_known;
	struct grant granted;
	struct in_addr granted_local4;

	/* LAN interfaces, by slot; the tunnel's slot solicits. */
	struct lan lans[NETOP_SLOTS];
	struct port ports[NETOP_SLOTS];
	struct ra_iface ra[NETOP_SLOTS];
	struct rs_sender rs;
	const char *lan_told[NETOP_SLOTS]; /* in the status */
	bool tunnel_up;			   /* as the advertisements know it */
	int ra_timer;			   /* os_timer_open() */
	int64_t ra_due;			   /* what it is set to */
	struct event *ra_timer_event;
	bool prefixes_changed;
	/* They wait for the first grant, in case they are granted again. */
	unsigned nold;
	struct old_prefix old[OLD_PREFIXES_MAX];
	int64_t old_due; /* when that has been for long enough, -1: never */

	struct queued queue[QUEUE_MAX];
	unsigned nqueued;
};

/* engine.c: the session's events in, its effects out. */
void engine_step(struct engine *en, const struct session_event *ev);
bool engine_is_up(const struct engine *en); /* the tunnel works */
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
void tell_lans(struct engine *en); /* where one is not as it was told */
void tell_info(struct engine *en);

/* heard.c: messages from it. */
void heard_read(evutil_socket_t fd, short what, void *arg);

/* conn.c: the connection. */
void conn_open(struct engine *en, int fd);
void conn_send(struct engine *en, const char *line);
void conn_close(struct engine *en);

/* tunnel.c: plans and repairs. */
void tunnel_send(struct engine *en, const struct plan *ops);
void tunnel_apply_grant(struct engine *en);
void tunnel_withdraw(struct engine *en);
void tunnel_undo(struct engine *en);
void tunnel_undone(struct engine *en);
void tunnel_applied(struct engine *en, const struct msg *m);
void tunnel_lost(struct engine *en, const struct netop *op);
void tunnel_repair(struct engine *en);

/* lan.c: the interfaces of -P. */
void lan_heard(struct engine *en, const struct lan *l);
void lan_put_addresses(struct engine *en);
/* Is op about one that is not there, or down? */
bool lan_is_down(const struct engine *en, const struct netop *op);

/*
 * port.c: sockets of a slot.  Once all are there, what is heard goes to
 * solicit.c or advertise.c.
 */
void port_init(struct engine *en, uint8_t slot);
void port_open(struct engine *en, uint8_t slot); /* new ones */
void port_close(struct engine *en, uint8_t slot);
void port_socket(struct engine *en, struct msg *m); /* takes m->fd over */
void port_failed(struct engine *en, const struct msg *m);
void port_timer(struct engine *en, uint8_t slot, int64_t now);
const char *port_name(const struct engine *en, uint8_t slot);

/* advertise.c: router advertisements on the LANs. */
void advertise_init(struct engine *en);
void advertise_lan(struct engine *en, uint8_t slot); /* it changed */
void advertise_ready(struct engine *en, uint8_t slot);
void advertise_heard(struct engine *en, uint8_t slot, const struct ra_heard *h,
    const uint8_t *p, size_t n);
/* By the options: is there a subnet to announce on that slot's LAN? */
bool advertise_wanted(const struct engine *en, uint8_t slot);
/* Carry out what an event led to. */
void advertise_act(struct engine *en, uint8_t slot, const struct ra_out *out);
void advertise_tunnel(struct engine *en, bool up);
void advertise_cease(struct engine *en); /* the last word */
/* After all that an event brought: what is new is saved, the timer set. */
void advertise_settle(struct engine *en);
void advertise_timer(evutil_socket_t fd, short what, void *arg);

/* subnets.c: what the LANs announce. */
void subnets_old(struct engine *en, const struct msg *m);
void subnets_granted(struct engine *en);
void subnets_timer(struct engine *en, int64_t now); /* no grant came */
void subnets_cease(struct engine *en);		    /* nor will it */
void subnets_save(struct engine *en); /* the root process keeps them */

/* solicit.c: -r solicit. */
void solicit_begin(struct engine *en);
void solicit_end(struct engine *en);
void solicit_ready(struct engine *en);
void solicit_heard(struct engine *en, const struct ra_heard *h);
void solicit_timer(struct engine *en, int64_t now);

/* keepalive.c: of a UDP tunnel, while it is up. */
void keepalive_begin(struct engine *en);
void keepalive_end(struct engine *en);
void keepalive_timer(evutil_socket_t fd, short what, void *arg);

/* relay_events.c: the relay where it moves the packets. */
void tunnel_set_tun(struct engine *en, int fd, unsigned features);
void tunnel_set_outer(struct engine *en, int fd, unsigned features);
void relay_begin(struct engine *en); /* without descriptors */
void relay_set_rules(struct engine *en, const struct grant *g);
void relay_end(struct engine *en);

#endif
