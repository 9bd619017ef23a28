/* Congestion notification at the end of the tunnel, RFC 6040 4.2, figure 4. */
#include "relay/private.h"
#include "relay_packets.h"

#define NOT_ECT 0
#define ECT_1	1
#define ECT_0	2
#define CE	3
#define DROP	4

/* [inner][outer], in the order of their codepoints. */
static const uint8_t figure[4][4] = {
    [NOT_ECT] = {[NOT_ECT] = NOT_ECT,
	[ECT_0] = NOT_ECT,
	[ECT_1] = NOT_ECT,
	[CE] = DROP},
    [ECT_0] = {[NOT_ECT] = ECT_0, [ECT_0] = ECT_0, [ECT_1] = ECT_1, [CE] = CE},
    [ECT_1] = {[NOT_ECT] = ECT_1, [ECT_0] = ECT_1, [ECT_1] = ECT_1, [CE] = CE},
    [CE] = {[NOT_ECT] = CE, [ECT_0] = CE, [ECT_1] = CE, [CE] = CE},
};

static void
set_class(uint8_t *p, uint8_t tclass)
{
	p[0] = (uint8_t)(0x60 | tclass >> 4);
	p[1] = (uint8_t)(tclass << 4 | (p[1] & 0x0f));
}

static void
check(uint8_t dscp, uint8_t inner, uint8_t outer)
{
	uint8_t p[sizeof(ip6)], want[sizeof(ip6)], becomes;

	becomes = figure[inner][outer & 3];
	memcpy(p, ip6, sizeof(p));
	p[1] = 0x0d; /* a flow label, all of it */
	p[2] = 0xec;
	p[3] = 0xaf;
	set_class(p, (uint8_t)(dscp << 2 | inner));
	memcpy(want, p, sizeof(want));
	if (becomes == DROP) {
		assert_int_equal(relay_ecn_in(outer, p), RELAY_ECN);
	} else {
		set_class(want, (uint8_t)(dscp << 2 | becomes));
		assert_int_equal(relay_ecn_in(outer, p), RELAY_PASS);
	}
	assert_memory_equal(p, want, sizeof(p));
}

/* Whatever the DSCPs are, neither of which matters or changes. */
static void
test_figure(void **state)
{
	(void)state;
	for (unsigned dscp = 0; dscp < 64; dscp++)
		for (unsigned inner = 0; inner < 4; inner++)
			for (unsigned outer = 0; outer < 256; outer++)
				check((uint8_t)dscp, (uint8_t)inner,
				    (uint8_t)outer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
