/*
 * Whatever fails: the kernel is in the end what it was at the start, with all
 * that belongs to others.
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

#define ROUNDS 400

static const int errors[] = {
    EPERM, ENOMEM, EEXIST, ENODEV, EBUSY, EINVAL, ENOBUFS, ENOSPC};
#define NERRORS (sizeof(errors) / sizeof(errors[0]))

static bool
on_lan(const struct netop *op)
{
	return op->slot != NETOP_SLOT_TUNNEL;
}

static void
apply_and_undo(void **state)
{
	struct plan_conf c;
	struct world w;
	struct grant g;
	struct plan p;
	unsigned v;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		world_variant(v, &c, &g);
		p = world_plan_of(&c, &g);
		world_new(&w);
		assert_null(executor_tunnel(&w.x));
		world_apply(&w, &p);
		world_consistent(&w, &p);
		assert_non_null(executor_tunnel(&w.x));
		assert_int_not_equal(executor_tunnel(&w.x)->ifindex, 0);
		assert_true(w.nfile > 0);
		/* How to undo it names it, as soon as the name is known. */
		assert_int_equal(w.x.journal.entries[0].ifindex,
		    executor_tunnel(&w.x)->ifindex);
		assert_string_equal(w.x.journal.entries[0].ifname,
		    executor_tunnel(&w.x)->ifname);
		assert_int_equal(executor_undo(&w.x, NULL), 0);
		/* One more, and nobody's. */
		assert_int_equal(world_remove_kept(&w), c.keep);
		world_as_at_the_start(&w);
		assert_int_equal(w.nfile, 0);
		assert_int_equal(w.x.have.n, 0);
		world_free(&w);
	}
}

/* The k-th operation fails, for every k and error. */
static void
any_operation_fails(void **state)
{
	struct err e;
	struct plan_conf c;
	const char *name;
	struct world w;
	struct grant g;
	struct plan p;
	unsigned v, k, i;
	int rc;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		name = world_variant(v, &c, &g);
		p = world_plan_of(&c, &g);
		for (k = 1; k <= p.n; k++) {
			for (i = 0; i < NERRORS; i++) {
				world_new(&w);
				world_fail(&w, k, errors[i]);
				memset(&e, 0, sizeof(e));
				rc = executor_apply(&w.x, p.ops, p.n, &e);
				if (on_lan(&p.ops[k - 1]) ||
				    (errors[i] == EEXIST &&
					(p.ops[k - 1].flags &
					    NETOP_F_OPTIONAL))) {
					/* Left out, and the rest is there. */
					assert_int_equal(rc, 0);
					assert_int_equal(w.x.have.n, p.n - 1);
					executor_undo(&w.x, NULL);
				} else {
					if (rc != -errors[i])
						fail_msg("%s: %d", name, rc);
					assert_non_null(
					    strstr(e.text, "injected"));
				}
				assert_int_equal(
				    world_remove_kept(&w), c.keep && k > 1);
				world_as_at_the_start(&w);
				assert_int_equal(w.nfile, 0);
				assert_int_equal(w.x.journal.n, 0);
				assert_int_equal(w.x.have.n, 0);
				world_free(&w);
			}
		}
	}
}

/* What cannot be written down is not done. */
static void
journal_cannot_be_saved(void **state)
{
	struct plan_conf c;
	struct world w;
	struct grant g;
	struct plan p;
	unsigned k;

	(void)state;
	world_variant(3, &c, &g);
	world_use_lans(&c);
	p = world_plan_of(&c, &g);
	for (k = 1; k <= p.n; k++) {
		world_new(&w);
		w.fail_save = k;
		assert_int_equal(
		    executor_apply(&w.x, p.ops, p.n, NULL), -ENOSPC);
		assert_true(w.applied < 2 * k);
		world_as_at_the_start(&w);
		world_free(&w);
	}
}

/* The k-th removal fails; false: there are not so many. */
static bool
undo_fails_at(unsigned k, const struct plan_conf *c, const struct plan *p)
{
	struct err e = {0};
	struct world w;
	unsigned n;

	world_new(&w);
	world_apply(&w, p);
	n = w.x.journal.n;
	world_fail(&w, k, EBUSY);
	if (executor_undo(&w.x, &e) != 0) {
		assert_int_equal(e.code, EBUSY);
		/* Given back, it would be nobody's with something of ours. */
		assert_true(w.x.journal.n == 1 || c->keep || c->adopt);
		assert_true(w.nfile > 0);
		assert_int_equal(w.x.have.n, 0);
		/* The next grant does not build on ruins. */
		world_apply(&w, p);
		world_consistent(&w, p);
	}
	assert_int_equal(executor_undo(&w.x, &e), 0);
	while (world_remove_kept(&w))
		assert_true(c->keep);
	world_as_at_the_start(&w);
	assert_int_equal(w.nfile, 0);
	world_free(&w);
	return k < n;
}

/* A removal that fails is tried again; the rest goes on. */
static void
undo_goes_on(void **state)
{
	struct plan_conf c;
	struct grant g;
	struct plan p;
	unsigned v, k;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		world_variant(v, &c, &g);
		p = world_plan_of(&c, &g);
		k = 1;
		while (undo_fails_at(k, &c, &p))
			k++;
	}
}

/* From grant to grant, with losses of the session and failures between. */
static void
random_life(void **state)
{
	struct plan_conf c = sample_conf();
	struct plan want, ops;
	uint32_t seed = 1999;
	struct world w;
	struct grant g;
	unsigned i, nth;
	int rc;

	(void)state;
	world_use_lans(&c);
	world_new(&w);
	for (i = 0; i < ROUNDS; i++) {
		g = sample_random_grant(&seed);
		want = world_plan_of(&c, &g);
		assert_int_equal(plan_diff(&w.x.have, &want, &ops), 0);
		world_apply(&w, &ops);
		world_consistent(&w, &want);
		assert_true(w.x.journal.n <= want.n);
		if (sample_next(&seed) % 3 == 0) {
			plan_withdraw(&w.x.have, &ops);
			world_apply(&w, &ops);
			assert_true(world_see_link(&w, world_ours(&w)));
		}
		if (sample_next(&seed) % 5 == 0) {
			g = sample_random_grant(&seed);
			want = world_plan_of(&c, &g);
			assert_int_equal(plan_diff(&w.x.have, &want, &ops), 0);
			if (ops.n == 0)
				continue;
			nth = 1 + sample_next(&seed) % ops.n;
			world_fail(
			    &w, nth, (int)errors[sample_next(&seed) % 2]);
			rc = executor_apply(&w.x, ops.ops, ops.n, NULL);
			if (rc != 0)
				world_as_at_the_start(&w);
			else {
				assert_true(w.x.left.n == 1);
				executor_fill_in(&w.x);
				world_consistent(&w, &want);
			}
		} else if (sample_next(&seed) % 9 == 0) {
			world_killed(&w);
			world_as_at_the_start(&w);
		}
	}
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_as_at_the_start(&w);
	world_free(&w);
}

static void
a_foreign_route_stays(void **state)
{
	struct plan_conf c;
	struct world w;
	struct grant g;
	struct plan p, ops;

	(void)state;
	world_variant(2, &c, &g);
	p = world_plan_of(&c, &g);
	world_new(&w);
	world_add_route(&w, WORLD_FOREIGN, "::/0", PLAN_METRIC_DEFAULT);
	world_starts_here(&w);
	world_apply(&w, &p);
	assert_int_equal(w.x.have.n, p.n - 1);
	/* The engine does not know, and has it withdrawn. */
	plan_withdraw(&p, &ops);
	assert_int_equal(ops.n, 1);
	world_apply(&w, &ops);
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_as_at_the_start(&w);
	world_free(&w);
}

/* The mark is the same for all instances: only what is in effect goes. */
static void
another_instances_route_stays(void **state)
{
	struct plan_conf c;
	struct world w;
	struct grant g;
	struct plan p, none = {0}, ops;
	char text[PREFIX6_STRLEN];

	(void)state;
	world_variant(2, &c, &g);
	p = world_plan_of(&c, &g);
	world_new(&w);
	world_add_marked_route(
	    &w, prefix6_format(&g.prefixes[0], text), PLAN_METRIC_REJECT);
	world_starts_here(&w);
	world_apply(&w, &p);
	assert_int_equal(w.x.have.n, p.n - 1);
	assert_int_equal(plan_diff(&p, &none, &ops), 0);
	world_apply(&w, &ops);
	world_as_at_the_start(&w);
	world_free(&w);
}

static void
a_removal_finds_it_gone(void **state)
{
	struct plan_conf c;
	struct world w;
	struct grant g;
	struct plan p, ops;

	(void)state;
	world_variant(2, &c, &g);
	p = world_plan_of(&c, &g);
	world_new(&w);
	world_apply(&w, &p);
	world_remove_route(&w, "::/0", PLAN_METRIC_DEFAULT);
	plan_withdraw(&w.x.have, &ops);
	world_apply(&w, &ops);
	world_remove_link(&w, world_ours(&w));
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_as_at_the_start(&w);
	world_free(&w);
}

/* What needs no tunnel: unreachable routes and what is on LANs. */
static unsigned
count_apart(const struct plan *p)
{
	unsigned i, n = 0;

	for (i = 0; i < p->n; i++)
		n += !netop_on_slot(&p->ops[i], NETOP_SLOT_TUNNEL);
	return n;
}

/* As an operation of its own: what was really done to get it is undone. */
static void
the_tunnel_alone_goes(void **state)
{
	struct plan_conf c;
	struct netop op;
	struct world w;
	struct grant g;
	struct plan p;
	unsigned v;

	(void)state;
	for (v = 0; v < WORLD_VARIANTS; v++) {
		world_variant(v, &c, &g);
		p = world_plan_of(&c, &g);
		world_new(&w);
		world_apply(&w, &p);
		memset(&op, 0, sizeof(op));
		op.kind = NETOP_TUNNEL_DESTROY;
		assert_int_equal(executor_apply(&w.x, &op, 1, NULL), 0);
		assert_null(executor_tunnel(&w.x));
		assert_int_equal(w.x.have.n, count_apart(&p));
		assert_int_equal(w.x.journal.n, count_apart(&p));
		assert_int_equal(world_remove_kept(&w), c.keep);
		/* Nothing is on the slot: nothing to do, and no error. */
		assert_int_equal(executor_apply(&w.x, &op, 1, NULL), 0);
		assert_int_equal(executor_undo(&w.x, NULL), 0);
		world_as_at_the_start(&w);
		world_free(&w);
	}
}

static void
without_a_tunnel(void **state)
{
	struct err e = {0};
	struct netop op;
	struct world w;

	(void)state;
	world_new(&w);
	memset(&op, 0, sizeof(op));
	op.kind = NETOP_UP;
	assert_int_equal(executor_apply(&w.x, &op, 1, &e), -ENODEV);
	assert_int_not_equal(e.text[0], '\0');
	op.slot = NETOP_SLOTS;
	assert_int_equal(executor_apply(&w.x, &op, 1, &e), -EINVAL);
	world_as_at_the_start(&w);
	world_free(&w);
}

/* Its addresses come and go, and nothing else is done to it. */
static void
a_lan_takes_addresses_only(void **state)
{
	unsigned kind;
	struct err e;
	struct netop op;
	struct plan p;
	struct world w;

	(void)state;
	world_new(&w);
	p.n = 1;
	for (kind = NETOP_TUNNEL; kind < NETOP_KINDS; kind++) {
		p.ops[0] = world_lan_addr(WORLD_SLOT_LAN, "2001:db8:e::1/64");
		world_apply(&w, &p);
		op = world_lan_addr(WORLD_SLOT_LAN, "2001:db8:e::/64");
		op.kind = (enum netop_kind)kind;
		if (kind == NETOP_ADDR || kind == NETOP_ADDR_DEL)
			continue;
		memset(&e, 0, sizeof(e));
		assert_int_equal(executor_apply(&w.x, &op, 1, &e), -EPERM);
		assert_non_null(strstr(e.text, "LAN"));
		world_as_at_the_start(&w);
	}
	world_free(&w);
}

/* With and without a tunnel, and undone with the rest or alone. */
static void
a_lan_has_its_name_for_good(void **state)
{
	const char *addr = "2001:db8:e::1/64";
	struct plan p = {.n = 1}, all;
	struct plan_conf c;
	struct netop op;
	struct world w;
	struct grant g;

	(void)state;
	world_variant(2, &c, &g);
	all = world_plan_of(&c, &g);
	p.ops[0] = world_lan_addr(WORLD_SLOT_LAN, addr);
	world_new(&w);
	world_apply(&w, &p);
	assert_true(world_see_addr(&w, WORLD_LAN, addr));
	world_apply(&w, &all);
	memset(&op, 0, sizeof(op));
	op.kind = NETOP_TUNNEL_DESTROY;
	assert_int_equal(executor_apply(&w.x, &op, 1, NULL), 0);
	assert_true(world_see_addr(&w, WORLD_LAN, addr));
	netop_inverse(&p.ops[0], &op);
	assert_int_equal(executor_apply(&w.x, &op, 1, NULL), 0);
	assert_false(world_see_addr(&w, WORLD_LAN, addr));
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_as_at_the_start(&w);
	world_apply(&w, &p);
	assert_true(world_see_addr(&w, WORLD_LAN, addr));
	assert_int_equal(executor_undo(&w.x, NULL), 0);
	world_as_at_the_start(&w);
	world_free(&w);
}

/* An interface made anew has the address from somebody else. */
static void
a_removal_finds_another_lan(void **state)
{
	const char *addr = "2001:db8:e::1/64";
	struct plan p = {.n = 1};
	uint32_t was, is;
	struct world w;
	struct netop op;

	(void)state;
	world_new(&w);
	p.ops[0] = world_lan_addr(WORLD_SLOT_LAN, addr);
	world_apply(&w, &p);
	was = w.x.have.ops[0].ifindex;
	world_remove_link(&w, WORLD_LAN);
	world_add_lan(&w, WORLD_LAN);
	world_add_addr(&w, WORLD_LAN, addr);
	assert_int_equal(w.k->ops->find_link(w.k, WORLD_LAN, &is, NULL), 0);
	netop_inverse(&p.ops[0], &op);
	assert_int_equal(executor_apply(&w.x, &op, 1, NULL), 0);
	/* Where the index is the same, nobody could tell. */
	assert_int_equal(world_see_addr(&w, WORLD_LAN, addr), is != was);
	assert_int_equal(w.x.have.n + w.x.journal.n, 0);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(apply_and_undo),
	    cmocka_unit_test(any_operation_fails),
	    cmocka_unit_test(journal_cannot_be_saved),
	    cmocka_unit_test(undo_goes_on),
	    cmocka_unit_test(random_life),
	    cmocka_unit_test(a_foreign_route_stays),
	    cmocka_unit_test(another_instances_route_stays),
	    cmocka_unit_test(a_removal_finds_it_gone),
	    cmocka_unit_test(the_tunnel_alone_goes),
	    cmocka_unit_test(without_a_tunnel),
	    cmocka_unit_test(a_lan_takes_addresses_only),
	    cmocka_unit_test(a_lan_has_its_name_for_good),
	    cmocka_unit_test(a_removal_finds_another_lan),
	};

	world_quiet();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
