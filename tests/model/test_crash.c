/*
 * Killed at any point: what is in the undo file then is enough for the next
 * start to make the kernel what it was.
 *
 * The executor runs to its end, through a kernel that takes a picture (the
 * host's state and the file) before and after each operation and after each
 * save, and where an operation consists of several system calls, after each of
 * them.  Each picture is then what a kill at that point would have left.
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

#define PICTURES 1024
#define ROUNDS	 60

struct picture {
	struct world_state *state;
	uint8_t file[JOURNAL_WIRE_MAX];
	size_t nfile;
};

static struct picture pictures[PICTURES];
static unsigned npictures;
static struct world w;

/* One is enough of what did not change. */
static bool
is_the_last(void)
{
	const struct picture *p;

	if (npictures == 0)
		return false;
	p = &pictures[npictures - 1];
	return p->nfile == w.nfile && memcmp(p->file, w.file, w.nfile) == 0 &&
	    world_state_same(&w, p->state);
}

static void
take(void)
{
	struct picture *p = &pictures[npictures];

	if (is_the_last())
		return;
	assert_true(npictures < PICTURES);
	npictures++;
	p->state = world_state_take(&w);
	p->nfile = w.nfile;
	memcpy(p->file, w.file, w.nfile);
}

static void
forget_pictures(void)
{
	while (npictures > 0)
		world_state_free(pictures[--npictures].state);
}

static void
begin(void)
{
	forget_pictures(); /* of a test that failed */
	world_new(&w);
	w.look = take;
}

static void
end(void)
{
	forget_pictures();
	world_free(&w);
}

/*
 * A start from a picture.  marked: was there a tunnel of ours in an earlier
 * one?  True: there is one that was just made and has no mark yet.
 */
static bool
check_picture(const struct picture *p, bool keep, bool *marked)
{
	char name[NETOP_NAMESIZE];
	bool more, unmarked;

	w.nfile = p->nfile;
	memcpy(w.file, p->file, p->nfile);
	world_go_back(&w, p->state);
	more = world_see_more(&w, name);
	unmarked = more && !*marked && world_is_nobodys(&w, name, false);
	*marked |= more && !unmarked;
	world_restarted(&w);
	if (unmarked) {
		/* Nobody can know whose it is: it stays as it was. */
		assert_true(world_is_nobodys(&w, name, false));
		world_remove_link(&w, name);
	} else if (keep) {
		/* -o leaves it, as nobody's. */
		(void)world_remove_kept(&w);
	}
	return unmarked;
}

/*
 * Go back to each picture, and start anew from there.  made: how many tunnels
 * were.
 */
static void
check_pictures(const char *what, bool keep, unsigned made)
{
	unsigned i, unmarked = 0;
	bool marked = false;

	w.look = NULL;
	for (i = 0; i < npictures; i++) {
		unmarked += check_picture(&pictures[i], keep, &marked);
		if (!world_state_is(&w, w.start))
			fail_msg("%s: killed at point %u", what, i);
		assert_int_equal(w.nfile, 0);
	}
	assert_true(npictures >= 2);
	assert_int_equal(unmarked, made * world_unmarked_points());
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
		check_pictures(name, c.keep, !c.adopt);
		end();
	}
}

/* Without it the rest is in effect all the same. */
static bool
is_on_lan(const struct netop *op)
{
	return op->slot != NETOP_SLOT_TUNNEL;
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
			world_fail(&w, k, ENOMEM);
			assert_int_equal(executor_apply(&w.x, p.ops, p.n, NULL),
			    is_on_lan(&p.ops[k - 1]) ? 0 : -ENOMEM);
			assert_int_equal(executor_undo(&w.x, NULL), 0);
			check_pictures(name, c.keep, !c.adopt && k > 1);
			end();
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
	world_use_lans(&c);
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
		check_pictures("grants", false, 1);
		end();
	}
}

/* Not the interface that the undo file names, but one made anew since. */
static void
a_lan_made_anew(void **state)
{
	struct plan_conf c;
	struct grant g;
	struct plan p, lost;

	(void)state;
	world_variant(17, &c, &g);
	p = world_plan_of(&c, &g);
	begin();
	world_apply(&w, &p);
	forget_pictures();
	w.look = NULL; /* somebody else's doings */
	world_remove_link(&w, WORLD_LAN);
	world_add_lan(&w, WORLD_LAN);
	world_add_addr(&w, WORLD_LAN, "2001:db8:e::1/64");
	w.look = take;
	take();
	assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
	world_apply(&w, &lost);
	world_consistent(&w, &p);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_starts_here(&w);
	check_pictures("a LAN made anew", false, 0);
	end();
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
	world_add_route(&w, WORLD_FOREIGN, "::/0", PLAN_METRIC_DEFAULT);
	world_apply(&w, &p);
	world_remove_route(&w, "::/0", PLAN_METRIC_DEFAULT);
	forget_pictures();
	executor_fill_in(&w.x);
	assert_int_equal(w.x.have.n, p.n);
	check_pictures("fill in", false, 0);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(coming_and_going),
	    cmocka_unit_test(failing),
	    cmocka_unit_test(from_grant_to_grant),
	    cmocka_unit_test(a_lan_made_anew),
	    cmocka_unit_test(filling_in),
	};

	world_quiet();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
