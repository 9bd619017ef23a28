/*
 * The accounts of a pop.auth, the file of old servers, as db_dump(1) or
 * db_dump185(1) prints it.  Pure.
 */
#ifndef DTCPAUTH_DUMP_H
#define DTCPAUTH_DUMP_H

#include "dtcp/users.h"

#define DUMP_MAX (32 << 20) /* bytes */

/* Who wants to know of an entry that is none, with a line that says why. */
typedef void dump_bad_fn(void *arg, const struct err *why);

/* No dump of that text has more entries. */
size_t dump_entries(const char *text, size_t n);

/*
 * Decode within the text.  t has room for as many entries as there can be;
 * they point into the text, sorted, each a user and a password that may be.
 * A user can be there more than once.  0, or -EINVAL with "dump PATH line 12:
 * why" where it is no such text or not all of it.
 */
int dump_read(const char *path, char *text, size_t n, struct users_table *t,
    dump_bad_fn *bad, void *arg, struct err *e);

#endif
