/*
 * Packets moved by the user-space tunnel; socket pairs stand in for the tun
 * device and the outer raw socket.
 */
#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "relay_packets.h"

struct ends {
	struct relay r;
	struct relay_socket s;
	struct relay_client c;
	int tun; /* the kernel's side of the device */
	int net; /* the network's side of the socket */
};

static int
pair(int type, int *far)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, fd), 0);
	*far = fd[1];
	return fd[0];
}

static int
setup(void **state)
{
	static struct ends e;

	relay_init(&e.r);
	assert_int_equal(e.r.tunfd, -1);
	make_rules(&e.c.rules);
	e.r.policy = relay_client_policy;
	e.r.policy.arg = &e.c;
	e.c.peer = (struct relay_peer) {.socket = &e.s};
	/* Records without the short queue that datagram pairs have. */
	e.r.tunfd = pair(SOCK_SEQPACKET, &e.tun);
	relay_socket_init(&e.s, pair(SOCK_SEQPACKET, &e.net), false, true, 0);
	*state = &e;
	return 0;
}

static int
teardown(void **state)
{
	struct ends *e = *state;

	if (e->r.tunfd != -1)
		close(e->r.tunfd);
	if (e->s.fd != -1)
		close(e->s.fd);
	close(e->tun);
	close(e->net);
	return 0;
}

static void
put(int fd, const void *p, size_t n)
{
	assert_int_equal(write(fd, p, n), n);
}

static void
assert_comes(int fd, const void *p, size_t n)
{
	uint8_t buf[256];

	assert_int_equal(read(fd, buf, sizeof(buf)), n);
	assert_memory_equal(buf, p, n);
}

static void
assert_nothing(int fd)
{
	uint8_t buf[256];

	assert_int_equal(read(fd, buf, sizeof(buf)), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
test_out(void **state)
{
	struct ends *e = *state;
	uint8_t bad[sizeof(ip6)];

	memcpy(bad, ip6, sizeof(bad));
	set_source(bad, "2001:db8:99::1");
	assert_int_equal(relay_from_tun(&e->r), 0);
	put(e->tun, ip6, sizeof(ip6));
	put(e->tun, bad, sizeof(bad));
	put(e->tun, ip6, HDR6 - 1);
	put(e->tun, ip6, sizeof(ip6));
	assert_int_equal(relay_from_tun(&e->r), 4);
	/* The kernel puts the outer header on; nothing inside changes. */
	assert_comes(e->net, ip6, sizeof(ip6));
	assert_comes(e->net, ip6, sizeof(ip6));
	assert_nothing(e->net);
	assert_int_equal(e->c.peer.stats.packets_out, 2);
	assert_int_equal(e->c.peer.stats.octets_out, 2 * sizeof(ip6));
	assert_int_equal(e->c.peer.stats.drops_out[RELAY_SOURCE], 1);
	assert_int_equal(e->r.stats.drops_out[RELAY_SHORT], 1);
	assert_int_equal(e->c.peer.stats.packets_in, 0);
}

static void
test_in(void **state)
{
	struct ends *e = *state;
	uint8_t p[HDR4 + sizeof(ip6)], from[sizeof(ip6)];
	size_t n;

	memcpy(from, ip6, sizeof(from));
	set_source(from, "2001:db8:2::1");
	n = wrap(p, from, sizeof(from));
	put(e->net, p, n);
	put(e->net, p, n - 1);
	put(e->net, from, sizeof(from)); /* no outer header */
	n = wrap(p, ip6, sizeof(ip6));	 /* comes from ourselves */
	put(e->net, p, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 4);
	assert_comes(e->tun, from, sizeof(from));
	assert_nothing(e->tun);
	assert_int_equal(e->c.peer.stats.packets_in, 1);
	assert_int_equal(e->c.peer.stats.octets_in, sizeof(from));
	assert_int_equal(e->r.stats.drops_in[RELAY_SHORT], 1);
	assert_int_equal(e->r.stats.drops_in[RELAY_VERSION], 1);
	assert_int_equal(e->c.peer.stats.drops_in[RELAY_SOURCE], 1);
	assert_int_equal(e->c.peer.stats.packets_out, 0);
}

/* A UDP socket gives bare packets, and keep-alives among them. */
static void
test_udp_in(void **state)
{
	struct ends *e = *state;
	uint8_t p[HDR4 + sizeof(ip6)], from[sizeof(ip6)];
	size_t n;

	e->s.udp = e->c.rules.udp = true;
	memcpy(from, ip6, sizeof(from));
	set_source(from, "2001:db8:2::1");
	put(e->net, from, sizeof(from)); /* next header 59 */
	from[6] = 58;
	put(e->net, from, sizeof(from));
	put(e->net, from, sizeof(from) - 1);
	n = wrap(p, from, sizeof(from));
	put(e->net, p, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 4);
	assert_comes(e->tun, from, sizeof(from));
	assert_nothing(e->tun);
	assert_int_equal(e->c.peer.stats.packets_in, 1);
	assert_int_equal(e->c.peer.stats.octets_in, sizeof(from));
	assert_int_equal(e->c.peer.stats.drops_in[RELAY_KEEPALIVE], 1);
	assert_int_equal(e->r.stats.drops_in[RELAY_LENGTH], 1);
	assert_int_equal(e->r.stats.drops_in[RELAY_VERSION], 1);
}

/* A system that puts an address family in front, and wants it there. */
static size_t
tag(uint8_t *out, uint32_t family, const void *p, size_t n)
{
	memcpy(out, &family, sizeof(family));
	memcpy(out + sizeof(family), p, n);
	return sizeof(family) + n;
}

static void
test_family_out(void **state)
{
	struct ends *e = *state;
	uint8_t p[4 + sizeof(ip6)];

	e->r.tun_family = htonl(28);
	put(e->tun, p, tag(p, htonl(28), ip6, sizeof(ip6)));
	put(e->tun, p, tag(p, htonl(2), ip6, sizeof(ip6)));
	put(e->tun, p, tag(p, 28, ip6, sizeof(ip6))); /* host's order */
	put(e->tun, ip6, sizeof(ip6));		      /* bare */
	put(e->tun, p, 3);
	put(e->tun, p, tag(p, htonl(28), ip6, 0));
	assert_int_equal(relay_from_tun(&e->r), 6);
	assert_comes(e->net, ip6, sizeof(ip6));
	assert_nothing(e->net);
	assert_int_equal(e->c.peer.stats.packets_out, 1);
	assert_int_equal(e->c.peer.stats.octets_out, sizeof(ip6));
	assert_int_equal(e->r.stats.drops_out[RELAY_VERSION], 3);
	assert_int_equal(e->r.stats.drops_out[RELAY_SHORT], 2);
}

static void
test_family_in(void **state)
{
	struct ends *e = *state;
	uint8_t p[HDR4 + sizeof(ip6)], from[sizeof(ip6)], want[sizeof(p)];

	e->r.tun_family = htonl(28);
	memcpy(from, ip6, sizeof(from));
	set_source(from, "2001:db8:2::1");
	put(e->net, p, wrap(p, from, sizeof(from)));
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	assert_comes(e->tun, want, tag(want, htonl(28), from, sizeof(from)));
	assert_nothing(e->tun);
	assert_int_equal(e->c.peer.stats.packets_in, 1);
	assert_int_equal(e->c.peer.stats.octets_in, sizeof(from));
}

/* One turn is bounded, the rest waits for the next. */
static void
test_batch(void **state)
{
	struct ends *e = *state;

	for (unsigned i = 0; i < RELAY_BATCH + 3; i++)
		put(e->tun, ip6, sizeof(ip6));
	assert_int_equal(relay_from_tun(&e->r), RELAY_BATCH);
	assert_int_equal(relay_from_tun(&e->r), 3);
	assert_int_equal(e->c.peer.stats.packets_out, RELAY_BATCH + 3);
}

static void
test_full(void **state)
{
	struct ends *e = *state;
	int size = 1;

	assert_int_equal(
	    setsockopt(e->s.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	for (unsigned i = 0; i < RELAY_BATCH; i++)
		put(e->tun, ip6, sizeof(ip6));
	assert_int_equal(relay_from_tun(&e->r), RELAY_BATCH);
	assert_true(e->c.peer.stats.packets_out > 0);
	assert_true(e->c.peer.stats.drops_out[RELAY_FULL] > 0);
	assert_int_equal(
	    e->c.peer.stats.packets_out + e->c.peer.stats.drops_out[RELAY_FULL],
	    RELAY_BATCH);
}

/* Larger than the other side can take: counted by name, and life goes on. */
static void
test_toobig(void **state)
{
	static uint8_t p[HDR6 + 60000];
	struct ends *e = *state;
	int size = 1;

	assert_int_equal(
	    setsockopt(e->s.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	memcpy(p, ip6, HDR6);
	p[4] = 60000 >> 8;
	p[5] = 60000 & 0xff;
	put(e->tun, p, sizeof(p));
	put(e->tun, ip6, sizeof(ip6));
	assert_int_equal(relay_from_tun(&e->r), 2);
	assert_int_equal(e->c.peer.stats.drops_out[RELAY_TOOBIG], 1);
	assert_comes(e->net, ip6, sizeof(ip6));
}

/* The largest datagram there is comes through whole. */
static void
largest(struct ends *e)
{
	static uint8_t p[65535], got[65535 + 4];
	size_t inner = sizeof(p) - HDR4, front = e->r.tun_family != 0 ? 4 : 0;

	memcpy(p, ip4, HDR4);
	p[2] = p[3] = 0xff;
	memcpy(p + HDR4, ip6, HDR6);
	set_source(p + HDR4, "2001:db8:2::1");
	p[HDR4 + 4] = (uint8_t)((inner - HDR6) >> 8);
	p[HDR4 + 5] = (uint8_t)(inner - HDR6);
	p[sizeof(p) - 1] = 0xee;
	put(e->net, p, sizeof(p));
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	assert_int_equal(read(e->tun, got, sizeof(got)), front + inner);
	assert_memory_equal(got + front, p + HDR4, inner);
}

static void
test_largest(void **state)
{
	struct ends *e = *state;

	largest(e);
	e->r.tun_family = htonl(28);
	largest(e);
}

/*
 * ECONNREFUSED is as good as word of an earlier packet.  A pair's end is no
 * longer connected then: beyond hope.
 */
static void
test_outer_refuses(void **state)
{
	struct ends *e = *state;

	close(e->s.fd);
	close(e->net);
	e->s.fd = pair(SOCK_DGRAM, &e->net);
	close(e->net);
	e->net = -1;
	put(e->tun, ip6, sizeof(ip6));
	assert_int_equal(relay_from_tun(&e->r), -ENOTCONN);
	assert_int_equal(e->c.peer.stats.drops_out[RELAY_ERROR], 1);
	assert_int_equal(e->c.peer.stats.packets_out, 0);
}

/* A pending error on the outer socket: the packets behind it still come. */
static void
test_outer_reports(void **state)
{
	struct ends *e = *state;
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t len = sizeof(sin);
	int fd;

	/* UDP towards a port that nobody has: the kernel answers by ICMP. */
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	close(e->s.fd);
	e->s.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(e->s.fd, (struct sockaddr *)&sin, len), 0);
	close(fd);
	if (write(e->s.fd, ip6, sizeof(ip6)) == -1)
		skip(); /* no loopback here */
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	assert_int_equal(e->r.stats.drops_out[RELAY_ERROR], 1);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 0);
}

static void
test_dead(void **state)
{
	struct ends *e = *state;
	uint8_t p[HDR4 + sizeof(ip6)], from[sizeof(ip6)];
	int tun = e->r.tunfd, outer = e->s.fd;

	memcpy(from, ip6, sizeof(from));
	set_source(from, "2001:db8:2::1");
	put(e->tun, ip6, sizeof(ip6));
	put(e->net, p, wrap(p, from, sizeof(from)));
	e->r.tunfd = -1;
	assert_int_equal(relay_from_tun(&e->r), -EBADF);
	assert_int_equal(relay_from_socket(&e->r, &e->s), -EBADF);
	assert_int_equal(e->c.peer.stats.drops_in[RELAY_ERROR], 1);
	e->r.tunfd = tun;
	e->s.fd = -1;
	assert_int_equal(relay_from_socket(&e->r, &e->s), -EBADF);
	assert_int_equal(relay_from_tun(&e->r), -EBADF);
	assert_int_equal(e->c.peer.stats.drops_out[RELAY_ERROR], 1);
	e->s.fd = outer;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_out, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_udp_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_family_out, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_family_in, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_batch, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_toobig, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_largest, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_outer_refuses, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_outer_reports, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_dead, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
