/* Leaving the terminal, and the one byte that says how it went. */
#ifndef DTCP_DAEMON_H
#define DTCP_DAEMON_H

#include "dtcp/err.h"

/*
 * fork(2).  The parent waits for daemon_ready() and exits with the status
 * byte it is told, or 1 when the child ends without a word.  Returns in the
 * child only: 0, or -errno when there is none.
 */
int daemon_fork(struct err *e);

/*
 * Detach from the terminal, point the standard descriptors at /dev/null and
 * let the parent go with status.  Does nothing without daemon_fork().
 */
void daemon_ready(int status);

#endif
