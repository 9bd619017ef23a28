/* What is not believed of a tun device: each refusal. */
#include "segment_packets.h"

static enum segment_verdict
verdict(const struct vnet_hdr *h, const uint8_t *p, size_t n, size_t mtu)
{
	enum segment_verdict v;

	/* On the heap, so that ASan sees what is read behind it. */
	assert_null(offload_cut(h, p, n, mtu, &v));
	return v;
}

static void
test_refused_header(void **state)
{
	uint8_t p[HLEN + 5];
	struct vnet_hdr good, h;
	size_t n;

	(void)state;
	n = make(p, &good, &example);
	h = good;
	assert_int_equal(verdict(&h, p, n, HLEN + 2), SEGMENT_OK);
	h.hdr_len = 0xffff;
	assert_int_equal(verdict(&h, p, n, HLEN + 2), SEGMENT_OK);
	assert_int_equal(verdict(&h, p, n, HLEN + 1), SEGMENT_TOOBIG);
	h.gso_size = 0;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_SIZE);
	h.gso_size = 0xffff; /* one segment */
	assert_int_equal(verdict(&h, p, n, HLEN + 5), SEGMENT_OK);
	assert_int_equal(verdict(&h, p, n, HLEN + 4), SEGMENT_TOOBIG);
	h = good;
	h.flags = 0;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_CSUM);
	h.flags = VNET_F_NEEDS_CSUM;
	h.csum_start = IP6LEN + 2;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_CSUM);
	h.csum_start = IP6LEN;
	h.csum_offset = 6;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_CSUM);
	h = good;
	for (unsigned type = 1; type < 0x80; type++) {
		h.gso_type = (uint8_t)type;
		if (type != VNET_GSO_TCPV6)
			assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_TYPE);
	}
}

static void
test_refused_packet(void **state)
{
	uint8_t p[HLEN + 5];
	struct vnet_hdr h;
	size_t n;

	(void)state;
	n = make(p, &h, &example);
	for (size_t i = 0; i < HLEN; i++)
		assert_int_equal(verdict(&h, p, i, 1280), SEGMENT_SHORT);
	p[IP6LEN + 12] = 0x40; /* a TCP header of 16 octets */
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_HEADERS);
	p[IP6LEN + 12] = 0x70; /* of 28 */
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_SHORT);
	p[IP6LEN + 12] = 0x50;
	p[6] = 17;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_HEADERS);
	p[6] = 44;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_HEADERS);
	p[6] = 0; /* options that go on behind the end */
	p[IP6LEN] = 6;
	p[IP6LEN + 1] = 200;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_HEADERS);
	p[IP6LEN + 1] = 2; /* and up to one octet before it */
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_SHORT);
	p[IP6LEN] = 60;
	assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_HEADERS);
}

static void
test_refused_flags(void **state)
{
	static const uint8_t bad[] = {SYN, RST, URG};
	struct offload_tcp t = example;
	uint8_t p[HLEN + 5];
	struct vnet_hdr h;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		t.flags = ACK | bad[i];
		n = make(p, &h, &t);
		assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_FLAGS);
		h.gso_size = 5;
		assert_int_equal(verdict(&h, p, n, 1280), SEGMENT_OK);
	}
}

static void
test_refused_checksum(void **state)
{
	static uint8_t p[OFFLOAD_MTU_MAX + 1];
	struct vnet_hdr h = {.flags = VNET_F_NEEDS_CSUM};

	(void)state;
	h.csum_start = 39;
	assert_int_equal(verdict(&h, p, 60, 1280), SEGMENT_CSUM);
	h.csum_start = 40;
	h.csum_offset = 18;
	assert_int_equal(verdict(&h, p, 60, 1280), SEGMENT_OK);
	assert_int_equal(verdict(&h, p, 59, 1280), SEGMENT_CSUM);
	h.csum_offset = 17;
	assert_int_equal(verdict(&h, p, 60, 1280), SEGMENT_CSUM);
	h.csum_offset = 0xfffe;
	assert_int_equal(verdict(&h, p, 60, 1280), SEGMENT_CSUM);
	h.csum_start = 0xffff;
	assert_int_equal(verdict(&h, p, 60, 1280), SEGMENT_CSUM);
	h.flags = 0;
	assert_int_equal(verdict(&h, p, 60, 1280), SEGMENT_OK);
	assert_int_equal(verdict(&h, p, 1280, 1280), SEGMENT_OK);
	assert_int_equal(verdict(&h, p, 1281, 1280), SEGMENT_TOOBIG);
	assert_int_equal(verdict(&h, p, 39, 1280), SEGMENT_SHORT);
	assert_int_equal(
	    verdict(&h, p, sizeof(p), SIZE_MAX / 2), SEGMENT_LENGTH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_refused_header),
	    cmocka_unit_test(test_refused_packet),
	    cmocka_unit_test(test_refused_flags),
	    cmocka_unit_test(test_refused_checksum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
