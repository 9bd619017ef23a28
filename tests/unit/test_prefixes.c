/*
 * When the root process writes down what was announced: the last word wins, at
 * most once a second, and what a disk did not take is tried again.
 */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/log.h"
#include "priv/private.h"
#include "samples.h"

#define NOW   INT64_C(1000000) /* ms; any */
#define NEVER INT64_MAX

static char top[64];
static struct plan_conf plan;
static struct ra_conf ra;
static struct priv_conf conf;
static struct priv p;

static unsigned lines;
static char line[LOG_LINE_MAX];

static void
sink(void *arg, int level, const char *text)
{
	(void)arg;
	assert_int_equal(level, LOG_WARNING);
	lines++;
	strlcpy(line, text, sizeof(line));
}

static void
write_below(const char *name)
{
	snprintf(conf.prefixfile, sizeof(conf.prefixfile), "%s/%s", top, name);
}

static int
setup(void **state)
{
	(void)state;
	strlcpy(top, "/tmp/dtcp-prefixes.XXXXXX", sizeof(top));
	if (mkdtemp(top) == NULL)
		return -1;
	memset(&p, 0, sizeof(p));
	plan = sample_conf();
	strlcpy(plan.lans[1], "lan0", sizeof(plan.lans[1]));
	plan.ndelegations = 1;
	ra.advertise = true;
	conf.plan = &plan;
	conf.ra = &ra;
	p.conf = &conf;
	p.engine.fd = -1;
	write_below("a.prefixes");
	lines = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	write_below("a.prefixes");
	(void)unlink(conf.prefixfile);
	return rmdir(top);
}

/* A list begins, of so many; one of them comes. */
static void
begin(unsigned n)
{
	struct msg m = {.type = MSG_PREFIXES, .count = n, .fd = -1};

	assert_int_equal(prefixes_begin(&p, &m), 0);
}

static void
add(const char *prefix)
{
	struct msg m = {.type = MSG_PREFIX, .id = 1, .fd = -1};

	m.prefix = p6(prefix);
	assert_int_equal(prefixes_add(&p, &m), 0);
}

static void
say(const char *prefix)
{
	begin(1);
	add(prefix);
}

static bool
is_there(void)
{
	return access(conf.prefixfile, F_OK) == 0;
}

/* It is what the file says, and it alone. */
static void
reads(const char *prefix)
{
	static struct prefix_record r[PREFIXFILE_MAX];
	struct prefix6 want = p6(prefix);
	struct err e = {0};
	unsigned n;

	if (prefixfile_read(conf.prefixfile, r, &n, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(n, 1);
	assert_string_equal(r[0].ifname, "lan0");
	assert_true(prefix6_equal(&r[0].prefix, &want));
}

static void
saves(int64_t now, int64_t next)
{
	assert_true(prefixes_save(&p, now) == next);
}

static void
once_a_second(void **state)
{
	(void)state;
	saves(NOW, NEVER);
	say("2001:db8:1::/64");
	assert_false(is_there());
	saves(NOW, NEVER);
	reads("2001:db8:1::/64");
	saves(NOW, NEVER);
	for (unsigned i = 0; i < 100; i++) {
		say(i % 2 == 0 ? "2001:db8:2::/64" : "2001:db8:3::/64");
		saves(NOW + i, NOW + 1000);
		reads("2001:db8:1::/64");
	}
	saves(NOW + 999, NOW + 1000);
	reads("2001:db8:1::/64");
	saves(NOW + 1000, NEVER);
	reads("2001:db8:3::/64");
	/* So is that there are none any more. */
	begin(0);
	saves(NOW + 1001, NOW + 2000);
	assert_true(is_there());
	saves(NOW + 2000, NEVER);
	assert_false(is_there());
	say("2001:db8:4::/64");
	saves(NOW + 5000, NEVER);
	reads("2001:db8:4::/64");
}

/* A list of which only a part has come is not written. */
static void
whole_lists_only(void **state)
{
	(void)state;
	say("2001:db8:1::/64");
	begin(2);
	add("2001:db8:2::/64");
	saves(NOW, NEVER);
	reads("2001:db8:1::/64");
}

static void
again_after_a_failure(void **state)
{
	(void)state;
	write_below("missing/directory/a.prefixes");
	say("2001:db8:1::/64");
	saves(NOW, NOW + 60000);
	assert_int_equal(lines, 1);
	assert_non_null(strstr(line, top));
	assert_non_null(strstr(line, "No such file"));
	saves(NOW + 59999, NOW + 60000);
	saves(NOW + 60000, NOW + 120000);
	assert_int_equal(lines, 1); /* the same reason */
	/* What is new need not wait so long. */
	say("2001:db8:2::/64");
	saves(NOW + 60500, NOW + 61000);
	saves(NOW + 61000, NOW + 121000);
	assert_int_equal(lines, 1);
	strlcpy(
	    conf.prefixfile, "/dev/null/a.prefixes", sizeof(conf.prefixfile));
	saves(NOW + 121000, NOW + 181000);
	assert_int_equal(lines, 2); /* another one */
	assert_non_null(strstr(line, "Not a directory"));
	write_below("a.prefixes");
	saves(NOW + 181000, NEVER);
	reads("2001:db8:2::/64");
	assert_int_equal(lines, 2);
	saves(NOW + 999000, NEVER);
}

/* At the end, and before the next engine is told, whatever the time. */
static void
nothing_is_left(void **state)
{
	(void)state;
	say("2001:db8:1::/64");
	prefixes_flush(&p);
	reads("2001:db8:1::/64");
	say("2001:db8:2::/64");
	prefixes_flush(&p);
	reads("2001:db8:2::/64");
	saves(NOW, NEVER);
	say("2001:db8:3::/64");
	prefixes_engine_starts(&p);
	reads("2001:db8:3::/64");
	assert_int_equal(unlink(conf.prefixfile), 0);
	prefixes_flush(&p);
	assert_false(is_there());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    TEST(once_a_second),
	    TEST(whole_lists_only),
	    TEST(again_after_a_failure),
	    TEST(nothing_is_left),
	};

	log_set_sink(sink, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
