/* From the outer socket to a device that takes large packets. */
#include <sys/socket.h>

#include <unistd.h>

#include "dtcp/feature.h"
#include "udp_bed.h"

static uint8_t packets[1 << 20];
static uint8_t got[VNET_HDRLEN + 65536];

static const struct offload_tcp tcp = {.flow = 2,
    .tclass = 2,
    .hops = 60,
    .seq = 1,
    .flags = ACK | PSH,
    .len = MSS};

static void
test_cut(void **state)
{
	struct ends *e = *state;
	uint8_t *p = packets;
	size_t n = 0;

	for (uint8_t i = 0; i < 3; i++)
		n += udp_bed_plain(p + n, 100, 17, 0, i);
	n += udp_bed_plain(p + n, 61, 17, 0, 3);
	udp_bed_put(e, 0, 100, p, n);
	/* One read: they came in one piece. */
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	for (unsigned i = 0; i < 3; i++)
		udp_bed_comes(e, p + 100UL * i, 100);
	udp_bed_comes(e, p + 300, 61);
	udp_bed_nothing(e);
	assert_int_equal(e->c.peer.stats.packets_in, 4);
	assert_int_equal(e->c.peer.stats.octets_in, 361);
}

static void
test_cut_for_a_plain_device(void **state)
{
	const uint32_t family = htonl(28);
	struct ends *e = *state;
	size_t n = udp_bed_segments(packets, tcp, 2 * MSS);

	e->r.features = 0;
	e->r.tun_family = family;
	udp_bed_put(e, 0, n / 2, packets, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(
		    read(e->tun, got, sizeof(got)), sizeof(family) + n / 2);
		assert_memory_equal(got, &family, sizeof(family));
		assert_memory_equal(
		    got + sizeof(family), packets + i * n / 2, n / 2);
	}
	udp_bed_nothing(e);
}

static void
test_joined(void **state)
{
	struct ends *e = *state;
	size_t n = udp_bed_segments(packets, tcp, 10 * MSS + 7);

	udp_bed_put(e, 0, HLEN + MSS, packets, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	udp_bed_comes_joined(e, tcp, 10 * MSS + 7);
	udp_bed_nothing(e);
	assert_int_equal(e->c.peer.stats.packets_in, 11);
	assert_int_equal(e->c.peer.stats.octets_in, n);
	/* Datagrams that came one by one are joined as well. */
	for (unsigned i = 0; i < 10; i++)
		udp_bed_put(e, 0, 0, packets + i * (HLEN + MSS), HLEN + MSS);
	udp_bed_put(e, 0, 0, packets + n - HLEN - 7, HLEN + 7);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 11);
	udp_bed_comes_joined(e, tcp, 10 * MSS + 7);
	udp_bed_nothing(e);
}

static void
test_congestion(void **state)
{
	struct offload_tcp t = tcp;
	struct ends *e = *state;
	size_t n = udp_bed_segments(packets, tcp, 5 * MSS);

	/* CE outside, ECT(0) inside: CE, in each of them. */
	udp_bed_put(e, 3, HLEN + MSS, packets, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	t.tclass = 3;
	udp_bed_comes_joined(e, t, 5 * MSS);
	/* DSCP outside: stays there. */
	udp_bed_put(e, 0xb8, HLEN + MSS, packets, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	udp_bed_comes_joined(e, tcp, 5 * MSS);
	/* A packet that cannot tell of it is lost, as it would be there. */
	n = udp_bed_plain(packets, 100, 17, 0xb8, 1);
	n += udp_bed_plain(packets + n, 100, 17, 0xba, 2);
	udp_bed_put(e, 3, 100, packets, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 1);
	(void)udp_bed_plain(packets, 100, 17, 0xbb, 2);
	udp_bed_comes(e, packets, 100);
	udp_bed_nothing(e);
	assert_int_equal(e->c.peer.stats.drops_in[RELAY_ECN], 1);
	assert_int_equal(e->c.peer.stats.packets_in, 11);
}

static void
test_drops_within(void **state)
{
	struct ends *e = *state;
	uint8_t *p = packets;
	size_t n = 0;

	n += udp_bed_plain(p, 100, 17, 0, 0);
	n += udp_bed_plain(p + n, 100, 59, 0, 1); /* keeps alive */
	n += udp_bed_plain(p + n, 100, 17, 0, 2);
	p[n - 100 + 5] ^= 1; /* another payload length */
	n += udp_bed_plain(p + n, 100, 17, 0, 3);
	set_source(p + n - 100, "2001:db8:1::6");
	n += udp_bed_plain(p + n, 100, 17, 0, 4);
	udp_bed_put(e, 0, 100, p, n);
	udp_bed_put(e, 0, 0, p, 0);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 2);
	udp_bed_comes(e, p, 100);
	udp_bed_comes(e, p + 400, 100);
	udp_bed_nothing(e);
	assert_int_equal(e->c.peer.stats.drops_in[RELAY_KEEPALIVE], 1);
	assert_int_equal(e->r.stats.drops_in[RELAY_LENGTH], 1);
	assert_int_equal(e->c.peer.stats.drops_in[RELAY_SOURCE], 1);
	assert_int_equal(e->r.stats.drops_in[RELAY_SHORT], 1);
	assert_int_equal(e->c.peer.stats.packets_in, 2);
}

/* No UDP datagram is so large, but the relay need not know that. */
static void
test_truncated(void **state)
{
	struct ends *e = *state;
	int fd[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd), 0);
	close(e->s.fd);
	close(e->net);
	e->s.fd = fd[0];
	e->net = fd[1];
	memset(packets, 0, 65537);
	assert_int_equal(send(e->net, packets, 65537, 0), 65537);
	(void)udp_bed_plain(packets, 100, 17, 0, 1);
	assert_int_equal(send(e->net, packets, 100, 0), 100);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 2);
	udp_bed_comes(e, packets, 100);
	assert_int_equal(e->r.stats.drops_in[RELAY_LENGTH], 1);
	assert_int_equal(e->c.peer.stats.packets_in, 1);
}

/* All segments of what the device refuses are lost, and nothing else. */
static void
test_device_refuses(void **state)
{
	struct offload_tcp t = tcp;
	struct ends *e = *state;
	size_t n = udp_bed_segments(packets, tcp, 20 * MSS);

	udp_bed_set(
	    e->r.tunfd, SOL_SOCKET, SO_SNDBUF, 1); /* the least there is */
	udp_bed_put(e, 0, HLEN + MSS, packets, n);
	t.flow = 4;
	n += udp_bed_segments(packets + n, t, 2 * MSS);
	udp_bed_put(
	    e, 0, HLEN + MSS, packets + n - 2 * (HLEN + MSS), 2 * (HLEN + MSS));
	assert_int_equal(relay_from_socket(&e->r, &e->s), 2);
	udp_bed_comes_joined(e, t, 2 * MSS);
	udp_bed_nothing(e);
	assert_int_equal(e->c.peer.stats.drops_in[RELAY_TOOBIG], 20);
	assert_int_equal(e->c.peer.stats.packets_in, 2);
}

/*
 * In one turn, more than there is room to keep: what is held of the flows is
 * written before its place is taken.
 */
static void
test_more_than_the_buffer(void **state)
{
	enum { TURNS = 16, SEGMENTS = 50 };
	struct offload_tcp t = tcp;
	struct ends *e = *state;
	const size_t octets = (size_t)SEGMENTS * MSS;

	t.flags = ACK; /* more may come */
	for (t.flow = 0; t.flow < TURNS; t.flow++)
		udp_bed_put(e, 0, HLEN + MSS, packets,
		    udp_bed_segments(packets, t, octets));
	assert_int_equal(relay_from_socket(&e->r, &e->s), TURNS);
	for (t.flow = 0; t.flow < TURNS; t.flow++)
		udp_bed_comes_joined(e, t, octets);
	udp_bed_nothing(e);
	assert_int_equal(e->c.peer.stats.packets_in, TURNS * SEGMENTS);
}

/* A turn ends after a mebioctet, and what was read along with the last of it.
 */
static void
test_turn(void **state)
{
	struct ends *e = *state;
	size_t n = udp_bed_segments(packets, tcp, 50 * MSS);

	for (unsigned i = 0; i < 22; i++)
		udp_bed_put(e, 0, HLEN + MSS, packets, n);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 20); /* by fours */
	assert_int_equal(relay_from_socket(&e->r, &e->s), 2);
	assert_int_equal(relay_from_socket(&e->r, &e->s), 0);
	assert_int_equal(e->c.peer.stats.packets_in, 22 * 50);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, udp_bed_setup, udp_bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_cut),
	    TEST(test_cut_for_a_plain_device),
	    TEST(test_joined),
	    TEST(test_congestion),
	    TEST(test_drops_within),
	    TEST(test_truncated),
	    TEST(test_device_refuses),
	    TEST(test_more_than_the_buffer),
	    TEST(test_turn),
	};

	if (!udp_bed_namespace())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
