/*
 * The password, in a page of its own that is locked, kept out of core dumps
 * and wiped in every child (os_secret_map()), and read with read(2) so that
 * no stdio buffer holds a copy.
 */
#ifndef DTCP_SECRET_H
#define DTCP_SECRET_H

#include <stddef.h>

#include "dtcp/err.h"

#define SECRET_MAX 256 /* bytes of a password, without the NUL */

struct secret;

/* A new empty secret; NULL with errno set. */
struct secret *secret_new(void);
/* Wipe and release.  NULL is allowed. */
void secret_free(struct secret *s);
/* Wipe, keep the page. */
void secret_clear(struct secret *s);

/*
 * Find server:user:password in an auth file (manual: dtcpc.auth).  '#' starts
 * a comment line; the password may hold ':' and goes to the end of the line;
 * host names are compared without regard to case; the first match counts.
 * A file that group or others may read or write, that is not a regular file,
 * or that is owned by neither root nor the caller is refused with the
 * command to run.
 * Returns 0; -ENOENT (no such file or no entry: ask); -EPERM (owner or mode);
 * -EINVAL (no regular file, empty password), -EMSGSIZE (longer than
 * SECRET_MAX), -EFBIG (file), or what open(2) or read(2) said.  On error s
 * keeps what it had.
 */
int secret_from_file(struct secret *s, const char *path, const char *server,
    const char *user, struct err *e);

/*
 * Ask on the controlling terminal without echo.  Returns 0; -ENOTTY (there is
 * none), -EINVAL (empty or too long), -EINTR (a signal); s is empty then.
 */
int secret_from_terminal(
    struct secret *s, const char *server, const char *user, struct err *e);

/* The bytes; valid until cleared or freed.  Zeros in a child. */
const char *secret_bytes(const struct secret *s, size_t *len);

#endif
