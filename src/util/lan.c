/* LAN interfaces.  See dtcp/lan.h. */
#include <string.h>

#include "dtcp/addr.h"
#include "dtcp/lan.h"

#define UNIVERSAL 0x02 /* RFC 4291 appendix A: inverted */

bool
lan_iid(const struct lan *l, uint8_t iid[LAN_IID_LEN])
{
	switch (l->hwlen) {
	case 6:
		memcpy(iid, l->hwaddr, 3);
		iid[3] = 0xff;
		iid[4] = 0xfe;
		memcpy(iid + 5, l->hwaddr + 3, 3);
		break;
	case 8:
		memcpy(iid, l->hwaddr, LAN_IID_LEN);
		break;
	default:
		return false;
	}
	iid[0] ^= UNIVERSAL;
	return true;
}

bool
lan_equal(const struct lan *a, const struct lan *b)
{
	return a->slot == b->slot && a->up == b->up &&
	    a->ifindex == b->ifindex && a->hwlen == b->hwlen &&
	    memcmp(a->hwaddr, b->hwaddr, a->hwlen) == 0 &&
	    addr6_equal(&a->linklocal, &b->linklocal);
}
