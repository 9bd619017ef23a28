/* What the kernel leaves to the device is done before a packet goes out. */
#include <unistd.h>

#include "train_bed.h"

#define HLEN (IP6LEN + TCPLEN)

static uint8_t p[70000];

static const struct offload_tcp tcp = {.flow = 1,
    .tclass = 0xb9,
    .label = 0xabcde,
    .hops = 64,
    .seq = 0xfffffff0,
    .ack = 0x01020304,
    .flags = ACK | PSH,
    .window = 0x1234,
    .len = 3000};

static const struct vnet_hdr tso = {.flags = VNET_F_NEEDS_CSUM,
    .gso_type = VNET_GSO_TCPV6,
    .hdr_len = HLEN,
    .gso_size = 1220,
    .csum_start = IP6LEN,
    .csum_offset = 16};

static size_t
make_tso(const struct offload_tcp *t)
{
	const size_t n = offload_tcp_packet(p, t);

	offload_put16(p + IP6LEN + 16, offload_pseudo(p, n - IP6LEN, 6));
	return n;
}

static void
test_checksum(void **state)
{
	const struct vnet_hdr h = {
	    .flags = VNET_F_NEEDS_CSUM, .csum_start = IP6LEN, .csum_offset = 6};
	uint8_t want[100];

	(void)state;
	bed_make_plain(want, sizeof(want), 0, 0x5a);
	offload_put16(
	    want + IP6LEN + 6, offload_pseudo(want, sizeof(want) - IP6LEN, 17));
	bed_put(&h, want, sizeof(want));
	bed_put(NULL, want, sizeof(want)); /* the same size: one train */
	bed_turn(2);
	assert_int_equal(bed.nsends, 1);
	bed_sent(0, 200, 100);
	assert_memory_equal(bed_packet(0, 1), want, sizeof(want));
	assert_true(
	    offload_is_right(bed_packet(0, 0), sizeof(want), IP6LEN, 17));
	memcpy(want + IP6LEN + 6, bed_packet(0, 0) + IP6LEN + 6, 2);
	assert_memory_equal(bed_packet(0, 0), want, sizeof(want));
}

/* Byte for byte what a host without such a device would send. */
static void
test_segments(void **state)
{
	struct offload_tcp t = tcp;
	uint8_t want[1280];
	size_t n;

	(void)state;
	bed_put(&tso, p, make_tso(&tcp));
	bed_turn(1);
	assert_int_equal(bed.nsends, 1);
	bed_sent(0, 3 * HLEN + 3000, 1280);
	assert_int_equal(bed.sends[0].tos, 0xb9);
	for (unsigned i = 0; i < 3; i++) {
		t.len = i < 2 ? 1220 : 3000 - 2 * 1220;
		t.flags = i < 2 ? ACK : ACK | PSH;
		n = offload_tcp_packet(want, &t);
		assert_memory_equal(bed_packet(0, i), want, n);
		t.seq += (uint32_t)t.len;
	}
	assert_int_equal(bed.c.peer.stats.packets_out, 3);
	assert_int_equal(bed.c.peer.stats.octets_out, 3 * HLEN + 3000);
}

/* One that would be the last of a train as it is, is a train of its own. */
static void
test_segments_begin_a_train(void **state)
{
	struct vnet_hdr h = tso;
	struct offload_tcp t = tcp;

	(void)state;
	h.gso_size = 40;
	t.len = 400;
	bed_put_plain(1280, 0xb9, 1);
	bed_put_plain(1280, 0xb9, 2);
	bed_put(&h, p, make_tso(&t));
	bed_turn(3);
	assert_int_equal(bed.nsends, 2);
	bed_sent(0, 2560, 1280);
	bed_sent(1, 1000, 100);
	assert_int_equal(bed.c.peer.stats.packets_out, 12);
}

/* A train is filled before the next one begins. */
static void
test_segments_of_two_share_a_train(void **state)
{
	struct offload_tcp t = tcp;

	(void)state;
	t.len = 40L * 1220;
	bed_put(&tso, p, make_tso(&t));
	t.seq += 40 * 1220;
	bed_put(&tso, p, make_tso(&t));
	bed_turn(2);
	assert_int_equal(bed.nsends, 2);
	bed_sent(0, 51UL * 1280, 1280);
	bed_sent(1, 29UL * 1280, 1280);
	for (unsigned i = 0; i < 80; i++)
		assert_int_equal(
		    offload_get32(bed_packet(i / 51, i % 51) + IP6LEN + 4),
		    tcp.seq + i * 1220);
	assert_int_equal(bed.c.peer.stats.packets_out, 80);
}

static void
test_segments_one_by_one(void **state)
{
	(void)state;
	bed.s.udp = bed.c.rules.udp = false;
	bed.s.features = 0;
	bed_put(&tso, p, make_tso(&tcp));
	bed_turn(1);
	assert_int_equal(bed.nsends, 3);
	bed_sent(0, 1280, 0);
	bed_sent(1, 1280, 0);
	bed_sent(2, HLEN + 560, 0);
	for (unsigned i = 0; i < 3; i++)
		assert_true(offload_is_right(
		    bed_packet(i, 0), bed.sends[i].n, IP6LEN, 6));
}

/* The largest that a device gives: in order, in datagrams of 65507 at most. */
static void
test_largest(void **state)
{
	struct offload_tcp t = tcp;
	uint32_t seq = t.seq;

	(void)state;
	t.len = 65535 - HLEN;
	bed_put_plain(1280, 0xb9, 1);
	bed_put(&tso, p, make_tso(&t));
	bed_put_plain(1280, 0xb9, 2);
	bed_turn(3);
	assert_int_equal(bed.nsends, 3);
	bed_sent(0, 51UL * 1280, 1280);
	bed_sent(1, 3UL * 1280 + HLEN + (65475 - 53 * 1220), 1280);
	bed_sent(2, 1280, 1280);
	assert_int_equal(bed_packet(0, 0)[IP6LEN], 1);
	assert_int_equal(bed_packet(2, 0)[IP6LEN], 2);
	for (unsigned i = 1; i < 55; i++) {
		assert_int_equal(
		    offload_get32(bed_packet(i / 51, i % 51) + IP6LEN + 4),
		    seq);
		seq += 1220;
	}
	assert_int_equal(bed.c.peer.stats.packets_out, 56);
}

static void
refused(const struct vnet_hdr *h, size_t n, enum relay_verdict v)
{
	memset(&bed.c.peer.stats, 0, sizeof(bed.c.peer.stats));
	bed_put_plain(100, 0, 1);
	bed_put(h, p, n);
	bed_put_plain(100, 0, 2);
	bed_turn(3);
	/* Those around it do not mind. */
	assert_int_equal(bed.nsends, 1);
	bed_sent(0, 200, 100);
	for (int i = 0; i < RELAY_VERDICTS; i++)
		assert_int_equal(
		    bed.c.peer.stats.drops_out[i], i == (int)v ? 1 : 0);
	assert_int_equal(bed.c.peer.stats.packets_out, 2);
}

static void
test_bad_headers(void **state)
{
	struct vnet_hdr h = tso;
	size_t n = make_tso(&tcp);

	(void)state;
	h.gso_type = 5; /* UDP, which was not offered */
	refused(&h, n, RELAY_OFFLOAD);
	h = tso;
	h.gso_size = 0;
	refused(&h, n, RELAY_OFFLOAD);
	h = tso;
	h.csum_start = 0xffff;
	refused(&h, n, RELAY_OFFLOAD);
	h = tso;
	h.flags = 0;
	refused(&h, n, RELAY_OFFLOAD);
	h = (struct vnet_hdr) {.flags = VNET_F_NEEDS_CSUM,
	    .csum_start = (uint16_t)(n - 1),
	    .csum_offset = 6};
	bed.r.mtu = 4000;
	refused(&h, n, RELAY_OFFLOAD);
}

static void
test_too_large(void **state)
{
	struct vnet_hdr h = tso;
	size_t n = make_tso(&tcp);

	(void)state;
	refused(NULL, n, RELAY_TOOBIG); /* as it is */
	h.gso_size = 1221;
	refused(&h, n, RELAY_TOOBIG);
	/* More than a datagram holds, whatever the device's MTU is. */
	bed.r.mtu = 65535;
	bed_make_plain(p, 65508, 0, 1);
	refused(NULL, 65508, RELAY_TOOBIG);
}

static void
test_short(void **state)
{
	(void)state;
	assert_int_equal(write(bed.tun, p, VNET_HDRLEN - 1), VNET_HDRLEN - 1);
	bed_make_plain(p, IP6LEN, 0, 0);
	bed_put(NULL, p, IP6LEN - 1);
	bed_put(NULL, p, 0);
	bed_turn(3);
	assert_int_equal(bed.nsends, 0);
	assert_int_equal(bed.r.stats.drops_out[RELAY_SHORT], 3);
}

/* Rules are those for all packets. */
static void
test_foreign_source(void **state)
{
	(void)state;
	bed.c.rules.any_source = false;
	bed_put(&tso, p, make_tso(&tcp));
	bed_turn(1);
	assert_int_equal(bed.nsends, 0);
	assert_int_equal(bed.c.peer.stats.drops_out[RELAY_SOURCE], 1);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_checksum),
	    TEST(test_segments),
	    TEST(test_segments_begin_a_train),
	    TEST(test_segments_of_two_share_a_train),
	    TEST(test_segments_one_by_one),
	    TEST(test_largest),
	    TEST(test_bad_headers),
	    TEST(test_too_large),
	    TEST(test_short),
	    TEST(test_foreign_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
