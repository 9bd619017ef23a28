/*
 * The two settings of an outer socket that follow the packets.  sendmsg(2)
 * could say them with each, but it can say more, so neither engine may call it.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/udp.h>

#include <errno.h>

#include "dtcp/feature.h"
#include "private.h"

void
relay_set_tos(struct relay_socket *s, uint8_t tos)
{
	const int value = tos;

	if (tos == s->tos || s->tos_fixed)
		return;
	/* Where it cannot be set, it stays as it was. */
	if (setsockopt(s->fd, IPPROTO_IP, IP_TOS, &value, sizeof(value)) == -1)
		s->tos_fixed = true;
	else
		s->tos = tos;
}

int
relay_set_gso(struct relay_socket *s, size_t size)
{
	if (size == s->gso_size)
		return 0;
#ifdef UDP_SEGMENT
	const int value = (int)size;

	if (setsockopt(
		s->fd, IPPROTO_UDP, UDP_SEGMENT, &value, sizeof(value)) == 0) {
		s->gso_size = size;
		return 0;
	}
	s->features &= ~(unsigned)USER_GSO;
	return -errno;
#else
	s->features &= ~(unsigned)USER_GSO;
	return -EOPNOTSUPP;
#endif
}
