/* Received segments joined, octet by octet, and how many at most. */
#include "coalesce_desk.h"

/* Three segments, the last one shorter. */
static void
test_joined(void **state)
{
	struct desk *d = new_desk();
	struct offload_tcp t = example;
	uint8_t p[3][HLEN + 12 + LEN], want[HLEN + 12 + 2 * LEN + 7];
	static const uint8_t front[VNET_HDRLEN] = {
	    1, 4, 72, 0, LEN, 0, 40, 0, 16, 0};
	size_t n[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		t.len = i < 2 ? LEN : 7;
		n[i] = offload_tcp_packet(p[i], &t);
		t.seq += (uint32_t)t.len;
		coalesce_add(&d->c, p[i], n[i]);
	}
	assert_int_equal(d->n, 1);
	assert_int_equal(d->w[0].packets, 3);
	assert_int_equal(d->w[0].octets, n[0] + n[1] + n[2]);
	assert_int_equal(d->w[0].niov, 4);
	for (unsigned i = 0; i < 3; i++)
		assert_ptr_equal(d->w[0].iov[1 + i].iov_base, p[i] + HLEN + 12);
	t.seq = example.seq;
	t.len = 2 * LEN + 7;
	assert_int_equal(offload_tcp_packet(want, &t), sizeof(want));
	offload_put16(
	    want + IP6LEN + 16, offload_pseudo(want, sizeof(want) - IP6LEN, 6));
	assert_int_equal(d->w[0].n, VNET_HDRLEN + sizeof(want));
	assert_memory_equal(d->w[0].flat, front, VNET_HDRLEN);
	assert_memory_equal(d->w[0].flat + VNET_HDRLEN, want, sizeof(want));
	coalesce_flush(&d->c);
	assert_int_equal(d->n, 1);
}

/* The nth flow's next segment, in memory of its own. */
static const uint8_t *
segment(struct offload_tcp *t, size_t *n)
{
	static uint8_t room[WRITES][HLEN + 12 + LEN];
	static unsigned at;
	uint8_t *p = room[at++ % WRITES];

	*n = offload_tcp_packet(p, t);
	t->seq += (uint32_t)t->len;
	return p;
}

/* As many flows as there are places; one more puts out the oldest. */
static void
test_flows(void **state)
{
	struct offload_tcp t[COALESCE_FLOWS + 1];
	struct desk *d = new_desk();
	const uint8_t *p;
	size_t n;

	(void)state;
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < COALESCE_FLOWS; i++) {
			if (round == 0) {
				t[i] = example;
				t[i].flow = (uint8_t)i;
			}
			p = segment(&t[i], &n);
			coalesce_add(&d->c, p, n);
		}
	assert_int_equal(d->n, 0);
	t[COALESCE_FLOWS] = example;
	t[COALESCE_FLOWS].flow = COALESCE_FLOWS;
	p = segment(&t[COALESCE_FLOWS], &n);
	coalesce_add(&d->c, p, n);
	assert_int_equal(d->n, 1);
	p = segment(&t[1], &n); /* is still there */
	coalesce_add(&d->c, p, n);
	assert_int_equal(d->n, 1);
	coalesce_flush(&d->c);
	assert_int_equal(d->n, COALESCE_FLOWS + 1);
	for (unsigned i = 0; i <= COALESCE_FLOWS; i++) {
		const uint8_t *q = d->w[i].flat + VNET_HDRLEN;

		/* Oldest first. */
		assert_int_equal(offload_get16(q + 42), 0x8000 + i);
		assert_int_equal(d->w[i].packets,
		    i == 1		   ? 4 :
			i < COALESCE_FLOWS ? 3 :
					     1);
	}
}

/* 64 segments end a packet, and so do 65535 octets. */
static void
test_bounds(void **state)
{
	static uint8_t big[16][HLEN + 9000];
	struct offload_tcp t = example;
	struct desk *d = new_desk();
	const uint8_t *p;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < OFFLOAD_SEGMENTS; i++) {
		assert_int_equal(d->n, 0);
		p = segment(&t, &n);
		coalesce_add(&d->c, p, n);
	}
	assert_int_equal(d->n, 1);
	assert_int_equal(d->w[0].packets, OFFLOAD_SEGMENTS);
	t.optwords = 0;
	t.len = 9000;
	for (unsigned i = 0; i < 16; i++) {
		n = offload_tcp_packet(big[i], &t);
		t.seq += 9000;
		coalesce_add(&d->c, big[i], n);
	}
	assert_int_equal(d->n, 3);
	assert_int_equal(d->w[1].packets, 7);
	assert_int_equal(d->w[1].n, VNET_HDRLEN + HLEN + 7 * 9000);
	coalesce_flush(&d->c);
	assert_int_equal(d->n, 4);
	assert_int_equal(d->w[3].packets, 2);
}

/* To the octet. */
static void
test_largest(void **state)
{
	static uint8_t p[3][HLEN + 32738];
	struct offload_tcp t = example;
	size_t n;

	(void)state;
	t.optwords = 0;
	for (unsigned over = 0; over < 2; over++) {
		struct desk *d = new_desk();

		t.len = 32738;
		n = offload_tcp_packet(p[0], &t);
		coalesce_add(&d->c, p[0], n);
		t.seq += (uint32_t)t.len;
		t.len = 65535 - HLEN - 32738 + over;
		n = offload_tcp_packet(p[1], &t);
		coalesce_add(&d->c, p[1], n);
		coalesce_flush(&d->c);
		assert_int_equal(d->n, 1 + over);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_joined),
	    cmocka_unit_test(test_flows),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
