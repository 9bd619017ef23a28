/*
 * The part of giving up root, and of keeping a secret, that each system has
 * its own calls for: src/sys/<os>/harden.c, called by confine.c and secret.c.
 */
#ifndef DTCP_SYS_HARDEN_H
#define DTCP_SYS_HARDEN_H

#include <stddef.h>

#include "dtcp/err.h"

/*
 * Just before the change of user, and just after it: no new privileges by
 * execve(2), no debugger, no core, and nothing of root's that outlives the
 * change.  0 or -errno.
 */
int harden_before(struct err *e);
int harden_after(struct err *e);

/*
 * Whole pages: zeros in a child after fork(2), and not in a core dump.  0, or
 * -1 with errno.
 */
int harden_secret(void *p, size_t len);

#endif
