/*
 * The DTCP digest: upper-case hex of MD5(user || challenge || password).
 * The only user of libcrypto.  MD5 here is what the protocol prescribes, not
 * a choice; where a system forbids it the error says so.
 */
#ifndef DTCP_DIGEST_H
#define DTCP_DIGEST_H

#include <stddef.h>

#include "dtcp/err.h"
#include "dtcp/proto.h"

/* Look the algorithm up before it is needed.  0, or -ENOTSUP with text. */
int digest_init(struct err *e);

int digest_make(const char *user, const char *challenge, const void *secret,
    size_t secretlen, char out[PROTO_DIGEST_LEN + 1], struct err *e);

#endif
