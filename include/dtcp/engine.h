/*
 * The engine: the reactor that turns the session's effects into messages and
 * bytes, and what comes back into events.  Runs without privileges.
 */
#ifndef DTCP_ENGINE_H
#define DTCP_ENGINE_H

#include "dtcp/plan.h"
#include "dtcp/ra.h"
#include "dtcp/session.h"

struct engine_conf {
	const struct session_conf *session;
	const struct plan_conf *plan;
	const struct ra_conf *ra;
	const char *server; /* as on the command line, for the status */
};

/*
 * The body of the engine's process.  arg: a struct engine_conf; channel: the
 * root process.  Does not return.
 */
void engine_main(void *arg, int channel) __attribute__((__noreturn__));

#endif
