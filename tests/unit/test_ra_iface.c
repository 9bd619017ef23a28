/* When advertisements are sent: how it begins, rates, the tunnel, the end. */
#include <string.h>

#include "ra_bed.h"

static struct ra_bed b;

static void
test_begin(void **state)
{
	(void)state;
	bed_init(&b);
	bed_tunnel(&b, true);
	bed_expect_nothing(&b);
	bed_open(&b); /* no prefix: nothing to say */
	bed_expect_nothing(&b);
	assert_int_equal(ra_iface_deadline(&b.i), -1);

	bed_set(&b, BED_PREFIX);
	assert_int_equal(b.out.rslen, 16);
	assert_int_equal(b.out.ralen, 0);
	assert_true(b.out.changed);
	assert_int_equal(b.i.state, RA_LISTENING);

	assert_int_equal(bed_wait(&b), 4000);
	bed_expect_ra(&b, RA_PREFERRED);
	bed_expect_prefixes(&b, BED_PREFIX, NULL);
	assert_int_equal(b.out.note, RA_NOTE_BEGINS);
	assert_int_equal(b.out.rslen, 0);
	assert_true(b.out.changed); /* hosts have it from now on */
	(void)bed_wait(&b);
	assert_false(b.out.changed);
}

/* The other order: prefixes first, sockets later. */
static void
test_begin_with_sockets(void **state)
{
	(void)state;
	bed_init(&b);
	bed_set(&b, BED_PREFIX);
	assert_int_equal(b.out.rslen, 0);
	assert_true(b.out.changed);
	assert_int_equal(ra_iface_deadline(&b.i), -1);
	bed_open(&b);
	assert_int_equal(b.out.rslen, 16);
	assert_int_equal(bed_wait(&b), 4000);
	bed_expect_ra(&b, 0); /* the tunnel has not been up yet */
	bed_expect_prefixes(&b, BED_PREFIX, NULL);
}

/* -a */
static void
test_not_wanted(void **state)
{
	(void)state;
	bed_init(&b);
	b.conf.advertise = false;
	bed_tunnel(&b, true);
	bed_open(&b);
	bed_set(&b, BED_PREFIX);
	bed_expect_nothing(&b);
	bed_solicit(&b);
	bed_expect_nothing(&b);
	bed_advertise(&b, BED_LINKLOCAL, BED_PREFIX, 99);
	bed_expect_nothing(&b);
	bed_set(&b, BED_PREFIX_2);
	bed_expect_nothing(&b);
	assert_int_equal(ra_iface_deadline(&b.i), -1);
	bed_cease(&b);
	bed_expect_nothing(&b);
}

static void
test_intervals(void **state)
{
	(void)state;
	bed_start(&b);
	(void)bed_wait(&b);
	for (int k = 0; k < 2; k++) {
		assert_int_equal(bed_wait(&b), 16000);
		bed_expect_ra(&b, RA_PREFERRED);
	}
	assert_int_equal(bed_wait(&b), 200 * 1000);
	bed_expect_ra(&b, RA_PREFERRED);
	b.random = BED_HIGH;
	(void)bed_wait(&b);
	assert_int_equal(bed_wait(&b), 600 * 1000);
	bed_expect_ra(&b, RA_PREFERRED);
	assert_int_equal(b.nrs, 1);
}

static void
test_early_timer(void **state)
{
	(void)state;
	bed_start(&b);
	b.now += 3999;
	bed_timer(&b);
	bed_expect_nothing(&b);
	b.now += 1;
	bed_timer(&b);
	bed_expect_ra(&b, RA_PREFERRED);
	b.now += 15999;
	bed_timer(&b);
	bed_expect_nothing(&b);
}

static void
test_solicited(void **state)
{
	(void)state;
	bed_steady(&b);
	b.random = BED_HIGH;
	bed_solicit(&b);
	bed_expect_nothing(&b);
	assert_int_equal(ra_iface_deadline(&b.i), b.now + 500);
	/* A second one waits for the same answer. */
	b.now += 100;
	b.random = BED_LOW;
	bed_solicit(&b);
	bed_expect_nothing(&b);
	assert_int_equal(bed_wait(&b), 400);
	bed_expect_ra(&b, RA_PREFERRED);
	/* The interval begins anew. */
	assert_int_equal(bed_wait(&b), 200 * 1000);
	/* One that needs no delay gets none. */
	b.now += 3000;
	bed_solicit(&b);
	bed_expect_ra(&b, RA_PREFERRED);
}

static void
test_solicited_too_soon(void **state)
{
	(void)state;
	bed_steady(&b);
	(void)bed_wait(&b);
	b.now += 100;
	b.random = BED_HIGH;
	bed_solicit(&b);
	assert_int_equal(bed_wait(&b), 2900 + 500);
	bed_expect_ra(&b, RA_PREFERRED);
}

/* What is due anyway within the delay is the answer. */
static void
test_solicited_before_the_next(void **state)
{
	(void)state;
	bed_steady(&b);
	b.now = ra_iface_deadline(&b.i) - 200;
	b.random = BED_HIGH;
	bed_solicit(&b);
	bed_solicit(&b);
	assert_int_equal(bed_wait(&b), 200);
	bed_expect_ra(&b, RA_PREFERRED);
	assert_int_equal(bed_wait(&b), 600 * 1000);
}

static void
test_solicited_while_listening(void **state)
{
	(void)state;
	bed_start(&b);
	bed_solicit(&b);
	bed_expect_nothing(&b);
	assert_int_equal(ra_iface_deadline(&b.i), b.now + 4000);
}

/* 10,000 solicitations in 30 s: an answer each 3 s at most. */
static void
test_flood(void **state)
{
	(void)state;
	bed_steady(&b);
	b.random = BED_ANY;
	b.nra = 0;
	for (int k = 0; k < 10000; k++) {
		int64_t last = b.sent;

		bed_solicit(&b);
		if (b.out.ralen == 0 && ra_iface_deadline(&b.i) <= b.now + 3)
			(void)bed_wait(&b);
		if (b.out.ralen > 0)
			assert_true(b.sent - last >= 3000);
		b.now += 3;
	}
	assert_in_range(b.nra, 8, 11);
}

static void
test_tunnel_lost(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_tunnel(&b, false);
	bed_expect_nothing(&b);
	b.now += 10000;
	bed_tunnel(&b, false); /* no news: the time runs on */
	bed_expect_nothing(&b);
	assert_int_equal(bed_wait(&b), 20000);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, BED_PREFIX, NULL);
	/* Three of them. */
	assert_int_equal(bed_wait(&b), 16000);
	bed_expect_ra(&b, 0);
	assert_int_equal(bed_wait(&b), 16000);
	assert_int_equal(bed_wait(&b), 200 * 1000);
	bed_expect_ra(&b, 0);

	b.now += 5000;
	bed_tunnel(&b, true);
	bed_expect_ra(&b, RA_PREFERRED);
	assert_int_equal(bed_wait(&b), 16000);
}

/* Back within 30 s: nothing at all. */
static void
test_tunnel_lost_for_a_while(void **state)
{
	int64_t due;

	(void)state;
	bed_steady(&b);
	due = ra_iface_deadline(&b.i);
	bed_tunnel(&b, false);
	b.now += 29999;
	bed_timer(&b);
	bed_expect_nothing(&b);
	bed_tunnel(&b, true);
	bed_expect_nothing(&b);
	assert_int_equal(ra_iface_deadline(&b.i), due);
	bed_tunnel(&b, true);
	bed_expect_nothing(&b);
}

/* What is sent in these 30 s says what was said before. */
static void
test_tunnel_lost_and_solicited(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_tunnel(&b, false);
	b.now += 29000;
	bed_solicit(&b);
	bed_expect_ra(&b, RA_PREFERRED);
	/* At 30 s it is too soon for another one. */
	assert_int_equal(bed_wait(&b), 1000);
	bed_expect_nothing(&b);
	assert_int_equal(bed_wait(&b), 2000);
	bed_expect_ra(&b, 0);
}

/* Without a current prefix, we are no router whatever the tunnel does. */
static void
test_tunnel_without_prefix(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_set(&b, NULL);
	bed_expect_ra(&b, 0);
	(void)bed_run(&b, 60000);
	bed_tunnel(&b, false);
	b.now += 30000;
	bed_timer(&b);
	bed_expect_nothing(&b);
	bed_tunnel(&b, true);
	bed_expect_nothing(&b);
}

/* Lost while there are no sockets. */
static void
test_tunnel_lost_unheard(void **state)
{
	(void)state;
	bed_steady(&b);
	ra_iface_close(&b.i);
	bed_tunnel(&b, false);
	assert_int_equal(ra_iface_deadline(&b.i), -1);
	b.now += 60000;
	bed_open(&b);
	(void)bed_wait(&b);
	bed_expect_ra(&b, 0);
}

static void
test_cease(void **state)
{
	(void)state;
	bed_init(&b);
	b.conf.nrdnss = 1;
	bed_tunnel(&b, true);
	bed_open(&b);
	bed_set(&b, BED_PREFIX);
	(void)bed_wait(&b);
	/* The lifetime of name servers: behind header, SLLA, MTU, prefix. */
	assert_int_equal(b.out.ra[64], 25);
	assert_int_equal(b.out.ra[70] << 8 | b.out.ra[71], RA_PREFERRED);
	b.now += 10;
	bed_cease(&b);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, BED_PREFIX, NULL);
	assert_int_equal(b.out.ra[64], 25);
	assert_int_equal(b.out.ra[70] << 8 | b.out.ra[71], 0);
	assert_int_equal(ra_iface_deadline(&b.i), -1);
	bed_cease(&b);
	bed_expect_nothing(&b);
	/* And as after close, but for the distance. */
	bed_open(&b);
	assert_int_equal(b.out.rslen, 16);
}

static void
test_cease_unheard(void **state)
{
	(void)state;
	bed_start(&b);
	bed_cease(&b); /* nothing was advertised yet */
	bed_expect_nothing(&b);
	bed_steady(&b);
	ra_iface_close(&b.i);
	bed_cease(&b); /* no sockets */
	bed_expect_nothing(&b);
}

static void
test_open_again(void **state)
{
	static const uint8_t hwaddr[] = {2, 9, 9, 9, 9, 9};

	(void)state;
	bed_steady(&b);
	(void)bed_wait(&b);
	memcpy(b.lan.hwaddr, hwaddr, sizeof(hwaddr));
	bed_open(&b);
	assert_memory_equal(b.out.rs + 10, hwaddr, sizeof(hwaddr));
	assert_int_equal(bed_wait(&b), 4000);
	assert_int_equal(b.out.note, RA_NOTE_BEGINS);
	assert_memory_equal(b.out.ra + 18, hwaddr, sizeof(hwaddr));
	assert_int_equal(bed_wait(&b), 16000);

	ra_iface_close(&b.i);
	assert_int_equal(ra_iface_deadline(&b.i), -1);
	bed_timer(&b);
	bed_expect_nothing(&b);
	bed_solicit(&b);
	bed_expect_nothing(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_begin),
	    cmocka_unit_test(test_begin_with_sockets),
	    cmocka_unit_test(test_not_wanted),
	    cmocka_unit_test(test_intervals),
	    cmocka_unit_test(test_early_timer),
	    cmocka_unit_test(test_solicited),
	    cmocka_unit_test(test_solicited_too_soon),
	    cmocka_unit_test(test_solicited_before_the_next),
	    cmocka_unit_test(test_solicited_while_listening),
	    cmocka_unit_test(test_flood),
	    cmocka_unit_test(test_tunnel_lost),
	    cmocka_unit_test(test_tunnel_lost_for_a_while),
	    cmocka_unit_test(test_tunnel_lost_and_solicited),
	    cmocka_unit_test(test_tunnel_without_prefix),
	    cmocka_unit_test(test_tunnel_lost_unheard),
	    cmocka_unit_test(test_cease),
	    cmocka_unit_test(test_cease_unheard),
	    cmocka_unit_test(test_open_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
