/* What is never joined, and passes in its order. */
#include "coalesce_desk.h"

/* A change of the second of two segments, to tell what keeps them apart. */
struct change {
	const char *what;
	void (*make)(struct offload_tcp *t);
	bool joined;
	bool held; /* until the batch ends */
};

#define CHANGE(name, statement)                 \
	static void name(struct offload_tcp *t) \
	{                                       \
		statement;                      \
	}
CHANGE(nothing, (void)t)
CHANGE(shorter, t->len = LEN - 1)
CHANGE(longer, t->len = LEN + 1)
CHANGE(empty, t->len = 0)
CHANGE(push, t->flags |= PSH)
CHANGE(fin, t->flags |= FIN)
CHANGE(syn, t->flags |= SYN)
CHANGE(rst, t->flags |= RST)
CHANGE(urg, t->flags |= URG)
CHANGE(cwr, t->flags |= CWR)
CHANGE(ece, t->flags |= ECE)
CHANGE(no_ack, t->flags = 0)
CHANGE(reserved, t->reserved = 1)
CHANGE(urgent, t->urgent = 1)
CHANGE(ack, t->ack++)
CHANGE(window, t->window--)
CHANGE(gap, t->seq++)
CHANGE(repeated, t->seq -= LEN)
CHANGE(tclass, t->tclass ^= 1)
CHANGE(label, t->label ^= 1)
CHANGE(hops, t->hops--)
CHANGE(option, t->option = 0)
CHANGE(options, t->optwords = 4)
CHANGE(flow, t->flow ^= 1)

static const struct change changes[] = {
    {"nothing", nothing, true, true},
    {"shorter", shorter, true, false},
    {"longer", longer, false, true},
    {"empty", empty, false, false},
    {"PSH", push, true, false},
    {"FIN", fin, false, false},
    {"SYN", syn, false, false},
    {"RST", rst, false, false},
    {"URG", urg, false, false},
    {"CWR", cwr, false, false},
    {"ECE", ece, false, true},
    {"no ACK", no_ack, false, false},
    {"a reserved bit", reserved, false, true},
    {"the urgent pointer", urgent, false, true},
    {"the acknowledgement", ack, false, true},
    {"the window", window, false, true},
    {"a gap", gap, false, true},
    {"the same again", repeated, false, true},
    {"the traffic class", tclass, false, true},
    {"the flow label", label, false, true},
    {"the hop limit", hops, false, true},
    {"an option", option, false, true},
    {"the size of the options", options, false, true},
    {"the port", flow, false, true},
};

static void
test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct desk *d = new_desk();
		struct offload_tcp t = example;
		uint8_t p[2][HLEN + 16 + LEN + 1];
		unsigned before;
		size_t n[2];

		n[0] = offload_tcp_packet(p[0], &t);
		t.seq += LEN;
		changes[i].make(&t);
		n[1] = offload_tcp_packet(p[1], &t);
		coalesce_add(&d->c, p[0], n[0]);
		assert_int_equal(d->n, 0);
		coalesce_add(&d->c, p[1], n[1]);
		before = d->n;
		coalesce_flush(&d->c);
		if ((before < d->n) != changes[i].held)
			fail_msg("%s: %u of %u written at once",
			    changes[i].what, before, d->n);
		if (d->n != (changes[i].joined ? 1 : 2))
			fail_msg("%s: %u writes", changes[i].what, d->n);
		if (changes[i].joined) {
			assert_int_equal(
			    d->w[0].flat[VNET_HDRLEN + IP6LEN + 13], t.flags);
			continue;
		}
		assert_alone(&d->w[0], p[0], n[0]);
		assert_alone(&d->w[1], p[1], n[1]);
	}
}

/* A first segment that ends its group, or cannot begin one, waits for none. */
static void
test_first_alone(void **state)
{
	static const uint8_t flags[] = {
	    ACK | PSH, ACK | FIN, SYN, RST, ACK | URG, ACK | CWR, 0};
	uint8_t p[HLEN + 12 + LEN];
	size_t n;

	(void)state;
	for (unsigned i = 0; i < sizeof(flags); i++) {
		struct desk *d = new_desk();
		struct offload_tcp t = example;

		t.flags = flags[i];
		n = offload_tcp_packet(p, &t);
		coalesce_add(&d->c, p, n);
		assert_int_equal(d->n, 1);
		assert_alone(&d->w[0], p, n);
	}
}

/* Wrong by one bit, anywhere; ~0 instead of 0 is not what we would write. */
static void
test_checksum(void **state)
{
	struct offload_tcp t = example;
	uint8_t p[2][HLEN + 12 + LEN];
	size_t n;

	(void)state;
	n = offload_tcp_packet(p[0], &t);
	t.seq += LEN;
	offload_tcp_packet(p[1], &t);
	for (size_t bit = IP6LEN * 8; bit < n * 8; bit++) {
		struct desk *d = new_desk();

		if (bit / 8 < IP6LEN + 4)
			continue; /* the ports make another flow of it */
		coalesce_add(&d->c, p[0], n);
		p[1][bit / 8] ^= (uint8_t)(1 << bit % 8);
		coalesce_add(&d->c, p[1], n);
		assert_int_equal(d->n, 2);
		assert_alone(&d->w[0], p[0], n);
		assert_alone(&d->w[1], p[1], n);
		p[1][bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_zero_checksum(void **state)
{
	struct offload_tcp t = example;
	uint8_t p[HLEN + 12 + LEN];
	struct desk *d = new_desk();
	size_t n;

	(void)state;
	do {
		t.window++;
		n = offload_tcp_packet(p, &t);
	} while (offload_get16(p + IP6LEN + 16) != 0);
	coalesce_add(&d->c, p, n);
	assert_int_equal(d->n, 0);
	coalesce_flush(&d->c);
	offload_put16(p + IP6LEN + 16, 0xffff);
	assert_true(offload_is_right(p, n, IP6LEN, 6));
	coalesce_add(&d->c, p, n);
	assert_int_equal(d->n, 2);
}

/* Other protocols pass by; what may hide a segment pushes it out first. */
static void
test_others(void **state)
{
	static const uint8_t by[] = {17, 58}, hiding[] = {0, 43, 44, 51, 60, 6};
	struct offload_tcp t = example;
	uint8_t p[HLEN + 12 + LEN], q[IP6LEN + 8] = {0};
	size_t n;

	(void)state;
	n = offload_tcp_packet(p, &t);
	for (unsigned i = 0; i < sizeof(by); i++) {
		struct desk *d = new_desk();

		coalesce_add(&d->c, p, n);
		offload_ip6(q, &t, by[i], 8);
		coalesce_add(&d->c, q, sizeof(q));
		assert_int_equal(d->n, 1);
		assert_alone(&d->w[0], q, sizeof(q));
	}
	for (unsigned i = 0; i < sizeof(hiding); i++) {
		struct desk *d = new_desk();

		coalesce_add(&d->c, p, n);
		/* From another host, it is of another flow. */
		t.flow = example.flow ^ 2;
		offload_ip6(q, &t, hiding[i], 8);
		coalesce_add(&d->c, q, sizeof(q));
		assert_int_equal(d->n, 1);
		assert_alone(&d->w[0], q, sizeof(q));
		t.flow = example.flow;
		offload_ip6(q, &t, hiding[i], 8);
		coalesce_add(&d->c, q, sizeof(q));
		assert_int_equal(d->n, 3);
		assert_alone(&d->w[1], p, n);
		assert_alone(&d->w[2], q, sizeof(q));
	}
}

static void
test_short(void **state)
{
	struct offload_tcp t = example;
	uint8_t p[HLEN + 12 + LEN];

	(void)state;
	offload_tcp_packet(p, &t);
	/* Whatever its header says of the size. */
	for (size_t n = 0; n < HLEN + 12; n++) {
		struct desk *d = new_desk();

		coalesce_add(&d->c, p, n);
		assert_int_equal(d->n, 1);
		assert_alone(&d->w[0], p, n);
	}
	p[IP6LEN + 12] = 0x40; /* a header of 16 octets */
	for (size_t n = HLEN; n < HLEN + 12; n++) {
		struct desk *d = new_desk();

		coalesce_add(&d->c, p, n);
		assert_int_equal(d->n, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_changes),
	    cmocka_unit_test(test_first_alone),
	    cmocka_unit_test(test_checksum),
	    cmocka_unit_test(test_zero_checksum),
	    cmocka_unit_test(test_others),
	    cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
