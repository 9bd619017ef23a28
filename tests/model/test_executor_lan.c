/*
 * Interfaces of LANs, which are not ours: what is the matter with one of them
 * is nobody else's trouble, and nothing of ours stays behind.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/log.h"
#include "world.h"

#define ADDR  "2001:db8:1:2::1/64" /* on WORLD_LAN, of variant 17 */
#define HOST  "2001:db8:1:2::1"
#define OTHER "other0"

static struct world w;
static struct plan want;
static unsigned lan_op; /* the operation that adds it, from 1 */

/* What was logged since the last forget_lines(). */
static unsigned lines, notices, warnings;
static char line[LOG_LINE_MAX];

static void
sink(void *arg, int level, const char *text)
{
	(void)arg;
	lines++;
	notices += level == LOG_NOTICE;
	warnings += level == LOG_WARNING;
	strlcpy(line, text, sizeof(line));
}

static void
forget_lines(void)
{
	lines = notices = warnings = 0;
	line[0] = '\0';
}

static void
begin(void)
{
	struct plan_conf c;
	struct grant g;

	world_variant(17, &c, &g);
	want = world_plan_of(&c, &g);
	for (lan_op = 1; want.ops[lan_op - 1].slot != WORLD_SLOT_LAN;)
		lan_op++;
	world_new(&w);
	forget_lines();
}

static void
begin_applied(void)
{
	begin();
	world_apply(&w, &want);
}

static void
end(void)
{
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	assert_int_equal(w.x.left.n, 0);
	world_as_at_the_start(&w);
	assert_int_equal(w.nfile, 0);
	world_free(&w);
}

/* What is written down is what is in effect, and nothing else. */
static void
file_is_the_journal(void)
{
	uint8_t buf[JOURNAL_WIRE_MAX];

	assert_int_equal(w.nfile, journal_encode(&w.x.journal, TAG, buf));
	assert_memory_equal(w.file, buf, w.nfile);
}

/* ---- Refused ---- */

static void
all_but_one(void)
{
	assert_int_equal(w.x.have.n, want.n - 1);
	assert_int_equal(w.x.left.n, 1);
	assert_false(world_see_addr(&w, WORLD_LAN, ADDR));
	file_is_the_journal();
}

/* Silent as long as it fails; then one line. */
static void
comes_when_it_can(int error)
{
	forget_lines();
	world_fail(&w, 1, error);
	executor_fill_in(&w.x);
	assert_int_equal(lines, 0);
	all_but_one();
	executor_fill_in(&w.x);
	assert_int_equal(lines, 1);
	assert_int_equal(notices, 1);
	assert_string_equal(line,
	    "address add " ADDR " dev " WORLD_LAN
	    ": added, what was in its way is gone");
	world_consistent(&w, &want);
	assert_int_equal(w.x.left.n, 0);
	executor_fill_in(&w.x);
	assert_int_equal(lines, 1);
}

static void
refused(void **state)
{
	static const int errors[] = {EACCES, EINVAL, ENOMEM, EPERM, ENOBUFS};
	struct plan again = {.n = 1};

	(void)state;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		begin();
		world_fail(&w, lan_op, errors[i]);
		world_apply(&w, &want);
		assert_int_equal(warnings, 1);
		assert_int_equal(lines, 1);
		assert_string_equal(line,
		    "address add " ADDR " dev " WORLD_LAN
		    ": left out: injected");
		all_but_one();
		/* Asked for again: no other line, and still waited for. */
		again.ops[0] = want.ops[lan_op - 1];
		world_fail(&w, 1, errors[i]);
		world_apply(&w, &again);
		assert_int_equal(lines, 1);
		all_but_one();
		comes_when_it_can(errors[i]);
		end();
	}
}

static void
refused_by_prepare(void **state)
{
	struct plan lan = {.n = 1};

	(void)state;
	begin();
	lan.ops[0] = want.ops[lan_op - 1];
	w.fail_prepare = EACCES;
	world_apply(&w, &lan);
	assert_int_equal(warnings, 1);
	assert_int_equal(w.x.left.n, 1);
	assert_int_equal(w.x.have.n + w.x.journal.n, 0);
	executor_fill_in(&w.x);
	assert_true(world_see_addr(&w, WORLD_LAN, ADDR));
	end();
}

/* No answer, or no way back: that is no LAN's fault. */
static void
other_failures(void **state)
{
	static const int errors[] = {ETIMEDOUT, EMSGSIZE};
	unsigned saves;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		begin();
		world_fail(&w, lan_op, errors[i]);
		assert_int_equal(
		    executor_apply(&w.x, want.ops, want.n, NULL), -errors[i]);
		end();
	}
	begin_applied();
	saves = w.saves;
	end();
	begin();
	w.fail_save = saves - 1; /* the last but the one at the end */
	assert_int_equal(executor_apply(&w.x, want.ops, want.n, NULL), -ENOSPC);
	end();
}

/* The repair of what somebody's change of the interface has removed. */
static void
refused_when_put_back(void **state)
{
	struct plan lost;

	(void)state;
	begin_applied();
	world_remove_addr(&w, WORLD_LAN, ADDR);
	assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
	assert_int_equal(lost.n, 1);
	world_fail(&w, 1, EACCES);
	world_apply(&w, &lost);
	assert_int_equal(warnings, 1);
	all_but_one();
	comes_when_it_can(EINVAL);
	end();
}

/* ---- Another name ---- */

static void
lose(unsigned n)
{
	struct plan lost;

	assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
	assert_int_equal(lost.n, n);
	file_is_the_journal();
}

static void
gone_from(const char *ifname)
{
	assert_false(world_see_addr(&w, ifname, ADDR));
	assert_int_equal(w.x.have.n, want.n - 1);
}

static void
back_again(void)
{
	struct plan again = {.n = 1};

	again.ops[0] = want.ops[lan_op - 1];
	world_apply(&w, &again);
	world_consistent(&w, &want);
	assert_true(world_see_addr(&w, WORLD_LAN, ADDR));
}

static void
renamed(void **state)
{
	(void)state;
	/* Found out by whoever looks for what is lost, */
	begin_applied();
	world_rename_link(&w, WORLD_LAN, OTHER);
	lose(1);
	gone_from(OTHER);
	world_rename_link(&w, OTHER, WORLD_LAN);
	back_again();
	/* by whoever looks at the LANs, */
	world_rename_link(&w, WORLD_LAN, OTHER);
	executor_forget_lan(&w.x, WORLD_SLOT_LAN, 0);
	gone_from(OTHER);
	file_is_the_journal();
	lose(0);
	world_rename_link(&w, OTHER, WORLD_LAN);
	back_again();
	/* or by nobody. */
	world_rename_link(&w, WORLD_LAN, OTHER);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	assert_false(world_see_addr(&w, OTHER, ADDR));
	world_rename_link(&w, OTHER, WORLD_LAN);
	end();
}

static void
renamed_and_removed(void **state)
{
	struct plan removal = {.n = 1};

	(void)state;
	begin_applied();
	netop_inverse(&want.ops[lan_op - 1], &removal.ops[0]);
	world_rename_link(&w, WORLD_LAN, OTHER);
	world_apply(&w, &removal);
	gone_from(OTHER);
	world_rename_link(&w, OTHER, WORLD_LAN);
	end();
}

/* The name is another's by the time that somebody asks. */
static void
renamed_and_made_anew(void **state)
{
	(void)state;
	begin_applied();
	world_rename_link(&w, WORLD_LAN, OTHER);
	world_add_lan(&w, WORLD_LAN);
	back_again();
	assert_false(world_see_addr(&w, OTHER, ADDR));
	assert_int_equal(lines, 0);
	lose(0);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	assert_false(world_see_addr(&w, WORLD_LAN, ADDR));
	world_free(&w);
}

static void
renamed_and_killed(void **state)
{
	(void)state;
	begin_applied();
	world_rename_link(&w, WORLD_LAN, OTHER);
	world_killed(&w);
	assert_false(world_see_addr(&w, OTHER, ADDR));
	world_rename_link(&w, OTHER, WORLD_LAN);
	world_as_at_the_start(&w);
	world_free(&w);
}

/* What could not be taken away is still written down. */
static void
renamed_and_stuck(void **state)
{
	(void)state;
	begin_applied();
	world_rename_link(&w, WORLD_LAN, OTHER);
	world_fail(&w, 1, EBUSY);
	executor_forget_lan(&w.x, WORLD_SLOT_LAN, 0);
	assert_string_equal(line, "cannot undo: injected");
	assert_int_equal(w.x.have.n, want.n - 1);
	assert_true(world_see_addr(&w, OTHER, ADDR));
	world_killed(&w);
	assert_false(world_see_addr(&w, OTHER, ADDR));
	world_rename_link(&w, OTHER, WORLD_LAN);
	world_as_at_the_start(&w);
	world_free(&w);
}

/* ---- Duplicates ---- */

static void
told_once(void)
{
	forget_lines();
	lose(0);
	assert_int_equal(warnings, 1);
	assert_int_equal(lines, 1);
	assert_string_equal(line,
	    "address " HOST " on " WORLD_LAN
	    " is a duplicate: another host there has it");
	lose(0);
	assert_int_equal(lines, 1);
}

static void
duplicate(void **state)
{
	(void)state;
	begin();
	world_set_duplicate(&w, ADDR);
	world_apply(&w, &want);
	lose(0);
	assert_int_equal(lines, 0);
	world_dad_done(&w);
	told_once();
	world_consistent(&w, &want);
	/* Made anew it is tried anew, also behind the back of who tells. */
	world_remove_addr(&w, WORLD_LAN, ADDR);
	lose(1);
	back_again();
	world_dad_done(&w);
	told_once();
	world_remove_link(&w, WORLD_LAN);
	world_add_lan(&w, WORLD_LAN);
	back_again();
	world_dad_done(&w);
	told_once();
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refused),
	    cmocka_unit_test(refused_by_prepare),
	    cmocka_unit_test(other_failures),
	    cmocka_unit_test(refused_when_put_back),
	    cmocka_unit_test(renamed),
	    cmocka_unit_test(renamed_and_removed),
	    cmocka_unit_test(renamed_and_made_anew),
	    cmocka_unit_test(renamed_and_killed),
	    cmocka_unit_test(renamed_and_stuck),
	    cmocka_unit_test(duplicate),
	};

	log_set_sink(sink, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
