/*
 * The dialler: one short-lived unprivileged process an attempt.  It may wait
 * for DNS and for a far end that does not answer, so that nobody else has to.
 */
#include <sys/socket.h>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/addr.h"
#include "private.h"

#define CONNECT_TIMEOUT (15 * 1000) /* ms, an address */
#define ADDRESSES_MAX	8

static void
report_failure(int channel, uint32_t id, const struct err *e)
{
	struct msg m = {.type = MSG_DIAL_FAILED, .id = id, .fd = -1};

	m.code = e->code;
	strlcpy(m.text, e->text, sizeof(m.text));
	(void)channel_send(channel, &m);
}

/* Wait for a connect(2) under way.  0 or a positive errno value. */
static int
wait_connected(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLOUT};
	int64_t deadline = os_now_ms() + CONNECT_TIMEOUT;
	int error = 0, n;
	socklen_t len = sizeof(error);

	do {
		int64_t left = deadline - os_now_ms();

		if (left <= 0)
			return ETIMEDOUT;
		n = poll(&pfd, 1, (int)left);
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		return ETIMEDOUT;
	if (n == -1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error;
}

/* A connected socket, or -errno. */
static int
connect_to(const struct sockaddr_in *sin)
{
	int fd, error = 0, on = 1;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	/* The lines are short and each waits for an answer. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (const struct sockaddr *)sin, sizeof(*sin)) == -1)
		error = errno == EINPROGRESS ? wait_connected(fd) : errno;
	if (error != 0) {
		close(fd);
		return -error;
	}
	return fd;
}

static int
report_success(int channel, uint32_t id, int fd, struct err *e)
{
	struct msg m = {.type = MSG_DIALLED, .id = id, .fd = fd};
	struct sockaddr_in local, remote;
	socklen_t len = sizeof(local);

	if (getsockname(fd, (struct sockaddr *)&local, &len) == -1)
		return err_sys(e, errno, "getsockname");
	len = sizeof(remote);
	if (getpeername(fd, (struct sockaddr *)&remote, &len) == -1)
		return err_set(
		    e, errno, "connection lost: the server closed it at once");
	m.addr4 = local.sin_addr;
	m.server4 = remote.sin_addr;
	return channel_send(channel, &m);
}

static int
dial(int channel, uint32_t id, const char *server, const char *port,
    struct err *e)
{
	struct addrinfo hints = {.ai_family = AF_INET,
	    .ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICSERV};
	struct addrinfo *list, *ai;
	char addr[ADDR4_STRLEN];
	int fd = -EHOSTUNREACH, r, tried = 0;

	r = getaddrinfo(server, port, &hints, &list);
	if (r != 0)
		return err_set(e, r == EAI_SYSTEM ? errno : EHOSTUNREACH,
		    "cannot resolve %s: %s", server,
		    r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
	for (ai = list; ai != NULL && tried < ADDRESSES_MAX; ai = ai->ai_next) {
		struct sockaddr_in sin;

		if (ai->ai_addrlen != sizeof(sin))
			continue;
		memcpy(&sin, ai->ai_addr, sizeof(sin));
		tried++;
		fd = connect_to(&sin);
		if (fd >= 0) {
			freeaddrinfo(list);
			return report_success(channel, id, fd, e);
		}
		err_set(e, -fd, "cannot connect to %s port %s: %s",
		    addr4_format(sin.sin_addr, addr), port, strerror(-fd));
	}
	freeaddrinfo(list);
	if (tried == 0)
		return err_set(
		    e, EHOSTUNREACH, "%s has no IPv4 address", server);
	return fd;
}

void
dialler_main(
    int channel, uint32_t id, pid_t parent, const struct priv_conf *conf)
{
	struct err e = {0};
	int r;

	r = os_drop(&conf->ids, &e);
	if (r == 0) {
		os_die_with_parent(parent);
		r = dial(channel, id, conf->server, conf->port, &e);
	}
	if (r != 0) {
		if (e.code == 0)
			err_set(&e, EIO, "the dialler failed");
		report_failure(channel, id, &e);
	}
	_exit(0);
}
