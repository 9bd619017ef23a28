/* Congestion notification out of a tunnel: RFC 6040 4.2.  Pure. */
#include "private.h"

#define ECN_MASK    0x03 /* RFC 3168 5 */
#define ECN_NOT_ECT 0x00
#define ECN_ECT_1   0x01
#define ECN_CE	    0x03

/* The low two bits of the traffic class are in the second octet. */
#define TC_SHIFT    4

static void
put(uint8_t *inner, uint8_t ecn)
{
	inner[1] =
	    (uint8_t)((inner[1] & ~(ECN_MASK << TC_SHIFT)) | (ecn << TC_SHIFT));
}

enum relay_verdict
relay_ecn_in(uint8_t outer_tos, uint8_t *inner)
{
	uint8_t outer = outer_tos & ECN_MASK;
	uint8_t own = (uint8_t)(inner[1] >> TC_SHIFT) & ECN_MASK;

	if (own == ECN_NOT_ECT)
		return outer == ECN_CE ? RELAY_ECN : RELAY_PASS;
	if (outer == ECN_CE || (outer == ECN_ECT_1 && own != ECN_CE))
		put(inner, outer);
	return RELAY_PASS;
}
