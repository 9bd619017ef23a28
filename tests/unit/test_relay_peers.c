/* Many far ends on one UDP socket that is connected to none. */
#include <sys/socket.h>

#include <errno.h>
#include <unistd.h>

#include "dtcp/feature.h"
#include "peers_bed.h"

static uint8_t packets[65536];
static uint8_t got[65536];

static void
assert_got(const struct far_end *f, size_t n, int size, uint8_t mark)
{
	const struct peers_got *g = peers_bed_got(f);

	assert_non_null(g);
	assert_int_equal(g->n, n);
	assert_int_equal(g->size, size);
	assert_int_equal(g->octets[IP6LEN], mark);
}

static void
assert_read(const struct peers_bed *b, size_t n, uint8_t mark)
{
	assert_int_equal(peers_bed_read(b, got, sizeof(got)), n);
	assert_int_equal(got[IP6LEN], mark);
}

static void
send_plain(struct peers_bed *b, unsigned far, unsigned from, uint8_t mark)
{
	peers_bed_make(packets, 100, from, 99, mark);
	peers_bed_send(b, &b->far[far], packets, 100);
}

static void
test_each_gets_its_own(void **state)
{
	struct peers_bed *b = *state;

	for (uint8_t i = 0; i < 2 * FAR_ENDS; i++)
		peers_bed_put(b, i % FAR_ENDS, 100, 0, i);
	peers_bed_put(b, 50, 100, 0, 9); /* nobody's */
	assert_int_equal(relay_from_tun(&b->r), 2 * FAR_ENDS + 1);
	for (uint8_t i = 0; i < FAR_ENDS; i++) {
		assert_got(&b->far[i], 100, 0, i);
		assert_got(&b->far[i], 100, 0, i + FAR_ENDS);
		assert_null(peers_bed_got(&b->far[i]));
		assert_int_equal(b->far[i].peer.stats.packets_out, 2);
		assert_int_equal(b->far[i].peer.stats.octets_out, 200);
	}
	assert_int_equal(b->r.stats.drops_out[RELAY_NOWHERE], 1);
	assert_int_equal(b->r.stats.packets_out, 0);
}

/* A train is of one peer, though size and traffic class are the same. */
static void
test_trains(void **state)
{
	struct peers_bed *b = *state;

	for (uint8_t i = 0; i < 9; i++)
		peers_bed_put(b, i / 3 % 2, 100, 0, i);
	assert_int_equal(relay_from_tun(&b->r), 9);
	assert_got(&b->far[0], 300, 100, 0);
	assert_got(&b->far[1], 300, 100, 3);
	assert_got(&b->far[0], 300, 100, 6);
	assert_null(peers_bed_got(&b->far[0]));
	assert_int_equal(b->far[0].peer.stats.packets_out, 6);
	assert_int_equal(b->far[1].peer.stats.packets_out, 3);
}

/* Sockets of their own: what is set on one is not so on the other. */
static void
test_a_socket_each(void **state)
{
	struct peers_bed *b = *state;
	struct relay_socket own;

	relay_socket_init(
	    &own, socket(AF_INET, SOCK_DGRAM, 0), true, false, USER_GSO);
	b->far[1].peer.socket = &own;
	for (uint8_t i = 0; i < 6; i++)
		peers_bed_put(b, i / 3, 100, 0xb8, i);
	assert_int_equal(relay_from_tun(&b->r), 6);
	assert_got(&b->far[0], 300, 100, 0);
	assert_got(&b->far[1], 300, 100, 3);
	assert_int_equal(b->s.gso_size, 100);
	assert_int_equal(own.gso_size, 100);
	assert_int_equal(own.tos, 0xb8);
	/* One that is gone ends neither the turn nor the relay. */
	close(own.fd);
	own.fd = -1;
	for (uint8_t i = 0; i < 6; i++)
		peers_bed_put(b, i % 2, 100, 0xb8, i);
	assert_int_equal(relay_from_tun(&b->r), 6);
	assert_int_equal(b->far[0].peer.stats.packets_out, 6);
	assert_int_equal(b->far[1].peer.stats.packets_out, 3);
	assert_int_equal(b->far[1].peer.stats.drops_out[RELAY_ERROR], 3);
	assert_int_equal(relay_from_socket(&b->r, &own), -EBADF);
	assert_int_equal(relay_from_socket(&b->r, &b->s), 0);
}

static void
test_not_known_yet(void **state)
{
	uint8_t p[RELAY_KEEPALIVE_MAX] = {0x60};
	struct peers_bed *b = *state;
	struct relay_peer *silent = &b->far[1].peer;

	silent->addr = (struct sockaddr_in) {.sin_family = AF_INET};
	for (uint8_t i = 0; i < 4; i++)
		peers_bed_put(b, i % 2, 100, 0, i);
	assert_int_equal(relay_from_tun(&b->r), 4);
	assert_int_equal(silent->stats.drops_out[RELAY_NOWHERE], 2);
	assert_int_equal(silent->stats.packets_out, 0);
	/* They are no packets between those of others. */
	assert_got(&b->far[0], 200, 100, 0);
	assert_null(peers_bed_got(&b->far[1]));
	assert_int_equal(
	    relay_send_keepalive(silent, p, sizeof(p)), -EDESTADDRREQ);
	silent->addr = b->far[1].addr;
	assert_int_equal(relay_send_keepalive(silent, p, sizeof(p)), 0);
	assert_int_equal(peers_bed_got(&b->far[1])->n, sizeof(p));
}

/* No way to one of them: the others do not notice. */
static void
test_unreachable(void **state)
{
	struct peers_bed *b = *state;
	struct relay_peer *lost = &b->far[1].peer;

	lost->addr.sin_addr.s_addr = htonl(0xcb007101); /* 203.0.113.1 */
	for (uint8_t i = 0; i < 8; i++)
		peers_bed_put(b, i / 2 % 2, 100, 0, i);
	assert_int_equal(relay_from_tun(&b->r), 8);
	assert_got(&b->far[0], 200, 100, 0);
	assert_got(&b->far[0], 200, 100, 4);
	assert_int_equal(lost->stats.drops_out[RELAY_ERROR], 4);
	assert_int_equal(lost->stats.packets_out, 0);
	assert_int_equal(b->far[0].peer.stats.packets_out, 4);
}

/* One has gone, and its system says so by ICMP. */
static void
test_port_unreachable(void **state)
{
	struct peers_bed *b = *state;

	close(b->far[1].fd);
	b->far[1].fd = -1;
	for (uint8_t turn = 0; turn < 3; turn++) {
		for (uint8_t i = 0; i < 4; i++)
			peers_bed_put(b, i % 2, 100, 0, i);
		assert_int_equal(relay_from_tun(&b->r), 4);
		assert_got(&b->far[0], 100, 0, 0);
		assert_got(&b->far[0], 100, 0, 2);
		send_plain(b, 0, 0, turn);
		assert_int_equal(relay_from_socket(&b->r, &b->s), 1);
		assert_read(b, 100, turn);
	}
	assert_int_equal(b->far[0].peer.stats.packets_out, 6);
	assert_int_equal(b->far[0].peer.stats.packets_in, 3);
	assert_int_equal(b->far[0].peer.stats.drops_out[RELAY_ERROR], 0);
}

static void
test_who_sent_it(void **state)
{
	struct peers_bed *b = *state;

	send_plain(b, 0, 0, 1);
	send_plain(b, 1, 0, 2); /* another's address */
	send_plain(b, 1, 1, 3);
	b->far[2].peer.addr.sin_port ^= htons(1);
	send_plain(b, 2, 2, 4); /* right address, unknown port */
	peers_bed_send(b, &b->far[0], packets, 50);
	assert_int_equal(relay_from_socket(&b->r, &b->s), 5);
	assert_read(b, 100, 1);
	assert_read(b, 100, 3);
	assert_int_equal(peers_bed_read(b, got, sizeof(got)), 0);
	assert_int_equal(b->far[0].peer.stats.packets_in, 1);
	assert_int_equal(b->far[0].peer.stats.octets_in, 100);
	assert_int_equal(b->far[1].peer.stats.packets_in, 1);
	assert_int_equal(b->far[1].peer.stats.drops_in[RELAY_SOURCE], 1);
	assert_int_equal(b->far[2].peer.stats.packets_in, 0);
	assert_int_equal(b->r.stats.drops_in[RELAY_SOURCE], 1);
	assert_int_equal(b->r.stats.drops_in[RELAY_LENGTH], 1);
}

static void
test_keepalive_moves(void **state)
{
	struct grant g = {.udp = true, .has_key = true};
	uint8_t p[RELAY_KEEPALIVE_MAX];
	struct peers_bed *b = *state;
	struct relay_peer *peer = &b->far[2].peer;

	peer->addr = (struct sockaddr_in) {.sin_family = AF_INET};
	memset(g.key, 0x77, sizeof(g.key));
	peers_bed_send(b, &b->far[2], p, relay_keepalive(&g, p));
	assert_int_equal(relay_from_socket(&b->r, &b->s), 1);
	assert_int_equal(peer->addr.sin_addr.s_addr, INADDR_ANY);
	assert_int_equal(b->r.stats.drops_in[RELAY_SOURCE], 1);
	memcpy(g.key, b->far[2].key, sizeof(g.key));
	peers_bed_send(b, &b->far[2], p, relay_keepalive(&g, p));
	send_plain(b, 2, 2, 5); /* right behind it */
	assert_int_equal(relay_from_socket(&b->r, &b->s), 2);
	assert_int_equal(peer->stats.drops_in[RELAY_KEEPALIVE], 1);
	assert_int_equal(
	    peer->addr.sin_addr.s_addr, b->far[2].addr.sin_addr.s_addr);
	assert_int_equal(peer->addr.sin_port, b->far[2].addr.sin_port);
	assert_read(b, 100, 5);
	peers_bed_put(b, 2, 100, 0, 6);
	assert_int_equal(relay_from_tun(&b->r), 1);
	assert_got(&b->far[2], 100, 0, 6);
}

/*
 * Segments of all in one turn, at the end of which more might come: they are
 * joined for each, which counts its own.
 */
static void
test_joined(void **state)
{
	static const unsigned count[FAR_ENDS] = {3, 1, 2};
	struct offload_tcp t = {.hops = 60, .flags = ACK, .len = MSS};
	struct peers_bed *b = *state;
	size_t n;

	b->r.features = USER_VNET;
	for (unsigned s = 0; s < 3; s++) {
		for (unsigned i = 0; i < FAR_ENDS; i++) {
			if (s >= count[i])
				continue;
			t.flow = (uint8_t)(2 * (i + 1)); /* from its address */
			t.seq = s * MSS;
			n = offload_tcp_packet(packets, &t);
			peers_bed_send(b, &b->far[i], packets, n);
		}
	}
	assert_int_equal(relay_from_socket(&b->r, &b->s), 6);
	for (unsigned i = 0; i < FAR_ENDS; i++) {
		assert_int_equal(peers_bed_read(b, got, sizeof(got)),
		    VNET_HDRLEN + HLEN + count[i] * MSS);
		assert_int_equal(b->far[i].peer.stats.packets_in, count[i]);
		assert_int_equal(
		    b->far[i].peer.stats.octets_in, count[i] * (HLEN + MSS));
	}
	assert_int_equal(peers_bed_read(b, got, sizeof(got)), 0);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, peers_bed_udp, peers_bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_each_gets_its_own),
	    TEST(test_trains),
	    TEST(test_a_socket_each),
	    TEST(test_not_known_yet),
	    TEST(test_unreachable),
	    TEST(test_port_unreachable),
	    TEST(test_who_sent_it),
	    TEST(test_keepalive_moves),
	    TEST(test_joined),
	};

	if (!udp_bed_namespace())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
