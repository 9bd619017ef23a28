/* What the outer sockets have in common: see outer.h. */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <unistd.h>

#include "outer.h"

#define TTL	  64
#define ROOM_MIN  (1 << 16)
#define DRAIN_MAX 4096

/* DF is clear by itself, but where the system knows better. */
static int
clear_df(int fd)
{
#ifdef IP_MTU_DISCOVER
	const int df = IP_PMTUDISC_DONT;

	return setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &df, sizeof(df));
#else
	(void)fd;
	return 0;
#endif
}

/*
 * Room for a burst, as much as is allowed.  What is too much is cut by one
 * system and refused by another, which would leave it at a few packets.
 */
static void
make_room(int fd, int room)
{
#ifdef SO_RCVBUFFORCE
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ==
	    0)
		return;
#endif
	while (room >= ROOM_MIN &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) == -1)
		room /= 2;
}

static int
set_options(int fd, int room)
{
	const int ttl = TTL, on = 1;

	if (setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)) == -1 ||
	    clear_df(fd) == -1)
		return -1;
	/* Congestion on the way is told where the system can (RFC 6040). */
	(void)setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
	make_room(fd, room);
	return 0;
}

/* What came in before the socket had its ends is not for us. */
static void
drain(int fd)
{
	char byte;

	for (int i = 0; i < DRAIN_MAX; i++) {
		if (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) == -1 &&
		    errno != EINTR)
			return;
	}
}

int
outer_socket(int type, int protocol, const struct sockaddr_in *local,
    const struct sockaddr_in *remote, int room)
{
	int fd, saved;

	fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (fd == -1)
		return -1;
	if (set_options(fd, room) == 0 &&
	    bind(fd, (const struct sockaddr *)local, sizeof(*local)) == 0 &&
	    (remote == NULL ||
		connect(fd, (const struct sockaddr *)remote, sizeof(*remote)) ==
		    0)) {
		drain(fd);
		return fd;
	}
	saved = errno;
	(void)close(fd);
	errno = saved;
	return -1;
}
