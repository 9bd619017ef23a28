/*
 * A session under a virtual clock, for its unit tests: run events one by one
 * and check what came of each.
 */
#ifndef SESSION_SCRIPT_H
#define SESSION_SCRIPT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dtcp/log.h"
#include "dtcp/session.h"

#define SCRIPT_GREETING "+OK 0B1517C87D516A5FA65BED722D51A04F tunnel server"
#define SCRIPT_DIGEST	"DAC487C8DFBBF9EE5C7F8CDCC37B62A3"
#define SCRIPT_GRANT	"+OK 192.0.2.1 198.51.100.1 2001:db8:5::/48"
#define SCRIPT_NAT	"+OK 203.0.113.9 198.51.100.1 2001:db8:5::/48"
#define SCRIPT_UDP                               \
	SCRIPT_GRANT " proto=udp port=4029 key=" \
		     "000102030405060708090a0b0c0d0e0f"
#define SCRIPT_PONG "+OK pong"

struct script {
	struct session s;
	struct session_conf conf;
	struct session_effects fx; /* of the last event */
	int64_t now;
	uint32_t random; /* what the session gets for random bits */
};

/* Type network, user "foo", default times; random bits 0. */
void script_init(struct script *t, bool persist);

/* One event, at t->now. */
void script_event(struct script *t, enum session_event_kind kind);
void script_error(
    struct script *t, enum session_event_kind kind, int code, const char *text);
void script_line(struct script *t, const char *line);

/* To the deadline asked for, and the timer. */
void script_timer(struct script *t);

/* A new session, by the short way, in that state (init to stopped). */
void script_reach(struct script *t, bool persist, enum session_state to);

/* From connecting: all the way up. */
void script_up(struct script *t);

/*
 * What the last event led to: the effects in one line, as in
 * "hangup withdraw state log", a request by its word ("send:ping") and the
 * end with its status ("exit:1").
 */
#define expect_effects(t, want) \
	script_expect_effects(t, want, __FILE__, __LINE__)
void script_expect_effects(
    const struct script *t, const char *want, const char *file, int line);

/* The state, and the time from now to the deadline (-1: none). */
#define expect_state(t, st, ms) \
	script_expect_state(t, st, ms, __FILE__, __LINE__)
void script_expect_state(const struct script *t, enum session_state st,
    int64_t ms, const char *file, int line);

/* The only log line of the last event: level, and a text it holds. */
#define expect_log(t, level, part) \
	script_expect_log(t, level, part, __FILE__, __LINE__)
void script_expect_log(const struct script *t, int level, const char *part,
    const char *file, int line);

/* The text of the first effect of that kind. */
const char *script_text(const struct script *t, enum session_effect_kind kind);

#endif
