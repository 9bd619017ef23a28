/*
 * The socket pair between two of our processes: whole messages or nothing,
 * and no descriptor that comes in is ever forgotten.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/channel.h"
#include "dtcp/os.h"

#define SEND_WAIT_MS 5000 /* a process that takes longer is as good as dead */
#define RECV_FDS     4	  /* room to see, and close, more than the one */

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(RECV_FDS * sizeof(int))];
};

int
channel_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, fds) == -1)
		return -errno;
	return 0;
}

/* However the kernel words it: nobody is there any more. */
static int
gone(int error)
{
	switch (error) {
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return -EPIPE;
	default:
		return -error;
	}
}

/* Wait until the far end takes something, up to an absolute time. */
static int
wait_writable(int fd, int64_t until)
{
	struct pollfd pfd = {.fd = fd, .events = POLLOUT};
	int64_t left = until - os_now_ms();

	if (left <= 0)
		return -ETIMEDOUT;
	if (poll(&pfd, 1, (int)left) == -1 && errno != EINTR)
		return -errno;
	return 0;
}

static void
attach_fd(struct msghdr *mh, union control *c, int fd)
{
	struct cmsghdr *cm;

	memset(c, 0, sizeof(*c));
	mh->msg_control = c->buf;
	mh->msg_controllen = CMSG_SPACE(sizeof(fd));
	cm = CMSG_FIRSTHDR(mh);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cm), &fd, sizeof(fd));
}

/*
 * The engine, which passes no descriptor on, may not call sendmsg(2): that
 * takes an address as well.
 */
static ssize_t
send_record(int fd, uint8_t *buf, size_t n, int passed)
{
	const int flags = MSG_EOR | MSG_NOSIGNAL | MSG_DONTWAIT;
	union control control;
	struct iovec iov = {.iov_base = buf, .iov_len = n};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	if (passed == -1)
		return send(fd, buf, n, flags);
	attach_fd(&mh, &control, passed);
	return sendmsg(fd, &mh, flags);
}

int
channel_send(int fd, const struct msg *m)
{
	uint8_t buf[MSG_WIRE_MAX];
	const size_t n = msg_encode(m, buf);
	int64_t until = 0;
	int error;

	if (n == 0 || msg_has_fd(m->type) != (m->fd != -1))
		return -EINVAL;
	for (;;) {
		if (send_record(fd, buf, n, m->fd) != -1)
			return 0;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return gone(errno);
		if (until == 0)
			until = os_now_ms() + SEND_WAIT_MS;
		if ((error = wait_writable(fd, until)) != 0)
			return error;
	}
}

/*
 * Take the descriptors out of a control message.  The first becomes *out, the
 * rest are closed.  Returns how many there were, or -1 for a control message
 * of another kind.
 */
static int
take_fds(struct msghdr *mh, int *out)
{
	struct cmsghdr *cm;
	size_t i, n;
	int fd, count = 0;
	bool odd = false;

	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level != SOL_SOCKET ||
		    cm->cmsg_type != SCM_RIGHTS) {
			odd = true;
			continue;
		}
		n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(fd);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(cm) + i * sizeof(fd), sizeof(fd));
			if (count++ == 0)
				*out = fd;
			else
				close(fd);
		}
	}
	return odd ? -1 : count;
}

int
channel_recv(int fd, struct msg *m)
{
	uint8_t buf[MSG_WIRE_MAX];
	union control control;
	struct iovec iov = {.iov_base = buf, .iov_len = sizeof(buf)};
	struct msghdr mh = {
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.buf,
	    .msg_controllen = sizeof(control.buf),
	};
	ssize_t n;
	const int whole = os_record_end();
	int count, tries = 2, got = -1, error = -EBADMSG;

	memset(m, 0, sizeof(*m));
	m->fd = -1;
	/*
	 * Linux tells first, and once, that the far end went without reading
	 * something of ours, and only then gives its last messages.
	 */
	do
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (n == -1 &&
	    (errno == EINTR || (errno == ECONNRESET && --tries > 0)));
	if (n == -1) {
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		return gone(errno);
	}
	count = take_fds(&mh, &got);
	if (n == 0) {
		error = -EPIPE;
		goto out;
	}
	if (count < 0 || (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		goto out;
	/* A record that was not sent as one, or only its beginning. */
	if ((mh.msg_flags & whole) != whole)
		goto out;
	if (msg_decode(buf, (size_t)n, m) != 0)
		goto out;
	if (count != (msg_has_fd(m->type) ? 1 : 0))
		goto out;
	m->fd = got;
	return 1;
out:
	if (got != -1)
		close(got);
	return error;
}

int
channel_each(
    int fd, unsigned most, bool (*take)(void *arg, struct msg *m), void *arg)
{
	struct msg m;
	bool more;
	int r;

	for (; most > 0; most--) {
		if ((r = channel_recv(fd, &m)) <= 0)
			return r;
		more = take(arg, &m);
		if (m.fd != -1)
			close(m.fd);
		if (!more)
			break;
	}
	return 0;
}
