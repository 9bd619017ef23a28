/* Somebody else advertises: on this host, or the same prefix. */
#include <string.h>

#include "ra_bed.h"

#define MINUTE	(60 * 1000)
#define SILENCE (10 * MINUTE)

static struct ra_bed b;
static struct in6_addr own, other;

static int
setup(void **state)
{
	(void)state;
	assert_int_equal(
	    addr6_parse(BED_LINKLOCAL, strlen(BED_LINKLOCAL), &own), 0);
	assert_int_equal(addr6_parse(BED_OTHER, strlen(BED_OTHER), &other), 0);
	return 0;
}

/* The four seconds are there for this. */
static void
test_same_host(void **state)
{
	(void)state;
	bed_start(&b);
	b.now += 100;
	bed_advertise(&b, BED_LINKLOCAL, NULL, 0);
	assert_int_equal(b.out.note, RA_NOTE_SAME_HOST);
	assert_true(addr6_equal(&b.out.who, &own));
	assert_int_equal(b.out.ralen, 0);
	assert_int_equal(b.i.state, RA_SILENT);
	b.now += 1000;
	bed_advertise(&b, BED_LINKLOCAL, NULL, 0);
	bed_expect_nothing(&b); /* said once */
	bed_solicit(&b);
	bed_expect_nothing(&b);

	assert_int_equal(bed_wait(&b), SILENCE);
	assert_int_equal(b.out.rslen, 16);
	assert_int_equal(b.i.state, RA_LISTENING);
	bed_advertise(&b, BED_LINKLOCAL, NULL, 0);
	bed_expect_nothing(&b); /* still the same one */

	(void)bed_wait(&b);
	assert_int_equal(bed_wait(&b), 4000);
	bed_expect_ra(&b, RA_PREFERRED);
	assert_int_equal(b.out.note, RA_NOTE_BEGINS);
	bed_advertise(&b, BED_LINKLOCAL, NULL, 0);
	assert_int_equal(b.out.note, RA_NOTE_SAME_HOST);
}

/* The other program's advertisements have our address: no farewell. */
static void
test_same_host_later(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_advertise(&b, BED_LINKLOCAL, BED_PREFIX, 99);
	assert_int_equal(b.out.note, RA_NOTE_SAME_HOST);
	assert_int_equal(b.out.ralen, 0);
	assert_int_equal(bed_run(&b, SILENCE - 1), 0);
	bed_cease(&b);
	bed_expect_nothing(&b);
}

static void
test_same_prefix(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	assert_int_equal(b.out.note, RA_NOTE_SAME_PREFIX);
	assert_true(addr6_equal(&b.out.who, &other));
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, NULL, NULL); /* it is the other one's */
	b.now += 60000;
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	bed_expect_nothing(&b);
	bed_cease(&b); /* it has been said */
	bed_expect_nothing(&b);
}

/* The farewell keeps its distance too, and comes once. */
static void
test_same_prefix_too_soon(void **state)
{
	(void)state;
	bed_steady(&b);
	(void)bed_wait(&b);
	b.now += 1000;
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	assert_int_equal(b.out.ralen, 0);
	b.now += 1000;
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	assert_int_equal(b.out.ralen, 0);
	assert_int_equal(bed_wait(&b), 1000);
	bed_expect_ra(&b, 0);
	assert_int_equal(bed_run(&b, SILENCE - 1000), 0);
	assert_int_equal(b.i.state, RA_LISTENING);
}

static void
test_same_prefix_and_cease(void **state)
{
	(void)state;
	bed_steady(&b);
	(void)bed_wait(&b);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	bed_cease(&b);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, NULL, NULL);
}

/* What has been withdrawn is no other's. */
static void
test_same_prefix_and_withdrawn(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_set(&b, BED_PREFIX_2);
	b.now += 3000;
	bed_advertise(&b, BED_OTHER, BED_PREFIX_2, 99);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, NULL, BED_PREFIX);
}

/* Two of us: the end of the one does not silence the other. */
static void
test_two_of_us(void **state)
{
	static struct ra_bed c;

	(void)state;
	bed_steady(&b);
	bed_steady(&c);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	bed_hear(&c, &other, b.out.ra, b.out.ralen);
	bed_expect_nothing(&c);
	assert_int_equal(c.i.state, RA_ADVERTISING);
}

/* Nor do two that fell silent at once begin at once. */
static void
test_silence_is_random(void **state)
{
	(void)state;
	bed_steady(&b);
	b.random = BED_HIGH;
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	assert_int_equal(bed_wait(&b), 12 * MINUTE);
	assert_int_equal(b.i.state, RA_LISTENING);
}

/* Each hour, whoever is heard how often. */
static void
test_told_again(void **state)
{
	unsigned told = 0;

	(void)state;
	bed_steady(&b);
	for (unsigned k = 0; k <= 3 * 60; k += 5) {
		bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
		assert_int_equal(b.out.note,
		    k % 60 == 0 ? RA_NOTE_SAME_PREFIX : RA_NOTE_NONE);
		told += b.out.note != RA_NOTE_NONE;
		b.now += 5 * MINUTE;
	}
	assert_int_equal(told, 4);
}

static void
test_same_prefix_while_listening(void **state)
{
	(void)state;
	bed_start(&b);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	assert_int_equal(b.out.note, RA_NOTE_SAME_PREFIX);
	assert_int_equal(bed_run(&b, SILENCE - 1), 0);
}

/* Narrower ones are ours as well; neighbours are not, nor wider ones. */
static void
test_which_prefixes(void **state)
{
	static const char *const ours[] = {
	    "2001:db8:5:1:8000::/65", BED_PREFIX, "2001:db8:5:1::1/128"};
	static const char *const theirs[] = {"2001:db8:5:2::/64",
	    "2001:db8:4::/48", "fd00::/64", "::/0", "2001:db8:5::/48"};

	(void)state;
	bed_start(&b);
	for (size_t k = 0; k < sizeof(theirs) / sizeof(theirs[0]); k++) {
		bed_advertise(&b, BED_OTHER, theirs[k], 99);
		bed_expect_nothing(&b);
	}
	for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++) {
		bed_start(&b);
		bed_advertise(&b, BED_OTHER, ours[k], 99);
		assert_int_equal(b.out.note, RA_NOTE_SAME_PREFIX);
	}
	/* Another router is no matter as such, nor one that withdraws. */
	bed_steady(&b);
	bed_advertise(&b, BED_OTHER, NULL, 0);
	bed_expect_nothing(&b);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 0);
	bed_expect_nothing(&b);
}

/* What we withdraw, others may have got: it is theirs from then on. */
static void
test_taken_over(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_set(&b, BED_PREFIX_2);
	bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 0);
	bed_expect_nothing(&b);
	bed_advertise(&b, BED_OTHER, "::/0", 99);
	bed_expect_nothing(&b);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	assert_int_equal(b.out.note, RA_NOTE_NONE);
	assert_true(b.out.changed);
	(void)bed_wait(&b);
	bed_expect_prefixes(&b, BED_PREFIX_2, NULL);
}

/* A bridge may send back what we sent, its checksum filled in. */
static void
test_echo(void **state)
{
	uint8_t p[RA_PACKET_MAX];
	size_t n;

	(void)state;
	bed_steady(&b);
	(void)bed_wait(&b);
	n = b.out.ralen;
	memcpy(p, b.out.ra, n);
	p[2] = 0x12;
	p[3] = 0x34;
	bed_hear(&b, &own, p, n);
	bed_expect_nothing(&b);
	assert_int_equal(b.i.state, RA_ADVERTISING);
	/* The same from another router is another router. */
	bed_hear(&b, &other, p, n);
	assert_int_equal(b.out.note, RA_NOTE_SAME_PREFIX);
}

static void
test_near_echo(void **state)
{
	uint8_t p[RA_PACKET_MAX];
	size_t n, last;

	(void)state;
	bed_steady(&b);
	n = b.i.lastlen;
	memcpy(p, b.i.last, n);
	last = n - 1;
	p[last] ^= 1;
	bed_hear(&b, &own, p, n);
	assert_int_equal(b.out.note, RA_NOTE_SAME_HOST);

	bed_steady(&b);
	p[last] ^= 1;
	p[4] ^= 1; /* right behind the checksum */
	bed_hear(&b, &own, p, n);
	assert_int_equal(b.out.note, RA_NOTE_SAME_HOST);

	bed_steady(&b);
	p[4] ^= 1;
	bed_hear(&b, &own, p, n - 32); /* without its prefix */
	assert_int_equal(b.out.note, RA_NOTE_SAME_HOST);
}

/* Changes while we are silent wait until we begin again. */
static void
test_changes_in_silence(void **state)
{
	(void)state;
	bed_steady(&b);
	bed_advertise(&b, BED_OTHER, BED_PREFIX, 99);
	b.now += 10000;
	bed_set(&b, BED_PREFIX_2);
	assert_true(b.out.changed);
	assert_int_equal(b.out.ralen, 0);
	bed_tunnel(&b, false);
	bed_expect_nothing(&b);
	assert_int_equal(bed_wait(&b), SILENCE - 10000);
	assert_int_equal(b.out.rslen, 16);
	(void)bed_wait(&b);
	bed_expect_ra(&b, 0);
	bed_expect_prefixes(&b, BED_PREFIX_2, BED_PREFIX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_same_host),
	    cmocka_unit_test(test_same_host_later),
	    cmocka_unit_test(test_same_prefix),
	    cmocka_unit_test(test_same_prefix_too_soon),
	    cmocka_unit_test(test_same_prefix_and_cease),
	    cmocka_unit_test(test_same_prefix_and_withdrawn),
	    cmocka_unit_test(test_two_of_us),
	    cmocka_unit_test(test_silence_is_random),
	    cmocka_unit_test(test_told_again),
	    cmocka_unit_test(test_same_prefix_while_listening),
	    cmocka_unit_test(test_which_prefixes),
	    cmocka_unit_test(test_taken_over),
	    cmocka_unit_test(test_echo),
	    cmocka_unit_test(test_near_echo),
	    cmocka_unit_test(test_changes_in_silence),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
