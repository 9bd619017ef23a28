/* What the files of the session share. */
#ifndef DTCP_SESSION_PRIVATE_H
#define DTCP_SESSION_PRIVATE_H

#include "dtcp/session.h"

/* Milliseconds. */
#define GREETING_TIMEOUT  30000
#define DIGEST_TIMEOUT	  10000
#define GRANT_TIMEOUT	  30000
#define CONFIGURE_TIMEOUT 30000
#define CONNECT_GUARD	  125000 /* the dialler has deadlines of its own */
#define DIAL_GAP	  1000	 /* between attempts that come at once */
#define PROBE_TIMEOUT	  5000
#define PROBE_GAP	  1000
#define LEAVE_TIMEOUT	  1000
#define SUSPEND_GAP	  30000 /* a timer this late: the machine slept */

#define UNASKED_MAX	  16 /* lines nobody asked for, in one session */

enum failure {
	FAIL_PLAIN,
	FAIL_REFUSED,	/* asking again helps little */
	FAIL_REPLACED,	/* and would take the tunnel from somebody */
	FAIL_ADDR_GONE, /* try again at once */
};

/* One step's surroundings. */
struct step {
	struct session *s;
	int64_t now;
	struct session_effects *fx;
};

/* effects.c: effects, and the one place where a state is entered. */
void emit(struct step *st, enum session_effect_kind kind, int level,
    const char *text);
void enter(struct step *st, enum session_state to, int level,
    const char *fields, const char *reason);
void send_request(struct step *st, const char *line);
void send_ping(struct step *st);
void send_quit(struct step *st);

/* backoff.c */
enum failure failure_of(int error); /* a reply's: proto.h */
uint32_t backoff_delay(struct session *s, enum failure kind);
void backoff_reset(struct session *s);
void backoff_worked(struct session *s, int64_t now);
int64_t backoff_news(struct session *s);

/* leave.c: the ways out of a session. */
void fail(struct step *st, enum failure kind, const char *reason);
void dial(struct step *st);
void leave(struct step *st);
void left(struct step *st);
void stop(struct step *st);

/* attempt.c: from the connection to the tunnel. */
void on_dialled(struct step *st, const struct session_event *ev);
void on_digest(struct step *st, const struct session_event *ev);
void on_line(struct step *st, const struct session_event *ev);
void on_applied(struct step *st);

/* alive.c: a tunnel that is up. */
void go_up(struct step *st);
void on_reply_up(struct step *st, const struct session_event *ev);
void on_unasked(struct step *st, const struct session_event *ev);
void on_timer_up(struct step *st);
void probe(struct step *st);
void set_ping_deadline(struct session *s);

bool session_is_up(const struct session *s);
bool session_is_connected(const struct session *s);

#endif
