/*
 * The sockets of outer packets, a client's and a server's: the same on every
 * system.
 */
#ifndef DTCP_SYS_OUTER_H
#define DTCP_SYS_OUTER_H

#include <netinet/in.h>

#include "dtcp/kernel.h"

/* Octets that may wait to be read, as far as the system allows it. */
#define OUTER_ROOM	(1 << 20)
#define OUTER_ROOM_MANY (1 << 22) /* raw, of all sessions */
#define OUTER_ROOM_EACH (1 << 18) /* one of thousands */

/*
 * An IPv4 socket of that type and protocol, bound to one end and connected to
 * the other (NULL: to none), non-blocking and close-on-exec, TTL 64 and DF
 * clear (RFC 4213 3.2: a static MTU).  What came in before that is thrown away.
 * The descriptor, or -1 with errno.
 */
int outer_socket(int type, int protocol, const struct sockaddr_in *local,
    const struct sockaddr_in *remote, int room);

/* raw41.c: protocol 41, RFC 4213.  The descriptor, or -errno with a line. */
int raw41_open(const struct netop *outer, struct err *e);

/* udp.c: IPv6 in UDP.  The same; adds to features what the socket can do. */
int udp_open(const struct netop *outer, unsigned *features, struct err *e);
/* Segmentation and coalescing, which is on from here: enum user_feature. */
unsigned udp_features(int fd);

#endif
