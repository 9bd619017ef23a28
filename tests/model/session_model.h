/*
 * What must hold of a session whatever happens: shared by the random walk and
 * the fuzzer.  Beside the session goes a picture of its surroundings, drawn
 * from its effects alone.
 */
#ifndef SESSION_MODEL_H
#define SESSION_MODEL_H

#include "dtcp/session.h"

struct session_model {
	struct session s;
	struct session_conf conf;
	int64_t now;
	uint32_t seed;	     /* of the session's random bits; not 0 */
	int64_t dialled_at;  /* -1: never */
	bool dialling;	     /* a dialler is at work */
	bool connected;	     /* there is a connection */
	bool applied;	     /* something is in effect */
	bool routed;	     /* routes too */
	bool told_to_stop;   /* SIGTERM came */
	unsigned long steps; /* for reports */
};

/* Type network, user "u", the default times; what the caller changes. */
void session_model_init(struct session_model *m, uint32_t seed);

/* Uniform 32 bits; moves *seed on. */
uint32_t session_model_random(uint32_t *seed);

/*
 * One event at m->now.  NULL, or what does not hold.
 */
const char *session_model_step(
    struct session_model *m, const struct session_event *ev);

#endif
