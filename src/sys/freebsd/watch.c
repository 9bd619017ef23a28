/*
 * Watching the kernel: from the messages of routing sockets to events.
 *
 * The kernel tells a socket of the routes of one table (FIB) alone, and of the
 * addresses of the interfaces that belong to that table; so there is a socket
 * for each.  The IPv4 default route that counts is that of the process's own.
 *
 * To set an address that is there already, the kernel takes it away and adds
 * it anew, and says so; dhclient(8) does that after each loss of the link.  So
 * a message about an IPv4 address only leads to a look at all of them.
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

/* Hear of that table, too; the first one is the process's own. */
static int
add_table(struct fb *fb, uint32_t fib)
{
	struct fb_watch *w = &fb->watch;
	int fd;

	for (unsigned i = 0; i < w->ntables; i++) {
		if (w->tables[i].fib == fib)
			return 0;
	}
	if (w->ntables == FB_TABLES)
		return -ENOSPC;
	fd = open_socket(fb, fib);
	if (fd < 0)
		return fd;
	w->tables[w->ntables].fd = fd;
	w->tables[w->ntables++].fib = fib;
	return 0;
}

int
watch_open(struct fb *fb, struct err *e)
{
	struct fb_watch *w = &fb->watch;
	uint32_t fibs = fb_sysctl_u32("net.fibs", 1);
	int error;

	w->poller = call_poller();
	if (w->poller == -1)
		return err_sys(e, errno, "a queue of kernel events");
	error = add_table(fb, fb->own_fib);
	/* One is left for -F, should it be beyond. */
	for (uint32_t i = 0; error == 0 && i < fibs && i < FB_TABLES - 2; i++)
		error = add_table(fb, i);
	if (error != 0)
		return fb_fail(e, error, "routing socket");
	/* Only now, so that nothing is missed in between. */
	error = addr_learn4(fb);
	return error != 0 ? fb_fail(e, error, "list IPv4 addresses") : 0;
}

void
watch_close(struct fb *fb)
{
	struct fb_watch *w = &fb->watch;

	while (w->ntables > 0)
		(void)call_close(w->tables[--w->ntables].fd);
	if (w->poller != -1)
		(void)call_close(w->poller);
	w->poller = -1;
	interest_free(&w->interest);
}

int
watch_fd(struct kernel *k)
{
	return ((struct fb *)k)->watch.poller;
}

/* What cannot be heard of is looked at with everything else. */
static void
use_table(struct fb *fb, uint32_t fib)
{
	if (fib == fb->own_fib)
		return;
	fb->fib = fib;
	if (add_table(fb, fib) != 0)
		fb->watch.interest.resync = true;
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

/* On a LAN advertisements need a link-local address. */
static void
classify_addr6(struct interest *in, const struct rtmsg *m)
{
	in->touched |= interest_lan_at(in, m->ifindex) != 0 ||
	    (interest_has_link(in, m->ifindex) &&
		!addr6_is_linklocal(&m->addr6.addr));
}

static void
classify(struct fb_watch *w, const struct rtmsg *m, bool own)
{
	struct interest *in = &w->interest;

	switch (m->type) {
	case FB_RTM_ADD:
	case FB_RTM_DELETE:
	case FB_RTM_CHANGE:
	case FB_RTM_GET:
		classify_route(in, m, own);
		break;
	case FB_RTM_NEWADDR:
	case FB_RTM_DELADDR:
		if (m->family == FB_AF_INET)
			w->addrs4 = true;
		else
			classify_addr6(in, m);
		break;
	case FB_RTM_IFINFO:
		in->touched |= interest_has_link(in, m->ifindex) ||
		    interest_lan_at(in, m->ifindex) != 0;
		break;
	case FB_RTM_IFANNOUNCE:
		/* Routes go with an interface without a word about them. */
		in->touched |= m->departure;
		(void)interest_note_lan(
		    in, m->ifname, m->ifindex, m->departure);
		break;
	default:
		break;
	}
}

/* One message: 1 there was one, 0 none, or -errno. */
static int
read_one(struct fb_watch *w, int fd, struct rtmsg *m)
{
	ssize_t n;

	memset(m, 0, sizeof(*m));
	n = call_read(fd, w->buf, sizeof(w->buf));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == -1 && errno != ENOBUFS)
		return -errno;
	/* Some were lost, or one makes no sense to us. */
	if (n == -1 || rtmsg_decode(w->buf, (size_t)n, m) < 0)
		w->interest.resync = w->addrs4 = true;
	return 1;
}

/* All that waits, table by table.  0 or -errno. */
static int
read_all(struct fb_watch *w)
{
	struct rtmsg m;
	int r = 0;

	for (unsigned i = 0; i < w->ntables; i++) {
		for (int reads = 0; reads < READS_MAX; reads++) {
			r = read_one(w, w->tables[i].fd, &m);
			if (r <= 0)
				break;
			classify(w, &m, i == 0);
		}
		if (r < 0)
			return r;
	}
	call_poller_settle(w->poller);
	return 0;
}

/* Addresses first; of the rest, one event of a kind. */
int
watch_next(struct kernel *k, struct kevent *ev)
{
	struct fb *fb = (struct fb *)k;
	struct fb_watch *w = &fb->watch;
	int r;

	memset(ev, 0, sizeof(*ev));
	if (interest_changed_addr4(&w->interest, ev))
		return 1;
	if ((r = read_all(w)) != 0)
		return r;
	if (w->interest.resync)
		lan_learn(fb);
	if (w->addrs4) {
		w->addrs4 = false;
		if (addr_look4(fb) != 0 || w->interest.overflow)
			w->interest.resync = true;
		if (interest_changed_addr4(&w->interest, ev))
			return 1;
	}
	return interest_next(&w->interest, ev);
}
