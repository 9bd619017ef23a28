/*
 * The server's side of a connection: what came in, what goes out.  Pure: time
 * is an argument, and what is to be done is an effect.
 *
 *	GREETED --TUNNEL--> ASKING --granted--> UP --TUNNEL--> ASKING ...
 *
 * While ASKING, lines wait where they are (serve_wants_line()).
 */
#ifndef DTCP_SERVE_H
#define DTCP_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/err.h"
#include "dtcp/grant.h"
#include "dtcp/login.h"
#include "dtcp/proto.h"

#define SERVE_IDLE_LOGIN  (60 * 1000)  /* ms without a line, before a tunnel */
#define SERVE_IDLE_TUNNEL (300 * 1000) /* ms, with one */
#define SERVE_FAILURES	  3	       /* refused logins of one connection */

enum serve_state {
	SERVE_GREETED, /* no tunnel */
	SERVE_ASKING,  /* the root process was asked */
	SERVE_UP,      /* there is a tunnel */
	SERVE_CLOSED,  /* nothing is done any more */
};

struct serve {
	enum serve_state state;
	bool tunnel;	  /* there is one, also while ASKING for another */
	int64_t deadline; /* when it has been silent for too long */
	unsigned failures;
	char challenge[LOGIN_HEX_LEN + 1];
	char type[16 + 1]; /* the word asked for, cut, for the reply */
	struct in_addr client4, local4;
};

/* In the order in which they come. */
enum serve_effect_kind {
	SERVE_FX_SEND,	 /* text, with CRLF */
	SERVE_FX_LOGIN,	 /* login: ask the root process */
	SERVE_FX_FAILED, /* count it against the address */
	SERVE_FX_LOGOUT, /* its tunnel goes */
	SERVE_FX_CLOSE,	 /* close the connection; always the last */
};

#define SERVE_FX_MAX   4
#define SERVE_TEXT_MAX 640 /* the longest reply, a grant of eight prefixes */

struct serve_effects {
	unsigned n;
	enum serve_effect_kind kind[SERVE_FX_MAX];
	char text[SERVE_TEXT_MAX]; /* of the one SEND */
	struct login login;	   /* of the one LOGIN */
};

/*
 * A new connection: greets.  random: 16 octets of the system's random source,
 * of which the challenge is made.
 */
void serve_begin(struct serve *s, const uint8_t random[16],
    struct in_addr client4, struct in_addr local4, int64_t now,
    struct serve_effects *fx);

/* May the next line be given to it? */
bool serve_wants_line(const struct serve *s);

/* A line without its end, as proto_framer_line() gives it. */
void serve_line(struct serve *s, const char *line, size_t n, int64_t now,
    struct serve_effects *fx);

/* The framer would not have it: too long, or a control byte. */
void serve_garbage(struct serve *s, struct serve_effects *fx);

/*
 * The root process's answers: MSG_GRANT; MSG_REFUSED (code: errno, EACCES the
 * login, EOPNOTSUPP the type, EPROTONOSUPPORT the type over UDP, ENOBUFS no
 * tunnel is free, EADDRINUSE another user has the one that can be between the
 * two addresses, any other our own trouble; kept: the tunnel of before stays);
 * MSG_REPLACED; MSG_SESSION_LOST.
 */
void serve_granted(struct serve *s, const struct grant *g, int64_t now,
    struct serve_effects *fx);
void serve_refused(struct serve *s, int code, bool kept, int64_t now,
    struct serve_effects *fx);
void serve_replaced(struct serve *s, struct serve_effects *fx);
void serve_lost(struct serve *s, struct serve_effects *fx);

/* Its deadline has come: the end, but while ASKING a later deadline. */
void serve_idle(struct serve *s, int64_t now, struct serve_effects *fx);

/* The far end closed, or the connection failed. */
void serve_closed(struct serve *s, struct serve_effects *fx);

/* We end: "-ERR server is shutting down" and close, without LOGOUT. */
void serve_end(struct serve *s, struct serve_effects *fx);

#endif
