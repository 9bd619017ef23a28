/* The outer side of 6in4 in user space, RFC 4213: the same on every system. */
#ifndef DTCP_SYS_RAW41_H
#define DTCP_SYS_RAW41_H

#include <netinet/in.h>

#include "dtcp/err.h"

/*
 * A raw socket of IPv4 protocol 41, bound to local4 and connected to remote4,
 * non-blocking and close-on-exec, outer TTL 64 and DF clear.  What came in
 * before it was bound is thrown away.  The descriptor, or -errno.
 */
int raw41_open(struct in_addr local4, struct in_addr remote4, struct err *e);

#endif
