/*
 * Killed at any point: what is in the undo file then is enough for the next
 * start to make the kernel what it was.
 *
 * The executor runs to its end, through a kernel that takes a picture (the
 * host's state and the file) before and after each operation and after each
 * save.  Each picture is then what a kill at that point would have left.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define PICTURES 512
#define ROUNDS	 60

struct picture {
	struct fake_state state;
	uint8_t file[JOURNAL_WIRE_MAX];
	size_t nfile;
};

static struct picture pictures[PICTURES];
static unsigned npictures;
static struct world w;
static int (*real_save)(void *, const struct journal *, struct err *);

static void
take(void)
{
	struct picture *p = &pictures[npictures++];

	assert_true(npictures <= PICTURES);
	p->state = w.h->state;
	p->nfile = w.nfile;
	memcpy(p->file, w.file, sizeof(p->file));
}

static int
prepare(
    struct kernel *k, const struct netop *op, struct netop *undo, struct err *e)
{
	(void)k;
	return w.k->ops->prepare(w.k, op, undo, e);
}

static int
apply(struct kernel *k, struct netop *op, struct err *e)
{
	int rc;

	(void)k;
	take();
	rc = w.k->ops->apply(w.k, op, e);
	take();
	return rc;
}

static int
save(void *arg, const struct journal *j, struct err *e)
{
	int rc = real_save(arg, j, e);

	take();
	return rc;
}

static const struct kernel_ops picture_ops = {
    .name = "pictures",
    .prepare = prepare,
    .apply = apply,
};
static struct kernel picture_kernel = {.ops = &picture_ops};

static void
begin(void)
{
	world_new(&w);
	w.x.kernel = &picture_kernel;
	real_save = w.x.save;
	w.x.save = save;
	npictures = 0;
}

/* Go back to each picture, and start anew from there. */
static void
check_pictures(const char *what, bool keep)
{
	unsigned i;

	for (i = 0; i < npictures; i++) {
		w.h->state = pictures[i].state;
		w.nfile = pictures[i].nfile;
		memcpy(w.file, pictures[i].file, sizeof(w.file));
		world_killed(&w);
		/* -o leaves it, as nobody's. */
		if (keep && fake_link(w.h, "dtcp1") != NULL) {
			assert_string_equal(fake_link(w.h, "dtcp1")->tag, "");
			fake_remove_link(w.h, "dtcp1");
		}
		if (!fake_state_equal(&w.h->state, &w.start))
			fail_msg("%s: killed at point %u", what, i);
		assert_int_equal(w.nfile, 0);
	}
	assert_true(npictures > 2);
}

static void
coming_and_going(void **state)
{
	struct plan_conf c;
	const char *name;
	struct grant g;
	struct plan p;
	unsigned v;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		name = world_variant(v, &c, &g);
		p = world_plan_of(&c, &g);
		begin();
		world_apply(&w, &p);
		assert_int_equal(executor_undo(&w.x, NULL), 0);
		check_pictures(name, c.keep);
		world_free(&w);
	}
}

/* The k-th operation fails, and then it is killed while it cleans up. */
static void
failing(void **state)
{
	struct plan_conf c;
	const char *name;
	struct grant g;
	struct plan p;
	unsigned v, k;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		name = world_variant(v, &c, &g);
		p = world_plan_of(&c, &g);
		for (k = 1; k <= p.n; k++) {
			begin();
			fake_fail(w.h, k, ENOMEM);
			assert_int_equal(
			    executor_apply(&w.x, p.ops, p.n, NULL), -ENOMEM);
			check_pictures(name, c.keep);
			world_free(&w);
		}
	}
}

static void
from_grant_to_grant(void **state)
{
	struct plan_conf c = sample_conf();
	struct plan want, ops;
	uint32_t seed = 4028;
	struct grant g;
	unsigned i, k;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		begin();
		for (k = 0; k < 3; k++) {
			g = sample_random_grant(&seed);
			want = world_plan_of(&c, &g);
			assert_int_equal(plan_diff(&w.x.have, &want, &ops), 0);
			world_apply(&w, &ops);
			plan_withdraw(&w.x.have, &ops);
			world_apply(&w, &ops);
		}
		check_pictures("grants", false);
		world_free(&w);
	}
}

/* What is added when somebody else's goes is written down like the rest. */
static void
filling_in(void **state)
{
	struct plan_conf c;
	struct grant g;
	struct plan p;

	(void)state;
	world_variant(2, &c, &g);
	p = world_plan_of(&c, &g);
	begin();
	fake_add_route(w.h, "eth0", "::/0", PLAN_METRIC_DEFAULT);
	world_apply(&w, &p);
	fake_remove_route(w.h, "::/0", PLAN_METRIC_DEFAULT);
	npictures = 0;
	executor_fill_in(&w.x);
	assert_int_equal(w.x.have.n, p.n);
	check_pictures("fill in", false);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(coming_and_going),
	    cmocka_unit_test(failing),
	    cmocka_unit_test(from_grant_to_grant),
	    cmocka_unit_test(filling_in),
	};

	world_quiet();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
