/*
 * dtcps killed at any point: what is in the undo file then is enough for the
 * next start to make the kernel what it was.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "desk_bed.h"

#define PICTURES 2048

struct picture {
	struct fake_state state;
	uint8_t *file;
	size_t nfile;
};

static struct bed b;
static struct picture pictures[PICTURES];
static unsigned npictures;

static void
take(void)
{
	struct picture *p = &pictures[npictures];

	assert_true(npictures < PICTURES);
	npictures++;
	p->state = b.host->state;
	p->nfile = b.nfile;
	p->file = malloc(b.nfile + 1);
	assert_non_null(p->file);
	memcpy(p->file, b.file, b.nfile);
}

static int
setup(void **state)
{
	(void)state;
	bed_new(&b);
	b.look = take;
	npictures = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	while (npictures > 0)
		free(pictures[--npictures].file);
	bed_free(&b);
	return 0;
}

static void
go_back(const struct picture *p)
{
	b.host->state = p->state;
	b.nfile = p->nfile;
	memcpy(b.file, p->file, p->nfile);
}

static void
check_pictures(void)
{
	unsigned i;

	b.look = NULL;
	assert_true(npictures > 20);
	for (i = 0; i < npictures; i++) {
		go_back(&pictures[i]);
		bed_restart(&b);
		if (!fake_state_equal(&b.host->state, &b.start))
			fail_msg("killed at point %u of %u", i, npictures);
		assert_int_equal(b.nfile, 0);
	}
}

static void
come_and_go(void)
{
	bed_open(&b);
	(void)bed_login(&b, 1, "anna", TUNNEL_NETWORK, false, 1);
	(void)bed_login(&b, 2, "carl", TUNNEL_HOST, false, 2);
	(void)bed_login(&b, 3, "carl", TUNNEL_HOST, true, 2);
	(void)bed_login(&b, 4, "carl", TUNNEL_ONLY, true, 2);
	(void)bed_login(&b, 5, "anna", TUNNEL_NETWORK, false, 3);
	(void)bed_login(&b, 6, "bert", TUNNEL_NETWORK, true, 4);
	(void)bed_login(&b, 2, "bert", TUNNEL_NETWORK, false, 2);
	desk_logout(&b.desk, 3, "reason=quit", b.now);
	desk_logout(&b.desk, 5, "reason=quit", b.now);
	desk_close(&b.desk, "reason=stopped", b.now);
}

static void
devices_that_we_make(void **state)
{
	(void)state;
	come_and_go();
	check_pictures();
}

static void
devices_of_others(void **state)
{
	(void)state;
	b.conf.offer.set_fib = true;
	b.conf.offer.fib = 1;
	bed_name(&b, BED_SIT, true);
	bed_name(&b, "dtcp7", false);
	bed_name(&b, BED_SIT_2, false);
	strlcpy(b.conf.offer.shared, BED_TUN, NETOP_NAMESIZE);
	come_and_go();
	check_pictures();
}

static void
an_operation_fails(void **state)
{
	unsigned k;

	(void)state;
	bed_name(&b, BED_SIT, true);
	for (k = 1; k <= 8; k++) {
		bed_open(&b);
		fake_fail(b.host, k, ENOMEM);
		(void)bed_login(&b, 1, "anna", TUNNEL_NETWORK, false, 1);
		b.host->fail_at = 0;
		desk_close(&b.desk, "reason=stopped", b.now);
	}
	check_pictures();
}

/*
 * Where an interface cannot be given back, it is not destroyed with ours: it
 * carries our tag still.  The next start tries again.
 */
static void
not_destroyed_for_anothers_sake(void **state)
{
	unsigned tries = 0;
	size_t n;

	(void)state;
	b.look = NULL;
	bed_name(&b, BED_SIT, true);
	bed_name(&b, BED_SIT_2, true);
	bed_open(&b);
	assert_int_equal(bed_login(&b, 1, "anna", TUNNEL_NETWORK, false, 1), 0);
	assert_int_equal(bed_login(&b, 2, "bert", TUNNEL_NETWORK, false, 2), 0);
	n = b.nfile;
	do {
		assert_true(b.nfile > 0 && b.nfile <= n);
		fake_fail(b.host, 2, EPERM);
		bed_restart(&b);
		b.host->fail_at = 0;
		assert_non_null(fake_link(b.host, BED_SIT));
		assert_non_null(fake_link(b.host, BED_SIT_2));
		tries++;
	} while (b.nfile > 0 && tries < 20);
	assert_true(fake_state_equal(&b.host->state, &b.start));
	assert_true(tries > 2);
	desk_close(&b.desk, "reason=stopped", b.now);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(devices_that_we_make),
	    TEST(devices_of_others),
	    TEST(an_operation_fails),
	    TEST(not_destroyed_for_anothers_sake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
