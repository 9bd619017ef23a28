/* The lines of an auth file (manual: dtcpc.auth).  Pure. */
#ifndef UTIL_AUTHFILE_H
#define UTIL_AUTHFILE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Find the first "server:user:password" in the len bytes of buf.  A line
 * that begins with '#' is a comment.  Host names are compared without regard
 * to case, users exactly.  The password is all after the second ':' up to the
 * end of the line (LF or CRLF; the last line may lack it), blanks included.
 * True, with *pw within buf, when there is one.
 */
bool authfile_match(const char *buf, size_t len, const char *server,
    const char *user, const char **pw, size_t *pwlen);

#endif
