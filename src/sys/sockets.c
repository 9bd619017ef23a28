/* The server's sockets: see dtcp/sockets.h. */
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <unistd.h>

#include "dtcp/addr.h"
#include "dtcp/sockets.h"

#include "outer.h"

#define LINES_ROOM (16 << 10) /* octets each way, of lines under 1 kB */

static struct sockaddr_in
at(struct in_addr a, uint16_t port)
{
	return (struct sockaddr_in) {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = a};
}

static int
fail(
    const char *what, struct in_addr a, uint16_t port, int error, struct err *e)
{
	char buf[ADDR4_STRLEN];

	(void)addr4_format(a, buf);
	if (error == EADDRINUSE)
		return err_set(e, error,
		    "%s port %u of %s is in use by another program", what, port,
		    buf);
	return err_sys(e, error, "%s socket at %s port %u", what, buf, port);
}

/*
 * A connection of a server that ran before may still be coming to its end.
 * Connections inherit the small buffers: what those who do not read, or send
 * without end, make the kernel keep is bounded.
 */
static int
listen_at(int fd, const struct sockaddr_in *sin)
{
	const int on = 1, room = LINES_ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) == -1 ||
	    bind(fd, (const struct sockaddr *)sin, sizeof(*sin)) == -1)
		return -1;
	return listen(fd, SOMAXCONN);
}

int
socket_listen(struct in_addr a, uint16_t port, struct err *e)
{
	const struct sockaddr_in sin = at(a, port);
	int fd, error;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 && listen_at(fd, &sin) == 0)
		return fd;
	error = fail("TCP", a, port, errno, e);
	if (fd != -1)
		(void)close(fd);
	return error;
}

int
socket_raw41(struct in_addr local4, struct err *e)
{
	const struct sockaddr_in local = at(local4, 0);
	char buf[ADDR4_STRLEN];
	int fd;

	fd =
	    outer_socket(SOCK_RAW, IPPROTO_IPV6, &local, NULL, OUTER_ROOM_MANY);
	if (fd != -1)
		return fd;
	return err_sys(e, errno, "raw IPv4 socket (protocol 41) at %s",
	    addr4_format(local4, buf));
}

int
socket_udp(
    struct in_addr local4, uint16_t port, unsigned *features, struct err *e)
{
	const struct sockaddr_in local = at(local4, port);
	int fd;

	fd = outer_socket(SOCK_DGRAM, 0, &local, NULL, OUTER_ROOM_EACH);
	if (fd == -1)
		return fail("UDP", local4, port, errno, e);
	*features = udp_features(fd);
	return fd;
}
