/*
 * IPv6 routes by a routing socket, route(4).
 *
 * There is one route to a destination in a table, whatever its gateway, and
 * no metric.  The gateway is the link itself: an address of the far end would
 * have to be the one that is on the interface at that moment.
 *
 * Each request has a socket of its own.  That is not full of what others did
 * in the meantime, and it belongs to the table that the request is about.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "freebsd.h"

#define ANSWER_MS 1000 /* the kernel has it ready; this is for a lost one */

/* In table fib; the requests' family alone. */
static int
open_socket(struct fb *fb, uint32_t fib)
{
	int fd, table = (int)fib, error;

	fd = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, FB_AF_INET6);
	if (fd == -1)
		return -errno;
	if (fib != fb->own_fib &&
	    call_setsockopt(
		fd, FB_SOL_SOCKET, FB_SO_SETFIB, &table, sizeof(table)) == -1) {
		error = -errno;
		(void)call_close(fd);
		return error;
	}
	return fd;
}

static int
ask(struct fb *fb, int fd, struct rtrequest *r)
{
	uint8_t buf[RTMSG_REQUEST_MAX];
	size_t n;

	r->seq = ++fb->seq;
	n = rtmsg_encode(r, buf);
	return call_write(fd, buf, n) == -1 ? -errno : 0;
}

static int
request(struct fb *fb, struct rtrequest *r, uint32_t fib)
{
	int fd, error;

	fd = open_socket(fb, fib);
	if (fd < 0)
		return fd;
	error = ask(fb, fd, r);
	(void)call_close(fd);
	return error;
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The answer to request seq, among what others are told. */
static int
await(int fd, int32_t seq, struct rtmsg *m)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	int64_t left, end = now_ms() + ANSWER_MS;
	_Alignas(8) uint8_t buf[2048];
	ssize_t n;

	while ((left = end - now_ms()) > 0) {
		n = call_read(fd, buf, sizeof(buf));
		if (n == -1 && errno == EAGAIN) {
			(void)poll(&pfd, 1, (int)left);
			continue;
		}
		if (n == -1 && errno != EINTR && errno != ENOBUFS)
			return -errno;
		if (n > 0 && rtmsg_decode(buf, (size_t)n, m) > 0 &&
		    m->type == FB_RTM_GET && m->seq == seq &&
		    m->pid == (int32_t)getpid())
			return 0;
	}
	return -ETIMEDOUT;
}

int
route_find(struct fb *fb, const struct prefix6 *dst, uint32_t fib,
    struct rtmsg *m, struct err *e)
{
	struct rtrequest r = {.type = FB_RTM_GET, .dst = *dst};
	char buf[PREFIX6_STRLEN];
	int fd, error;

	prefix6_mask(&r.dst);
	fd = open_socket(fb, fib);
	error = fd < 0 ? fd : ask(fb, fd, &r);
	if (error == 0)
		error = await(fd, r.seq, m);
	if (fd >= 0)
		(void)call_close(fd);
	if (error == -ESRCH)
		return 0;
	if (error != 0)
		return fb_fail(e, error, "look for a route to %s",
		    prefix6_format(dst, buf));
	/* To a host, the kernel finds whatever leads there. */
	return m->family == FB_AF_INET6 && prefix6_equal(&m->dst, &r.dst);
}

/* Where a foreign one stands in our way, its end is news. */
int
route_exists(struct fb *fb, const struct netop *op, struct err *e)
{
	struct rtmsg m = {.type = 0};
	int found;

	found = route_find(fb, &op->prefix, op->fib, &m, e);
	if (found == 1)
		watch_await(fb, op);
	return found;
}

int
route_add(struct fb *fb, const struct netop *op, struct err *e)
{
	struct rtrequest r = {.type = FB_RTM_ADD,
	    .dst = op->prefix,
	    .ifindex = op->ifindex,
	    .reject = (op->flags & NETOP_F_REJECT) != 0};
	char buf[PREFIX6_STRLEN];
	int error;

	error = request(fb, &r, op->fib);
	if (error != 0)
		return fb_fail(e, error, "add route to %s",
		    prefix6_format(&op->prefix, buf));
	watch_route(fb, op);
	return 0;
}

/* With our mark, and leading where op says. */
static bool
is_ours(const struct netop *op, const struct rtmsg *m)
{
	bool reject = (op->flags & NETOP_F_REJECT) != 0;

	if ((m->flags & FB_RTF_PROTO2) == 0 ||
	    reject != ((m->flags & FB_RTF_REJECT) != 0))
		return false;
	return reject || m->gateway == op->ifindex;
}

int
route_delete(struct fb *fb, const struct netop *op, struct err *e)
{
	struct rtrequest r = {.type = FB_RTM_DELETE,
	    .dst = op->prefix,
	    .ifindex = op->ifindex,
	    .reject = (op->flags & NETOP_F_REJECT) != 0};
	char buf[PREFIX6_STRLEN];
	struct rtmsg m = {.type = 0};
	int error;

	interest_drop_route(&fb->watch.interest, &op->prefix, 0);
	error = route_find(fb, &op->prefix, op->fib, &m, e);
	if (error < 0)
		return error;
	error =
	    error == 1 && is_ours(op, &m) ? request(fb, &r, op->fib) : -ENOENT;
	if (error == -ESRCH)
		error = -ENOENT;
	if (error != 0)
		return fb_fail(e, error, "remove route to %s",
		    prefix6_format(&op->prefix, buf));
	return 0;
}
