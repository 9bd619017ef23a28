/*
 * The engine of dtcps: accepts connections, speaks DTCP with many clients at
 * once and carries the packets of those whose tunnel is not the kernel's.
 */
#ifndef DTCP_GATEWAY_H
#define DTCP_GATEWAY_H

#include "dtcp/offer.h"

#define GATEWAY_LOGINS_MAX \
	1024 /* connections without a tunnel; the oldest goes */
#define GATEWAY_LOGINS_OF_ONE 64 /* of one address, alike */

struct gateway_conf {
	const struct offer_conf *offer;
	unsigned max_sessions;
};

/* The body of the engine's process: arg is a struct gateway_conf. */
void gateway_main(void *arg, int channel) __attribute__((__noreturn__));

#endif
