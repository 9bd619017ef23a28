/*
 * Children of a root process: forked with one descriptor, a channel, and ended
 * when they are no longer wanted.  They execute nothing.
 */
#ifndef DTCP_CHILD_H
#define DTCP_CHILD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/os.h"

#define CHILD_CHANNEL 3 /* where a child finds its end */

struct msg;

/* A child and our end of the channel to it. */
struct child {
	pid_t pid; /* 0: none */
	int fd;	   /* -1: none */
};

/* How an engine is started. */
struct child_engine {
	struct os_ids ids;
	enum os_seal seal;
	bool daemon; /* it lets go of the terminal */
	/*
	 * Its body, in a child that has given up root, is sealed, and holds no
	 * descriptor but 0 to 2 and channel.
	 */
	void (*body)(void *arg, int channel) __attribute__((__noreturn__));
	void *arg;
};

/*
 * fork(2) with a channel.  In the child every other descriptor beyond the
 * standard ones is closed, and signals are as a child wants them, before
 * anything else runs.  Returns the pid, 0 in the child with *parent set, or
 * -errno.
 */
pid_t child_fork(struct child *c, bool daemon, pid_t *parent);

/* An engine that logs through its channel.  0 or -errno. */
int child_start_engine(struct child *c, const struct child_engine *how);

/* One that does not take the message is ended; none there is passed over. */
void child_tell(struct child *c, const struct msg *m);

void child_kill(struct child *c); /* its end shows on the channel */
void child_end(struct child *c);  /* kill, wait for it, close, forget */

/* A child that ended is started anew, but only so often in a while. */
#define CHILD_STARTS	    5		     /* in ... */
#define CHILD_STARTS_WINDOW (10 * 60 * 1000) /* ms */

struct child_starts {
	int64_t at[CHILD_STARTS]; /* ring */
	unsigned n;		  /* in all */
};

/* May it be, at that time?  If so, it is counted. */
bool child_may_start(struct child_starts *s, int64_t now);

/* A child's MSG_LOG, into our log. */
void child_log(const struct msg *m);

#endif
