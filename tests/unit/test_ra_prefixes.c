/* Prefixes that come, go, come back, and are withdrawn. */
#include <stdio.h>

#include "ra_bed.h"

#define VALID_MS ((int64_t)RA_VALID * 1000)

static struct ra_bed b;

static void
test_another(void **state)
{
	int64_t changed;

	(void)state;
	bed_steady(&b);
	changed = b.now;
	bed_set(&b, BED_PREFIX_2);
	assert_true(b.out.changed);
	bed_expect_ra(&b, RA_PREFERRED);
	bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
	/* Three, then as ever, for 90 minutes. */
	assert_int_equal(bed_wait(&b), 16000);
	assert_int_equal(bed_wait(&b), 16000);
	assert_int_equal(bed_wait(&b), 200 * 1000);
	while (ra_iface_deadline(&b.i) < changed + VALID_MS) {
		(void)bed_wait(&b);
		bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
	}
	assert_int_equal(ra_iface_deadline(&b.i), changed + VALID_MS);
	(void)bed_wait(&b);
	assert_true(b.out.changed);
	assert_int_equal(b.out.ralen, 0);
	(void)bed_wait(&b);
	bed_expect_prefixes(&b, BED_PREFIX_2, NULL);
	assert_false(b.out.changed);
}

static void
test_the_same(void **state)
{
	struct ra_iface before;

	(void)state;
	bed_steady(&b);
	bed_set_two(&b, BED_PREFIX, BED_PREFIX_2);
	b.now += 1000;
	before = b.i;
	bed_set_two(&b, BED_PREFIX, BED_PREFIX_2);
	bed_expect_nothing(&b);
	bed_set_two(&b, BED_PREFIX_2, BED_PREFIX); /* in another order */
	bed_expect_nothing(&b);
	assert_int_equal(b.i.state, before.state);
	assert_int_equal(b.i.next, before.next);
	assert_int_equal(b.i.initial, before.initial);
	assert_int_equal(b.i.last_sent, before.last_sent);
	assert_int_equal(b.i.nprefixes, before.nprefixes);
}

static void
test_too_soon(void **state)
{
	(void)state;
	bed_start(&b);
	(void)bed_wait(&b);
	b.now += 1000;
	bed_set(&b, BED_PREFIX_2);
	assert_true(b.out.changed);
	assert_int_equal(b.out.ralen, 0);
	b.now += 500;
	bed_set_two(&b, BED_PREFIX_2, "fd00:1::/64");
	assert_int_equal(b.out.ralen, 0);
	assert_int_equal(bed_wait(&b), 1500);
	bed_expect_ra(&b, RA_PREFERRED);
	assert_int_equal(bed_wait(&b), 16000);
}

static void
test_back_again(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_set(&b, BED_PREFIX_2);
	(void)bed_run(&b, 60000);
	bed_set(&b, BED_PREFIX);
	bed_expect_prefixes(&b, BED_PREFIX, BED_PREFIX_2);
	/* It is not withdrawn any more: nothing happens when that is over. */
	b.now = BED_START + 2 * VALID_MS;
	bed_timer(&b);
	bed_expect_prefixes(&b, BED_PREFIX, NULL);
}

static void
test_none(void **state)
{
	int64_t changed;

	(void)state;
	bed_steady(&b);
	changed = b.now;
	bed_set(&b, NULL);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, NULL, BED_PREFIX);
	(void)bed_run(&b, VALID_MS - 1);
	assert_int_equal(b.i.state, RA_ADVERTISING);
	assert_int_equal(bed_wait(&b), 1);
	assert_int_equal(b.now, changed + VALID_MS);
	assert_true(b.out.changed);
	assert_int_equal(b.i.state, RA_OFF);
	assert_int_equal(ra_iface_deadline(&b.i), -1);
	/* Then all begins anew. */
	bed_set(&b, BED_PREFIX);
	assert_int_equal(b.out.rslen, 16);
	assert_int_equal(b.i.state, RA_LISTENING);
}

/* Nobody has heard of it: there is nothing to withdraw. */
static void
test_never_announced(void **state)
{
	(void)state;
	bed_start(&b);
	bed_set(&b, BED_PREFIX_2);
	assert_true(b.out.changed);
	(void)bed_wait(&b);
	bed_expect_prefixes(&b, BED_PREFIX_2, NULL);
}

/* It stays among them for a while in which nothing is sent: it is known. */
static void
test_announced_before(void **state)
{
	(void)state;
	bed_steady(&b);
	(void)bed_wait(&b);
	b.now += 1000;
	bed_set_two(&b, BED_PREFIX, BED_PREFIX_2);
	bed_set(&b, BED_PREFIX_2);
	assert_int_equal(b.out.ralen, 0);
	(void)bed_wait(&b);
	bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
}

static void
test_of_an_earlier_run(void **state)
{
	(void)state;
	bed_init(&b);
	bed_tunnel(&b, true);
	bed_old(&b, BED_PREFIX, b.now + 60000);
	bed_open(&b);
	assert_int_equal(b.out.rslen, 16);
	(void)bed_wait(&b);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, NULL, BED_PREFIX);
	b.now += 4000;
	bed_set(&b, BED_PREFIX_2);
	bed_expect_ra(&b, RA_PREFERRED);
	bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
	b.now = BED_START + 60000;
	bed_timer(&b);
	assert_true(b.out.changed);
	b.now += 10000;
	bed_solicit(&b);
	bed_expect_prefixes(&b, BED_PREFIX_2, NULL);
}

/* The grant of the earlier run is still the one: hosts know it already. */
static void
test_of_an_earlier_run_and_current(void **state)
{
	(void)state;
	bed_start(&b);
	bed_old(&b, BED_PREFIX, b.now + 60000);
	bed_expect_nothing(&b);
	bed_set(&b, BED_PREFIX_2); /* before it was announced in this run */
	(void)bed_wait(&b);
	bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
}

/* No grant: what was announced is kept, what was withdrawn stays so. */
static void
test_of_an_earlier_run_and_no_grant(void **state)
{
	(void)state;
	bed_init(&b);
	bed_open(&b);
	bed_old(&b, BED_PREFIX_2, b.now + 60000);
	bed_old(&b, BED_PREFIX, -1);
	assert_true(b.out.changed);
	assert_int_equal(b.i.state, RA_LISTENING);
	(void)bed_wait(&b);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, BED_PREFIX, BED_PREFIX_2);
	assert_false(b.out.changed); /* hosts had it before */
	b.now += 4000;
	bed_set(&b, BED_PREFIX); /* granted again */
	bed_expect_nothing(&b);
	bed_tunnel(&b, true);
	bed_expect_ra(&b, RA_PREFERRED);
	bed_expect_prefixes(&b, BED_PREFIX, BED_PREFIX_2);
}

static void
test_of_an_earlier_run_and_another(void **state)
{
	(void)state;
	bed_init(&b);
	bed_tunnel(&b, true);
	bed_open(&b);
	bed_old(&b, BED_PREFIX, -1);
	bed_set(&b, BED_PREFIX_2); /* before it was announced in this run */
	assert_true(b.out.changed);
	assert_int_equal(b.i.prefixes[1].until, b.now + VALID_MS);
	(void)bed_wait(&b);
	bed_expect_ra(&b, RA_PREFERRED);
	bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
}

/* It had us as the hosts' router, so there is an end to tell. */
static void
test_of_an_earlier_run_and_cease(void **state)
{
	(void)state;
	bed_init(&b);
	bed_open(&b);
	bed_old(&b, BED_PREFIX, -1);
	bed_cease(&b);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, BED_PREFIX, NULL);

	bed_init(&b);
	bed_old(&b, BED_PREFIX, -1);
	bed_cease(&b); /* no sockets */
	bed_expect_nothing(&b);
}

static void
test_of_an_earlier_run_and_odd(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_old(&b, BED_PREFIX_2, b.now); /* over */
	bed_expect_nothing(&b);
	bed_old(&b, BED_PREFIX_2, INT64_MAX);
	assert_true(b.out.changed);
	bed_expect_prefixes(&b, BED_PREFIX, BED_PREFIX_2);
	assert_int_equal(b.i.prefixes[1].until, b.now + VALID_MS);
	bed_old(&b, BED_PREFIX_2, b.now + 1000); /* sooner */
	bed_expect_nothing(&b);
	assert_int_equal(b.i.prefixes[1].until, b.now + VALID_MS);
	b.now += 4000;
	bed_old(&b, BED_PREFIX_2, b.now + VALID_MS); /* later */
	assert_int_equal(b.i.prefixes[1].until, b.now + VALID_MS);
}

static const char *
numbered(unsigned k, char text[PREFIX6_STRLEN])
{
	snprintf(text, PREFIX6_STRLEN, "2001:db8:%x::/64", 0x100 + k);
	return text;
}

/* Each minute another one: the first are forgotten, the last are kept. */
static void
test_too_many(void **state)
{
	char text[PREFIX6_STRLEN];
	struct prefix6 newest, oldest;

	(void)state;
	bed_steady(&b);
	for (unsigned k = 0; k < 2 * RA_PREFIXES_MAX; k++) {
		bed_set(&b, numbered(k, text));
		bed_expect_ra(&b, RA_PREFERRED);
		assert_true(b.i.nprefixes <= RA_PREFIXES_MAX);
		(void)bed_run(&b, 60000);
	}
	assert_int_equal(b.i.nprefixes, RA_PREFIXES_MAX);
	assert_false(b.i.prefixes[0].withdrawn);
	newest = bed_prefix(numbered(2 * RA_PREFIXES_MAX - 2, text));
	oldest = bed_prefix(numbered(RA_PREFIXES_MAX, text));
	for (unsigned k = 1; k < RA_PREFIXES_MAX; k++) {
		assert_true(b.i.prefixes[k].withdrawn);
		if (prefix6_equal(&b.i.prefixes[k].prefix, &newest))
			newest.len = 0;
		if (prefix6_equal(&b.i.prefixes[k].prefix, &oldest))
			oldest.len = 0;
	}
	assert_int_equal(newest.len, 0);
	assert_int_equal(oldest.len, 0);
}

/* As many as there is room for, twice: the second ones leave none. */
static void
test_all_current(void **state)
{
	struct prefix6 p[RA_PREFIXES_MAX];
	char text[PREFIX6_STRLEN];

	(void)state;
	bed_steady(&b);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned k = 0; k < RA_PREFIXES_MAX; k++)
			p[k] = bed_prefix(
			    numbered(round * RA_PREFIXES_MAX + k, text));
		ra_iface_set(&b.i, p, RA_PREFIXES_MAX, b.now, &b.out);
		bed_expect_ra(&b, RA_PREFERRED);
		assert_int_equal(b.i.nprefixes, RA_PREFIXES_MAX);
		for (unsigned k = 0; k < RA_PREFIXES_MAX; k++)
			assert_false(b.i.prefixes[k].withdrawn);
		bed_old(&b, BED_PREFIX_2, b.now + 1000);
		assert_false(b.out.changed);
		bed_old(&b, BED_PREFIX_2, -1);
		assert_false(b.out.changed);
		b.now += 10000;
	}
	/* The same one several times counts once. */
	p[1] = p[2] = p[0];
	ra_iface_set(&b.i, p, 3, b.now, &b.out);
	assert_int_equal(ra_iface_deadline(&b.i), b.now + 16000);
	assert_true(b.i.prefixes[1].withdrawn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_another),
	    cmocka_unit_test(test_the_same),
	    cmocka_unit_test(test_too_soon),
	    cmocka_unit_test(test_back_again),
	    cmocka_unit_test(test_none),
	    cmocka_unit_test(test_never_announced),
	    cmocka_unit_test(test_announced_before),
	    cmocka_unit_test(test_of_an_earlier_run),
	    cmocka_unit_test(test_of_an_earlier_run_and_current),
	    cmocka_unit_test(test_of_an_earlier_run_and_no_grant),
	    cmocka_unit_test(test_of_an_earlier_run_and_another),
	    cmocka_unit_test(test_of_an_earlier_run_and_cease),
	    cmocka_unit_test(test_of_an_earlier_run_and_odd),
	    cmocka_unit_test(test_too_many),
	    cmocka_unit_test(test_all_current),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
