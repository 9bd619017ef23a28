/*
 * The host that a test of FreeBSD's back-end works on: here a fresh model of
 * one (host_model.c), on a FreeBSD the machine itself (host_real.c).
 */
#ifndef FREEBSD_HOST_H
#define FREEBSD_HOST_H

#include <netinet/in.h>

#include <stdbool.h>

/* Can tests run here at all?  (The machine: as root.) */
bool host_usable(void);

/* Before and after each test. */
void host_new(void);
void host_free(void);

/*
 * Somebody on each link has that address; false: not here.  Then, duplicate
 * address detection comes to its end at once.
 */
bool host_add_neighbour(const struct in6_addr *a);
void host_end_dad(void);

#endif
