/*
 * Who may log in, and what is delegated to whom: the users file and the route
 * table, found in memory.  Pure, but for accounts_load().
 *
 *	users:	user:password		the password goes to the end of the line
 *	routes:	user prefix/len[,prefix/len...]
 *
 * '#' begins a comment line; empty lines count for nothing.  A user is 1 to 64
 * printable bytes without blank and colon; a password 1 to 256 bytes.  A user
 * stands once in each.  Prefixes: inner ones (addr6_is_inner()) without host
 * bits, /16 to /64, GRANT_PREFIXES_MAX a user, and no two of the file overlap.
 */
#ifndef DTCP_ACCOUNTS_H
#define DTCP_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "dtcp/addr.h"
#include "dtcp/err.h"
#include "dtcp/grant.h"

#define ACCOUNTS_FILE_MAX (8 << 20) /* octets of either file */

struct accounts;

/*
 * Read both.  users is held to the rules of dtcp/secret.h for owner and mode,
 * and lies in pages of os_secret_map() for as long as the accounts do; routes
 * (NULL, or no such file: nobody has any) must be writable by root or us alone.
 * reserved, where not NULL: no prefix may overlap it.
 * 0, or -errno with a line: "FILE line 12: why", or what is wrong with the
 * file.  -ENOENT: there is no users file.
 */
int accounts_load(const char *users, const char *routes,
    const struct prefix6 *reserved, struct accounts **out, struct err *e);

/* Wipes; NULL is allowed. */
void accounts_free(struct accounts *a);

unsigned accounts_count(const struct accounts *a);
unsigned accounts_routes(const struct accounts *a); /* users with prefixes */

/* The password of that user; false: none such. */
bool accounts_password(const struct accounts *a, const char *user,
    const char **password, size_t *len);

/* The prefixes of that user; returns how many. */
unsigned accounts_prefixes(const struct accounts *a, const char *user,
    struct prefix6 out[GRANT_PREFIXES_MAX]);

#endif
