/*
 * Hours of random events: whatever happens, and however late the timer is, no
 * two advertisements come within 3 s, but for the one that ends all.
 */
#include "ra_bed.h"

#define HOURS	100
#define HOUR	(3600 * 1000)
#define MIN_GAP 3000

static struct ra_bed b;

static const char *
some_prefix(void)
{
	static const char *const prefixes[] = {
	    BED_PREFIX, BED_PREFIX_2, "fd00:1::/64", NULL};

	return prefixes[bed_bits(&b, 4)];
}

static void
random_event(void)
{
	switch (bed_bits(&b, 16)) {
	case 0:
		bed_open(&b);
		break;
	case 1:
		ra_iface_close(&b.i);
		b.out.ralen = 0;
		break;
	case 2:
	case 3:
		bed_set(&b, some_prefix());
		break;
	case 4:
		bed_old(&b, "2001:db8:7::/64",
		    bed_bits(&b, 2) != 0 ? b.now + bed_bits(&b, HOUR) : -1);
		break;
	case 5:
	case 6:
		bed_tunnel(&b, bed_bits(&b, 2) != 0);
		break;
	case 7:
		bed_advertise(&b, BED_OTHER, some_prefix(), 99);
		break;
	case 8:
		bed_advertise(&b, BED_LINKLOCAL, NULL, 0);
		break;
	case 9:
	case 10:
		bed_timer(&b);
		break;
	default:
		bed_solicit(&b);
		break;
	}
}

/* Mostly bursts, at times a pause in which timers are to come. */
static int64_t
random_pause(void)
{
	static const uint32_t below[] = {5, 50, 2000, 20000};

	return bed_bits(&b, below[bed_bits(&b, 4)]);
}

static void
check(int64_t *last, const char *what)
{
	if (b.out.ralen == 0)
		return;
	if (*last != -1 && b.now - *last < MIN_GAP)
		fail_msg("%s: %d ms after the one before", what,
		    (int)(b.now - *last));
	*last = b.now;
}

static void
one_hour(void)
{
	int64_t end = b.now + HOUR, last = -1, due, then;

	while (b.now < end) {
		then = b.now + random_pause();
		while ((due = ra_iface_deadline(&b.i)) != -1 && due <= then) {
			(void)bed_wait(&b);
			check(&last, "timer");
		}
		b.now = then;
		random_event();
		check(&last, "event");
		if (bed_bits(&b, 500) == 0) {
			bed_cease(&b);
			last = b.out.ralen > 0 ? b.now : last;
		}
	}
}

static void
test_distance(void **state)
{
	(void)state;
	for (uint32_t k = 0; k < HOURS; k++) {
		bed_init(&b);
		b.random = BED_ANY;
		b.seed = k;
		b.conf.nrdnss = k % 3;
		bed_open(&b);
		one_hour();
		/* Did anything come about at all? */
		assert_true(b.nra > 10);
		assert_true(b.nrs > 10);
	}
}

/* Undisturbed, for a day: between 6 and 18 an hour. */
static void
test_rate(void **state)
{
	unsigned n;

	(void)state;
	bed_steady(&b);
	b.random = BED_ANY;
	n = bed_run(&b, 24 * HOUR);
	assert_in_range(n, 24 * 6, 24 * 18);
	assert_int_equal(b.nrs, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_distance),
	    cmocka_unit_test(test_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
