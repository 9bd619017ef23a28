/* What a root process shows to programs: a status file, and sd_notify(3). */
#ifndef DTCP_SERVICE_H
#define DTCP_SERVICE_H

#include <stdio.h>

/*
 * A new status file, mode 0644, with what print() writes, that takes the
 * place of the one at path in one step.  A warning where that fails.
 */
void statusfile_write(
    const char *path, void (*print)(FILE *f, const void *arg), const void *arg);
void statusfile_remove(const char *path);

/*
 * Tell a service manager, by a datagram of our own to $NOTIFY_SOCKET; nothing
 * happens where there is none.
 */
void notify_manager(const char *state);

#endif
