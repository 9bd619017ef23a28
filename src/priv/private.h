/* What the files of the root process share. */
#ifndef DTCP_PRIV_PRIVATE_H
#define DTCP_PRIV_PRIVATE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/channel.h"
#include "dtcp/executor.h"
#include "dtcp/priv.h"

#define ENGINE_RESTARTS	      5		       /* in ... */
#define ENGINE_RESTART_WINDOW (10 * 60 * 1000) /* ms */
#define DIAL_GUARD	      (120 * 1000)     /* ms, a dialler's whole life */
#define STOP_GUARD	      (5 * 1000)       /* ms, from SIGTERM to the end */

/* A child and our end of the channel to it. */
struct child {
	pid_t pid; /* 0: none */
	int fd;	   /* -1: none */
};

/* A list of operations that arrives one message at a time. */
struct batch {
	uint32_t id;
	uint32_t left; /* MSG_OP still to come */
	struct plan ops;
};

struct priv {
	struct priv_conf *conf;
	struct kernel *kernel;
	struct executor executor;

	struct child engine;
	int64_t engine_starts[ENGINE_RESTARTS]; /* ring, for the bound */
	unsigned engine_started;		/* how often, in all */

	struct child dialler;
	uint32_t dial_id;
	int64_t dial_deadline;

	struct batch batch;
	struct in_addr local4; /* our end of the live connection */
	bool local4_known;

	bool stopping;
	int64_t stop_deadline;
	bool done;
	int status; /* exit status, valid once done */
};

/* spawn.c: children. */
int spawn_engine(struct priv *p);
int spawn_dialler(struct priv *p, uint32_t id);
void child_kill(struct child *c); /* its end shows on the channel */
void child_end(struct child *c);  /* kill, wait for it, close, forget */

/* priv.c */
void undo_all(struct priv *p);

/* dialler.c: resolve and connect; never returns. */
void dialler_main(int channel, uint32_t id, pid_t parent,
    const struct priv_conf *conf) __attribute__((__noreturn__));

/* dial.c: an attempt, from start to the connection that it hands over. */
void start_dialler(struct priv *p, uint32_t id);
void request_from_dialler(struct priv *p, struct msg *m);
void dial_failed(struct priv *p, int code, const char *text);

/* request.c: what the engine asks for, and what it is told. */
void request_from_engine(struct priv *p, const struct msg *m);
void log_from_child(const struct msg *m);
/* Tell the engine; one that does not listen is ended. */
void engine_tell(struct priv *p, const struct msg *m);
void engine_tell_type(struct priv *p, enum msg_type type);
void engine_tell_error(
    struct priv *p, enum msg_type type, uint32_t id, const struct err *e);

/* watch.c: what the kernel reports. */
void watch_read(struct priv *p);

/* status.c: the status file. */
void status_write(struct priv *p, int state, const char *text);
void status_remove(struct priv *p);

#endif
