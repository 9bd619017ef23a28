/* What a DTCP server grants, and the words both ends use for it.  Data. */
#ifndef DTCP_GRANT_H
#define DTCP_GRANT_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/addr.h"

#define GRANT_PREFIXES_MAX 8
#define GRANT_KEY_LEN	   16 /* octets of the key of a UDP tunnel */

enum tunnel_type {
	TUNNEL_ONLY,	/* "tunnelonly": no inner addresses */
	TUNNEL_HOST,	/* "host": a peer pair */
	TUNNEL_NETWORK, /* "network", alias "tunnelroute": prefixes */
};

struct grant {
	enum tunnel_type type;
	struct in_addr client4; /* us, as the server sees us */
	struct in_addr server4; /* the tunnel's far end */
	bool has_pair;
	struct in6_addr client6; /* inner /128 pair, if has_pair */
	struct in6_addr server6;
	unsigned nprefixes;
	struct prefix6 prefixes[GRANT_PREFIXES_MAX];
	bool udp;	/* IPv6 in UDP, not protocol 41 */
	uint16_t port4; /* far end's UDP port, host order */
	bool has_key;
	uint8_t key[GRANT_KEY_LEN]; /* goes into keep-alives; a secret */
};

#endif
