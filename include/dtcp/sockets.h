/*
 * The sockets that the root process of dtcps opens for its engine:
 * non-blocking and close-on-exec, for the caller to own.  The descriptor, or
 * -errno with a line.
 */
#ifndef DTCP_SOCKETS_H
#define DTCP_SOCKETS_H

#include <netinet/in.h>

#include <stdint.h>

#include "dtcp/err.h"

/* TCP, listening; a: INADDR_ANY for every address.  Port in host order. */
int socket_listen(struct in_addr a, uint16_t port, struct err *e);

/*
 * Protocol 41 to and from local4, unconnected: whom it is from is in the IPv4
 * header that each packet comes with, whom it is for is named with each.  TTL
 * 64, DF clear, the traffic class told where the system can.
 */
int socket_raw41(struct in_addr local4, struct err *e);

/*
 * UDP at local4 and port, unconnected, alike.  -EADDRINUSE: taken.  *features:
 * what it can do (enum user_feature, USER_GSO and USER_GRO).
 */
int socket_udp(
    struct in_addr local4, uint16_t port, unsigned *features, struct err *e);

#endif
