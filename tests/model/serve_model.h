/*
 * What must hold of a server's connection whatever happens: shared by the
 * random walk and the fuzzer.  Beside the machine goes a picture of the root
 * process and of the connection, drawn from the effects alone.
 */
#ifndef SERVE_MODEL_H
#define SERVE_MODEL_H

#include "dtcp/serve.h"

enum serve_event_kind {
	SERVE_EV_LINE, /* line, n; not given while it wants none */
	SERVE_EV_GARBAGE,
	SERVE_EV_GRANTED,  /* if it was asked for */
	SERVE_EV_REFUSED,  /* the same; code, kept */
	SERVE_EV_REPLACED, /* if there is a tunnel */
	SERVE_EV_LOST,	   /* the same */
	SERVE_EV_IDLE,
	SERVE_EV_CLOSED,
	SERVE_EV_END,
	SERVE_EVENTS
};

struct serve_event {
	enum serve_event_kind kind;
	const char *line;
	size_t n;
	int code;
	bool kept;
};

struct serve_model {
	struct serve s;
	struct serve_effects fx; /* of the last event */
	int64_t now;
	int64_t heard;	     /* when a line, or an answer, came last */
	bool asked;	     /* the root process owes an answer */
	bool tunnel;	     /* it has a tunnel for the connection */
	bool open;	     /* the connection is */
	unsigned failures;   /* counted against the address */
	unsigned long steps; /* for reports */
};

/* A connection that was greeted.  NULL, or what does not hold. */
const char *serve_model_begin(struct serve_model *m);

/* One event at m->now.  NULL, or what does not hold. */
const char *serve_model_step(
    struct serve_model *m, const struct serve_event *ev);

#endif
