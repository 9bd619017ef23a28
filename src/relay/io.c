/* Reading and writing, and what errors mean. */
#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "private.h"

bool
relay_is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/*
 * An outer socket outlives whatever the network makes it report: an ICMP error
 * that anyone may have sent (they come as many errno values), a packet filter's
 * no, an address that went.  Only a descriptor that is no socket, or not as
 * connected as it was, is beyond hope.
 */
bool
relay_outer_is_dead(int error)
{
	return error == EBADF || error == ENOTSOCK || error == ENOTCONN ||
	    error == EDESTADDRREQ;
}

/*
 * The tun device, on the other hand, reports only what is true of itself.
 * What a packet or a device that is down (EIO, EHOSTDOWN) may cause passes;
 * anything else means that the device is gone.
 */
bool
relay_tun_is_dead(int error)
{
	switch (error) {
	case EIO:
	case EHOSTDOWN:
	case ENETDOWN:
	case EINVAL:
	case EMSGSIZE:
	case ENOMEM:
	case EPERM:
		return false;
	default:
		return true;
	}
}

ssize_t
relay_read(int fd, void *buf, size_t size)
{
	ssize_t n;

	do
		n = read(fd, buf, size);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return relay_is_full(errno) ? -EAGAIN : -errno;
	return n;
}

/* w: of n octets, what a call took. */
static enum relay_verdict
verdict_of(ssize_t w, size_t n, int *error)
{
	*error = 0;
	if (w >= 0 && (size_t)w == n)
		return RELAY_PASS;
	*error = w == -1 ? errno : EIO;
	if (relay_is_full(*error))
		return RELAY_FULL;
	return *error == EMSGSIZE ? RELAY_TOOBIG : RELAY_ERROR;
}

enum relay_verdict
relay_write(int fd, const struct iovec *iov, int niov, size_t n, int *error)
{
	ssize_t w;

	do
		w = writev(fd, iov, niov);
	while (w == -1 && errno == EINTR);
	return verdict_of(w, n, error);
}

enum relay_verdict
relay_send(const struct relay_peer *to, uint8_t *p, size_t n, int *error)
{
	const struct iovec iov = {.iov_base = p, .iov_len = n};
	ssize_t w;

	if (to->socket->connected)
		return relay_write(to->socket->fd, &iov, 1, n, error);
	do
		w = sendto(to->socket->fd, p, n, 0,
		    (const struct sockaddr *)&to->addr, sizeof(to->addr));
	while (w == -1 && errno == EINTR);
	return verdict_of(w, n, error);
}
