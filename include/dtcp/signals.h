/* The signals of a root process: noted when they come, acted upon between. */
#ifndef DTCP_SIGNALS_H
#define DTCP_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* What came since the last time. */
struct signals {
	bool stop;   /* SIGTERM, SIGINT; stays */
	bool hangup; /* SIGHUP */
	bool info;   /* SIGUSR1, SIGINFO */
};

/* Let in only while waiting: *unblocked is ppoll(2)'s mask. */
void signals_catch(sigset_t *unblocked);

/* Take what came; children that ended are waited for on the way. */
void signals_take(struct signals *s);

#endif
