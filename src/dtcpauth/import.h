/* Accounts of an old server for the users file. */
#ifndef DTCPAUTH_IMPORT_H
#define DTCPAUTH_IMPORT_H

#include "store.h"

/* What became of the dump's entries. */
struct import_count {
	size_t added;
	size_t bad; /* and those that stand in the dump once more */
};

/*
 * Add the accounts of a dump (path, "-": the standard input) to a store that
 * is locked and read.  What is not added, as it is bad or as the store has
 * such a user, is named on the standard error output.  0, or -errno with the
 * store as it was.
 */
int import_dump(struct store *s, const char *path, struct import_count *count,
    struct err *e);

#endif
