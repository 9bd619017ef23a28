/* The outer side of a user-space tunnel: the same on every system. */
#ifndef DTCP_SYS_OUTER_H
#define DTCP_SYS_OUTER_H

#include <netinet/in.h>

#include "dtcp/kernel.h"

/*
 * An IPv4 socket of that type and protocol, bound to one end and connected to
 * the other, non-blocking and close-on-exec, TTL 64 and DF clear (RFC 4213 3.2:
 * a static MTU).  What came in before it was connected is thrown away.
 * The descriptor, or -1 with errno.
 */
int outer_socket(int type, int protocol, const struct sockaddr_in *local,
    const struct sockaddr_in *remote);

/* raw41.c: protocol 41, RFC 4213.  The descriptor, or -errno with a line. */
int raw41_open(const struct netop *outer, struct err *e);

/* udp.c: IPv6 in UDP.  The same; adds to features what the socket can do. */
int udp_open(const struct netop *outer, unsigned *features, struct err *e);

/*
 * user.c: kernel_ops' open_user for a back-end whose own descriptor of the tun
 * device is tunfd (-1: none), which can do what features says.
 */
int user_open(int tunfd, unsigned features, const struct netop *outer,
    struct user_fds *fds, struct err *e);

#endif
