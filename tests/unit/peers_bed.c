/* See peers_bed.h. */
#include <sys/socket.h>

#include <netinet/udp.h>

#include <errno.h>
#include <unistd.h>

#include "dtcp/feature.h"
#include "peers_bed.h"

#define IP6_OFF_SRC 8
#define IP6_OFF_DST 24

static struct far_end *
owner(struct peers_bed *b, const uint8_t *addr)
{
	struct relay_peer *p;
	struct in6_addr a;

	memcpy(&a, addr, sizeof(a));
	p = hub_find(b->hub, &a);
	for (unsigned i = 0; i < FAR_ENDS; i++)
		if (p == &b->far[i].peer)
			return &b->far[i];
	return NULL;
}

static enum relay_verdict
out(void *arg, const uint8_t *p, size_t n, struct relay_peer **peer)
{
	struct far_end *f = owner(arg, p + IP6_OFF_DST);

	assert_true(n >= IP6LEN);
	if (f == NULL)
		return RELAY_NOWHERE;
	*peer = &f->peer;
	return RELAY_PASS;
}

/* A keep-alive moves who has the key; all else is from where it is known. */
static enum relay_verdict
in(void *arg, struct relay_socket *s, const struct sockaddr_in *from,
    const uint8_t *p, size_t n, struct relay_peer **peer)
{
	struct peers_bed *b = arg;
	struct far_end *f;

	assert_non_null(from);
	assert_int_equal(from->sin_family, AF_INET);
	for (f = b->far; f < b->far + FAR_ENDS; f++) {
		if (f->peer.socket != s)
			continue;
		if (relay_keepalive_has(p, n, f->key)) {
			f->peer.addr = *from;
			*peer = &f->peer;
			return RELAY_KEEPALIVE;
		}
		if (f->peer.addr.sin_addr.s_addr != from->sin_addr.s_addr ||
		    f->peer.addr.sin_port != from->sin_port)
			continue;
		*peer = &f->peer;
		return owner(b, p + IP6_OFF_SRC) == f ? RELAY_PASS :
							RELAY_SOURCE;
	}
	return RELAY_SOURCE;
}

static int
open_at(int type, int proto, unsigned host, struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, proto);

	*sin = (struct sockaddr_in) {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000 + host)};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)sin, len), 0);
	if (type == SOCK_DGRAM)
		assert_int_equal(
		    getsockname(fd, (struct sockaddr *)sin, &len), 0);
	udp_bed_set(fd, IPPROTO_IP, IP_RECVTOS, 1);
	if (type == SOCK_DGRAM)
		udp_bed_set(fd, IPPROTO_UDP, UDP_GRO, 1);
	return fd;
}

static int
setup(void **state, int type, int proto)
{
	static struct peers_bed b;
	struct far_end *f;
	int fd[2];

	memset(&b, 0, sizeof(b));
	relay_init(&b.r);
	b.r.policy = (struct relay_policy) {.out = out, .in = in, .arg = &b};
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd), 0);
	b.r.tunfd = fd[0];
	b.tun = fd[1];
	relay_socket_init(&b.s, open_at(type, proto, 1, &b.addr),
	    type == SOCK_DGRAM, false,
	    type == SOCK_DGRAM ? USER_GSO | USER_GRO : 0);
	assert_non_null(b.hub = hub_new());
	for (unsigned i = 0; i < FAR_ENDS; i++) {
		f = &b.far[i];
		f->fd = open_at(type, proto, i + 2, &f->addr);
		f->peer.socket = &b.s;
		f->peer.addr = f->addr;
		memset(f->key, (int)(0x50 + i), sizeof(f->key));
		(void)prefix6_parse("2001:db8:2::/128", 16, &f->inner);
		f->inner.addr.s6_addr[15] = (uint8_t)(i + 1);
		assert_int_equal(hub_add(b.hub, &f->inner, &f->peer), 0);
	}
	*state = &b;
	return 0;
}

int
peers_bed_udp(void **state)
{
	return setup(state, SOCK_DGRAM, 0);
}

int
peers_bed_raw(void **state)
{
	return setup(state, SOCK_RAW, IPPROTO_IPV6);
}

int
peers_bed_teardown(void **state)
{
	struct peers_bed *b = *state;

	close(b->r.tunfd);
	close(b->tun);
	close(b->s.fd);
	for (unsigned i = 0; i < FAR_ENDS; i++)
		close(b->far[i].fd);
	hub_free(b->hub);
	return 0;
}

void
peers_bed_make(uint8_t *p, size_t n, unsigned from, unsigned to, uint8_t mark)
{
	(void)udp_bed_plain(p, n, 17, 0, mark);
	memset(p + IP6_OFF_SRC, 0, 32);
	offload_put32(p + IP6_OFF_SRC, 0x20010db8);
	offload_put16(p + IP6_OFF_SRC + 4, 2);
	p[IP6_OFF_SRC + 15] = (uint8_t)(from + 1);
	memcpy(p + IP6_OFF_DST, p + IP6_OFF_SRC, 16);
	p[IP6_OFF_DST + 15] = (uint8_t)(to + 1);
}

void
peers_bed_put(
    struct peers_bed *b, unsigned to, size_t n, uint8_t tclass, uint8_t mark)
{
	static uint8_t p[65536];

	peers_bed_make(p, n, 99, to, mark);
	p[0] = (uint8_t)(0x60 | tclass >> 4);
	p[1] = (uint8_t)(tclass << 4);
	assert_int_equal(write(b->tun, p, n), n);
}

const struct peers_got *
peers_bed_got(const struct far_end *f)
{
	static struct peers_got got;
	uint8_t control[256];
	struct iovec iov = {
	    .iov_base = got.octets, .iov_len = sizeof(got.octets)};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(f->fd, &m, 0);
	struct cmsghdr *c;

	if (n == -1) {
		assert_int_equal(errno, EAGAIN);
		return NULL;
	}
	got.n = (size_t)n;
	got.size = got.tos = 0;
	for (c = CMSG_FIRSTHDR(&m); c != NULL; c = CMSG_NXTHDR(&m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			got.tos = *CMSG_DATA(c);
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			memcpy(&got.size, CMSG_DATA(c), sizeof(got.size));
	}
	return &got;
}

void
peers_bed_send(
    struct peers_bed *b, const struct far_end *f, const uint8_t *p, size_t n)
{
	assert_int_equal(sendto(f->fd, p, n, 0, (struct sockaddr *)&b->addr,
			     sizeof(b->addr)),
	    n);
}

size_t
peers_bed_read(const struct peers_bed *b, uint8_t *p, size_t size)
{
	ssize_t n = read(b->tun, p, size);

	if (n >= 0)
		return (size_t)n;
	assert_int_equal(errno, EAGAIN);
	return 0;
}
