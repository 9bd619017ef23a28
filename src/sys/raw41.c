/* The raw socket that carries 6in4: see raw41.h. */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <unistd.h>

#include "dtcp/addr.h"
#include "raw41.h"

#define TTL	   64
#define RCVBUF	   (1 << 20)
#define RCVBUF_MIN (1 << 16)
#define DRAIN_MAX  4096

/* DF is clear by itself on a raw socket, but where the system knows better. */
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
make_room(int fd)
{
	int size = RCVBUF;

#ifdef SO_RCVBUFFORCE
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ==
	    0)
		return;
#endif
	while (size >= RCVBUF_MIN &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == -1)
		size /= 2;
}

static int
set_options(int fd)
{
	const int ttl = TTL;

	if (setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)) == -1 ||
	    clear_df(fd) == -1)
		return -1;
	make_room(fd);
	return 0;
}

/* What came in before the socket was bound to the pair is not for us. */
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
raw41_open(struct in_addr local4, struct in_addr remote4, struct err *e)
{
	struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr = local4};
	struct sockaddr_in remote = {
	    .sin_family = AF_INET, .sin_addr = remote4};
	char a[ADDR4_STRLEN], b[ADDR4_STRLEN];
	int fd, error;

	fd = socket(
	    AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_IPV6);
	if (fd != -1 && set_options(fd) == 0 &&
	    bind(fd, (struct sockaddr *)&local, sizeof(local)) == 0 &&
	    connect(fd, (struct sockaddr *)&remote, sizeof(remote)) == 0) {
		drain(fd);
		return fd;
	}
	error = err_sys(e, errno, "raw IPv4 socket (protocol 41) from %s to %s",
	    addr4_format(local4, a), addr4_format(remote4, b));
	if (fd != -1)
		(void)close(fd);
	return error;
}
