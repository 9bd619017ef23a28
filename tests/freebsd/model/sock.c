/*
 * Descriptors.  The process has one end of a pair of sockets and may do with
 * it what it likes; we have the other one, and learn by it when the process
 * has closed its last copy.  Who an end is, copied or not, its inode tells.
 *
 * Routing messages wait here, and not in the pair, so that a read takes one
 * and how many fit is ours to say; an octet in the pair makes the process's
 * end readable for poll(2) while any wait.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "private.h"

#define RCVBUF	   8192 /* at first */
#define SOCKS_MAX  64
#define RCVBUF_MAX 1864135 /* kern.ipc.maxsockbuf, less the overhead */

int
sock_open(
    struct fbm_host *h, int domain, int protocol, struct sock **sp, int *fd)
{
	struct sock *s;
	struct stat st;
	int pair[2];

	/* Packets keep their bounds on a device. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, pair) < 0)
		return errno;
	if (fstat(pair[0], &st) < 0)
		abort();
	s = model_alloc(sizeof(*s));
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	s->kernel = pair[1];
	s->domain = domain;
	s->protocol = protocol;
	s->fib = h->fib;
	s->loopback = true;
	s->rcvbuf = RCVBUF;
	STAILQ_INIT(&s->packets);
	TAILQ_INSERT_TAIL(&h->socks, s, next);
	*sp = s;
	*fd = pair[0];
	return 0;
}

struct sock *
sock_of(struct fbm_host *h, int fd)
{
	struct sock *s;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return NULL;
	TAILQ_FOREACH (s, &h->socks, next)
		if (s->dev == st.st_dev && s->ino == st.st_ino)
			return s;
	return NULL;
}

void
sock_free(struct fbm_host *h, struct sock *s)
{
	struct packet *p;

	while ((p = STAILQ_FIRST(&s->packets)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->packets, next);
		free(p);
	}
	TAILQ_REMOVE(&h->socks, s, next);
	close(s->kernel);
	free(s);
}

/* One that the process has no descriptor of any more, or NULL. */
static struct sock *
closed(struct fbm_host *h)
{
	struct pollfd p[SOCKS_MAX];
	struct sock *s;
	unsigned n = 0, i;

	TAILQ_FOREACH (s, &h->socks, next) {
		if (n == SOCKS_MAX)
			abort();
		p[n++] = (struct pollfd) {.fd = s->kernel};
	}
	if (n == 0 || poll(p, n, 0) <= 0)
		return NULL;
	i = 0;
	TAILQ_FOREACH (s, &h->socks, next)
		if ((p[i++].revents & POLLHUP) != 0)
			break;
	return s;
}

void
sock_reap(struct fbm_host *h)
{
	struct sock *s;

	while ((s = closed(h)) != NULL) {
		if (s->tun != NULL)
			tun_closed(h, s);
		sock_free(h, s);
	}
}

static void
show_readable(struct sock *s, int fd)
{
	bool want = s->lost || !STAILQ_EMPTY(&s->packets);
	char c = 0;

	if (want && !s->token)
		s->token = write(s->kernel, &c, 1) == 1;
	else if (!want && s->token)
		s->token = read(fd, &c, 1) != 1;
}

ssize_t
sock_read(struct sock *s, int fd, void *buf, size_t len)
{
	struct packet *p = STAILQ_FIRST(&s->packets);

	if (p == NULL && !s->lost)
		return -EAGAIN;
	if (p == NULL) {
		s->lost = false;
		show_readable(s, fd);
		return -ENOBUFS;
	}
	STAILQ_REMOVE_HEAD(&s->packets, next);
	s->used -= p->len;
	if (len > p->len)
		len = p->len;
	memcpy(buf, p->data, len);
	free(p);
	show_readable(s, fd);
	return (ssize_t)len;
}

int
sock_option(struct fbm_host *h, struct sock *s, int name, int value)
{
	switch (name) {
	case FB_SO_USELOOPBACK:
		s->loopback = value != 0;
		return 0;
	case FB_SO_RCVBUF:
		if (value < 1)
			return EINVAL;
		if (value > RCVBUF_MAX)
			return ENOBUFS;
		s->rcvbuf = (size_t)value;
		return 0;
	case FB_SO_SETFIB:
		if (value < 0 || (unsigned)value >= h->fibs)
			return EINVAL;
		s->fib = (unsigned)value;
		return 0;
	case FB_SO_RERROR:
		if (h->release < 14)
			return ENOPROTOOPT;
		s->rerror = value != 0;
		return 0;
	default:
		return ENOPROTOOPT;
	}
}

static void
put_packet(struct sock *s, const void *msg, size_t len)
{
	struct packet *p = model_alloc(sizeof(*p) + len);

	p->len = len;
	memcpy(p->data, msg, len);
	STAILQ_INSERT_TAIL(&s->packets, p, next);
	s->used += len;
}

void
sock_deliver(struct fbm_host *h, const void *msg, size_t len, int family,
    int fib, const struct sock *except)
{
	struct sock *s;
	bool lose = h->lose > 0;

	if (lose)
		h->lose--;
	TAILQ_FOREACH (s, &h->socks, next) {
		if (s->domain != FB_AF_ROUTE || s == except ||
		    (fib >= 0 && s->fib != (unsigned)fib) ||
		    (family != 0 && s->protocol != 0 && s->protocol != family))
			continue;
		if (!lose && s->used + len <= s->rcvbuf)
			put_packet(s, msg, len);
		else if (s->rerror)
			s->lost = true;
		show_readable(s, -1);
	}
}
