/*
 * The netlink socket: requests, acknowledgements, dumps.
 */
#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nl.h"

int
nl_open(struct nl *nl, struct err *e)
{
	/* The kernel answers before send returns; this is a safety belt. */
	const struct timeval patience = {.tv_sec = 5};
	const int on = 1;

	nl->seq = 0;
	nl->text[0] = '\0';
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (nl->fd == -1)
		return err_sys(e, errno, "routing netlink socket");
	(void)setsockopt(
	    nl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/*
	 * Kernels before 4.12 and 4.20 know less; then errors are less
	 * talkative, and dumps unfiltered, which the callers allow for.
	 */
	(void)setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	(void)setsockopt(
	    nl->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return 0;
}

void
nl_close(struct nl *nl)
{
	if (nl->fd != -1)
		(void)close(nl->fd);
	nl->fd = -1;
}

static int
transmit(struct nl *nl, struct nl_request *r)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t n;

	nl->text[0] = '\0';
	if (r->overflow)
		return -EMSGSIZE;
	r->u.head.nlmsg_seq = ++nl->seq;
	do {
		n = sendto(nl->fd, r->u.bytes, r->u.head.nlmsg_len, 0,
		    (const struct sockaddr *)&kernel, sizeof(kernel));
	} while (n == -1 && errno == EINTR);
	return n == -1 ? -errno : 0;
}

/* One read of what the kernel (nobody else) sent.  Its size, or -errno. */
static ssize_t
receive(struct nl *nl)
{
	struct sockaddr_nl from;
	struct iovec iov = {nl->reply, sizeof(nl->reply)};
	struct msghdr m;
	ssize_t n;

	do {
		memset(&m, 0, sizeof(m));
		m.msg_name = &from;
		m.msg_namelen = sizeof(from);
		m.msg_iov = &iov;
		m.msg_iovlen = 1;
		n = recvmsg(nl->fd, &m, 0);
	} while ((n == -1 && errno == EINTR) || (n != -1 && from.nl_pid != 0));
	if (n == -1)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (m.msg_flags & MSG_TRUNC)
		return -EMSGSIZE;
	return n;
}

const struct nlmsghdr *
nl_next(const uint8_t **p, size_t left)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)*p;
	size_t step;

	if (left < sizeof(*h) || h->nlmsg_len < sizeof(*h) ||
	    h->nlmsg_len > left)
		return NULL;
	step = NLMSG_ALIGN((size_t)h->nlmsg_len);
	*p += step < left ? step : left;
	return h;
}

/* The result of NLMSG_ERROR and NLMSG_DONE, with what is said about it. */
static int
result(struct nl *nl, const struct nlmsghdr *h)
{
	const struct nlattr *tb[NLMSGERR_ATTR_MSG + 1];
	size_t body = sizeof(int);
	int error;

	if (h->nlmsg_len < NLMSG_HDRLEN + sizeof(error))
		return h->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	memcpy(&error, nl_body(h), sizeof(error));
	/* With CAP_ACK only the header of the request is quoted. */
	if (h->nlmsg_type == NLMSG_ERROR)
		body = sizeof(struct nlmsgerr);
	if (error != 0 && (h->nlmsg_flags & NLM_F_ACK_TLVS) &&
	    nl_attrs(h, body, tb, NLMSGERR_ATTR_MSG))
		nl_string(tb[NLMSGERR_ATTR_MSG], nl->text, sizeof(nl->text));
	return error > 0 ? -EBADMSG : error;
}

int
nl_request(struct nl *nl, struct nl_request *r)
{
	const struct nlmsghdr *h;
	const uint8_t *p, *end;
	ssize_t n;
	int error;

	r->u.head.nlmsg_flags |= NLM_F_ACK;
	error = transmit(nl, r);
	if (error != 0)
		return error;
	for (;;) {
		n = receive(nl);
		if (n < 0)
			return (int)n;
		p = nl->reply;
		end = p + n;
		while ((h = nl_next(&p, (size_t)(end - p))) != NULL) {
			/* An answer to a request that timed out. */
			if (h->nlmsg_seq != nl->seq)
				continue;
			if (h->nlmsg_type == NLMSG_ERROR)
				return result(nl, h);
		}
	}
}

/* One pass.  1: done, but it was interrupted. */
static int
dump_once(struct nl *nl, nl_visit *visit, void *arg)
{
	const struct nlmsghdr *h;
	const uint8_t *p, *end;
	bool interrupted = false;
	int error = 0, stop = 0;
	ssize_t n;

	for (;;) {
		n = receive(nl);
		if (n < 0)
			return (int)n;
		p = nl->reply;
		end = p + n;
		while ((h = nl_next(&p, (size_t)(end - p))) != NULL) {
			if (h->nlmsg_seq != nl->seq)
				continue;
			if (h->nlmsg_flags & NLM_F_DUMP_INTR)
				interrupted = true;
			if (h->nlmsg_type == NLMSG_DONE ||
			    h->nlmsg_type == NLMSG_ERROR) {
				error = result(nl, h);
				if (error != 0 || stop != 0)
					return error != 0 ? error : stop;
				return interrupted ? 1 : 0;
			}
			/* Read it to its end, or the next one is EBUSY. */
			if (stop == 0)
				stop = visit(arg, h);
		}
	}
}

int
nl_dump(struct nl *nl, struct nl_request *r, nl_visit *visit, void *arg)
{
	int error;

	r->u.head.nlmsg_flags |= NLM_F_DUMP;
	for (int i = 0; i < NL_DUMP_TRIES; i++) {
		error = visit(arg, NULL);
		if (error != 0)
			return error;
		error = transmit(nl, r);
		if (error == 0)
			error = dump_once(nl, visit, arg);
		if (error != 1)
			return error;
	}
	return -EAGAIN;
}

const struct nlmsghdr *
nl_get(struct nl *nl, struct nl_request *r, int *error)
{
	const struct nlmsghdr *h;
	const uint8_t *p, *end;
	ssize_t n;

	*error = transmit(nl, r);
	while (*error == 0) {
		n = receive(nl);
		if (n < 0) {
			*error = (int)n;
			break;
		}
		p = nl->reply;
		end = p + n;
		while ((h = nl_next(&p, (size_t)(end - p))) != NULL) {
			if (h->nlmsg_seq != nl->seq)
				continue;
			if (h->nlmsg_type != NLMSG_ERROR)
				return h;
			*error = result(nl, h);
			if (*error == 0)
				*error = -ENOENT;
			break;
		}
	}
	return NULL;
}

int
nl_fail(const struct nl *nl, struct err *e, int error, const char *fmt, ...)
{
	char what[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (nl->text[0] == '\0')
		return err_sys(e, -error, "%s", what);
	return err_set(
	    e, -error, "%s: %s: %s", what, strerror(-error), nl->text);
}
