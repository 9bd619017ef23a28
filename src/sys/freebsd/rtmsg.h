/*
 * The messages of route(4) and of sysctl(3), NET_RT_*: typed requests to
 * bytes, bytes to typed messages.  Pure.
 */
#ifndef DTCP_FREEBSD_RTMSG_H
#define DTCP_FREEBSD_RTMSG_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/addr.h"

#include "layout.h"

/* What we ask of a routing socket. */
struct rtrequest {
	uint8_t type; /* FB_RTM_ADD, FB_RTM_DELETE, FB_RTM_GET */
	int32_t seq;  /* comes back with the answer */
	struct prefix6 dst;
	/*
	 * Where to, not with FB_RTM_GET: the link of that index, or with
	 * reject nowhere (::1, unreachable).  A deletion names it, too, so that
	 * it cannot hit a route that leads elsewhere.
	 */
	uint32_t ifindex;
	bool reject;
};

#define RTMSG_REQUEST_MAX 272

/*
 * Encode a request, flagged as static and ours (FB_RTF_PROTO2).  Host bits of
 * dst are left out; a /128 is a host route.  Returns how many octets.
 */
size_t rtmsg_encode(const struct rtrequest *r, uint8_t buf[RTMSG_REQUEST_MAX]);

/* What an address of that length takes in a message. */
size_t rtmsg_padded(size_t len);

/*
 * A message as far as anybody here is interested.  What does not belong to
 * its type, or does not come with it, is zero.
 */
struct rtmsg {
	uint8_t type;	  /* FB_RTM_*; 0: of a kind we know nothing about */
	uint32_t ifindex; /* the interface it is about */
	uint32_t flags;	  /* FB_RTF_*, FB_IFF_* */

	/* FB_RTM_ADD, _DELETE, _CHANGE, _GET */
	int32_t pid; /* who asked */
	int32_t seq;
	int32_t error;	    /* the request failed: positive errno value */
	uint8_t family;	    /* of dst: FB_AF_INET, FB_AF_INET6 or 0 */
	struct prefix6 dst; /* FB_AF_INET6 */
	bool default4;	    /* FB_AF_INET: to 0.0.0.0/0 */
	uint32_t gateway;   /* index, where it is a link */

	/* FB_RTM_NEWADDR, _DELADDR; family is the address's */
	struct in_addr addr4;
	struct prefix6 addr6;
	bool has_peer; /* FB_AF_INET6: the far end of a point-to-point link */
	struct in6_addr peer;

	/* FB_RTM_IFINFO; flags are FB_IFF_* */
	uint8_t iftype; /* FB_IFT_* */
	uint32_t mtu;
	char ifname[FB_IFNAMSIZ]; /* in a list of interfaces, and announced */

	/* FB_RTM_IFANNOUNCE */
	bool departure;
};

/*
 * Decode the message at buf, of which n octets are there.  Returns its length
 * (what follows is the next one), or -EBADMSG for one that is cut short or
 * contradicts itself.
 */
int rtmsg_decode(const uint8_t *buf, size_t n, struct rtmsg *m);

#endif
