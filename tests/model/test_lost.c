/* What somebody else takes away is found, once, and can be put back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

static struct world w;
static struct plan want;
static char ours[NETOP_NAMESIZE];

static void
begin(unsigned variant)
{
	struct plan_conf c;
	struct grant g;

	world_variant(variant, &c, &g);
	want = world_plan_of(&c, &g);
	world_new(&w);
	world_apply(&w, &want);
	strlcpy(ours, world_ours(&w), sizeof(ours));
}

/* All is as it was wanted; undone, as it was at the start. */
static void
end(void)
{
	struct plan lost;

	world_consistent(&w, &want);
	assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
	assert_int_equal(lost.n, 0);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_as_at_the_start(&w);
	assert_int_equal(w.nfile, 0);
	world_free(&w);
}

/* So many are lost, unresolved; asked again there is no more to tell. */
static struct plan
find(unsigned n)
{
	struct plan lost, again;
	unsigned i, entries;

	assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
	assert_int_equal(lost.n, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(lost.ops[i].ifindex, 0);
		assert_string_equal(lost.ops[i].ifname, "");
		if (i > 0)
			assert_true(lost.ops[i].kind >= lost.ops[i - 1].kind);
	}
	entries = w.x.journal.n;
	assert_int_equal(executor_find_lost(&w.x, &again, NULL), 0);
	assert_int_equal(again.n, 0);
	assert_int_equal(w.x.journal.n, entries);
	return lost;
}

static void
nothing_lost(void **state)
{
	unsigned v;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		if (v == 6 || v == 12 ||
		    v == 18) /* -o leaves the interface behind */
			continue;
		begin(v);
		find(0);
		end();
	}
}

static void
a_route(void **state)
{
	struct plan lost;

	(void)state;
	begin(2);
	world_remove_route(&w, "::/0", PLAN_METRIC_DEFAULT);
	lost = find(1);
	assert_int_equal(lost.ops[0].kind, NETOP_ROUTE);
	assert_int_equal(lost.ops[0].prefix.len, 0);
	assert_int_equal(w.x.have.n, want.n - 1);
	world_apply(&w, &lost);
	end();
}

static void
an_unreachable_route(void **state)
{
	struct plan lost;

	(void)state;
	begin(2);
	world_remove_route(&w, "2001:db8:1::/48", PLAN_METRIC_REJECT);
	lost = find(1);
	assert_int_equal(lost.ops[0].flags, NETOP_F_REJECT | NETOP_F_OPTIONAL);
	world_apply(&w, &lost);
	end();
}

static void
an_address(void **state)
{
	struct plan lost;

	(void)state;
	begin(1);
	world_remove_addr(&w, ours, "2001:db8:ffff::6/128");
	lost = find(1);
	assert_int_equal(lost.ops[0].kind, NETOP_ADDR);
	world_apply(&w, &lost);
	end();
}

/* Down, it may lose addresses and routes: they come back after UP. */
static void
up(void **state)
{
	unsigned n = world_down_flushes() ? 3 : 1;
	struct plan lost;
	unsigned i;

	(void)state;
	begin(1);
	for (i = 0; i < 3; i++) {
		world_set_up(&w, ours, false);
		lost = find(n);
		assert_int_equal(lost.ops[0].kind, NETOP_UP);
		world_apply(&w, &lost);
		world_consistent(&w, &want);
	}
	end();
}

static void
the_tunnel(void **state)
{
	struct plan lost;
	unsigned i;

	(void)state;
	begin(2);
	for (i = 0; i < 3; i++) {
		world_remove_link(&w, ours);
		lost = find(want.n - 1); /* not the unreachable route */
		assert_true(netop_equal(&lost.ops[0], &want.ops[0]));
		/* As it was asked for, which is what policy allows. */
		assert_int_equal(lost.ops[0].flags, want.ops[0].flags);
		assert_null(executor_tunnel(&w.x));
		assert_int_equal(w.x.journal.n, 1);
		world_apply(&w, &lost);
		world_consistent(&w, &want);
	}
	end();
}

static void
the_tunnel_after_its_end_has_moved(void **state)
{
	struct plan lost, ops = {.n = 1};

	(void)state;
	begin(1);
	memset(&ops.ops[0], 0, sizeof(ops.ops[0]));
	ops.ops[0].kind = NETOP_OUTER;
	ops.ops[0].local4 = a4(SAMPLE_LOCAL);
	ops.ops[0].remote4 = a4("198.51.100.9");
	ops.ops[0].lport = 4028;
	ops.ops[0].rport = 4029;
	world_apply(&w, &ops);
	netop_copy_outer(&want.ops[0], &ops.ops[0]);
	world_remove_link(&w, ours);
	lost = find(want.n);
	assert_true(addr4_equal(lost.ops[0].remote4, ops.ops[0].remote4));
	assert_int_equal(lost.ops[0].lport, 4028);
	assert_int_equal(lost.ops[0].rport, 4029);
	world_apply(&w, &lost);
	end();
}

static void
the_outer_pair(void **state)
{
	struct plan lost;

	(void)state;
	begin(1);
	world_set_remote4(&w, ours, "203.0.113.66");
	lost = find(1);
	assert_int_equal(lost.ops[0].kind, NETOP_OUTER);
	assert_true(addr4_equal(lost.ops[0].remote4, a4(SAMPLE_REMOTE)));
	world_apply(&w, &lost);
	assert_true(
	    addr4_equal(executor_tunnel(&w.x)->remote4, a4(SAMPLE_REMOTE)));
	end();
}

static void
settings(void **state)
{
	struct plan lost;
	unsigned i;

	(void)state;
	begin(8); /* an adopted one: former values are to come back */
	for (i = 0; i < 3; i++) {
		world_spoil(&w, WORLD_KERNEL);
		assert_int_equal(executor_find_lost(&w.x, &lost, NULL), 0);
		assert_int_equal(lost.n, 3);
		assert_int_equal(lost.ops[0].kind, NETOP_FIB);
		assert_int_equal(lost.ops[0].fib, 1);
		assert_int_equal(lost.ops[1].kind, NETOP_ACCEPT_RA);
		assert_int_equal(lost.ops[2].kind, NETOP_MTU);
		world_apply(&w, &lost);
		world_consistent(&w, &want);
	}
	end();
}

#define LAN_ADDR "2001:db8:1:2::1/64" /* on WORLD_LAN, of variant 17 */

static void
an_address_on_a_lan(void **state)
{
	struct plan lost;

	(void)state;
	begin(17);
	world_remove_addr(&w, WORLD_LAN, LAN_ADDR);
	lost = find(1);
	assert_int_equal(lost.ops[0].slot, WORLD_SLOT_LAN);
	world_apply(&w, &lost);
	end();
}

/* It is lost with its interface, and comes when it is asked for again. */
static void
a_lan_that_goes(void **state)
{
	struct plan lost;

	(void)state;
	begin(17);
	world_remove_link(&w, WORLD_LAN);
	lost = find(1);
	assert_int_equal(lost.ops[0].slot, WORLD_SLOT_LAN);
	world_apply(&w, &lost);
	assert_int_equal(w.x.have.n, want.n - 1);
	assert_int_equal(w.x.left.n, 0);
	find(0);
	world_add_lan(&w, WORLD_LAN);
	executor_fill_in(&w.x);
	assert_int_equal(w.x.have.n, want.n - 1);
	world_apply(&w, &lost);
	world_consistent(&w, &want);
	assert_true(world_see_addr(&w, WORLD_LAN, LAN_ADDR));
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	assert_false(world_see_addr(&w, WORLD_LAN, LAN_ADDR));
	world_free(&w);
}

static void
a_lan_made_anew(void **state)
{
	struct plan lost;

	(void)state;
	begin(17);
	world_remove_link(&w, WORLD_LAN);
	world_add_lan(&w, WORLD_LAN);
	lost = find(1);
	world_apply(&w, &lost);
	world_consistent(&w, &want);
	assert_true(world_see_addr(&w, WORLD_LAN, LAN_ADDR));
	world_killed(&w);
	assert_false(world_see_addr(&w, WORLD_LAN, LAN_ADDR));
	world_free(&w);
}

/* Whoever asks is faster than the one who looks for what is lost. */
static void
a_lan_made_anew_and_asked_for(void **state)
{
	struct plan again = {.n = 1};
	unsigned entries;

	(void)state;
	begin(17);
	entries = w.x.journal.n;
	world_remove_link(&w, WORLD_LAN);
	world_add_lan(&w, WORLD_LAN);
	again.ops[0] = world_lan_addr(WORLD_SLOT_LAN, LAN_ADDR);
	world_apply(&w, &again);
	world_consistent(&w, &want);
	assert_int_equal(w.x.journal.n, entries);
	find(0);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	assert_false(world_see_addr(&w, WORLD_LAN, LAN_ADDR));
	world_free(&w);
}

/* What went with an interface is not missed, and not undone elsewhere. */
static void
a_lan_forgotten(void **state)
{
	struct plan again = {.n = 1};
	unsigned entries, i;
	uint32_t ifindex = 0;
	struct err e = {0};

	(void)state;
	begin(17);
	entries = w.x.journal.n;
	for (i = 0; i < w.x.have.n; i++) {
		if (w.x.have.ops[i].slot == WORLD_SLOT_LAN)
			ifindex = w.x.have.ops[i].ifindex;
	}
	/* The one that it is on: nothing is forgotten. */
	executor_forget_lan(&w.x, WORLD_SLOT_LAN, ifindex);
	assert_int_equal(w.x.have.n, want.n);
	world_remove_link(&w, WORLD_LAN);
	world_add_lan(&w, WORLD_NONE); /* takes the index that is free */
	world_add_lan(&w, WORLD_LAN);
	assert_int_equal(
	    w.x.kernel->ops->find_link(w.x.kernel, WORLD_LAN, &ifindex, &e), 0);
	executor_forget_lan(&w.x, WORLD_SLOT_LAN, ifindex);
	assert_int_equal(w.x.have.n, want.n - 1);
	assert_int_equal(w.x.journal.n, entries - 1);
	find(0);
	again.ops[0] = world_lan_addr(WORLD_SLOT_LAN, LAN_ADDR);
	world_apply(&w, &again);
	world_consistent(&w, &want);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	assert_false(world_see_addr(&w, WORLD_LAN, LAN_ADDR));
	world_free(&w);
}

/* Some systems give an index again at once. */
static void
the_index_of_the_tunnel_is_a_lans(void **state)
{
	struct plan lost;

	(void)state;
	begin(2);
	world_remove_link(&w, ours);
	world_add_lan(&w, WORLD_NONE);
	lost = find(want.n - 1);
	assert_int_equal(lost.ops[0].kind, NETOP_TUNNEL);
	world_apply(&w, &lost);
	world_consistent(&w, &want);
	world_remove_link(&w, WORLD_NONE);
	end();
}

/* Killed between the loss and the repair. */
static void
killed_after_a_loss(void **state)
{
	(void)state;
	begin(2);
	world_remove_route(&w, "::/0", PLAN_METRIC_DEFAULT);
	find(1);
	world_killed(&w);
	world_as_at_the_start(&w);
	world_free(&w);

	begin(2);
	world_remove_link(&w, ours);
	find(want.n - 1);
	/* The name is somebody else's by now. */
	world_add_tunnel(&w, ours);
	world_killed(&w);
	assert_true(world_see_link(&w, ours));
	world_remove_link(&w, ours);
	world_as_at_the_start(&w);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_lost),
	    cmocka_unit_test(a_route),
	    cmocka_unit_test(an_unreachable_route),
	    cmocka_unit_test(an_address),
	    cmocka_unit_test(up),
	    cmocka_unit_test(the_tunnel),
	    cmocka_unit_test(the_tunnel_after_its_end_has_moved),
	    cmocka_unit_test(the_outer_pair),
	    cmocka_unit_test(settings),
	    cmocka_unit_test(an_address_on_a_lan),
	    cmocka_unit_test(a_lan_that_goes),
	    cmocka_unit_test(a_lan_made_anew),
	    cmocka_unit_test(a_lan_made_anew_and_asked_for),
	    cmocka_unit_test(a_lan_forgotten),
	    cmocka_unit_test(the_index_of_the_tunnel_is_a_lans),
	    cmocka_unit_test(killed_after_a_loss),
	};

	world_quiet();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
