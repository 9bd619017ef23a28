/* Which packets from the tun device go in one call. */
#include "train_bed.h"

static void
test_one_size(void **state)
{
	uint8_t want[100];

	(void)state;
	for (uint8_t i = 0; i < 5; i++)
		bed_put_plain(sizeof(want), 0, i);
	bed_turn(5);
	assert_int_equal(bed.nsends, 1);
	bed_sent(0, 500, 100);
	for (uint8_t i = 0; i < 5; i++) {
		bed_make_plain(want, sizeof(want), 0, i);
		assert_memory_equal(bed_packet(0, i), want, sizeof(want));
	}
	assert_int_equal(bed.c.peer.stats.packets_out, 5);
	assert_int_equal(bed.c.peer.stats.octets_out, 500);
	assert_int_equal(bed.set_gso, 1);
	assert_int_equal(bed.set_tos, 0);
}

static void
test_nothing_is_held_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bed_put_plain(100, 0, 1);
		bed_turn(1);
		assert_int_equal(bed.nsends, 1);
		bed_sent(0, 100, 0);
	}
	assert_int_equal(bed.set_gso, 0);
}

static void
test_a_shorter_one_is_the_last(void **state)
{
	(void)state;
	bed_put_plain(100, 0, 1);
	bed_put_plain(100, 0, 2);
	bed_put_plain(60, 0, 3);
	bed_put_plain(60, 0, 4);
	bed_put_plain(60, 0, 5);
	bed_turn(5);
	assert_int_equal(bed.nsends, 2);
	bed_sent(0, 260, 100);
	bed_sent(1, 120, 60);
	assert_int_equal(bed_packet(0, 2)[IP6LEN], 3);
	assert_int_equal(bed_packet(1, 0)[IP6LEN], 4);
	assert_int_equal(bed.c.peer.stats.packets_out, 5);
	assert_int_equal(bed.c.peer.stats.octets_out, 380);
}

static void
test_a_larger_one_is_the_first(void **state)
{
	(void)state;
	bed_put_plain(100, 0, 1);
	bed_put_plain(100, 0, 2);
	bed_put_plain(101, 0, 3);
	bed_put_plain(101, 0, 4);
	bed_turn(4);
	assert_int_equal(bed.nsends, 2);
	bed_sent(0, 200, 100);
	bed_sent(1, 202, 101);
}

static void
test_another_traffic_class(void **state)
{
	const int tos[] = {0xb8, 0xba, 0};

	(void)state;
	bed_put_plain(100, 0xb8, 1);
	bed_put_plain(100, 0xb8, 2);
	bed_put_plain(100, 0xba, 3); /* another codepoint of ECN alone */
	bed_put_plain(100, 0xba, 4);
	bed_put_plain(100, 0, 5);
	bed_put_plain(100, 0, 6);
	bed_turn(6);
	assert_int_equal(bed.nsends, 3);
	for (unsigned i = 0; i < 3; i++) {
		bed_sent(i, 200, 100);
		assert_int_equal(bed.sends[i].tos, tos[i]);
	}
	/* Once for each change, not for each packet. */
	assert_int_equal(bed.set_tos, 3);
	assert_int_equal(bed.set_gso, 1);
	bed_put_plain(100, 0, 7);
	bed_turn(1);
	assert_int_equal(bed.set_tos, 3);
}

/* A socket that is new has what no socket had set on the last one. */
static void
test_new_socket(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		bed_put_plain(100, 0xb8, 1);
		bed_put_plain(100, 0xb8, 2);
		bed_turn(2);
		assert_int_equal(bed.nsends, 1);
		bed_sent(0, 200, 100);
		assert_int_equal(bed.sends[0].tos, 0xb8);
		bed.gso = 0;
		bed.tos = 0;
		bed_new_socket();
	}
}

/* A datagram holds 65507 octets: 51 packets of this size. */
static void
test_octets_of_a_datagram(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < RELAY_BATCH; i++)
		bed_put_plain(1280, 0, i);
	bed_turn(RELAY_BATCH);
	assert_int_equal(bed.nsends, 2);
	bed_sent(0, 51UL * 1280, 1280);
	bed_sent(1, 13UL * 1280, 1280);
	assert_int_equal(bed_packet(0, 50)[IP6LEN], 50);
	assert_int_equal(bed_packet(1, 0)[IP6LEN], 51);
	assert_int_equal(bed.c.peer.stats.packets_out, RELAY_BATCH);
}

static void
test_fills_a_datagram(void **state)
{
	(void)state;
	/* 65506 octets, and then there is room for no header. */
	bed.r.mtu = 32753;
	for (unsigned i = 0; i < 2; i++)
		bed_put_plain(32753, 0, 1);
	bed_put_plain(IP6LEN, 0, 1);
	bed_turn(3);
	assert_int_equal(bed.nsends, 2);
	bed_sent(0, 65506, 32753);
	bed_sent(1, IP6LEN, 32753); /* no larger than that: left */
}

/* The kernel takes 64 at once; more can only come from a large packet. */
static void
test_packets_of_a_datagram(void **state)
{
	const struct offload_tcp t = {
	    .flow = 1, .hops = 64, .flags = ACK, .len = 6500};
	const struct vnet_hdr h = {.flags = VNET_F_NEEDS_CSUM,
	    .gso_type = VNET_GSO_TCPV6,
	    .hdr_len = IP6LEN + TCPLEN,
	    .gso_size = 50,
	    .csum_start = IP6LEN,
	    .csum_offset = 16};
	static uint8_t p[8000];
	const size_t n = offload_tcp_packet(p, &t);

	(void)state;
	offload_put16(p + IP6LEN + 16, offload_pseudo(p, n - IP6LEN, 6));
	bed_put_plain(110, 0, 1);
	bed_put(&h, p, n);
	bed_put_plain(110, 0, 2);
	bed_turn(3);
	assert_int_equal(bed.nsends, 3);
	bed_sent(0, 64UL * 110, 110);
	bed_sent(1, 64UL * 110, 110);
	bed_sent(2, 4UL * 110, 110);
	assert_int_equal(bed_packet(0, 0)[IP6LEN], 1);
	assert_int_equal(bed_packet(2, 3)[IP6LEN], 2);
	for (unsigned i = 1; i < 131; i++)
		assert_true(offload_is_right(
		    bed_packet(i / 64, i % 64), 110, IP6LEN, 6));
	assert_int_equal(bed.c.peer.stats.packets_out, 132);
	assert_int_equal(bed.c.peer.stats.octets_out, 132 * 110);
}

/* Raw sockets cut nothing; one packet a call, in order. */
static void
test_raw(void **state)
{
	(void)state;
	bed.s.udp = bed.c.rules.udp = false;
	bed.s.features = 0;
	bed.r.mtu = 65515;
	for (uint8_t i = 0; i < 3; i++)
		bed_put_plain(100, 0, i);
	bed_put_plain(65515, 0, 3); /* the most that IPv4 takes */
	bed_turn(4);
	assert_int_equal(bed.nsends, 4);
	for (uint8_t i = 0; i < 3; i++) {
		bed_sent(i, 100, 0);
		assert_int_equal(bed_packet(i, 0)[IP6LEN], i);
	}
	bed_sent(3, 65515, 0);
	assert_int_equal(bed.set_gso, 0);
	assert_int_equal(bed.c.peer.stats.packets_out, 4);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_one_size),
	    TEST(test_nothing_is_held_back),
	    TEST(test_a_shorter_one_is_the_last),
	    TEST(test_a_larger_one_is_the_first),
	    TEST(test_another_traffic_class),
	    TEST(test_new_socket),
	    TEST(test_octets_of_a_datagram),
	    TEST(test_fills_a_datagram),
	    TEST(test_packets_of_a_datagram),
	    TEST(test_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
