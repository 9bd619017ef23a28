/*
 * Small UDP datagrams over IPv6, for the benchmark: as many as the system
 * takes, in batches, so that the tunnel and not the sender is measured.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dtcp/addr.h"
#include "dtcp/num.h"

#define BATCH	    64
#define PAYLOAD_MAX 1024
#define SECONDS_MAX 3600
#define RCVBUF	    (1 << 22)

static const char usage[] =
    "usage: relay_load send address port octets seconds\n"
    "       relay_load receive address port\n";

static uint8_t payload[BATCH][PAYLOAD_MAX];
static struct iovec iov[BATCH];
static struct mmsghdr batch[BATCH];

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static uint32_t
number(const char *s, uint32_t max)
{
	uint32_t n;

	if (num_parse(s, strlen(s), 1, max, &n) != 0) {
		(void)fputs(usage, stderr);
		exit(EXIT_FAILURE);
	}
	return n;
}

static void
prepare(size_t octets)
{
	for (int i = 0; i < BATCH; i++) {
		iov[i].iov_base = payload[i];
		iov[i].iov_len = octets;
		batch[i].msg_hdr.msg_iov = &iov[i];
		batch[i].msg_hdr.msg_iovlen = 1;
	}
}

/* What the tunnel does not take is lost, as with any datagram. */
static void
send_for(int fd, time_t seconds)
{
	struct timespec now, end;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	do {
		(void)sendmmsg(fd, batch, BATCH, 0);
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end.tv_sec ||
	    (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
}

/* The system counts them. */
static void
receive(int fd)
{
	const int size = RCVBUF;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	while (recvmmsg(fd, batch, BATCH, MSG_WAITFORONE, NULL) != -1)
		continue;
	die("relay_load: receive");
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};
	bool sends = argc == 6 && strcmp(argv[1], "send") == 0;
	int fd;

	if ((!sends && (argc != 4 || strcmp(argv[1], "receive") != 0)) ||
	    addr6_parse(argv[2], strlen(argv[2]), &sin6.sin6_addr) != 0) {
		(void)fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	sin6.sin6_port = htons((uint16_t)number(argv[3], UINT16_MAX));
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		die("relay_load: socket");
	prepare(sends ? number(argv[4], PAYLOAD_MAX) : PAYLOAD_MAX);
	if (!sends) {
		if (bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == -1)
			die("relay_load: bind");
		receive(fd);
	}
	if (connect(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == -1)
		die("relay_load: connect");
	send_for(fd, (time_t)number(argv[5], SECONDS_MAX));
	return EXIT_SUCCESS;
}
