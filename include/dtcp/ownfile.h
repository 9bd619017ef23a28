/*
 * Small files of our own: written whole or not at all, read
 * only where nobody else could have written them.
 */
#ifndef DTCP_OWNFILE_H
#define DTCP_OWNFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "dtcp/err.h"

/*
 * A new file, mode 0600, that takes the place of the one at path in one step.
 * lasting: what it says has to outlive a loss of power.  0 or -errno.
 */
int ownfile_write(
    const char *path, const void *buf, size_t n, bool lasting, struct err *e);

/* It is gone afterwards, or was before.  0 or -errno. */
int ownfile_remove(const char *path, struct err *e);

/*
 * At most size bytes; of a longer file that many.  0, -ENOENT (there is none),
 * -EPERM (a file that others could write or own, no plain file), -ELOOP (a
 * symbolic link), another -errno.
 */
int ownfile_read(
    const char *path, void *buf, size_t size, size_t *n, struct err *e);

#endif
