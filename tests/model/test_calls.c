/*
 * Any single call to FreeBSD's kernel fails, for whatever reason: what was
 * begun is undone and told, or it did not matter.  Where it hits the undoing,
 * the next attempt finishes that.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world_freebsd.h"

/* The last one says that the interface is gone, which an undo believes. */
static const int errors[] = {EPERM, ENOMEM, EINVAL, EBUSY, ENOBUFS, ENXIO};
#define NERRORS	     (sizeof(errors) / sizeof(errors[0]))
#define NERRORS_UNDO (NERRORS - 1)

static struct world w;
static struct plan_conf conf;
static struct plan want;
static const char *name;

static void
begin(unsigned variant)
{
	struct grant g;

	name = world_variant(variant, &conf, &g);
	want = world_plan_of(&conf, &g);
	world_new(&w);
}

static unsigned
calls(void)
{
	return fbm_calls(world_fbm(&w));
}

static void
fail_call(unsigned nth, int error)
{
	fbm_fail(world_fbm(&w), FBM_ANY, nth, error);
}

static void
check_start(unsigned nth, int error)
{
	(void)world_remove_kept(&w);
	if (!world_state_is(&w, w.start))
		fail_msg("%s: call %u fails: %s", name, nth, strerror(error));
	assert_int_equal(w.nfile, 0);
	assert_int_equal(w.x.journal.n, 0);
	assert_int_equal(w.x.have.n, 0);
}

/* All is in effect, but an address on a LAN that seemed to be gone. */
static void
check_applied(void)
{
	struct plan there = {.n = 0};
	const struct netop *op;
	unsigned i;

	for (i = 0; i < want.n; i++) {
		op = &want.ops[i];
		if (op->slot == NETOP_SLOT_TUNNEL ||
		    plan_contains(&w.x.have, op))
			there.ops[there.n++] = *op;
	}
	assert_true(there.n + 1 >= want.n);
	world_consistent(&w, &there);
}

static void
apply_with(unsigned nth, int error)
{
	struct err e = {0};
	int rc;

	fail_call(nth, error);
	rc = executor_apply(&w.x, want.ops, want.n, &e);
	fail_call(0, 0);
	if (rc == 0) {
		check_applied();
		assert_int_equal(executor_undo(&w.x, NULL), 0);
	} else {
		assert_int_equal(e.code, -rc);
		assert_string_not_equal(e.text, "");
	}
	check_start(nth, error);
}

static void
a_call_fails(void **state)
{
	unsigned v, i, k, n, before;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		begin(v);
		before = calls();
		world_apply(&w, &want);
		n = calls() - before;
		assert_int_equal(executor_undo(&w.x, NULL), 0);
		check_start(0, 0);
		assert_true(n > 10);
		for (k = 1; k <= n; k++) {
			for (i = 0; i < NERRORS; i++)
				apply_with(k, errors[i]);
		}
		world_free(&w);
	}
}

/* True: it did fail, and the next one did not. */
static bool
undo_with(unsigned nth, int error)
{
	struct err e = {0};
	int rc;

	world_apply(&w, &want);
	fail_call(nth, error);
	rc = executor_undo(&w.x, &e);
	fail_call(0, 0);
	if (rc != 0) {
		assert_int_equal(e.code, -rc);
		assert_string_not_equal(e.text, "");
		assert_true(w.x.journal.n > 0 && w.nfile > 0);
		assert_int_equal(executor_undo(&w.x, NULL), 0);
	}
	check_start(nth, error);
	return rc != 0;
}

static void
a_call_of_the_undo_fails(void **state)
{
	unsigned v, i, k, n, before, failed;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		begin(v);
		world_apply(&w, &want);
		before = calls();
		assert_int_equal(executor_undo(&w.x, NULL), 0);
		n = calls() - before;
		check_start(0, 0);
		failed = 0;
		for (k = 1; k <= n; k++) {
			for (i = 0; i < NERRORS_UNDO; i++)
				failed += undo_with(k, errors[i]);
		}
		assert_true(failed > 0);
		world_free(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_call_fails),
	    cmocka_unit_test(a_call_of_the_undo_fails),
	};

	world_quiet();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
