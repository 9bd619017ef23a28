/* Protocol 41 with many far ends on one raw socket. */
#include <errno.h>
#include <unistd.h>

#include "peers_bed.h"

static uint8_t packet[256];
static uint8_t got[512];

/* The kernel's outer header and the inner packet. */
static void
assert_got(const struct far_end *f, size_t n, int tos, uint8_t mark)
{
	const struct peers_got *g = peers_bed_got(f);

	assert_non_null(g);
	assert_int_equal(g->n, HDR4 + n);
	assert_int_equal(g->octets[1], tos);
	assert_int_equal(g->octets[9], 41);
	assert_int_equal(g->octets[HDR4 + IP6LEN], mark);
}

static void
test_out(void **state)
{
	struct peers_bed *b = *state;
	static const uint8_t tclass[] = {0, 0xb8, 2};

	for (uint8_t i = 0; i < 2 * FAR_ENDS; i++)
		peers_bed_put(b, i % FAR_ENDS, 100, tclass[i % FAR_ENDS], i);
	assert_int_equal(relay_from_tun(&b->r), 2 * FAR_ENDS);
	for (uint8_t i = 0; i < FAR_ENDS; i++) {
		assert_got(&b->far[i], 100, tclass[i], i);
		assert_got(&b->far[i], 100, tclass[i], i + FAR_ENDS);
		assert_null(peers_bed_got(&b->far[i]));
		assert_int_equal(b->far[i].peer.stats.packets_out, 2);
	}
}

static void
test_in(void **state)
{
	struct peers_bed *b = *state;

	for (uint8_t i = 0; i < FAR_ENDS; i++) {
		peers_bed_make(packet, 100, i, 99, i);
		peers_bed_send(b, &b->far[i], packet, 100);
	}
	/* Another's address; then from where nobody is known. */
	peers_bed_send(b, &b->far[0], packet, 100);
	assert_int_equal(relay_from_socket(&b->r, &b->s), FAR_ENDS + 1);
	b->far[2].peer.addr.sin_addr.s_addr = htonl(0x7f000063);
	peers_bed_send(b, &b->far[2], packet, 100);
	assert_int_equal(relay_from_socket(&b->r, &b->s), 1);
	for (uint8_t i = 0; i < FAR_ENDS; i++) {
		assert_int_equal(peers_bed_read(b, got, sizeof(got)), 100);
		assert_int_equal(got[IP6LEN], i);
		assert_int_equal(b->far[i].peer.stats.packets_in, 1);
	}
	assert_int_equal(peers_bed_read(b, got, sizeof(got)), 0);
	assert_int_equal(b->far[0].peer.stats.drops_in[RELAY_SOURCE], 1);
	assert_int_equal(b->r.stats.drops_in[RELAY_SOURCE], 1);
}

static void
test_unreachable(void **state)
{
	struct peers_bed *b = *state;
	struct relay_peer *lost = &b->far[1].peer;

	lost->addr.sin_addr.s_addr = htonl(0xcb007101); /* 203.0.113.1 */
	for (uint8_t i = 0; i < 6; i++)
		peers_bed_put(b, i % 3, 100, 0, i);
	assert_int_equal(relay_from_tun(&b->r), 6);
	assert_got(&b->far[0], 100, 0, 0);
	assert_got(&b->far[0], 100, 0, 3);
	assert_got(&b->far[2], 100, 0, 2);
	assert_got(&b->far[2], 100, 0, 5);
	assert_int_equal(lost->stats.drops_out[RELAY_ERROR], 2);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, peers_bed_raw, peers_bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_out),
	    TEST(test_in),
	    TEST(test_unreachable),
	};

	if (!udp_bed_namespace())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
