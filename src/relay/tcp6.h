/* Where things lie in a TCP segment over IPv6 (RFC 8200 3, RFC 9293 3.1). */
#ifndef RELAY_TCP6_H
#define RELAY_TCP6_H

#include <netinet/in.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define IP6_HDRLEN	 40
#define IP6_OFF_PLEN	 4
#define IP6_OFF_NEXT	 6
#define IP6_OFF_SRC	 8
#define IP6_PLEN_MAX	 65535

#define IP6_NEXT_HOPOPTS 0 /* RFC 8200 4.3 */
#define IP6_NEXT_TCP	 6
#define IP6_NEXT_UDP	 17
#define IP6_NEXT_ROUTING 43 /* RFC 8200 4.4 */
#define IP6_NEXT_ICMPV6	 58
#define IP6_NEXT_DSTOPTS 60 /* RFC 8200 4.6 */

#define TCP_HDRLEN	 20 /* without options */
#define TCP_HDRLEN_MAX	 60
#define TCP_OFF_SEQ	 4
#define TCP_OFF_ACK	 8
#define TCP_OFF_DATA	 12 /* data offset, in the upper half */
#define TCP_OFF_FLAGS	 13
#define TCP_OFF_WINDOW	 14
#define TCP_OFF_CHECK	 16
#define TCP_OFF_URGENT	 18

#define TCP_FIN		 0x01
#define TCP_SYN		 0x02
#define TCP_RST		 0x04
#define TCP_PSH		 0x08
#define TCP_ACK		 0x10
#define TCP_URG		 0x20
#define TCP_CWR		 0x80 /* RFC 3168 6.1 */

static inline void
put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return ntohl(v);
}

/* Size of the TCP header at p, of which TCP_HDRLEN octets are there. */
static inline size_t
tcp_hdrlen(const uint8_t *p)
{
	return (size_t)(p[TCP_OFF_DATA] >> 4) * 4;
}

#endif
