/* What the files of the gateway share. */
#ifndef DTCP_GATEWAY_PRIVATE_H
#define DTCP_GATEWAY_PRIVATE_H

#include <sys/queue.h>
#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "dtcp/attempts.h"
#include "dtcp/channel.h"
#include "dtcp/gateway.h"
#include "dtcp/hub.h"
#include "dtcp/proto.h"
#include "dtcp/relay.h"
#include "dtcp/serve.h"

#define LISTENERS_MAX 16
#define RAW_BUCKETS   1024 /* a power of two */

struct gateway;
struct tunnel;

/* A client's connection. */
struct conn {
	struct gateway *gw;
	uint32_t id; /* conn_find() */
	int fd;
	struct in_addr client4;
	struct event event; /* reads, while serve_wants_line() */
	struct serve serve;
	struct proto_framer framer;
	uint16_t udp_port; /* of the last login, 0: to be found out */

	/* Where packets are carried here; NULL: nowhere. */
	struct tunnel *carried;
	struct tunnel *coming; /* of a grant that is under way */

	/* idle.c: when it has been silent for too long. */
	struct conns *queue; /* NULL: in none */
	TAILQ_ENTRY(conn) idle;

	/* accept.c: without a tunnel, and since when. */
	bool in_logins;
	int64_t since;
	TAILQ_ENTRY(conn) logins;
};

TAILQ_HEAD(conns, conn);

/* A place for a connection. */
struct place {
	struct conn *conn;   /* NULL: free */
	uint16_t generation; /* of the one that has or had it; never 0 */
	uint16_t next;	     /* free one after this one */
};

/* Protocol 41 of an address of ours, for all tunnels there. */
struct raw {
	struct gateway *gw;
	struct in_addr local4;
	struct relay_socket socket;
	struct event event;
	SLIST_ENTRY(raw) next;
};

/* What carries the packets of one tunnel. */
struct tunnel {
	struct conn *conn;
	struct grant grant;
	struct relay_peer peer;
	struct raw *raw;	 /* NULL: UDP */
	struct relay_socket udp; /* fd -1: none */
	struct event udp_event;
	bool shared;	    /* the device of many; else ... */
	struct relay relay; /* ... this one; tunfd -1: none */
	struct event tun_event;
	LIST_ENTRY(tunnel) by_source; /* of raw's far ends */
};

LIST_HEAD(tunnels, tunnel);

/* What is logged once in a while, however often it happens. */
enum often {
	OFTEN_FULL,
	OFTEN_ACCEPT,
	OFTEN_CROWD,
	OFTEN_BLOCKED,
	OFTEN_MOVED,
	OFTEN_KINDS
};

struct gateway {
	const struct gateway_conf *conf;
	struct event_base *base;
	int channel;
	struct event channel_event;

	/* tell.c: what waits until the root process takes more. */
	STAILQ_HEAD(, letter) outbox;
	struct event outbox_event;
	int64_t quiet_until[OFTEN_KINDS];

	/* conn.c */
	struct place *places;
	unsigned nplaces, nconns;
	uint16_t free_first, free_last; /* nplaces: none */

	/* accept.c */
	unsigned nlisteners;
	struct event listeners[LISTENERS_MAX];
	bool paused;
	int64_t resume; /* when to accept again at the latest */
	unsigned nlogins;
	struct conns logins; /* oldest first */
	struct attempts attempts;

	/* idle.c */
	int timer; /* os_timer_open() */
	struct event timer_event;
	int64_t due; /* what it is set to, -1: never */
	struct conns idle_logins, idle_tunnels;

	/* traffic.c, packets.c, raw.c */
	struct relay relay; /* of the shared device; tunfd -1: none yet */
	struct event tun_event;
	struct hub *hub; /* whose inner addresses are whose, there */
	SLIST_HEAD(, raw) raws;
	struct tunnels by_source[RAW_BUCKETS];
	struct relay_stats ended; /* of those of before */
};

/* gateway.c: an event of ours, in place; no memory for it is the end. */
void gateway_watch(struct gateway *gw, struct event *ev, int fd,
    event_callback_fn callback, void *arg);
void gateway_stop(struct gateway *gw) __attribute__((__noreturn__));

/* accept.c: listeners, and who may stay without a tunnel. */
void accept_from(struct gateway *gw, int fd);
void accept_resume(struct gateway *gw); /* there is room again */
/* Follow whether it has a tunnel; called after each of its steps. */
void accept_follow(struct conn *c, int64_t now);
void accept_forget(struct conn *c);
/* Did too many logins from there fail?  If so, the log says so. */
bool accept_is_blocked(struct gateway *gw, struct in_addr client4, int64_t now);

#define ACCEPT_BLOCKED "-ERR too many failed logins, try again later\r\n"

/*
 * conn.c: connections.  What happens to one is a step of its machine
 * (dtcp/serve.h), and conn_run() carries out what follows from it; it may
 * close the connection, so that c is gone afterwards (false).  reason: what
 * the log has for the end of a tunnel.
 */
int conn_places(struct gateway *gw, unsigned n); /* 0 or -ENOMEM */
/* Takes fd over. */
void conn_open(
    struct gateway *gw, int fd, struct in_addr client4, struct in_addr local4);
struct conn *conn_find(const struct gateway *gw, uint32_t id);
bool conn_run(
    struct conn *c, const struct serve_effects *fx, const char *reason);
void conn_turn_out(struct conn *c, const char *text); /* with these words */
void conn_hang_up(int fd, const char *text);	      /* "": without any */

/* idle.c: deadlines, one timer for all. */
void idle_init(struct gateway *gw);
void idle_follow(struct conn *c);
void idle_forget(struct conn *c);
void idle_wake(struct gateway *gw, int64_t when); /* by then at the latest */

/* heard.c: messages from the root process. */
void heard_read(evutil_socket_t fd, short what, void *arg);

/* tell.c: messages to it. */
void tell_init(struct gateway *gw);
void tell_login(struct gateway *gw, uint32_t id, const struct login *l);
/* The tunnel of c goes; what it carried is told, too. */
void tell_logout(const struct conn *c, const char *reason);
/* The level of a message that may come too often: debug, if it does. */
int tell_level(struct gateway *gw, enum often kind, int level);

/* tunnel.c: what carries a tunnel's packets. */
/* For the grant to come; they take fd over. */
void tunnel_device(struct conn *c, int fd, unsigned features);
void tunnel_udp(struct conn *c, int fd, unsigned features);
/* MSG_GRANT.  0 or -errno, logged; what there was before has ended. */
int tunnel_begin(struct conn *c, const struct msg *m);
void tunnel_forget_coming(struct conn *c);
void tunnel_end(struct conn *c);

/* traffic.c: the descriptors that they come by. */
/* The shared device; takes tunfd over. */
void traffic_shared(struct gateway *gw, int tunfd, unsigned features);
void traffic_device(
    struct gateway *gw, struct relay *r, int tunfd, unsigned features);
void traffic_begin(struct tunnel *t);
void traffic_end(struct tunnel *t);
/* What all share has gone: the root process undoes all and begins anew. */
void traffic_all_lost(int error) __attribute__((__noreturn__));

/* packets.c: which ones pass, and whose they are. */
void packets_policy_shared(struct gateway *gw);
void packets_policy_own(struct tunnel *t);

/* raw.c: protocol 41, and which far end is whose. */
void raw_open(struct gateway *gw, struct in_addr local4, int fd);
struct raw *raw_find(struct gateway *gw, struct in_addr local4);
int raw_add(struct tunnel *t); /* -EEXIST */
void raw_remove(struct tunnel *t);
struct tunnel *raw_tunnel(
    struct gateway *gw, const struct relay_socket *s, struct in_addr client4);

/* stats.c */
void stats_tunnel(const struct tunnel *t, struct relay_stats *out);
uint64_t stats_drops(const struct relay_stats *st);
void stats_info(const struct gateway *gw); /* to the log */

#endif
