/* What the files of the root process share. */
#ifndef DTCP_PRIV_PRIVATE_H
#define DTCP_PRIV_PRIVATE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/channel.h"
#include "dtcp/child.h"
#include "dtcp/executor.h"
#include "dtcp/priv.h"
#include "prefixfile.h"

#define DIAL_GUARD	  (120 * 1000) /* ms, a dialler's whole life */
#define STOP_GUARD	  (5 * 1000)   /* ms, from SIGTERM to the end */
#define PREFIX_SAVE_GAP	  1000	       /* ms, from write to write */
#define PREFIX_SAVE_AGAIN (60 * 1000)  /* ms, after one that failed */

/* A list of operations that arrives one message at a time. */
struct batch {
	uint32_t id;
	uint32_t left; /* MSG_OP still to come */
	struct plan ops;
};

/* Prefixes to remember, which arrive one message at a time. */
struct prefix_list {
	uint32_t missing; /* MSG_PREFIX still to come */
	unsigned n;
	uint8_t slot[PREFIXFILE_MAX];
	struct prefix6 prefix[PREFIXFILE_MAX];
	uint32_t left[PREFIXFILE_MAX]; /* as in MSG_PREFIX */
};

/* What is to be in the file of prefixes. */
struct prefix_save {
	bool pending; /* and is not yet */
	int64_t due;
	int64_t earliest; /* for what comes next */
	int failed;	  /* -errno of the last write, 0: it worked */
	unsigned n;
	struct prefix_record records[PREFIXFILE_MAX];
};

struct priv {
	struct priv_conf *conf;
	struct kernel *kernel;
	struct executor executor;

	struct child engine;
	struct child_starts engine_starts;

	struct child dialler;
	uint32_t dial_id;
	int64_t dial_deadline;

	struct batch batch;
	struct prefix_list prefixes;
	struct prefix_save prefix_save;
	struct lan lans[NETOP_SLOTS]; /* as the engine was told */
	struct in_addr local4;	      /* our end of the live connection */
	bool local4_known;

	bool stopping;
	int64_t stop_deadline;
	bool done;
	int status; /* exit status, valid once done */
};

/* spawn.c: children. */
int spawn_engine(struct priv *p);
int spawn_dialler(struct priv *p, uint32_t id);

/* act.c: what signals ask for. */
void act_on_signals(struct priv *p);

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
/* Tell the engine; one that does not listen is ended. */
void engine_tell(struct priv *p, const struct msg *m);
void engine_tell_type(struct priv *p, enum msg_type type);
void engine_tell_error(
    struct priv *p, enum msg_type type, uint32_t id, const struct err *e);

/* lan.c: the LAN interfaces of -P. */
void lan_begin(struct priv *p);
void lan_engine_starts(struct priv *p); /* tell it everything */
void lan_look(struct priv *p);		/* something changed: tell what */
/* A request of the engine's: 0, or negative where it misbehaves. */
int lan_open_sockets(struct priv *p, uint32_t slot);

/* prefixes.c: what was announced to them.  Requests as above. */
void prefixes_engine_starts(struct priv *p);
int prefixes_begin(struct priv *p, const struct msg *m);
int prefixes_add(struct priv *p, const struct msg *m);
/*
 * Write what is due; when to call again, INT64_MAX: nothing is to be done.
 * What a failed write has not saved is due later.  flush: whatever the time.
 */
int64_t prefixes_save(struct priv *p, int64_t now);
void prefixes_flush(struct priv *p);

/* watch.c: what the kernel reports. */
void watch_read(struct priv *p);

/* status.c: the status file. */
void status_write(struct priv *p, int state, const char *text);

#endif
