/* Real UDP sockets, and a socket pair as the tun device; see udp_bed.h. */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <net/if.h>
#include <netinet/udp.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "dtcp/feature.h"
#include "udp_bed.h"

#define ROOM (8 << 20) /* of sockets */

static uint8_t got[VNET_HDRLEN + 65536];

void
udp_bed_set(int fd, int level, int option, int value)
{
	assert_int_equal(
	    setsockopt(fd, level, option, &value, sizeof(value)), 0);
}

static int
udp_socket(struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	*sin = (struct sockaddr_in) {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)sin, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)sin, &len), 0);
	udp_bed_set(fd, SOL_SOCKET, SO_SNDBUFFORCE, ROOM);
	udp_bed_set(fd, SOL_SOCKET, SO_RCVBUFFORCE, ROOM);
	return fd;
}

int
udp_bed_setup(void **state)
{
	static struct ends e;
	struct sockaddr_in us, them;
	int fd[2];

	relay_init(&e.r);
	make_rules(&e.c.rules);
	e.c.rules.udp = true;
	e.r.features = USER_VNET;
	e.r.policy = relay_client_policy;
	e.r.policy.arg = &e.c;
	e.c.peer = (struct relay_peer) {.socket = &e.s};
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd), 0);
	udp_bed_set(fd[0], SOL_SOCKET, SO_SNDBUFFORCE, ROOM);
	e.r.tunfd = fd[0];
	e.tun = fd[1];
	relay_socket_init(
	    &e.s, udp_socket(&us), true, true, USER_GSO | USER_GRO);
	e.net = udp_socket(&them);
	assert_int_equal(
	    connect(e.s.fd, (struct sockaddr *)&them, sizeof(them)), 0);
	assert_int_equal(connect(e.net, (struct sockaddr *)&us, sizeof(us)), 0);
	udp_bed_set(e.s.fd, IPPROTO_IP, IP_RECVTOS, 1);
	udp_bed_set(e.s.fd, IPPROTO_UDP, UDP_GRO, 1);
	*state = &e;
	return 0;
}

int
udp_bed_teardown(void **state)
{
	struct ends *e = *state;

	close(e->r.tunfd);
	close(e->s.fd);
	close(e->tun);
	close(e->net);
	return 0;
}

void
udp_bed_put(struct ends *e, int tos, size_t size, const uint8_t *p, size_t n)
{
	udp_bed_set(e->net, IPPROTO_IP, IP_TOS, tos);
	udp_bed_set(e->net, IPPROTO_UDP, UDP_SEGMENT, (int)size);
	assert_int_equal(send(e->net, p, n, 0), n);
}

size_t
udp_bed_plain(uint8_t *p, size_t n, uint8_t next, uint8_t tclass, uint8_t mark)
{
	const struct offload_tcp t = {.flow = 2, .tclass = tclass, .hops = 60};

	offload_ip6(p, &t, next, n - IP6LEN);
	memset(p + IP6LEN, mark, n - IP6LEN);
	return n;
}

size_t
udp_bed_segments(uint8_t *p, struct offload_tcp t, size_t octets)
{
	const uint8_t last = t.flags;
	size_t n = 0;

	t.flags &= (uint8_t)~PSH;
	for (size_t left = octets; left > 0; left -= t.len) {
		if (left < t.len)
			t.len = left;
		if (left == t.len)
			t.flags = last;
		n += offload_tcp_packet(p + n, &t);
		t.seq += (uint32_t)t.len;
	}
	return n;
}

void
udp_bed_comes(const struct ends *e, const uint8_t *p, size_t n)
{
	static const uint8_t zero[VNET_HDRLEN];

	assert_int_equal(read(e->tun, got, sizeof(got)), VNET_HDRLEN + n);
	assert_memory_equal(got, zero, VNET_HDRLEN);
	assert_memory_equal(got + VNET_HDRLEN, p, n);
}

void
udp_bed_comes_joined(const struct ends *e, struct offload_tcp t, size_t octets)
{
	static uint8_t want[VNET_HDRLEN + 65536];
	const struct vnet_hdr h = {.flags = VNET_F_NEEDS_CSUM,
	    .gso_type = VNET_GSO_TCPV6,
	    .hdr_len = HLEN,
	    .gso_size = (uint16_t)t.len,
	    .csum_start = IP6LEN,
	    .csum_offset = 16};
	uint8_t *p = want + VNET_HDRLEN;
	size_t n;

	t.len = octets;
	vnet_put(want, &h);
	n = offload_tcp_packet(p, &t);
	offload_put16(p + IP6LEN + 16, offload_pseudo(p, n - IP6LEN, 6));
	assert_int_equal(read(e->tun, got, sizeof(got)), VNET_HDRLEN + n);
	assert_memory_equal(got, want, VNET_HDRLEN + n);
}

void
udp_bed_nothing(const struct ends *e)
{
	assert_int_equal(read(e->tun, got, sizeof(got)), -1);
	assert_int_equal(errno, EAGAIN);
}

static int
change_loopback(unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	r = ioctl(fd, request, ifr);
	close(fd);
	return r;
}

void
udp_bed_mtu(int mtu)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_mtu = mtu};

	assert_int_equal(change_loopback(SIOCSIFMTU, &ifr), 0);
}

bool
udp_bed_namespace(void)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};

	if (unshare(CLONE_NEWNET) == 0 &&
	    change_loopback(SIOCSIFFLAGS, &ifr) == 0)
		return true;
	(void)printf("skipped: no network namespace: %m\n");
	return false;
}
