/* What each option does to struct options. */
#ifndef DTCPC_OPTSET_H
#define DTCPC_OPTSET_H

#include "options.h"
#include "opttable.h"

struct optset {
	struct options *o;
	struct err *e;
	bool by_name; /* the option came as --name, not as a letter */
};

/* Take in option i; arg is NULL where it takes none.  0 or -EINVAL. */
int optset_apply(struct optset *p, enum opt i, const char *arg);

/* The error "-m 12: why", or "--mtu 12: why", or without arg.  -EINVAL. */
int optset_fail(
    const struct optset *p, enum opt i, const char *arg, const char *why);

#endif
