/* Where a new password comes from. */
#ifndef DTCPAUTH_PASSWORD_H
#define DTCPAUTH_PASSWORD_H

#include "dtcp/secretfile.h"

/*
 * Asked for twice on the terminal, without echo; where the standard input is
 * none, one line of that.  To be freed by the caller.  0, -EINVAL (what was
 * typed is no password, or not the same twice), another -errno; no text then.
 */
int password_get(const char *user, struct secret_text *password, struct err *e);

#endif
