/* The relay as a whole; its two directions are out.c and in.c. */
#include <string.h>

#include "private.h"

void
relay_init(struct relay *r)
{
	memset(r, 0, sizeof(*r));
	r->tunfd = -1;
	r->mtu = RELAY_PACKET_MAX;
}

void
relay_socket_init(
    struct relay_socket *s, int fd, bool udp, bool connected, unsigned features)
{
	*s = (struct relay_socket) {
	    .fd = fd, .udp = udp, .connected = connected, .features = features};
}
