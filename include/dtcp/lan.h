/*
 * A LAN interface as it is at the moment: what -P needs to know of it.  Pure.
 */
#ifndef DTCP_LAN_H
#define DTCP_LAN_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#define LAN_HWADDR_MAX 8
#define LAN_IID_LEN    8

struct lan {
	uint8_t slot;	  /* of struct netop */
	bool up;	  /* IFF_UP, whatever the carrier says */
	uint32_t ifindex; /* 0: there is none of that name now */
	uint8_t hwlen;	  /* 6, 8, or 0: has none that we know */
	uint8_t hwaddr[LAN_HWADDR_MAX];
	struct in6_addr linklocal; /* ::: none, or none yet */
};

/*
 * The modified EUI-64 interface identifier, RFC 4291 appendix A, from a
 * hardware address of 6 or 8 octets.  False: there is none.
 */
bool lan_iid(const struct lan *l, uint8_t iid[LAN_IID_LEN]);

/* Unused octets of hwaddr are not looked at. */
bool lan_equal(const struct lan *a, const struct lan *b);

#endif
