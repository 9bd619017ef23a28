/* What a tun device with offload gave, cut, octet by octet. */
#include "segment_packets.h"

static void
test_header(void **state)
{
	static const uint8_t wire[VNET_HDRLEN] = {
	    1, 0x84, 0x3c, 0x00, 0xc4, 0x04, 0x28, 0x01, 0x10, 0x02};
	uint8_t again[VNET_HDRLEN];
	struct vnet_hdr h;

	(void)state;
	vnet_get(&h, wire);
	assert_int_equal(h.flags, VNET_F_NEEDS_CSUM);
	assert_int_equal(h.gso_type, VNET_GSO_TCPV6 | VNET_GSO_ECN);
	assert_int_equal(h.hdr_len, 60);
	assert_int_equal(h.gso_size, 1220);
	assert_int_equal(h.csum_start, 0x0128);
	assert_int_equal(h.csum_offset, 0x0210);
	vnet_put(again, &h);
	assert_memory_equal(again, wire, sizeof(wire));
}

static void
test_names(void **state)
{
	(void)state;
	for (int v = 0; v < SEGMENT_VERDICTS; v++) {
		const char *name =
		    segment_verdict_name((enum segment_verdict)v);

		assert_non_null(name);
		for (int w = 0; w < v; w++)
			assert_string_not_equal(name,
			    segment_verdict_name((enum segment_verdict)w));
	}
	assert_string_equal(segment_verdict_name(SEGMENT_TOOBIG), "toobig");
	assert_string_equal(segment_verdict_name(SEGMENT_VERDICTS), "unknown");
}

/* Five octets by two, the sequence number wrapping. */
static void
test_tcp(void **state)
{
	static const uint8_t want[3][HLEN - 16] = {
	    {0x01, 0xbb, 0x80, 0x01, 0xff, 0xff, 0xff, 0xfe, 1, 2, 3, 4, 0x50,
		0x90, 0x12, 0x34},
	    {0x01, 0xbb, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00, 1, 2, 3, 4, 0x50,
		0x10, 0x12, 0x34},
	    {0x01, 0xbb, 0x80, 0x01, 0x00, 0x00, 0x00, 0x02, 1, 2, 3, 4, 0x50,
		0x19, 0x12, 0x34},
	};
	uint8_t p[HLEN + 5], buf[500];
	struct segmenter s;
	struct vnet_hdr h;
	size_t n, size = 0;

	(void)state;
	n = make(p, &h, &example);
	memcpy(p + HLEN, "abcde", 5);
	assert_int_equal(segment_start(&s, &h, p, n, HLEN + 2), SEGMENT_OK);
	assert_int_equal(
	    segment_next(&s, buf, sizeof(buf), &size), 3 * HLEN + 5);
	assert_int_equal(size, HLEN + 2);
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *q = buf + i * size;
		const size_t len = i < 2 ? 2 : 1;

		assert_memory_equal(q, p, 4);
		assert_int_equal(offload_get16(q + 4), TCPLEN + len);
		assert_memory_equal(q + 6, p + 6, 34);
		assert_memory_equal(q + IP6LEN, want[i], 16);
		assert_int_equal(offload_get16(q + IP6LEN + 18), 0);
		assert_memory_equal(q + HLEN, &"abcde"[2 * i], len);
		assert_true(offload_is_right(q, HLEN + len, IP6LEN, 6));
	}
	assert_int_equal(segment_next(&s, buf, sizeof(buf), &size), 0);
}

/* At most 64 a call, at most what there is room for, nothing lost. */
static void
test_batches(void **state)
{
	static uint8_t p[HLEN + 200], buf[200 * (HLEN + 1)];
	struct offload_tcp t = example;
	struct segmenter s;
	struct vnet_hdr h;
	size_t n, size;

	(void)state;
	t.len = 200;
	n = make(p, &h, &t);
	h.gso_size = 1;
	assert_int_equal(segment_start(&s, &h, p, n, 1280), SEGMENT_OK);
	assert_int_equal(segment_next(&s, buf, sizeof(buf), &size),
	    OFFLOAD_SEGMENTS * (HLEN + 1));
	assert_int_equal(segment_next(&s, buf, 10 * (HLEN + 1) + HLEN, &size),
	    10 * (HLEN + 1));
	assert_int_equal(size, HLEN + 1);
	assert_int_equal(
	    offload_get32(buf + IP6LEN + 4), (uint32_t)(t.seq + 64));
	assert_int_equal(segment_next(&s, buf, HLEN, &size), 0);
	assert_int_equal(segment_next(&s, buf, sizeof(buf), &size),
	    OFFLOAD_SEGMENTS * (HLEN + 1));
	assert_int_equal(
	    segment_next(&s, buf, sizeof(buf), &size), 62 * (HLEN + 1));
	assert_int_equal(segment_next(&s, buf, sizeof(buf), &size), 0);
}

/* No more than one segment: nothing is taken away, and SYN is no fault. */
static void
test_single(void **state)
{
	uint8_t p[HLEN + 5], want[sizeof(p)], buf[sizeof(p)];
	struct offload_tcp t = example;
	struct segmenter s;
	struct vnet_hdr h;
	size_t n, size;

	(void)state;
	for (t.len = 0; t.len <= 5; t.len += 5) {
		t.flags = CWR | ECE | ACK | SYN | URG | FIN | PSH;
		n = make(p, &h, &t);
		offload_tcp_packet(want, &t);
		h.gso_size = 5;
		assert_int_equal(
		    segment_start(&s, &h, p, n, HLEN + 5), SEGMENT_OK);
		assert_int_equal(segment_next(&s, buf, sizeof(buf), &size), n);
		assert_int_equal(size, n);
		assert_memory_equal(buf, want, n);
		assert_int_equal(segment_next(&s, buf, sizeof(buf), &size), 0);
	}
}

/* One packet: nothing to do, or a checksum wherever it is. */
static void
test_packet(void **state)
{
	static const struct {
		uint8_t proto;
		uint16_t field;
	} kinds[] = {{6, 16}, {17, 6}, {58, 2}};
	struct offload_tcp t = example;
	uint8_t p[IP6LEN + 61], buf[sizeof(p)];
	struct vnet_hdr h = {.gso_type = VNET_GSO_NONE, .gso_size = 7};
	struct segmenter s;
	size_t size;

	(void)state;
	memset(p, 0x5a, sizeof(p));
	offload_ip6(p, &t, 6, sizeof(p) - IP6LEN);
	assert_int_equal(
	    segment_start(&s, &h, p, sizeof(p), sizeof(p)), SEGMENT_OK);
	assert_int_equal(segment_next(&s, buf, sizeof(buf), &size), sizeof(p));
	assert_int_equal(size, sizeof(p));
	assert_memory_equal(buf, p, sizeof(p));
	h.flags = VNET_F_NEEDS_CSUM;
	for (unsigned i = 0; i < 3; i++) {
		h.csum_start = IP6LEN;
		h.csum_offset = kinds[i].field;
		p[6] = kinds[i].proto;
		make_partial(
		    p, sizeof(p), IP6LEN, kinds[i].field, kinds[i].proto);
		assert_int_equal(
		    segment_start(&s, &h, p, sizeof(p), 1280), SEGMENT_OK);
		assert_int_equal(
		    segment_next(&s, buf, sizeof(buf), &size), sizeof(p));
		assert_true(
		    offload_is_right(buf, sizeof(p), IP6LEN, kinds[i].proto));
		memcpy(buf + IP6LEN + kinds[i].field,
		    p + IP6LEN + kinds[i].field, 2);
		assert_memory_equal(buf, p, sizeof(p));
		assert_int_equal(segment_next(&s, buf, sizeof(buf), &size), 0);
	}
}

/* UDP has no checksum 0 over IPv6. */
static void
test_zero(void **state)
{
	struct offload_tcp t = example;
	uint8_t p[IP6LEN + 10] = {0}, buf[sizeof(p)];
	struct vnet_hdr h = {
	    .flags = VNET_F_NEEDS_CSUM, .csum_start = IP6LEN, .csum_offset = 6};
	struct segmenter s;
	size_t size;

	(void)state;
	offload_ip6(p, &t, 17, 10);
	memset(p + IP6LEN, 0, 10);
	make_partial(p, sizeof(p), IP6LEN, 6, 17);
	offload_put16(p + IP6LEN + 8, 0xffffU & ~offload_sum(p + IP6LEN, 8, 0));
	assert_int_equal(segment_start(&s, &h, p, sizeof(p), 1280), SEGMENT_OK);
	segment_next(&s, buf, sizeof(buf), &size);
	assert_int_equal(offload_get16(buf + IP6LEN + 6), 0xffff);
	assert_true(offload_is_right(buf, sizeof(p), IP6LEN, 17));
}

/* Options in front of TCP go into every segment. */
static void
test_extension_headers(void **state)
{
	static const uint8_t headers[24] = {60, 1, 1, 12, [16] = 6, 0, 1, 4};
	uint8_t p[HLEN + 24 + 5], buf[500];
	struct segmenter s;
	struct vnet_hdr h;
	size_t n, size;

	(void)state;
	make(p, &h, &example);
	n = offload_tcp_behind(p, &example, 0, headers, sizeof(headers));
	make_partial(p, n, IP6LEN + 24, 16, 6);
	assert_int_equal(segment_start(&s, &h, p, n, 1280), SEGMENT_CSUM);
	h.csum_start = IP6LEN + 24;
	assert_int_equal(segment_start(&s, &h, p, n, 1280), SEGMENT_OK);
	assert_int_equal(
	    segment_next(&s, buf, sizeof(buf), &size), 3 * (HLEN + 24) + 5);
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *q = buf + i * size;
		const size_t len = HLEN + 24 + (i < 2 ? 2 : 1);

		assert_int_equal(offload_get16(q + 4), len - IP6LEN);
		assert_memory_equal(q + IP6LEN, headers, 24);
		assert_true(offload_is_right(q, len, IP6LEN + 24, 6));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_header),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_tcp),
	    cmocka_unit_test(test_batches),
	    cmocka_unit_test(test_single),
	    cmocka_unit_test(test_packet),
	    cmocka_unit_test(test_zero),
	    cmocka_unit_test(test_extension_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
