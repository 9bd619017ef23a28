/* Two hosts with a link between them, for the sockets of router discovery. */
#ifndef RA_HOSTS_H
#define RA_HOSTS_H

#include "dtcp/ra.h"

struct host {
	int ns; /* Linux: its network namespace */
	struct lan lan;
	int fd[RA_SOCKETS];
};

/*
 * Nothing but the test is heard there; ours is lan1.  0, or -1: it cannot be
 * done here, and a line on standard error says why.
 */
int hosts_make(struct host *us, struct host *them);

/* From now on this process is on that host. */
void hosts_enter(const struct host *h);

#endif
