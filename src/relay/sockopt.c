/*
 * The two settings of the outer socket that follow the packets.  sendmsg(2)
 * could say them with each, but it takes an address as well, which is why the
 * engine may not call it.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/udp.h>

#include <errno.h>

#include "dtcp/feature.h"
#include "private.h"

void
relay_set_tos(struct relay *r, uint8_t tos)
{
	const int value = tos;

	if (tos == r->tos || r->tos_fixed)
		return;
	/* Where it cannot be set, it stays as it was. */
	if (setsockopt(r->outerfd, IPPROTO_IP, IP_TOS, &value, sizeof(value)) ==
	    -1)
		r->tos_fixed = true;
	else
		r->tos = tos;
}

int
relay_set_gso(struct relay *r, size_t size)
{
	if (size == r->gso_size)
		return 0;
#ifdef UDP_SEGMENT
	const int value = (int)size;

	if (setsockopt(r->outerfd, IPPROTO_UDP, UDP_SEGMENT, &value,
		sizeof(value)) == 0) {
		r->gso_size = size;
		return 0;
	}
	r->features &= ~(unsigned)USER_GSO;
	return -errno;
#else
	r->features &= ~(unsigned)USER_GSO;
	return -EOPNOTSUPP;
#endif
}
