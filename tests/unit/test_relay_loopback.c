/* Out by a real socket, over a path that takes trains or not. */
#include <sys/socket.h>

#include <netinet/udp.h>

#include <errno.h>
#include <unistd.h>

#include "dtcp/feature.h"
#include "udp_bed.h"

#define LEN (50 * MSS)
#define N   (50 * (HLEN + MSS))

static uint8_t large[HLEN + LEN];
static uint8_t segments[N];

/* What the far end receives: the size of the segments, 0 if it is one. */
struct got {
	size_t n;
	int size;
	int tos;
	uint8_t octets[65536];
};

static struct got got;

static void
read_control(struct msghdr *m)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			got.tos = *CMSG_DATA(c);
		if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			memcpy(&got.size, CMSG_DATA(c), sizeof(got.size));
	}
}

static bool
receive(const struct ends *e)
{
	uint8_t control[256];
	struct iovec iov = {
	    .iov_base = got.octets, .iov_len = sizeof(got.octets)};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control,
	    .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(e->net, &m, 0);

	if (n == -1) {
		assert_int_equal(errno, EAGAIN);
		return false;
	}
	got.n = (size_t)n;
	got.size = got.tos = 0;
	read_control(&m);
	return true;
}

static int
setup(void **state)
{
	struct ends *e;

	(void)udp_bed_setup(state);
	e = *state;
	e->r.mtu = HLEN + MSS;
	e->c.rules.any_source = true;
	udp_bed_set(e->net, IPPROTO_UDP, UDP_GRO, 1);
	udp_bed_set(e->net, IPPROTO_IP, IP_RECVTOS, 1);
	return 0;
}

static int
teardown(void **state)
{
	udp_bed_mtu(65536);
	return udp_bed_teardown(state);
}

/* A large packet from the device, which becomes segments[]. */
static void
put_large(const struct ends *e, uint8_t tclass)
{
	struct offload_tcp t = {.flow = 2,
	    .tclass = tclass,
	    .hops = 64,
	    .seq = 1,
	    .flags = ACK | PSH,
	    .len = MSS};
	const struct vnet_hdr h = {.flags = VNET_F_NEEDS_CSUM,
	    .gso_type = VNET_GSO_TCPV6,
	    .hdr_len = HLEN,
	    .gso_size = MSS,
	    .csum_start = IP6LEN,
	    .csum_offset = 16};
	static uint8_t p[VNET_HDRLEN + HLEN + LEN];

	(void)udp_bed_segments(segments, t, LEN);
	t.len = LEN;
	vnet_put(p, &h);
	assert_int_equal(offload_tcp_packet(large, &t), sizeof(large));
	offload_put16(large + IP6LEN + 16,
	    offload_pseudo(large, sizeof(large) - IP6LEN, 6));
	memcpy(p + VNET_HDRLEN, large, sizeof(large));
	assert_int_equal(write(e->tun, p, sizeof(p)), sizeof(p));
}

static void
test_train(void **state)
{
	struct ends *e = *state;

	put_large(e, 0xb8);
	assert_int_equal(relay_from_tun(&e->r), 1);
	assert_true(receive(e));
	assert_int_equal(got.n, N);
	assert_int_equal(got.size, HLEN + MSS);
	assert_int_equal(got.tos, 0xb8);
	assert_memory_equal(got.octets, segments, N);
	assert_false(receive(e));
	assert_int_equal(e->c.peer.stats.packets_out, 50);
	assert_int_equal(e->c.peer.stats.gso_refused, 0);
	/* Congestion's codepoint goes along, and back to none. */
	put_large(e, 2);
	put_large(e, 0);
	assert_int_equal(relay_from_tun(&e->r), 2);
	assert_true(receive(e));
	assert_int_equal(got.tos, 2);
	assert_true(receive(e));
	assert_int_equal(got.tos, 0);
}

static void
all_come(const struct ends *e)
{
	for (unsigned i = 0; i < 50; i++) {
		assert_true(receive(e));
		assert_int_equal(got.n, HLEN + MSS);
		assert_int_equal(got.size, 0);
		assert_memory_equal(got.octets, segments + i * got.n, got.n);
	}
	assert_false(receive(e));
}

/* The datagrams are fragmented on their way, trains are refused. */
static void
test_small_path(void **state)
{
	struct ends *e = *state;

	udp_bed_mtu(1300);
	for (unsigned i = 1; i <= 3; i++) {
		put_large(e, 0);
		assert_int_equal(relay_from_tun(&e->r), 1);
		all_come(e);
		assert_int_equal(e->c.peer.stats.gso_refused, 1);
		assert_int_equal(e->c.peer.stats.packets_out, 50 * i);
	}
}

/* It becomes small with a size set, and single packets still pass. */
static void
test_path_shrinks(void **state)
{
	struct ends *e = *state;

	put_large(e, 0);
	assert_int_equal(relay_from_tun(&e->r), 1);
	assert_true(receive(e));
	assert_int_equal(e->s.gso_size, HLEN + MSS);
	udp_bed_mtu(1300);
	memset(segments, 0, VNET_HDRLEN);
	(void)udp_bed_plain(segments + VNET_HDRLEN, 100, 17, 0, 5);
	assert_int_equal(
	    write(e->tun, segments, VNET_HDRLEN + 100), VNET_HDRLEN + 100);
	assert_int_equal(relay_from_tun(&e->r), 1);
	assert_true(receive(e));
	assert_int_equal(got.n, 100);
	assert_memory_equal(got.octets, segments + VNET_HDRLEN, 100);
	assert_int_equal(e->c.peer.stats.packets_out, 51);
}

/* From this relay to that one: the packet is what it was. */
static void
test_there_and_back(void **state)
{
	struct ends *e = *state;
	struct offload_tcp t = {
	    .flow = 2, .hops = 64, .seq = 1, .flags = ACK | PSH, .len = MSS};
	const int outer = e->s.fd;

	put_large(e, 0);
	assert_int_equal(relay_from_tun(&e->r), 1);
	e->s.fd = e->net;
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	e->s.fd = outer;
	udp_bed_comes_joined(e, t, LEN);
	udp_bed_nothing(e);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_train),
	    TEST(test_small_path),
	    TEST(test_path_shrinks),
	    TEST(test_there_and_back),
	};

	if (!udp_bed_namespace())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
