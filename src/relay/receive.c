/* Reading an outer socket: several datagrams in one call. */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/udp.h>

#include <errno.h>
#include <string.h>

#include "private.h"

/*
 * Each has room for the largest.  Small ones touch but the beginning, which
 * would be in the same few places of a cache with 64 kB between them.
 */
#define APART (5 * 64)

static struct {
	uint8_t octets[RELAY_PACKET_MAX];
	uint8_t apart[APART];
} slots[RELAY_BATCH];

union control {
	struct cmsghdr align;
	uint8_t space[2 * CMSG_SPACE(sizeof(int))];
};

/* What the kernel says beside a datagram. */
static void
read_control(struct msghdr *m, struct arrival *a)
{
	struct cmsghdr *c;
	int value;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP &&
		    (c->cmsg_type == IP_TOS || c->cmsg_type == IP_RECVTOS) &&
		    c->cmsg_len >= CMSG_LEN(1))
			a->tos = *(const uint8_t *)CMSG_DATA(c);
#ifdef UDP_GRO
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO &&
		    c->cmsg_len >= CMSG_LEN(sizeof(value))) {
			memcpy(&value, CMSG_DATA(c), sizeof(value));
			if (value > 0)
				a->segment = (size_t)value;
		}
#else
		(void)value;
#endif
	}
}

static void
put(struct arrival *a, struct mmsghdr *m, const struct relay_socket *s)
{
	*a = (struct arrival) {.p = m->msg_hdr.msg_iov->iov_base};
	a->n = a->segment = (size_t)m->msg_len;
	a->cut = (m->msg_hdr.msg_flags & MSG_TRUNC) != 0;
	a->from = m->msg_hdr.msg_name;
	if (s->udp)
		read_control(&m->msg_hdr, a);
}

int
relay_receive(const struct relay_socket *s, struct arrival *a, unsigned first,
    unsigned wanted)
{
	static struct mmsghdr m[RELAY_BATCH];
	static struct iovec iov[RELAY_BATCH];
	static union control control[RELAY_BATCH];
	static struct sockaddr_in from[RELAY_BATCH];
	int n;

	for (unsigned i = 0; i < wanted; i++) {
		iov[i].iov_base = slots[first + i].octets;
		iov[i].iov_len = sizeof(slots[first + i].octets);
		m[i].msg_hdr =
		    (struct msghdr) {.msg_iov = &iov[i], .msg_iovlen = 1};
		if (s->udp) {
			m[i].msg_hdr.msg_control = &control[i];
			m[i].msg_hdr.msg_controllen = sizeof(control[i]);
		}
		/* In front of what a raw socket gives, it is said anyway. */
		if (s->udp && !s->connected) {
			m[i].msg_hdr.msg_name = &from[i];
			m[i].msg_hdr.msg_namelen = sizeof(from[i]);
		}
	}
	do
		n = (int)recvmmsg(s->fd, m, wanted, 0, NULL);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return relay_is_full(errno) ? -EAGAIN : -errno;
	for (int i = 0; i < n; i++)
		put(&a[i], &m[i], s);
	return n;
}
