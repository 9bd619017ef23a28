/*
 * Watching the kernel: from netlink's notifications to events.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

#define READS_MAX 64 /* in one turn, so that a flood cannot hold us */
#define RCVBUF	  (1 << 18)

int
watch_open(struct lx *lx, struct err *e)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK,
	    .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
		RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
	const int size = RCVBUF;
	struct lx_watch *w = &lx->watch;
	int error;

	w->fd = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (w->fd == -1)
		return err_sys(e, errno, "routing netlink socket");
	if (setsockopt(
		w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == -1)
		(void)setsockopt(
		    w->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	error = filter_set(w);
	if (error != 0)
		return err_sys(e, -error, "filter on the netlink socket");
	if (bind(w->fd, (struct sockaddr *)&local, sizeof(local)) == -1)
		return err_sys(e, errno, "subscribe to netlink groups");
	/* Only now, so that nothing is missed in between. */
	error = addrs4_learn(lx);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "list IPv4 addresses");
	return 0;
}

void
watch_close(struct lx *lx)
{
	if (lx->watch.fd != -1)
		(void)close(lx->watch.fd);
	lx->watch.fd = -1;
}

int
watch_fd(struct kernel *k)
{
	return ((struct lx *)k)->watch.fd;
}

static unsigned
find_link(const struct lx_watch *w, uint32_t ifindex)
{
	unsigned i;

	for (i = 0; i < w->nlinks; i++) {
		if (w->links[i] == ifindex)
			break;
	}
	return i;
}

/* A filter that could not be set lets the kernel tell more, or nothing new. */
static void
refilter(struct lx_watch *w)
{
	if (filter_set(w) != 0)
		w->resync = true;
}

void
watch_link(struct lx *lx, uint32_t ifindex)
{
	struct lx_watch *w = &lx->watch;

	if (find_link(w, ifindex) < w->nlinks || w->nlinks == NETOP_SLOTS)
		return;
	w->links[w->nlinks++] = ifindex;
	refilter(w);
}

void
watch_unlink(struct lx *lx, uint32_t ifindex)
{
	struct lx_watch *w = &lx->watch;
	unsigned i = find_link(w, ifindex);

	if (i == w->nlinks)
		return;
	w->links[i] = w->links[--w->nlinks];
	refilter(w);
}

static unsigned
find_route(
    const struct lx_routes *l, const struct prefix6 *dst, uint32_t metric)
{
	unsigned i;

	for (i = 0; i < l->n; i++) {
		if (l->r[i].metric == metric &&
		    prefix6_equal(&l->r[i].dst, dst))
			break;
	}
	return i;
}

static void
drop_route(struct lx_routes *l, unsigned i)
{
	l->n--;
	memmove(&l->r[i], &l->r[i + 1], (l->n - i) * sizeof(l->r[0]));
}

/* Where there is no room, the oldest goes: it is the least likely to matter. */
static void
put_route(struct lx_routes *l, const struct prefix6 *dst, uint32_t metric)
{
	if (l->n == LX_ROUTES)
		drop_route(l, 0);
	l->r[l->n].dst = *dst;
	l->r[l->n++].metric = metric;
}

void
watch_route(struct lx *lx, const struct prefix6 *dst, uint32_t metric)
{
	struct lx_watch *w = &lx->watch;
	unsigned i = find_route(&w->awaited, dst, metric);

	if (i < w->awaited.n) {
		drop_route(&w->awaited, i);
		refilter(w);
	}
	if (find_route(&w->ours, dst, metric) == w->ours.n)
		put_route(&w->ours, dst, metric);
}

void
watch_unroute(struct lx *lx, const struct prefix6 *dst, uint32_t metric)
{
	struct lx_routes *l = &lx->watch.ours;
	unsigned i = find_route(l, dst, metric);

	if (i < l->n)
		drop_route(l, i);
}

bool
watch_await(struct lx *lx, const struct prefix6 *dst, uint32_t metric)
{
	struct lx_watch *w = &lx->watch;

	/* That it is in ours does not mean that it is there. */
	if (find_route(&w->awaited, dst, metric) < w->awaited.n)
		return false;
	put_route(&w->awaited, dst, metric);
	refilter(w);
	return true;
}

static void
classify_link(struct lx_watch *w, const struct nlmsghdr *h)
{
	struct ifinfomsg body;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(body)))
		return;
	memcpy(&body, nl_body(h), sizeof(body));
	if (find_link(w, (uint32_t)body.ifi_index) < w->nlinks)
		w->touched = true;
}

/* 1: ev is filled in. */
static int
classify_addr(struct lx_watch *w, const struct nlmsghdr *h, struct kevent *ev)
{
	struct addr a;

	if (!addr_parse(h, &a))
		return 0;
	if (a.family == AF_INET)
		return addrs4_note(w, &a, h->nlmsg_type == RTM_DELADDR, ev);
	if (find_link(w, a.ifindex) < w->nlinks &&
	    !addr6_is_linklocal(&a.addr6.addr))
		w->touched = true;
	return 0;
}

static void
classify_route(struct lx_watch *w, const struct nlmsghdr *h)
{
	const struct nlattr *tb[RTA_TABLE + 1];
	struct rtmsg body;
	struct route r;

	if (route_parse(h, &r)) {
		if (r.table != RT_TABLE_MAIN)
			return;
		if (h->nlmsg_type == RTM_DELROUTE)
			w->touched |= find_route(&w->awaited, &r.dst,
					  r.metric) < w->awaited.n;
		if (r.protocol == LX_PROTOCOL)
			w->touched |= r.type == RTN_UNREACHABLE ||
			    find_link(w, r.ifindex) < w->nlinks;
		else
			/* Nobody tells the end of a route replaced. */
			w->touched |= (h->nlmsg_flags & NLM_F_REPLACE) != 0 &&
			    find_route(&w->ours, &r.dst, r.metric) < w->ours.n;
		return;
	}
	if (!nl_attrs(h, sizeof(body), tb, RTA_TABLE))
		return;
	memcpy(&body, nl_body(h), sizeof(body));
	if (body.rtm_family == AF_INET && body.rtm_dst_len == 0 &&
	    nl_u32(tb[RTA_TABLE], body.rtm_table) == RT_TABLE_MAIN)
		w->default4 = true;
}

/* 1: ev is filled in. */
static int
classify(struct lx_watch *w, const struct nlmsghdr *h, struct kevent *ev)
{
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		classify_link(w, h);
		return 0;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return classify_addr(w, h, ev);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		classify_route(w, h);
		return 0;
	default:
		return 0;
	}
}

/* More notifications into the buffer.  1, 0 there are none, or -errno. */
static int
refill(struct lx *lx)
{
	struct lx_watch *w = &lx->watch;
	struct sockaddr_nl from;
	struct iovec iov = {w->buf, sizeof(w->buf)};
	struct msghdr m = {.msg_name = &from,
	    .msg_namelen = sizeof(from),
	    .msg_iov = &iov,
	    .msg_iovlen = 1};
	ssize_t n;

	w->at = w->len = 0;
	n = recvmsg(w->fd, &m, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == -1 && errno != ENOBUFS)
		return -errno;
	/* Some were lost, or one is larger than any that we look at. */
	if (n == -1 || (m.msg_flags & MSG_TRUNC)) {
		w->resync = true;
		(void)addrs4_learn(lx);
		return 1;
	}
	if (from.nl_pid == 0)
		w->len = (size_t)n;
	return 1;
}

/* What was gathered while reading. */
static int
gathered(struct lx_watch *w, struct kevent *ev)
{
	memset(ev, 0, sizeof(*ev));
	if (w->resync) {
		/* Everything: nothing more to say about the rest. */
		w->resync = w->touched = false;
		ev->kind = KEV_RESYNC;
		return 1;
	}
	if (w->default4) {
		w->default4 = false;
		ev->kind = KEV_DEFAULT4;
		return 1;
	}
	if (w->touched) {
		w->touched = false;
		ev->kind = KEV_TOUCHED;
		return 1;
	}
	return 0;
}

/*
 * Addresses are told in the order in which they come; of the rest, once all
 * is read, one event of a kind.
 */
int
watch_next(struct kernel *k, struct kevent *ev)
{
	struct lx *lx = (struct lx *)k;
	struct lx_watch *w = &lx->watch;
	const struct nlmsghdr *h;
	const uint8_t *p;
	int more;

	for (int reads = 0; reads < READS_MAX;) {
		p = w->buf + w->at;
		h = nl_next(&p, w->len - w->at);
		if (h != NULL) {
			w->at = (size_t)(p - w->buf);
			if (classify(w, h, ev) == 1)
				return 1;
			continue;
		}
		more = refill(lx);
		if (more < 0)
			return more;
		if (more == 0)
			break;
		reads++;
	}
	return gathered(w, ev);
}
