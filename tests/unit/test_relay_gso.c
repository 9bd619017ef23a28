/* When the socket does not take a train, or a setting. */
#include <errno.h>

#include "train_bed.h"

#define PAUSE 4096 /* trains that go one by one after a refusal */

static void
put_three(void)
{
	for (uint8_t i = 0; i < 3; i++)
		bed_put_plain(100, 0, i);
}

static void
assert_three_single(unsigned from)
{
	for (uint8_t i = 0; i < 3; i++) {
		bed_sent(from + i, 100, 0);
		assert_int_equal(bed_packet(from + i, 0)[IP6LEN], i);
	}
}

static void
test_refused(void **state)
{
	const int errors[] = {EINVAL, EMSGSIZE, EIO};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bed_new_socket();
		memset(&bed.c.peer.stats, 0, sizeof(bed.c.peer.stats));
		bed.gso = 0;
		bed.error = errors[i];
		bed.nerrors = 1;
		put_three();
		bed_turn(3);
		assert_int_equal(bed.nsends, 4);
		bed_sent(0, 300, 100);
		assert_three_single(1);
		assert_int_equal(bed.c.peer.stats.gso_refused, 1);
		assert_int_equal(bed.c.peer.stats.packets_out, 3);
		assert_int_equal(bed.c.peer.stats.octets_out, 300);
		assert_int_equal(bed.c.peer.stats.drops_out[RELAY_ERROR], 0);
		assert_int_equal(bed.c.peer.stats.drops_out[RELAY_TOOBIG], 0);
		assert_true((bed.s.features & USER_GSO) != 0);
	}
}

/* A path does not change with each train, but it may change. */
static void
test_pause(void **state)
{
	(void)state;
	bed.error = EINVAL;
	bed.nerrors = 1;
	put_three();
	bed_turn(3);
	for (unsigned i = 0; i < PAUSE; i++) {
		put_three();
		bed_turn(3);
		assert_int_equal(bed.nsends, 3);
		assert_three_single(0);
	}
	put_three();
	bed_turn(3);
	assert_int_equal(bed.nsends, 1);
	bed_sent(0, 300, 100);
	assert_int_equal(bed.c.peer.stats.gso_refused, 1);
	assert_int_equal(bed.c.peer.stats.packets_out, 3 * (PAUSE + 2));
}

/* Another socket may have another path. */
static void
test_pause_ends_with_the_socket(void **state)
{
	(void)state;
	bed.error = EINVAL;
	bed.nerrors = 1;
	put_three();
	bed_turn(3);
	bed_new_socket();
	put_three();
	bed_turn(3);
	assert_int_equal(bed.nsends, 1);
	bed_sent(0, 300, 100);
}

/* No room is no refusal: all of the train is lost, and that is all. */
static void
test_full(void **state)
{
	const int errors[] = {EAGAIN, ENOBUFS};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		bed.error = errors[i];
		bed.nerrors = 1;
		put_three();
		bed_put_plain(200, 0, 9);
		bed_turn(4);
		assert_int_equal(bed.nsends, 2);
		bed_sent(0, 300, 100);
		bed_sent(1, 200, 0);
		assert_int_equal(
		    bed.c.peer.stats.drops_out[RELAY_FULL], 3 * (i + 1));
		assert_int_equal(bed.c.peer.stats.packets_out, i + 1);
		put_three();
		bed_turn(3);
		assert_int_equal(bed.nsends, 1);
		bed.c.peer.stats.packets_out -= 3;
	}
	assert_int_equal(bed.c.peer.stats.gso_refused, 0);
}

/* One by one, each stands for itself. */
static void
test_errors_in_the_middle(void **state)
{
	(void)state;
	bed.s.features &= ~(unsigned)USER_GSO;
	bed.error = EMSGSIZE;
	bed.skip = 1;
	bed.nerrors = 1;
	put_three();
	bed_turn(3);
	assert_int_equal(bed.nsends, 3);
	assert_three_single(0);
	assert_int_equal(bed.c.peer.stats.drops_out[RELAY_TOOBIG], 1);
	/* Word of an earlier packet, by ICMP: once it costs nothing. */
	bed.error = ECONNREFUSED;
	bed.skip = 1;
	bed.nerrors = 1;
	put_three();
	bed_turn(3);
	assert_int_equal(bed.c.peer.stats.drops_out[RELAY_ERROR], 0);
	assert_int_equal(bed.c.peer.stats.packets_out, 5);
	bed.skip = 1;
	bed.nerrors = 2;
	put_three();
	bed_turn(3);
	assert_int_equal(bed.c.peer.stats.drops_out[RELAY_ERROR], 1);
	assert_int_equal(bed.c.peer.stats.packets_out, 7);
}

/* Nor does it cost a whole train. */
static void
test_word_of_an_earlier_packet(void **state)
{
	(void)state;
	bed.error = ECONNREFUSED;
	bed.nerrors = 1;
	put_three();
	bed_turn(3);
	assert_int_equal(bed.c.peer.stats.packets_out, 3);
	assert_int_equal(bed.c.peer.stats.gso_refused, 0);
	assert_int_equal(bed.c.peer.stats.drops_out[RELAY_ERROR], 0);
}

/* A keep-alive is whole, and says nothing of what went before it. */
static void
test_keepalive_after_a_train(void **state)
{
	uint8_t p[RELAY_KEEPALIVE_MAX] = {0x60};

	(void)state;
	bed_put_plain(48, 0xbb, 0);
	bed_put_plain(48, 0xbb, 1);
	bed_turn(2);
	assert_int_equal(bed.s.gso_size, 48);
	assert_int_equal(bed.s.tos, 0xbb);
	assert_int_equal(relay_send_keepalive(&bed.c.peer, p, sizeof(p)), 0);
	assert_int_equal(bed.s.gso_size, 0);
	assert_int_equal(bed.s.tos, 0);
	assert_int_equal(bed.c.peer.stats.packets_out, 2);
}

/* What was left of a train is not sent by the next turn. */
static void
test_dead_in_the_middle(void **state)
{
	(void)state;
	bed.error = ENOTCONN;
	for (unsigned i = 0; i < 2; i++) {
		put_three();
		bed_put_plain(200, 0, 9);
		bed.nsends = 0;
		bed.skip = i;
		bed.nerrors = 1;
		assert_int_equal(relay_from_tun(&bed.r), -ENOTCONN);
		assert_int_equal(bed.nsends, i + 1);
		put_three();
		bed_turn(3);
		assert_int_equal(bed.nsends, i == 0 ? 1 : 3);
		assert_int_equal(bed_packet(0, 0)[IP6LEN], 0);
		bed.s.features &= ~(unsigned)USER_GSO;
	}
}

/* The size that a train had would cut a single packet that is larger. */
static void
test_large_after_a_train(void **state)
{
	(void)state;
	put_three();
	bed_turn(3);
	bed_put_plain(1280, 0, 1);
	bed_turn(1);
	assert_int_equal(bed.nsends, 1);
	bed_sent(0, 1280, 0);
	put_three();
	bed_put_plain(1280, 0, 1);
	bed_put_plain(100, 0, 1);
	bed_turn(5);
	assert_int_equal(bed.nsends, 2);
	bed_sent(0, 300, 100);
	bed_sent(1, 1380, 1280);
}

/* The size can be what even a small single packet is refused for. */
static void
test_single_is_refused(void **state)
{
	const int errors[] = {EINVAL, EMSGSIZE, EIO};

	(void)state;
	bed.only_gso = true;
	for (unsigned i = 0; i < 3; i++) {
		put_three();
		bed_turn(3);
		bed.error = errors[i];
		bed.nerrors = 1;
		bed_put_plain(60, 0, 1);
		bed_turn(1);
		assert_int_equal(bed.nsends, 2);
		bed_sent(0, 60, 100);
		bed_sent(1, 60, 0);
	}
	assert_int_equal(bed.c.peer.stats.packets_out, 12);
	assert_int_equal(bed.c.peer.stats.drops_out[RELAY_ERROR], 0);
	assert_int_equal(bed.c.peer.stats.drops_out[RELAY_TOOBIG], 0);
}

static void
test_no_segmentation(void **state)
{
	(void)state;
	bed.set_gso_error = ENOPROTOOPT;
	for (unsigned i = 0; i < 3; i++) {
		put_three();
		bed_turn(3);
		assert_int_equal(bed.nsends, 3);
		assert_three_single(0);
	}
	assert_int_equal(bed.set_gso, 1); /* and never asked again */
	assert_int_equal(bed.s.features & USER_GSO, 0);
	assert_int_equal(bed.c.peer.stats.packets_out, 9);
}

static void
test_no_traffic_class(void **state)
{
	(void)state;
	bed.set_tos_error = EPERM;
	for (uint8_t i = 0; i < 3; i++) {
		bed_put_plain(100, 0xb8, i);
		bed_put_plain(100, 0x28, i);
		bed_turn(2);
		assert_int_equal(bed.nsends, 2);
		assert_int_equal(bed.sends[0].tos, 0);
	}
	assert_int_equal(bed.set_tos, 1);
	assert_int_equal(bed.c.peer.stats.packets_out, 6);
	/* The next socket may know it. */
	bed.set_tos_error = 0;
	bed_new_socket();
	bed_put_plain(100, 0xb8, 1);
	bed_turn(1);
	assert_int_equal(bed.sends[0].tos, 0xb8);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, bed_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_refused),
	    TEST(test_pause),
	    TEST(test_pause_ends_with_the_socket),
	    TEST(test_full),
	    TEST(test_errors_in_the_middle),
	    TEST(test_word_of_an_earlier_packet),
	    TEST(test_keepalive_after_a_train),
	    TEST(test_dead_in_the_middle),
	    TEST(test_large_after_a_train),
	    TEST(test_single_is_refused),
	    TEST(test_no_segmentation),
	    TEST(test_no_traffic_class),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
