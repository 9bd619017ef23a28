/* What every kernel back-end must do, one case a promise of the headers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/plan.h"
#include "cases_lan.h"
#include "cases_many.h"
#include "support.h"

#define CLIENT	"2001:db8:ffff::6/128"
#define SERVER	"2001:db8:ffff::5"
#define EXTRA	"2001:db8:2::1/64"
#define PREFIX	"2001:db8:1::/48"
#define DEFAULT "::/0"
#define METRIC	2048
#define NAME	"dtcpt0"
#define OTHER	"other0"

/* The inverse of an operation on the tunnel, to be applied on its own. */
static struct netop
inverse_of(struct netop op)
{
	struct netop inv;

	netop_inverse(&op, &inv);
	return inv;
}

/* ---- The tunnel interface ---- */

static void
create_and_destroy(void **state)
{
	unsigned links = contract_count_links();
	struct contract_link l;
	struct netop gone;

	(void)state;
	make_tunnel("", 0);
	assert_int_equal(contract_count_links(), links + 1);
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_string_equal(
	    l.local4, env.encap == NETOP_F_KERNEL ? CONTRACT_LOCAL : "");
	assert_string_equal(
	    l.remote4, env.encap == NETOP_F_KERNEL ? CONTRACT_REMOTE : "");
	gone = tunnel_on(NETOP_TUNNEL_DESTROY, NULL);
	assert_int_equal(remove_op(gone), 0);
	assert_false(contract_see_link(env.tunnel.ifname, NULL));
	assert_int_equal(contract_count_links(), links);
	assert_int_equal(remove_op(gone), -ENOENT);
}

static void
given_name(void **state)
{
	struct netop again;

	(void)state;
	make_tunnel(NAME, 0);
	assert_string_equal(env.tunnel.ifname, NAME);
	assert_true(contract_see_link(NAME, NULL));
	again = tunnel_op(NAME, 0);
	assert_int_equal(try_op(env.k, &again), -EEXIST);
	undo_all();
	assert_false(contract_see_link(NAME, NULL));
}

static void
destroy_without_a_name(void **state)
{
	struct netop all = tunnel_on(NETOP_TUNNEL_DESTROY, NULL);
	unsigned links = contract_count_links();

	(void)state;
	assert_int_equal(remove_op(all), -ENOENT);
	make_tunnel("", 0);
	assert_int_equal(remove_op(all), 0);
	assert_int_equal(contract_count_links(), links);
}

static void
name_taken(void **state)
{
	struct contract_link before, after;
	struct netop op;
	int rc;

	(void)state;
	contract_add_link(OTHER, 0);
	assert_true(contract_see_link(OTHER, &before));
	op = tunnel_op(OTHER, 0);
	rc = try_op(env.k, &op);
	assert_true(rc == -EBUSY || rc == -EEXIST);
	op = tunnel_op(OTHER, NETOP_F_ADOPT);
	rc = try_op(env.k, &op);
	assert_true(rc == -EBUSY || rc == -EEXIST);
	assert_true(contract_see_link(OTHER, &after));
	assert_int_equal(before.mtu, after.mtu);
	assert_int_equal(before.up, after.up);
}

static void
refuses_what_is_configured(void **state)
{
	struct netop op;

	(void)state;
	contract_add_link(OTHER, env.encap);
	contract_add_addr(OTHER, EXTRA);
	op = tunnel_op(OTHER, 0);
	assert_int_equal(try_op(env.k, &op), -EBUSY);
	assert_true(contract_see_addr(OTHER, EXTRA, NULL));
	if (env.encap != NETOP_F_KERNEL)
		return;
	contract_add_link(NAME, env.encap);
	contract_add_outer(NAME);
	op = tunnel_op(NAME, NETOP_F_ADOPT);
	assert_int_equal(try_op(env.k, &op), -EBUSY);
}

static void
adopt_and_give_back(void **state)
{
	struct contract_link before, after;
	struct netop op;

	(void)state;
	op = tunnel_op(NAME, NETOP_F_ADOPT);
	assert_int_equal(try_op(env.k, &op), -ENODEV);
	contract_add_link(NAME, env.encap);
	assert_true(contract_see_link(NAME, &before));

	make_tunnel(NAME, NETOP_F_ADOPT);
	assert_int_equal(env.done[0].kind, NETOP_TUNNEL_RELEASE);
	op = tunnel_on(NETOP_ACCEPT_RA, NULL);
	op.flags = before.accept_ra ? 0 : NETOP_F_ON;
	do_op(op);
	op = tunnel_on(NETOP_MTU, NULL);
	op.mtu = 1280;
	do_op(op);
	do_op(tunnel_on(NETOP_UP, NULL));
	do_op(addr_op(CLIENT, SERVER));
	do_op(route_op(DEFAULT, METRIC));
	undo_all();

	assert_true(contract_see_link(NAME, &after));
	assert_false(after.up);
	assert_int_equal(after.mtu, before.mtu);
	assert_int_equal(after.accept_ra, before.accept_ra);
	assert_string_equal(after.local4, "");
	assert_false(contract_see_addr(NAME, CLIENT, SERVER));
	assert_false(contract_see_route(NAME, DEFAULT, METRIC));
	/* It is nobody's again. */
	op = tunnel_on(NETOP_TUNNEL_DESTROY, NULL);
	assert_int_equal(remove_op(op), -ENOENT);
	op.kind = NETOP_TUNNEL_RELEASE;
	assert_int_equal(remove_op(op), -ENOENT);
	assert_true(contract_see_link(NAME, NULL));
}

/* -i with a name that is there already: as with -c. */
static void
named_one_is_used_not_destroyed(void **state)
{
	(void)state;
	contract_add_link(NAME, env.encap);
	make_tunnel(NAME, 0);
	assert_int_equal(env.done[0].kind, NETOP_TUNNEL_RELEASE);
	undo_all();
	assert_true(contract_see_link(NAME, NULL));
}

static void
keep_and_use_again(void **state)
{
	struct contract_link l;
	struct snapshot s;

	(void)state;
	make_tunnel(NAME, NETOP_F_KEEP);
	assert_int_equal(env.done[0].kind, NETOP_TUNNEL_RELEASE);
	do_op(tunnel_on(NETOP_UP, NULL));
	do_op(addr_op(CLIENT, SERVER));
	undo_all();
	assert_true(contract_see_link(NAME, &l));
	assert_false(l.up);
	assert_string_equal(l.local4, "");
	assert_false(contract_see_addr(NAME, CLIENT, SERVER));
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, 0);
	make_tunnel(NAME, NETOP_F_KEEP);
}

static void
outer_pair_changes(void **state)
{
	struct contract_link l;
	struct netop op;

	(void)state;
	make_tunnel_up();
	do_op(addr_op(CLIENT, SERVER));
	do_op(route_op(DEFAULT, METRIC));
	op = tunnel_on(NETOP_OUTER, NULL);
	addr4_parse(CONTRACT_LOCAL_2, strlen(CONTRACT_LOCAL_2), &op.local4);
	addr4_parse(CONTRACT_REMOTE_2, strlen(CONTRACT_REMOTE_2), &op.remote4);
	do_op(op);
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	if (env.encap == NETOP_F_KERNEL) {
		assert_string_equal(l.local4, CONTRACT_LOCAL_2);
		assert_string_equal(l.remote4, CONTRACT_REMOTE_2);
	}
	/* Nothing else: connections over it survive. */
	assert_true(l.up);
	assert_int_equal(l.mtu, 1280);
	assert_true(contract_see_addr(env.tunnel.ifname, CLIENT, SERVER));
	assert_true(contract_see_route(env.tunnel.ifname, DEFAULT, METRIC));
}

static void
mtu_bounds(void **state)
{
	static const uint32_t bad[] = {0, 1279, 100000};
	struct contract_link l;
	struct netop op;
	size_t i;

	(void)state;
	make_tunnel("", 0);
	op = tunnel_on(NETOP_MTU, NULL);
	op.mtu = 1280;
	do_op(op);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		op.mtu = bad[i];
		assert_int_equal(try_op(env.k, &op), -EINVAL);
		assert_true(contract_see_link(env.tunnel.ifname, &l));
		assert_int_equal(l.mtu, 1280);
	}
	op.mtu = 1400;
	do_op(op);
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_int_equal(l.mtu, 1400);
}

static void
up_and_down(void **state)
{
	struct contract_link l;
	unsigned done;

	(void)state;
	make_tunnel("", 0);
	do_op(tunnel_on(NETOP_UP, NULL));
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_true(l.up);
	done = env.ndone;
	do_op(tunnel_on(NETOP_UP, NULL));
	assert_int_equal(env.ndone, done); /* was up: nothing to undo */
	assert_int_equal(remove_op(tunnel_on(NETOP_DOWN, NULL)), 0);
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_false(l.up);
}

static void
accept_ra(void **state)
{
	struct contract_link l;
	struct netop op;

	(void)state;
	make_tunnel("", 0);
	op = tunnel_on(NETOP_ACCEPT_RA, NULL);
	do_op(op);
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_false(l.accept_ra);
	op.flags = NETOP_F_ON;
	do_op(op);
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_true(l.accept_ra);
}

/* ---- Addresses and routes ---- */

static void
addresses(void **state)
{
	struct netop pair, plain;
	struct snapshot s;
	unsigned i;

	(void)state;
	make_tunnel_up();
	pair = addr_op(CLIENT, SERVER);
	plain = addr_op(EXTRA, NULL);
	do_op(pair);
	do_op(plain);
	assert_true(contract_see_addr(env.tunnel.ifname, CLIENT, SERVER));
	assert_true(contract_see_addr(env.tunnel.ifname, EXTRA, NULL));
	get_snapshot(env.k, &s);
	assert_int_equal(s.naddrs, 2);
	for (i = 0; i < s.naddrs; i++)
		assert_false(s.addrs[i].tentative);

	assert_int_equal(try_op(env.k, &pair), -EEXIST);
	assert_int_equal(try_op(env.k, &plain), -EEXIST);

	assert_int_equal(remove_op(inverse_of(pair)), 0);
	assert_false(contract_see_addr(env.tunnel.ifname, CLIENT, SERVER));
	assert_int_equal(remove_op(inverse_of(pair)), -ENOENT);
	assert_int_equal(remove_op(inverse_of(plain)), 0);
	assert_int_equal(remove_op(inverse_of(plain)), -ENOENT);
}

static void
routes(void **state)
{
	struct netop def, half;

	(void)state;
	make_tunnel_up();
	def = route_op(DEFAULT, METRIC);
	half = route_op("8000::/1", METRIC);
	do_op(def);
	do_op(half);
	assert_true(contract_see_route(env.tunnel.ifname, DEFAULT, METRIC));
	assert_true(contract_see_route(env.tunnel.ifname, "8000::/1", METRIC));
	assert_int_equal(try_op(env.k, &def), -EEXIST);
	assert_int_equal(remove_op(inverse_of(def)), 0);
	assert_false(contract_see_route(env.tunnel.ifname, DEFAULT, METRIC));
	assert_int_equal(remove_op(inverse_of(def)), -ENOENT);
	do_op(def);
}

static void
foreign_route_stays(void **state)
{
	struct netop op;

	(void)state;
	contract_add_link(OTHER, 0);
	contract_set_up(OTHER, true);
	contract_add_route(OTHER, DEFAULT, METRIC);
	contract_add_route(NULL, PREFIX, PLAN_METRIC_REJECT);
	if (contract_has_metrics())
		contract_add_route(OTHER, DEFAULT, METRIC + 1);
	make_tunnel_up();
	op = route_op(DEFAULT, METRIC);
	assert_int_equal(try_op(env.k, &op), -EEXIST);
	assert_int_equal(remove_op(inverse_of(op)), -ENOENT);
	op = reject_op(PREFIX);
	assert_int_equal(try_op(env.k, &op), -EEXIST);
	assert_int_equal(remove_op(inverse_of(op)), -ENOENT);
	/* Next to one with another metric there is room. */
	op = route_op(DEFAULT, METRIC - 1);
	assert_int_equal(
	    try_op(env.k, &op), contract_has_metrics() ? 0 : -EEXIST);
	undo_all();
	assert_true(contract_see_route(OTHER, DEFAULT, METRIC));
	if (contract_has_metrics())
		assert_true(contract_see_route(OTHER, DEFAULT, METRIC + 1));
	assert_true(contract_see_route(NULL, PREFIX, PLAN_METRIC_REJECT));
}

/* Where a route is left out, its turn comes when the other one goes. */
static void
foreign_route_that_goes(void **state)
{
	struct netop def, reject, again;
	unsigned i;

	(void)state;
	contract_add_link(OTHER, 0);
	contract_set_up(OTHER, true);
	make_tunnel_up();
	def = route_op(DEFAULT, METRIC);
	reject = reject_op(PREFIX);
	for (i = 0; i < 2; i++) {
		contract_add_route(OTHER, DEFAULT, METRIC);
		contract_add_route(NULL, PREFIX, PLAN_METRIC_REJECT);
		again = def;
		assert_int_equal(try_op(env.k, &again), -EEXIST);
		again = reject;
		assert_int_equal(try_op(env.k, &again), -EEXIST);
		settle_events();
		contract_remove_route(OTHER, DEFAULT, METRIC);
		await_event(KEV_TOUCHED, NULL);
		do_op(def);
		settle_events();
		contract_remove_route(NULL, PREFIX, PLAN_METRIC_REJECT);
		await_event(KEV_TOUCHED, NULL);
		do_op(reject);
		assert_int_equal(remove_op(inverse_of(def)), 0);
		assert_int_equal(remove_op(inverse_of(reject)), 0);
	}
	/* As it does with its interface. */
	contract_add_route(OTHER, DEFAULT, METRIC);
	assert_int_equal(try_op(env.k, &def), -EEXIST);
	settle_events();
	contract_remove_link(OTHER);
	await_event(KEV_TOUCHED, NULL);
	do_op(def);
	/* One that has taken the place of ours. */
	contract_remove_route(env.tunnel.ifname, DEFAULT, METRIC);
	contract_add_link(OTHER, 0);
	contract_set_up(OTHER, true);
	contract_add_route(OTHER, DEFAULT, METRIC);
	assert_int_equal(try_op(env.k, &def), -EEXIST);
	settle_events();
	contract_remove_route(OTHER, DEFAULT, METRIC);
	await_event(KEV_TOUCHED, NULL);
	do_op(def);
}

static void
reject_routes_need_no_link(void **state)
{
	struct netop op = reject_op(PREFIX);

	(void)state;
	make_tunnel_up();
	do_op(op);
	assert_true(contract_see_route(NULL, PREFIX, PLAN_METRIC_REJECT));
	assert_int_equal(try_op(env.k, &op), -EEXIST);
	assert_int_equal(remove_op(tunnel_on(NETOP_TUNNEL_DESTROY, NULL)), 0);
	assert_true(contract_see_route(NULL, PREFIX, PLAN_METRIC_REJECT));
	assert_int_equal(remove_op(inverse_of(op)), 0);
	assert_false(contract_see_route(NULL, PREFIX, PLAN_METRIC_REJECT));
	assert_int_equal(remove_op(inverse_of(op)), -ENOENT);
}

static void
all_goes_with_the_link(void **state)
{
	struct snapshot s;

	(void)state;
	if (!contract_can_remove(env.encap))
		skip();
	make_tunnel_up();
	do_op(addr_op(CLIENT, SERVER));
	do_op(route_op(DEFAULT, METRIC));
	contract_remove_link(env.tunnel.ifname);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks + s.naddrs + s.nroutes, 0);
	undo_all(); /* all gone already: that is no failure */
	assert_int_not_equal(
	    remove_op(addr_op(CLIENT, SERVER)), 0); /* adds to nothing */
}

/* ---- Ownership ---- */

static void
what_has_no_tag_stays(void **state)
{
	struct netop op;

	(void)state;
	contract_add_link(OTHER, env.encap);
	op = tunnel_on(NETOP_TUNNEL_DESTROY, NULL);
	strlcpy(op.ifname, OTHER, sizeof(op.ifname));
	assert_int_equal(remove_op(op), -ENOENT);
	op.kind = NETOP_TUNNEL_RELEASE;
	assert_int_equal(remove_op(op), -ENOENT);
	memset(op.ifname, 0, sizeof(op.ifname));
	op.kind = NETOP_TUNNEL_DESTROY;
	assert_int_equal(remove_op(op), -ENOENT);
	assert_true(contract_see_link(OTHER, NULL));
}

static void
second_instance(void **state)
{
	struct kernel *other = contract_open(CONTRACT_TAG_2);
	struct netop theirs = tunnel_op("", 0), op;
	struct snapshot s;

	(void)state;
	/* A kernel allows a pair of outer addresses to one interface only. */
	addr4_parse(
	    CONTRACT_REMOTE_2, strlen(CONTRACT_REMOTE_2), &theirs.remote4);
	assert_int_equal(try_op(other, &theirs), 0);
	env.ndone = 0;
	make_tunnel_up();
	assert_string_not_equal(env.tunnel.ifname, theirs.ifname);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, 1);
	assert_string_equal(s.links[0].ifname, env.tunnel.ifname);

	op = tunnel_op(theirs.ifname, 0);
	assert_int_equal(try_op(env.k, &op), -EBUSY);
	op = inverse_of(theirs);
	op.ifindex = theirs.ifindex;
	assert_int_equal(remove_op(op), -ENOENT);
	memset(op.ifname, 0, sizeof(op.ifname));
	op.ifindex = 0;
	assert_int_equal(remove_op(op), 0); /* all of ours */
	assert_false(contract_see_link(env.tunnel.ifname, NULL));
	assert_true(contract_see_link(theirs.ifname, NULL));
	get_snapshot(other, &s);
	assert_int_equal(s.nlinks, 1);
	other->ops->close(other);
}

static void
snapshot_is_exact(void **state)
{
	struct snapshot s, want;

	(void)state;
	contract_add_link(OTHER, 0);
	contract_set_up(OTHER, true);
	contract_add_addr(OTHER, "2001:db8:7::1/64");
	contract_add_route(OTHER, "2001:db8:8::/48", 77);
	contract_add_route(NULL, "2001:db8:9::/48", 77);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks + s.naddrs + s.nroutes, 0);

	make_tunnel_up();
	do_op(addr_op(CLIENT, SERVER));
	do_op(reject_op(PREFIX));
	do_op(route_op(DEFAULT, METRIC));
	memset(&want, 0, sizeof(want));
	want.nlinks = want.naddrs = 1;
	want.nroutes = 2;
	memcpy(want.links[0].ifname, env.tunnel.ifname, NETOP_NAMESIZE);
	want.links[0].ifindex = env.tunnel.ifindex;
	want.links[0].mtu = 1280;
	want.links[0].up = true;
	want.links[0].user = env.encap == NETOP_F_USER;
	if (env.encap == NETOP_F_KERNEL) {
		want.links[0].local4 = env.tunnel.local4;
		want.links[0].remote4 = env.tunnel.remote4;
	}
	want.addrs[0].ifindex = env.tunnel.ifindex;
	want.addrs[0].prefix = addr_op(CLIENT, SERVER).prefix;
	want.addrs[0].has_peer = true;
	want.addrs[0].peer = addr_op(CLIENT, SERVER).peer;
	want.routes[0].metric = contract_has_metrics() ? PLAN_METRIC_REJECT : 0;
	want.routes[0].dst = reject_op(PREFIX).prefix;
	want.routes[1].ifindex = env.tunnel.ifindex;
	want.routes[1].metric = contract_has_metrics() ? METRIC : 0;
	get_snapshot(env.k, &s);
	assert_true(snapshot_equal(&s, &want));
	undo_all();
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks + s.naddrs + s.nroutes, 0);
}

/* ---- Routing tables, where there are several ---- */

static void
table_of_the_interface(void **state)
{
	struct contract_link l;
	struct snapshot s;
	struct netop op;

	(void)state;
	make_tunnel_up();
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_int_equal(l.fib, 0);
	if (contract_fibs() > 1) {
		do_op(fib_op(1));
		assert_true(contract_see_link(env.tunnel.ifname, &l));
		assert_int_equal(l.fib, 1);
		get_snapshot(env.k, &s);
		assert_int_equal(s.links[0].fib, 1);
		do_op(fib_op(0));
		assert_true(contract_see_link(env.tunnel.ifname, &l));
		assert_int_equal(l.fib, 0);
	}
	op = fib_op(contract_fibs());
	assert_int_not_equal(try_op(env.k, &op), 0);
	assert_true(contract_see_link(env.tunnel.ifname, &l));
	assert_int_equal(l.fib, 0);
	op = in_fib(route_op(DEFAULT, METRIC), contract_fibs());
	assert_int_not_equal(try_op(env.k, &op), 0);
	assert_false(contract_see_route(env.tunnel.ifname, DEFAULT, METRIC));
}

static void
table_is_given_back(void **state)
{
	struct contract_link l;

	(void)state;
	if (contract_fibs() < 2)
		skip();
	contract_add_link(NAME, env.encap);
	make_tunnel(NAME, NETOP_F_ADOPT);
	do_op(fib_op(1));
	assert_int_equal(env.done[env.ndone - 1].kind, NETOP_FIB);
	assert_true(contract_see_link(NAME, &l));
	assert_int_equal(l.fib, 1);
	do_op(tunnel_on(NETOP_ACCEPT_RA, NULL));
	do_op(tunnel_on(NETOP_UP, NULL));
	do_op(addr_op(CLIENT, SERVER));
	do_op(in_fib(route_op(DEFAULT, METRIC), 1));
	undo_all();
	assert_true(contract_see_link(NAME, &l));
	assert_int_equal(l.fib, 0);
	assert_false(contract_see_route_in(1, NAME, DEFAULT, METRIC));
}

/* One in another table is another: it neither hides nor hinders ours. */
static void
table_of_a_route(void **state)
{
	struct netop def, reject, other;
	struct snapshot s;

	(void)state;
	if (contract_fibs() < 2)
		skip();
	contract_add_link(OTHER, 0);
	contract_set_up(OTHER, true);
	contract_add_route(OTHER, DEFAULT, METRIC);
	contract_add_route(NULL, PREFIX, PLAN_METRIC_REJECT);
	make_tunnel_up_in(1);
	do_op(addr_op(CLIENT, SERVER));
	def = in_fib(route_op(DEFAULT, METRIC), 1);
	reject = in_fib(reject_op(PREFIX), 1);
	do_op(def);
	do_op(reject);
	assert_true(
	    contract_see_route_in(1, env.tunnel.ifname, DEFAULT, METRIC));
	assert_true(contract_see_route_in(1, NULL, PREFIX, PLAN_METRIC_REJECT));
	assert_false(contract_see_route(env.tunnel.ifname, DEFAULT, METRIC));
	assert_int_equal(try_op(env.k, &def), -EEXIST);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, 1);
	assert_int_equal(s.links[0].fib, 1);
	assert_int_equal(s.nroutes, 2);
	assert_int_equal(s.routes[0].fib, 1);
	assert_int_equal(s.routes[1].fib, 1);
	other = in_fib(def, 0);
	assert_false(snapshot_has(&s, &other));
	other = in_fib(reject, 0);
	assert_false(snapshot_has(&s, &other));

	assert_int_equal(try_op(env.k, &other), -EEXIST);
	assert_int_equal(remove_op(inverse_of(other)), -ENOENT);
	assert_int_equal(remove_op(inverse_of(reject)), 0);
	assert_int_equal(remove_op(inverse_of(reject)), -ENOENT);
	assert_int_equal(remove_op(inverse_of(def)), 0);
	assert_int_equal(remove_op(inverse_of(def)), -ENOENT);
	assert_true(contract_see_route(OTHER, DEFAULT, METRIC));
	assert_true(contract_see_route(NULL, PREFIX, PLAN_METRIC_REJECT));
	undo_all();
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks + s.naddrs + s.nroutes, 0);
}

/* ---- IPv4 addresses and events ---- */

static bool
is_local4(const char *text)
{
	struct in_addr a;
	int rc;

	assert_int_equal(addr4_parse(text, strlen(text), &a), 0);
	rc = env.k->ops->is_local4(env.k, a);
	assert_in_range(rc, 0, 1);
	return rc == 1;
}

static void
local_addresses(void **state)
{
	(void)state;
	assert_true(is_local4(CONTRACT_LOCAL));
	assert_true(is_local4(CONTRACT_LOCAL_2));
	assert_false(is_local4(CONTRACT_REMOTE));
	assert_false(is_local4(CONTRACT_SPARE));
	contract_add_spare4();
	assert_true(is_local4(CONTRACT_SPARE));
	contract_remove_spare4();
	assert_false(is_local4(CONTRACT_SPARE));
}

static void
events_of_ipv4(void **state)
{
	(void)state;
	drain_events();
	contract_add_spare4();
	await_event(KEV_ADDR4_NEW, CONTRACT_SPARE);
	contract_remove_spare4();
	await_event(KEV_ADDR4_GONE, CONTRACT_SPARE);
	drain_events();
	contract_add_default4();
	await_event(KEV_DEFAULT4, NULL);
}

static void
events_of_what_is_ours(void **state)
{
	(void)state;
	drain_events();
	make_tunnel_up();
	do_op(addr_op(CLIENT, SERVER));
	do_op(addr_op(EXTRA, NULL));
	do_op(route_op(DEFAULT, METRIC));
	do_op(reject_op(PREFIX));
	drain_events();
	contract_remove_addr(env.tunnel.ifname, EXTRA);
	await_event(KEV_TOUCHED, NULL);
	drain_events();
	contract_remove_route(env.tunnel.ifname, DEFAULT, METRIC);
	await_event(KEV_TOUCHED, NULL);
	drain_events();
	contract_remove_route(NULL, PREFIX, PLAN_METRIC_REJECT);
	await_event(KEV_TOUCHED, NULL);
	drain_events();
	contract_set_up(env.tunnel.ifname, false);
	await_event(KEV_TOUCHED, NULL);
	if (!contract_can_remove(env.encap))
		return;
	drain_events();
	contract_remove_link(env.tunnel.ifname);
	await_event(KEV_TOUCHED, NULL);
}

#define CASE(f) \
	cmocka_unit_test_setup_teardown(f, contract_setup, contract_teardown)

int
contract_run(const char *name)
{
	const struct CMUnitTest tests[] = {
	    CASE(create_and_destroy),
	    CASE(given_name),
	    CASE(destroy_without_a_name),
	    CASE(name_taken),
	    CASE(refuses_what_is_configured),
	    CASE(adopt_and_give_back),
	    CASE(named_one_is_used_not_destroyed),
	    CASE(keep_and_use_again),
	    CASE(outer_pair_changes),
	    CASE(mtu_bounds),
	    CASE(up_and_down),
	    CASE(accept_ra),
	    CASE(addresses),
	    CASE(routes),
	    CASE(foreign_route_stays),
	    CASE(foreign_route_that_goes),
	    CASE(reject_routes_need_no_link),
	    CASE(all_goes_with_the_link),
	    CASE(what_has_no_tag_stays),
	    CASE(second_instance),
	    CASE(snapshot_is_exact),
	    CASE(table_of_the_interface),
	    CASE(table_is_given_back),
	    CASE(table_of_a_route),
	    CASE(many_side_by_side),
	    CASE(many_of_one_pair),
	    CASE(many_have_devices),
	    CASE(many_are_given_back),
	    CASE(many_lost_and_made_anew),
	    CASE(many_are_watched),
	    CASE(many_destroyed_at_once),
	    CASE(lan_addresses),
	    CASE(lan_takes_addresses_only),
	    CASE(lan_made_anew),
	    CASE(lan_by_another_name),
	    CASE(lan_duplicate),
	    CASE(lan_in_the_snapshot),
	    CASE(lan_outlives_the_tunnel),
	    CASE(local_addresses),
	    CASE(events_of_ipv4),
	    CASE(events_of_what_is_ours),
	    CASE(events_of_a_lan),
	};
	static const uint8_t encaps[] = {NETOP_F_KERNEL, NETOP_F_USER};
	int failed = 0;
	char group[64];
	size_t i;

	for (i = 0; i < 2; i++) {
		if ((contract_encaps() & encaps[i]) == 0)
			continue;
		env.encap = encaps[i];
		snprintf(group, sizeof(group), "%s, %s encapsulation", name,
		    encaps[i] == NETOP_F_KERNEL ? "kernel" : "user");
		print_message("%s\n", group);
		failed += cmocka_run_group_tests_name(group, tests, NULL, NULL);
	}
	return failed == 0 ? 0 : 1;
}
