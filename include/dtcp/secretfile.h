/*
 * A text that holds passwords, whole in pages of os_secret_map(), and the
 * rules for a file that does: it is a regular one, it is root's or ours, and
 * nobody else may read or write it.
 */
#ifndef DTCP_SECRETFILE_H
#define DTCP_SECRETFILE_H

#include <stddef.h>

#include "dtcp/err.h"

struct secret_text {
	char *bytes; /* NULL: none */
	size_t len;
	size_t room;
};

/*
 * The file at path, of at most max bytes.  what names its kind in errors:
 * "auth file".  0; -EPERM (owner or mode, with the command to run), -EINVAL
 * (no regular file), -EFBIG, -ENOENT or what else open(2) or read(2) said.
 * There is no text after an error.
 */
int secretfile_read(const char *what, const char *path, size_t max,
    struct secret_text *t, struct err *e);

/* The same for what comes out of fd, a pipe perhaps, whosever it is. */
int secret_text_read(int fd, const char *what, const char *path, size_t max,
    struct secret_text *t, struct err *e);

/* Room for that many bytes, none of them there yet.  0 or -errno. */
int secret_text_new(struct secret_text *t, size_t room);

/* Wipe and release; no text is allowed. */
void secret_text_free(struct secret_text *t);

#endif
