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

static int
learn_one(void *arg, const struct addr *a)
{
	struct interest *in = arg;

	if (a == NULL)
		interest_forget_addrs4(in);
	else
		interest_add_addr4(in, a->ifindex, a->addr4);
	return 0;
}

static int
learn_addrs4(struct lx *lx)
{
	return addr_scan(lx, AF_INET, 0, learn_one, &lx->watch.interest);
}

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
	error = learn_addrs4(lx);
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
	interest_free(&lx->watch.interest);
}

int
watch_fd(struct kernel *k)
{
	return ((struct lx *)k)->watch.fd;
}

/* A filter that could not be set lets the kernel tell more, or nothing new. */
void
watch_refilter(struct lx_watch *w)
{
	if (filter_set(w) != 0)
		w->interest.resync = true;
}

void
watch_link(struct lx *lx, uint32_t ifindex)
{
	if (interest_add_link(&lx->watch.interest, ifindex))
		watch_refilter(&lx->watch);
}

void
watch_unlink(struct lx *lx, uint32_t ifindex)
{
	if (interest_drop_link(&lx->watch.interest, ifindex))
		watch_refilter(&lx->watch);
}

void
watch_route(struct lx *lx, const struct prefix6 *dst, uint32_t metric)
{
	if (interest_add_route(&lx->watch.interest, dst, metric))
		watch_refilter(&lx->watch);
}

bool
watch_await(struct lx *lx, const struct prefix6 *dst, uint32_t metric)
{
	bool fresh = interest_await_route(&lx->watch.interest, dst, metric);

	if (fresh)
		watch_refilter(&lx->watch);
	return fresh;
}

static void
classify_link(struct lx_watch *w, const struct nlmsghdr *h)
{
	const struct nlattr *tb[IFLA_IFNAME + 1];
	struct interest *in = &w->interest;
	struct ifinfomsg body;
	char name[IFNAMSIZ];
	uint32_t index;

	if (!nl_attrs(h, sizeof(body), tb, IFLA_IFNAME))
		return;
	memcpy(&body, nl_body(h), sizeof(body));
	index = (uint32_t)body.ifi_index;
	in->touched |= interest_has_link(in, index);
	nl_string(tb[IFLA_IFNAME], name, sizeof(name));
	/* A port that leaves its bridge is said to go, too: AF_BRIDGE. */
	if (interest_note_lan(in, name, index,
		h->nlmsg_type == RTM_DELLINK && body.ifi_family == AF_UNSPEC))
		watch_refilter(w);
}

/* 1: ev is filled in. */
static int
classify_addr(struct interest *in, const struct nlmsghdr *h, struct kevent *ev)
{
	struct addr a;

	if (!addr_parse(h, &a))
		return 0;
	if (a.family == AF_INET)
		return interest_note_addr4(
		    in, a.ifindex, a.addr4, h->nlmsg_type == RTM_DELADDR, ev);
	in->touched |= interest_lan_at(in, a.ifindex) != 0 ||
	    (interest_has_link(in, a.ifindex) &&
		!addr6_is_linklocal(&a.addr6.addr));
	return 0;
}

static void
classify_route(struct interest *in, const struct nlmsghdr *h)
{
	const struct nlattr *tb[RTA_TABLE + 1];
	struct rtmsg body;
	struct route r;

	if (route_parse(h, &r)) {
		if (r.table != RT_TABLE_MAIN)
			return;
		if (h->nlmsg_type == RTM_DELROUTE)
			in->touched |=
			    interest_has_route(&in->awaited, &r.dst, r.metric);
		if (r.protocol == LX_PROTOCOL)
			in->touched |= r.type == RTN_UNREACHABLE ||
			    interest_has_link(in, r.ifindex);
		else if (h->nlmsg_flags & NLM_F_REPLACE)
			/* Nobody tells the end of a route replaced. */
			in->touched |=
			    interest_has_route(&in->ours, &r.dst, r.metric);
		return;
	}
	if (!nl_attrs(h, sizeof(body), tb, RTA_TABLE))
		return;
	memcpy(&body, nl_body(h), sizeof(body));
	if (body.rtm_family == AF_INET && body.rtm_dst_len == 0 &&
	    nl_u32(tb[RTA_TABLE], body.rtm_table) == RT_TABLE_MAIN)
		in->default4 = true;
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
		return classify_addr(&w->interest, h, ev);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		classify_route(&w->interest, h);
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
		w->interest.resync = true;
		(void)learn_addrs4(lx);
		lan_learn(lx);
		return 1;
	}
	if (from.nl_pid == 0)
		w->len = (size_t)n;
	return 1;
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
	return interest_next(&w->interest, ev);
}
