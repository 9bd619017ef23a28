/*
 * What the sessions have in the kernel, and how it goes again.  Devices that
 * we made carry our tag, and what is on them dies with them: one entry of the
 * undo file stands for them all.  What would outlive them has an entry each:
 * interfaces that others made, what was changed on those, unreachable routes.
 */
#ifndef DTCP_BROKER_WORKS_H
#define DTCP_BROKER_WORKS_H

#include <stdbool.h>

#include "dtcp/executor.h"
#include "dtcp/kernel.h"
#include "dtcp/plan.h"

struct works {
	struct kernel *kernel;
	struct executor undo; /* its journal, and who saves it */
};

/* A tunnel device. */
struct device {
	char ifname[NETOP_NAMESIZE]; /* "": none */
	uint32_t ifindex;
	bool adopted; /* somebody else made it */
};

void works_init(struct works *w, struct kernel *k,
    int (*save)(void *arg, const struct journal *, struct err *), void *arg);

/*
 * Write down that everything with our tag goes, before there is anything; keep
 * (-o): that it is left, down and bare.  0 or -errno.
 */
int works_begin(struct works *w, bool keep, struct err *e);

/*
 * Make a device and what is on it: TUNNEL comes first.  0 with *d, or -errno,
 * and all is as before.
 */
int works_make(
    struct works *w, const struct plan *p, struct device *d, struct err *e);

/* The device goes, or is given back; d is none then.  0 or -errno, logged. */
int works_end(struct works *w, struct device *d);

/* What a session has on a device that stays.  All or nothing; as above. */
int works_add(
    struct works *w, const struct plan *p, struct device *d, struct err *e);
int works_remove(struct works *w, const struct plan *p, const struct device *d);

/* 0: it is not there, or not the one that it was; 1: it is, for all we know. */
int works_has(struct works *w, const struct device *d);

/* Everything goes.  0 or -errno; what is left stays in the undo file. */
int works_undo(struct works *w, struct err *e);

#endif
