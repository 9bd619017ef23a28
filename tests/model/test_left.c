/*
 * What is left out because somebody else's is there: it stays wanted, and is
 * added when the other one goes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/log.h"
#include "world.h"

#define PREFIX "2001:db8:1::/48"
#define METRIC PLAN_METRIC_DEFAULT

static struct world w;
static struct plan want;
static char ours[NETOP_NAMESIZE];

/* What was logged since the last forget_lines(). */
static unsigned notices, warnings;
static char line[LOG_LINE_MAX];

static void
sink(void *arg, int level, const char *text)
{
	(void)arg;
	notices += level == LOG_NOTICE;
	warnings += level == LOG_WARNING;
	strlcpy(line, text, sizeof(line));
}

static void
forget_lines(void)
{
	notices = warnings = 0;
	line[0] = '\0';
}

/* A tunnel of type network; its default and unreachable routes stand. */
static void
begin(void)
{
	struct plan_conf c;
	struct grant g;

	world_variant(2, &c, &g);
	want = world_plan_of(&c, &g);
	world_new(&w);
	world_add_route(&w, WORLD_FOREIGN, "::/0", METRIC);
	world_add_route(&w, NULL, PREFIX, PLAN_METRIC_REJECT);
	forget_lines();
	world_apply(&w, &want);
	assert_int_equal(warnings, 2);
	assert_non_null(strstr(line, "left out, there is one already"));
	assert_int_equal(w.x.have.n, want.n - 2);
	assert_int_equal(w.x.left.n, 2);
	strlcpy(ours, world_ours(&w), sizeof(ours));
	forget_lines();
}

static void
default_goes(void)
{
	world_remove_route(&w, "::/0", METRIC);
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

static void
fill_in(unsigned added, unsigned failed)
{
	forget_lines();
	executor_fill_in(&w.x);
	assert_int_equal(notices, added);
	assert_int_equal(warnings, failed);
}

static void
added_when_the_other_goes(void **state)
{
	char expected[LOG_LINE_MAX];
	unsigned entries, saves;

	(void)state;
	begin();
	(void)snprintf(expected, sizeof(expected),
	    "route add default dev %s metric 2048: added, the other one is "
	    "gone",
	    ours);
	entries = w.x.journal.n;
	saves = w.saves;
	fill_in(0, 0); /* both stand: not a word, nothing done */
	assert_int_equal(w.x.journal.n, entries);
	assert_int_equal(w.saves, saves);
	default_goes();
	fill_in(1, 0);
	assert_string_equal(line, expected);
	assert_int_equal(w.x.journal.n, entries + 1);
	assert_int_equal(w.x.left.n, 1);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	fill_in(1, 0);
	assert_int_equal(w.x.left.n, 0);
	world_consistent(&w, &want);
	fill_in(0, 0);
	end();
}

/* From then on it is like any other: repaired, and cleaned up after a kill. */
static void
added_is_in_effect(void **state)
{
	struct plan lost;

	(void)state;
	begin();
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	default_goes();
	fill_in(2, 0);
	default_goes(); /* ours, this time */
	assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
	assert_int_equal(lost.n, 1);
	world_apply(&w, &lost);
	world_consistent(&w, &want);
	world_killed(&w);
	world_as_at_the_start(&w);
	world_free(&w);
}

static void
no_longer_wanted(void **state)
{
	struct plan none = {0}, ops;
	struct netop op;

	(void)state;
	/* Withdrawn, as the engine does it: it takes them for in effect. */
	begin();
	plan_withdraw(&want, &ops);
	world_apply(&w, &ops);
	assert_int_equal(w.x.left.n, 1);
	default_goes();
	fill_in(0, 0);
	assert_false(world_see_route(&w, "::/0", METRIC));
	assert_int_equal(plan_diff(&want, &none, &ops), 0);
	world_apply(&w, &ops);
	assert_int_equal(w.x.left.n, 0);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	fill_in(0, 0);
	end();

	/* What lies on the tunnel goes with it. */
	begin();
	memset(&op, 0, sizeof(op));
	op.kind = NETOP_TUNNEL_DESTROY;
	assert_int_equal(executor_apply(&w.x, &op, 1, NULL), 0);
	assert_int_equal(w.x.left.n, 1);
	default_goes();
	fill_in(0, 0);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	fill_in(1, 0);
	end();

	begin();
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	default_goes();
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	fill_in(0, 0);
	end();
}

static void
asked_for_again(void **state)
{
	struct plan again = {.n = 1};

	(void)state;
	begin();
	again.ops[0] = want.ops[want.n - 1];
	world_apply(&w, &again); /* stands still: once is enough */
	assert_int_equal(w.x.left.n, 2);
	default_goes();
	world_apply(&w, &again); /* before anybody looked */
	assert_int_equal(w.x.left.n, 1);
	world_apply(&w, &again); /* what stands there now is ours */
	assert_int_equal(w.x.left.n, 1);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	fill_in(1, 0);
	world_consistent(&w, &want);
	end();
}

static void
fails_for_another_reason(void **state)
{
	(void)state;
	begin();
	default_goes();
	world_fail(&w, 1, ENOMEM);
	fill_in(0, 1);
	assert_non_null(strstr(line, ": stays left out: "));
	assert_non_null(strstr(line, "injected"));
	assert_int_equal(w.x.left.n, 1);
	fill_in(0, 0);
	assert_int_equal(w.x.have.n, want.n - 2);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	end();

	/* Not without a way back. */
	begin();
	default_goes();
	w.fail_save = w.saves + 1;
	fill_in(0, 1);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	end();

	/* Somebody else was faster: that is not another reason. */
	begin();
	default_goes();
	world_fail(&w, 1, EEXIST);
	fill_in(0, 0);
	fill_in(1, 0);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	end();
}

/* Somebody else's address on a LAN's interface, until it goes. */
static void
an_address_on_a_lan(void **state)
{
	struct plan p = {.n = 1};

	(void)state;
	world_new(&w);
	p.ops[0] = world_lan_addr(WORLD_SLOT_LAN, "2001:db8:e::1/64");
	world_add_addr(&w, WORLD_LAN, "2001:db8:e::1/64");
	forget_lines();
	world_apply(&w, &p);
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(line, " lan0: left out, there is one already"));
	assert_int_equal(w.x.have.n, 0);
	fill_in(0, 0);
	world_remove_addr(&w, WORLD_LAN, "2001:db8:e::1/64");
	fill_in(1, 0);
	world_consistent(&w, &p);

	/* As long as the interface is not there, nobody waits. */
	p.ops[0] = world_lan_addr(WORLD_SLOT_FOREIGN, "2001:db8:a::1/64");
	world_apply(&w, &p);
	assert_int_equal(w.x.left.n, 1);
	world_remove_link(&w, WORLD_FOREIGN);
	fill_in(0, 1);
	assert_int_equal(w.x.left.n, 0);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_free(&w);
}

/* Not an error, and not remembered: the interface's coming is told. */
static void
a_lan_that_is_not_there(void **state)
{
	struct plan p = {.n = 1};

	(void)state;
	world_new(&w);
	p.ops[0] = world_lan_addr(WORLD_SLOT_NONE, "2001:db8:e::1/64");
	forget_lines();
	world_apply(&w, &p);
	assert_int_equal(warnings, 1);
	assert_string_equal(line,
	    "address add 2001:db8:e::1/64 dev none0: left out, there is no "
	    "such interface");
	assert_int_equal(w.x.have.n + w.x.left.n + w.x.journal.n, 0);
	world_add_lan(&w, WORLD_NONE);
	fill_in(0, 0);
	world_apply(&w, &p);
	world_consistent(&w, &p);
	assert_true(world_see_addr(&w, WORLD_NONE, "2001:db8:e::1/64"));
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	assert_false(world_see_addr(&w, WORLD_NONE, "2001:db8:e::1/64"));
	world_free(&w);
}

/* Whoever puts the tunnel back gets the route to ask for, too. */
static void
the_tunnel_is_lost(void **state)
{
	const struct netop *last;
	struct plan lost;

	(void)state;
	begin();
	world_remove_link(&w, ours);
	assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
	assert_int_equal(lost.n, want.n - 1); /* not the unreachable route */
	last = &lost.ops[lost.n - 1];
	assert_true(netop_equal(last, &want.ops[want.n - 1]));
	assert_string_equal(last->ifname, "");
	assert_int_equal(w.x.left.n, 1);
	default_goes();
	fill_in(0, 0);
	world_apply(&w, &lost);
	world_remove_route(&w, PREFIX, PLAN_METRIC_REJECT);
	fill_in(1, 0);
	world_consistent(&w, &want);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(added_when_the_other_goes),
	    cmocka_unit_test(added_is_in_effect),
	    cmocka_unit_test(no_longer_wanted),
	    cmocka_unit_test(asked_for_again),
	    cmocka_unit_test(fails_for_another_reason),
	    cmocka_unit_test(an_address_on_a_lan),
	    cmocka_unit_test(a_lan_that_is_not_there),
	    cmocka_unit_test(the_tunnel_is_lost),
	};

	log_set_sink(sink, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
