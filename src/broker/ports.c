/* UDP ports of sessions: the lowest free one is next, as are units. */
#include <errno.h>
#include <unistd.h>

#include "desk.h"
#include "dtcp/os.h"

int
desk_open_port(struct desk *d, struct lease *s, struct err *e)
{
	uint32_t port;
	int fd;

	for (port = d->conf->udp_port; port <= UINT16_MAX; port++) {
		if (d->ports[port / 8] >> port % 8 & 1)
			continue;
		fd =
		    d->open_udp(s->local4, (uint16_t)port, &s->udp_features, e);
		if (fd == -EADDRINUSE) /* another program's, or still open */
			continue;
		if (fd < 0)
			return fd;
		s->udpfd = fd;
		s->grant.port4 = (uint16_t)port;
		d->ports[port / 8] |= (uint8_t)(1U << port % 8);
		return os_limit_fd(fd, OS_FD_UDP_MANY, e);
	}
	return err_set(
	    e, ENOBUFS, "no UDP port from %u on is free", d->conf->udp_port);
}

void
desk_close_port(struct desk *d, struct lease *s)
{
	const uint16_t port = s->grant.port4;

	if (s->udpfd != -1)
		close(s->udpfd);
	s->udpfd = -1;
	if (port != 0)
		d->ports[port / 8] &= (uint8_t) ~(1U << port % 8);
}
