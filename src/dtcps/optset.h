/* What each option does to struct options. */
#ifndef DTCPS_OPTSET_H
#define DTCPS_OPTSET_H

#include "options.h"
#include "opttable.h"

struct optset {
	struct options *o;
	struct err *e;
	bool by_name; /* the option came as --name, not as a letter */
	bool given[OPT_COUNT];
};

/*
 * For cli_parse(): take in an option; value is NULL where it takes none.
 * optset: a struct optset.  0 or -EINVAL.
 */
int optset_apply(void *optset, size_t option, const char *value, bool by_name);

#endif
