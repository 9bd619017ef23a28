/*
 * The host that a test of FreeBSD's back-end works on: here a fresh model of
 * one (host_model.c), on a FreeBSD the machine itself (host_real.c).
 */
#ifndef FREEBSD_HOST_H
#define FREEBSD_HOST_H

#include <stdbool.h>

/* Can tests run here at all?  (The machine: as root.) */
bool host_usable(void);

/* Before and after each test. */
void host_new(void);
void host_free(void);

#endif
