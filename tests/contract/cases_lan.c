/* What every kernel back-end must do with interfaces that are not ours. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cases_lan.h"
#include "support.h"

#define SLOT	  3
#define LAN	  "lan0"
#define OTHER	  "other0"
#define OURS	  "2001:db8:1:2::1/64"
#define OURS_2	  "2001:db8:1:3::1/64"
#define THEIRS	  "2001:db8:7::1/64"
/* Some systems take an address but once. */
#define ELSEWHERE "2001:db8:9::1/64"

static uint32_t
index_of(const char *ifname)
{
	uint32_t ifindex = 0;
	struct err e;

	if (env.k->ops->find_link(env.k, ifname, &ifindex, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_not_equal(ifindex, 0);
	return ifindex;
}

static void
make_link(const char *ifname)
{
	contract_add_link(ifname, 0);
	contract_set_up(ifname, true);
}

/* It is there and watched: its index. */
static uint32_t
make_lan(void)
{
	make_link(LAN);
	env.k->ops->watch_lan(env.k, SLOT, LAN);
	return index_of(LAN);
}

static struct netop
lan_op(enum netop_kind kind, const char *prefix, uint32_t ifindex)
{
	struct netop op = tunnel_on(kind, prefix);

	op.slot = SLOT;
	op.ifindex = ifindex;
	memset(op.ifname, 0, sizeof(op.ifname));
	strlcpy(op.ifname, LAN, sizeof(op.ifname));
	return op;
}

static int
add(const char *prefix, uint32_t ifindex)
{
	struct netop op = lan_op(NETOP_ADDR, prefix, ifindex);

	return try_op(env.k, &op);
}

static int
take(const char *prefix, uint32_t ifindex)
{
	return remove_op(lan_op(NETOP_ADDR_DEL, prefix, ifindex));
}

void
lan_addresses(void **state)
{
	uint32_t lan = make_lan();

	(void)state;
	contract_add_addr(LAN, THEIRS);
	assert_int_equal(add(OURS, lan), 0);
	assert_int_equal(add(OURS_2, lan), 0);
	assert_true(contract_see_addr(LAN, OURS, NULL));
	assert_int_equal(add(OURS, lan), -EEXIST);
	assert_int_equal(add(THEIRS, lan), -EEXIST);
	assert_int_equal(take(OURS, lan), 0);
	assert_false(contract_see_addr(LAN, OURS, NULL));
	assert_true(contract_see_addr(LAN, OURS_2, NULL));
	assert_int_equal(take(OURS, lan), -ENOENT);
	contract_remove_addr(LAN, OURS_2);
	assert_int_equal(take(OURS_2, lan), -ENOENT);
	assert_true(contract_see_addr(LAN, THEIRS, NULL));
}

/* Neither prepared nor applied, and not to be done behind another's back. */
static void
refused(struct netop op)
{
	struct netop undo;
	struct err e = {0};

	assert_int_equal(env.k->ops->prepare(env.k, &op, &undo, &e), -EPERM);
	assert_int_not_equal(e.text[0], '\0');
	assert_int_equal(remove_op(op), -EPERM);
}

void
lan_takes_addresses_only(void **state)
{
	static const enum netop_kind kinds[] = {NETOP_TUNNEL, NETOP_OUTER,
	    NETOP_FIB, NETOP_ACCEPT_RA, NETOP_MTU, NETOP_UP, NETOP_ROUTE,
	    NETOP_TUNNEL_DESTROY, NETOP_TUNNEL_RELEASE, NETOP_DOWN,
	    NETOP_ROUTE_DEL};
	struct contract_link before, after;
	uint32_t lan = make_lan();
	struct netop op;

	(void)state;
	assert_true(contract_see_link(LAN, &before));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		op = lan_op(kinds[i], OURS, lan);
		op.mtu = 1400;
		op.metric = 77;
		prefix6_mask(&op.prefix);
		refused(op);
	}
	op.kind = NETOP_ROUTE;
	op.flags = NETOP_F_REJECT;
	refused(op);
	assert_true(contract_see_link(LAN, &after));
	assert_true(after.up && after.mtu == before.mtu);
	assert_int_equal(after.accept_ra, before.accept_ra);
}

/* Some systems give an index again at once, others go on counting. */
void
lan_made_anew(void **state)
{
	uint32_t was = make_lan(), is, none = 1;
	struct err e = {0};

	(void)state;
	assert_int_equal(add(OURS, was), 0);
	contract_remove_link(LAN);
	assert_int_equal(env.k->ops->find_link(env.k, LAN, &none, &e), -ENODEV);
	assert_non_null(strstr(e.text, LAN));
	assert_int_equal(take(OURS, was), -ENOENT);
	assert_int_equal(add(OURS, was), -ENODEV);

	make_link(LAN);
	is = index_of(LAN);
	assert_int_equal(take(OURS, was), -ENOENT);
	if (is != was)
		assert_int_equal(add(OURS, was), -ENODEV);
	assert_int_equal(add(OURS, is), 0);
	assert_true(contract_see_addr(LAN, OURS, NULL));
	if (is != was)
		assert_int_equal(take(OURS, was), -ENOENT);
	assert_true(contract_see_addr(LAN, OURS, NULL));
	assert_int_equal(take(OURS, is), 0);
}

/* What is there goes by the index; what is to come needs both. */
void
lan_by_another_name(void **state)
{
	uint32_t lan = make_lan(), none;
	struct err e = {0};

	(void)state;
	assert_int_equal(add(OURS, lan), 0);
	contract_rename_link(LAN, OTHER);
	contract_add_addr(OTHER, THEIRS);
	assert_int_equal(env.k->ops->find_link(env.k, LAN, &none, &e), -ENODEV);
	assert_int_equal(add(OURS_2, lan), -ENODEV);
	assert_int_equal(take(OURS_2, lan), -ENOENT);
	assert_int_equal(take(OURS, lan), 0);
	assert_false(contract_see_addr(OTHER, OURS, NULL));
	assert_false(contract_see_addr(OTHER, OURS_2, NULL));
	assert_true(contract_see_addr(OTHER, THEIRS, NULL));
	assert_int_equal(take(OURS, lan), -ENOENT);
	contract_rename_link(OTHER, LAN);
	assert_int_equal(add(OURS, lan), 0);
	assert_true(contract_see_addr(LAN, OURS, NULL));
}

/* What another host has is there, and of no use. */
void
lan_duplicate(void **state)
{
	struct prefix6 ours = tunnel_on(NETOP_ADDR, OURS).prefix;
	uint32_t lan = make_lan();
	struct snapshot s;
	bool is;

	(void)state;
	if (!contract_add_neighbour(LAN, OURS))
		skip();
	assert_int_equal(add(OURS, lan), 0);
	assert_int_equal(add(OURS_2, lan), 0);
	contract_await_dad(LAN);
	get_snapshot(env.k, &s);
	assert_int_equal(s.naddrs, 2);
	for (unsigned i = 0; i < s.naddrs; i++) {
		is = prefix6_equal(&s.addrs[i].prefix, &ours);
		assert_int_equal(s.addrs[i].duplicate, is);
		assert_int_equal(s.addrs[i].tentative, is);
	}
	assert_int_equal(take(OURS, lan), 0);
}

static const struct snap_link *
lan_link(const struct snapshot *s)
{
	const struct snap_link *found = NULL;

	for (unsigned i = 0; i < s->nlinks; i++) {
		if (s->links[i].lan) {
			assert_null(found);
			found = &s->links[i];
		}
	}
	return found;
}

void
lan_in_the_snapshot(void **state)
{
	const struct snap_link *l;
	struct snapshot s;
	uint32_t lan;

	(void)state;
	env.k->ops->watch_lan(env.k, SLOT, LAN);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, 0);
	lan = make_lan();
	make_link(OTHER);
	contract_add_addr(OTHER, ELSEWHERE);
	contract_add_addr(LAN, THEIRS);
	contract_add_addr(LAN, "fe80::77/64");
	contract_add_route(LAN, "2001:db8:8::/48", 77);
	assert_int_equal(add(OURS, lan), 0);
	make_tunnel("", 0);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, 2);
	assert_int_equal(s.naddrs, 2);
	assert_int_equal(s.nroutes, 0);
	assert_non_null(l = lan_link(&s));
	assert_string_equal(l->ifname, LAN);
	assert_int_equal(l->ifindex, lan);
	assert_true(l->up);
	assert_int_equal(s.addrs[0].ifindex, lan);
	assert_int_equal(s.addrs[1].ifindex, lan);

	/* The slot is another's now. */
	env.k->ops->watch_lan(env.k, SLOT, OTHER);
	get_snapshot(env.k, &s);
	assert_int_equal(s.naddrs, 1);
	assert_non_null(l = lan_link(&s));
	assert_string_equal(l->ifname, OTHER);
	contract_remove_link(OTHER);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, 1);
	assert_null(lan_link(&s));
}

void
lan_outlives_the_tunnel(void **state)
{
	uint32_t lan = make_lan();
	struct netop op;

	(void)state;
	make_tunnel_up();
	assert_int_equal(add(OURS, lan), 0);
	op = tunnel_on(NETOP_TUNNEL_DESTROY, NULL);
	memset(op.ifname, 0, sizeof(op.ifname));
	op.ifindex = 0;
	assert_int_equal(remove_op(op), 0);
	assert_false(contract_see_link(env.tunnel.ifname, NULL));
	assert_true(contract_see_addr(LAN, OURS, NULL));
	assert_int_equal(remove_op(op), -ENOENT);
	op.kind = NETOP_TUNNEL_RELEASE;
	assert_int_equal(remove_op(op), -ENOENT);
	assert_true(contract_see_link(LAN, NULL));
	assert_true(contract_see_addr(LAN, OURS, NULL));
}

void
events_of_a_lan(void **state)
{
	(void)state;
	drain_events();
	env.k->ops->watch_lan(env.k, SLOT, LAN);
	settle_events();
	/* Twice: the second time under another index, where that is so. */
	for (int i = 0; i < 2; i++) {
		contract_add_link(LAN, 0);
		await_event(KEV_TOUCHED, NULL);
		settle_events();
		contract_set_up(LAN, true);
		await_event(KEV_TOUCHED, NULL);
		settle_events();
		contract_add_addr(LAN, OURS);
		await_event(KEV_TOUCHED, NULL);
		settle_events();
		contract_remove_addr(LAN, OURS);
		await_event(KEV_TOUCHED, NULL);
		settle_events();
		contract_add_addr(LAN, "fe80::77/64");
		await_event(KEV_TOUCHED, NULL);
		settle_events();
		contract_remove_link(LAN);
		await_event(KEV_TOUCHED, NULL);
		settle_events();
	}
}
