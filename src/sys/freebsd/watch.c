/*
 * Watching the kernel: from the messages of routing sockets to events.
 *
 * The kernel tells a socket of the routes of one table alone.  The first
 * socket's is the process's: there the IPv4 default route is.  Where our own
 * routes are in another (-F), a second one is for that.
 */
#include <errno.h>
#include <string.h>

#include "freebsd.h"

#define READS_MAX 64 /* in one turn, so that a flood cannot hold us */
#define RCVBUF	  (1 << 18)

/* An overflow is told only by 14 and later; before, what is lost is lost. */
static int
open_socket(struct fb *fb, uint32_t fib)
{
	const int on = 1, size = RCVBUF, table = (int)fib;
	int fd, error;

	fd = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, 0);
	if (fd == -1)
		return -errno;
	(void)call_setsockopt(
	    fd, FB_SOL_SOCKET, FB_SO_RCVBUF, &size, sizeof(size));
	(void)call_setsockopt(fd, FB_SOL_SOCKET, FB_SO_RERROR, &on, sizeof(on));
	if ((fib != fb->own_fib &&
		call_setsockopt(fd, FB_SOL_SOCKET, FB_SO_SETFIB, &table,
		    sizeof(table)) == -1) ||
	    call_poller_add(fb->watch.poller, fd) == -1) {
		error = -errno;
		(void)call_close(fd);
		return error;
	}
	return fd;
}

int
watch_open(struct fb *fb, struct err *e)
{
	struct fb_watch *w = &fb->watch;
	int error;

	w->poller = call_poller();
	if (w->poller == -1)
		return err_sys(e, errno, "a queue of kernel events");
	w->fd = open_socket(fb, fb->own_fib);
	if (w->fd < 0)
		return fb_fail(e, w->fd, "routing socket");
	/* Only now, so that nothing is missed in between. */
	error = addr_learn4(fb);
	return error != 0 ? fb_fail(e, error, "list IPv4 addresses") : 0;
}

static void
close_one(int *fd)
{
	if (*fd >= 0)
		(void)call_close(*fd);
	*fd = -1;
}

void
watch_close(struct fb *fb)
{
	close_one(&fb->watch.fd);
	close_one(&fb->watch.fd2);
	close_one(&fb->watch.poller);
}

int
watch_fd(struct kernel *k)
{
	return ((struct fb *)k)->watch.poller;
}

/* The table of a route is one that we have to hear of. */
static void
use_table(struct fb *fb, uint32_t fib)
{
	struct fb_watch *w = &fb->watch;

	if (fib == fb->own_fib)
		return;
	fb->fib = fib;
	if (w->fd2 == -1)
		w->fd2 = open_socket(fb, fib);
	if (w->fd2 < -1)
		w->fd2 = -1; /* tried again with the next route */
}

void
watch_route(struct fb *fb, const struct netop *op)
{
	use_table(fb, op->fib);
	(void)interest_add_route(&fb->watch.interest, &op->prefix, 0);
}

void
watch_await(struct fb *fb, const struct netop *op)
{
	use_table(fb, op->fib);
	(void)interest_await_route(&fb->watch.interest, &op->prefix, 0);
}

static void
classify_route(struct interest *in, const struct rtmsg *m, bool own)
{
	if (m->type == FB_RTM_GET || m->error != 0)
		return; /* nothing came of it */
	if (m->family == FB_AF_INET)
		in->default4 |= own && m->default4;
	else if (m->family == FB_AF_INET6)
		in->touched |= interest_has_route(&in->ours, &m->dst, 0) ||
		    interest_has_route(&in->awaited, &m->dst, 0);
}

/* 1: ev is filled in. */
static int
classify_addr(struct interest *in, const struct rtmsg *m, struct kevent *ev)
{
	if (m->family == FB_AF_INET)
		return interest_note_addr4(
		    in, m->ifindex, m->addr4, m->type == FB_RTM_DELADDR, ev);
	if (m->family == FB_AF_INET6 && !addr6_is_linklocal(&m->addr6.addr))
		in->touched |= interest_has_link(in, m->ifindex);
	return 0;
}

/* 1: ev is filled in. */
static int
classify(
    struct interest *in, const struct rtmsg *m, bool own, struct kevent *ev)
{
	switch (m->type) {
	case FB_RTM_ADD:
	case FB_RTM_DELETE:
	case FB_RTM_CHANGE:
	case FB_RTM_GET:
		classify_route(in, m, own);
		return 0;
	case FB_RTM_NEWADDR:
	case FB_RTM_DELADDR:
		return classify_addr(in, m, ev);
	case FB_RTM_IFINFO:
		in->touched |= interest_has_link(in, m->ifindex);
		return 0;
	case FB_RTM_IFANNOUNCE:
		/* Routes go with an interface without a word about them. */
		in->touched |= m->departure;
		return 0;
	default:
		return 0;
	}
}

/* One message: 1 there was one, 0 none, or -errno. */
static int
read_one(struct fb *fb, int fd, struct rtmsg *m)
{
	struct fb_watch *w = &fb->watch;
	ssize_t n;

	memset(m, 0, sizeof(*m));
	n = call_read(fd, w->buf, sizeof(w->buf));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == -1 && errno != ENOBUFS)
		return -errno;
	/* Some were lost, or one makes no sense to us. */
	if (n == -1 || rtmsg_decode(w->buf, (size_t)n, m) < 0) {
		w->interest.resync = true;
		(void)addr_learn4(fb);
	}
	return 1;
}

/*
 * Addresses are told in the order in which they come; of the rest, once all
 * is read, one event of a kind.
 */
int
watch_next(struct kernel *k, struct kevent *ev)
{
	struct fb *fb = (struct fb *)k;
	struct fb_watch *w = &fb->watch;
	const int fds[] = {w->fd, w->fd2};
	struct rtmsg m;
	int r;

	for (int i = 0; i < 2 && fds[i] != -1; i++) {
		for (int reads = 0; reads < READS_MAX; reads++) {
			r = read_one(fb, fds[i], &m);
			if (r < 0)
				return r;
			if (r == 0)
				break;
			if (classify(&w->interest, &m, i == 0, ev) == 1)
				return 1;
		}
	}
	call_poller_settle(w->poller);
	return interest_next(&w->interest, ev);
}
