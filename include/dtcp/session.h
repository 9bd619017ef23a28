/*
 * The client's session with one server, as a machine without system calls,
 * clock or randomness: events come in, effects go out.  Times are monotonic
 * milliseconds (int64_t) or spans (uint32_t).
 */
#ifndef DTCP_SESSION_H
#define DTCP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/err.h"
#include "dtcp/grant.h"
#include "dtcp/proto.h"

enum session_state {
	SESSION_INIT,
	SESSION_CONNECTING,	/* a dialler is at work */
	SESSION_GREETING,	/* connected, waiting for the challenge */
	SESSION_AUTHENTICATING, /* waiting for the digest */
	SESSION_REQUESTING,	/* TUNNEL sent, waiting for the grant */
	SESSION_CONFIGURING,	/* operations under way in the root process */
	SESSION_UP,
	SESSION_PROBING, /* up, and a ping is urgent */
	SESSION_LEAVING, /* quit sent, waiting for the far end */
	SESSION_WAITING, /* back-off before the next attempt */
	SESSION_STOPPED, /* terminal */
	SESSION_STATES
};

/* Milliseconds. */
#define SESSION_PING_INTERVAL 60000
#define SESSION_PING_TIMEOUT  20000
#define SESSION_RETRY_MIN     1000
#define SESSION_RETRY_MAX     300000

/*
 * The wait after n failures in a row is a random time from retry_min / 4 to
 * retry_min * 2^(n-1), never above retry_max.  After a session in which a
 * ping was answered the first wait is 0.5 to 5 s (not above retry_max), after
 * the loss of the local address none.  Where the server refuses
 * authentication or type, grants no UDP tunnel where one was asked for, or a
 * NAT is in the way, trying again helps little: the wait is a random time from
 *     refused_min = max(retry_min, min(60 s, retry_max))
 * to refused_min * 2^n, never above refused_max, which is 1 h where retry_max
 * is the default, and retry_max itself where the user chose one.  An answered
 * ping and SESSION_EV_RECONNECT set both counts back.
 *
 * "Replaced by a new login" of the same account is of that kind, whenever it
 * comes.  From then on a ping sets back the count of refusals only once its
 * session has lasted longer than refused_max: two machines on one account thus
 * leave the tunnel to each other for longer and longer.
 *
 * News from the network (a new address, another default route) ends a wait,
 * and a dialler's work, but not within 1 s of the last attempt's start; each
 * further time without a tunnel in between doubles that, up to 32 s.
 */
struct session_conf {
	enum tunnel_type type;	       /* -t */
	char user[PROTO_USER_MAX + 1]; /* -u */
	bool nat;		       /* -n */
	bool persist;		       /* -l */
	bool udp;		       /* -U */
	uint16_t udp_announce;	       /* -B, -b; 0: no port field */
	uint32_t ping_interval;	       /* ms */
	uint32_t ping_timeout;
	uint32_t retry_min;
	uint32_t retry_max;
};

enum session_event_kind {
	SESSION_EV_START,
	SESSION_EV_DIALLED,	  /* local4, server4: a connected socket */
	SESSION_EV_DIAL_FAILED,	  /* err */
	SESSION_EV_LINE,	  /* line, len */
	SESSION_EV_CLOSED,	  /* err: why (0 code = end of file) */
	SESSION_EV_DIGEST,	  /* digest */
	SESSION_EV_DIGEST_FAILED, /* err */
	SESSION_EV_APPLIED,	  /* the grant is in effect */
	SESSION_EV_APPLY_FAILED,  /* err; nothing of it is left */
	SESSION_EV_TIMER,	  /* the deadline asked for has come */
	SESSION_EV_RECONNECT,	  /* SIGHUP */
	SESSION_EV_STOP,	  /* SIGTERM, SIGINT */
	SESSION_EV_ADDR_GONE,	  /* local4 left this host */
	SESSION_EV_ADDR_NEW,	  /* local4 came to this host */
	SESSION_EV_DEFAULT,	  /* IPv4 default route changed */
	SESSION_EVENTS
};

struct session_event {
	enum session_event_kind kind;
	struct in_addr local4; /* network byte order */
	struct in_addr server4;
	const char *line;
	size_t len;
	const char *digest; /* PROTO_DIGEST_LEN hex digits */
	const struct err *err;
};

enum session_effect_kind {
	SESSION_FX_DIAL,     /* start a dialler; end one that is at work */
	SESSION_FX_HANGUP,   /* end the dialler, close the connection */
	SESSION_FX_SEND,     /* text: a line with CRLF */
	SESSION_FX_DIGEST,   /* text: the challenge */
	SESSION_FX_APPLY,    /* grant */
	SESSION_FX_WITHDRAW, /* routes over the tunnel go at once */
	SESSION_FX_UNDO,     /* everything goes */
	SESSION_FX_LOG,	     /* level, text */
	SESSION_FX_STATE,    /* entered s->state; text: why, or empty */
	SESSION_FX_EXIT,     /* exit status in level; the last effect ever */
};

#define SESSION_FX_MAX	16
#define SESSION_FX_TEXT 480 /* with its NUL; less than LOG_LINE_MAX */

struct session_effect {
	enum session_effect_kind kind;
	int level;
	char text[SESSION_FX_TEXT];
};

struct session_effects {
	unsigned n;
	struct session_effect fx[SESSION_FX_MAX];
};

struct session {
	const struct session_conf *conf;
	uint32_t (*random)(void *arg); /* uniform 32 bits */
	void *random_arg;

	enum session_state state;
	int64_t deadline;	/* when to send EV_TIMER; -1 never */
	int64_t since;		/* when the state was entered */
	struct in_addr local4;	/* our end of the connection */
	struct in_addr server4; /* the end dialled */
	struct grant grant;	/* valid from CONFIGURING on */
	unsigned sessions;	/* grants taken in this run */
	/* The rest is src/session's own. */
	int64_t ping_sent;  /* the oldest unanswered one, -1: none */
	int64_t ping_due;   /* when the next one is to be sent */
	int64_t probed_at;  /* when the last probe was sent, -1: never */
	int64_t probe_due;  /* when to probe again, -1: no need */
	int64_t dialled_at; /* when the last attempt was started */
	unsigned cuts;	    /* times news ended a wait, no tunnel between */
	unsigned owed;	    /* replies the server owes us */
	unsigned unasked;   /* lines it did not owe us */
	bool stopping;	    /* LEAVING ends in STOPPED */
	bool installed;	    /* APPLY was asked for, and no UNDO since */
	bool routed;	    /* the same with WITHDRAW */
	bool answered;	    /* a ping was answered this session */
	unsigned attempts;  /* failed in a row, for back-off */
	unsigned refusals;  /* in a row, of the refused kind */
	bool replaced;	    /* one of them: another login took the tunnel */
	unsigned repeats;   /* of last_failure */
	char last_failure[ERR_TEXT_MAX];
};

void session_init(struct session *s, const struct session_conf *conf,
    uint32_t (*random)(void *), void *arg);

/*
 * One event.  Fills fx (cleared first) with what to do, in order, and
 * s->deadline with when to come back.  An event that has no meaning in the
 * state is ignored.
 */
void session_step(struct session *s, const struct session_event *ev,
    int64_t now, struct session_effects *fx);

const char *session_state_name(enum session_state st);

/* The table of allowed transitions, for tests and documents. */
bool session_may(enum session_state from, enum session_state to);

#endif
