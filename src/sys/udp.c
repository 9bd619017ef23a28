/* The UDP socket that carries IPv6, and what the system makes of it. */
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/udp.h>

#include <errno.h>

#include "outer.h"

#define PROBE_SIZE 1280 /* any segment size that can be */

/* Is there segmentation?  It is for the relay to use, so not left on. */
static bool
can_segment(int fd)
{
#ifdef UDP_SEGMENT
	const int size = PROBE_SIZE, off = 0;

	return setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) ==
	    0 &&
	    setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &off, sizeof(off)) == 0;
#else
	(void)fd;
	return false;
#endif
}

static bool
start_coalescing(int fd)
{
#ifdef UDP_GRO
	const int on = 1;

	return setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on)) == 0;
#else
	(void)fd;
	return false;
#endif
}

unsigned
udp_features(int fd)
{
	return (can_segment(fd) ? USER_GSO : 0U) |
	    (start_coalescing(fd) ? USER_GRO : 0U);
}

static int
fail(const struct netop *outer, int error, struct err *e)
{
	char a[ADDR4_STRLEN], b[ADDR4_STRLEN];

	(void)addr4_format(outer->local4, a);
	if (error == EADDRINUSE)
		return err_set(e, error,
		    "UDP port %u of %s is in use by another program: choose "
		    "one with -b",
		    outer->lport, a);
	return err_sys(e, error, "UDP socket from %s port %u to %s port %u", a,
	    outer->lport, addr4_format(outer->remote4, b), outer->rport);
}

int
udp_open(const struct netop *outer, unsigned *features, struct err *e)
{
	const struct sockaddr_in local = {.sin_family = AF_INET,
	    .sin_port = htons(outer->lport),
	    .sin_addr = outer->local4};
	const struct sockaddr_in remote = {.sin_family = AF_INET,
	    .sin_port = htons(outer->rport),
	    .sin_addr = outer->remote4};
	int fd = outer_socket(SOCK_DGRAM, 0, &local, &remote, OUTER_ROOM);

	if (fd == -1)
		return fail(outer, errno, e);
	*features |= udp_features(fd);
	return fd;
}
