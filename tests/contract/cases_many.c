/* What every kernel back-end must do with several tunnels at a time. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cases_many.h"
#include "support.h"

#define SEVERAL	    3
#define MORE	    (SNAP_LINKS + 8)
#define FIRST_OCTET 10 /* the last of the first one's far end */

/* The nth tunnel: a pair of outer addresses of its own. */
static struct netop
nth(unsigned n, const char *ifname, unsigned flags)
{
	struct netop op = tunnel_op(ifname, flags);
	char text[ADDR4_STRLEN];

	(void)snprintf(text, sizeof(text), "198.51.100.%u", FIRST_OCTET + n);
	assert_int_equal(addr4_parse(text, strlen(text), &op.remote4), 0);
	return op;
}

static void
make(struct netop *op)
{
	int rc = try_op(env.k, op);

	if (rc != 0)
		fail_msg("tunnel: %s", strerror(-rc));
}

/* From here on support.h's operations are about that one. */
static void
turn_to(const struct netop *tunnel)
{
	env.tunnel = *tunnel;
}

static int
destroy(const struct netop *tunnel)
{
	turn_to(tunnel);
	return remove_op(tunnel_on(NETOP_TUNNEL_DESTROY, NULL));
}

static void
check_pair(const struct netop *tunnel, const char *local4)
{
	char remote4[ADDR4_STRLEN];
	struct contract_link l;

	assert_true(contract_see_link(tunnel->ifname, &l));
	assert_true(l.up);
	if (env.encap != NETOP_F_KERNEL)
		return;
	assert_string_equal(l.local4, local4);
	assert_string_equal(l.remote4, addr4_format(tunnel->remote4, remote4));
}

/* What is done to one of them is done to none of the others. */
void
many_side_by_side(void **state)
{
	static const char *const addrs[SEVERAL] = {
	    "2001:db8:a::1/128", "2001:db8:b::1/128", "2001:db8:c::1/128"};
	unsigned links = contract_count_links(), i;
	struct netop t[SEVERAL], op;
	struct snapshot s;

	(void)state;
	for (i = 0; i < SEVERAL; i++) {
		t[i] = nth(i, "", 0);
		make(&t[i]);
		turn_to(&t[i]);
		do_op(tunnel_on(NETOP_ACCEPT_RA, NULL));
		do_op(tunnel_on(NETOP_UP, NULL));
		do_op(addr_op(addrs[i], NULL));
	}
	assert_int_equal(contract_count_links(), links + SEVERAL);
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, SEVERAL);
	assert_int_equal(s.naddrs, SEVERAL);

	turn_to(&t[1]);
	op = tunnel_on(NETOP_OUTER, NULL);
	addr4_parse(CONTRACT_LOCAL_2, strlen(CONTRACT_LOCAL_2), &op.local4);
	op.remote4 = t[1].remote4;
	do_op(op);
	check_pair(&t[0], CONTRACT_LOCAL);
	check_pair(&t[1], CONTRACT_LOCAL_2);
	check_pair(&t[2], CONTRACT_LOCAL);

	assert_int_equal(destroy(&t[1]), 0);
	assert_false(contract_see_link(t[1].ifname, NULL));
	assert_int_equal(destroy(&t[1]), -ENOENT);
	check_pair(&t[0], CONTRACT_LOCAL);
	check_pair(&t[2], CONTRACT_LOCAL);
	assert_true(contract_see_addr(t[0].ifname, addrs[0], NULL));
	assert_true(contract_see_addr(t[2].ifname, addrs[2], NULL));
	assert_int_equal(destroy(&t[0]), 0);
	assert_true(contract_see_addr(t[2].ifname, addrs[2], NULL));
	assert_int_equal(destroy(&t[2]), 0);
	assert_int_equal(contract_count_links(), links);
}

/* A device of the kernel's has a pair for itself; the relay, as it likes. */
void
many_of_one_pair(void **state)
{
	struct netop first = nth(0, "", 0), other = nth(1, "", 0);
	struct netop again = first, outer;
	bool once = env.encap == NETOP_F_KERNEL;
	unsigned links;

	(void)state;
	make(&first);
	make(&other);
	links = contract_count_links();
	assert_int_equal(try_op(env.k, &again), once ? -EBUSY : 0);
	assert_int_equal(contract_count_links(), links + !once);
	turn_to(&other);
	outer = tunnel_on(NETOP_OUTER, NULL);
	netop_copy_outer(&outer, &first);
	assert_int_equal(try_op(env.k, &outer), once ? -EBUSY : 0);
	/* Once it is free it can be had. */
	assert_int_equal(destroy(&first), 0);
	turn_to(&other);
	do_op(outer);
}

static int
open_tun(uint32_t ifindex, int *fd)
{
	unsigned features;
	struct err e = {0};
	int rc;

	rc = env.k->ops->open_tun(env.k, ifindex, fd, &features, &e);
	assert_true(rc == 0 || e.text[0] != '\0');
	return rc;
}

/* Each tun device can be opened, more than once, and nothing else. */
void
many_have_devices(void **state)
{
	bool user = env.encap == NETOP_F_USER;
	struct netop t[SEVERAL];
	int fds[SEVERAL], fd;
	unsigned i;

	(void)state;
	contract_add_link("other0", env.encap);
	for (i = 0; i < SEVERAL; i++) {
		/* One of them was there before. */
		t[i] = i == 1 ? nth(i, "other0", NETOP_F_ADOPT) : nth(i, "", 0);
		make(&t[i]);
	}
	for (i = 0; i < SEVERAL; i++) {
		assert_int_equal(
		    open_tun(t[i].ifindex, &fds[i]), user ? 0 : -ENODEV);
		if (!user)
			continue;
		assert_true(fcntl(fds[i], F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
		assert_int_equal(open_tun(t[i].ifindex, &fd), 0);
		assert_int_equal(close(fd), 0);
	}
	assert_int_equal(open_tun(0, &fd), -ENODEV);
	for (i = 0; user && i < SEVERAL; i++)
		assert_int_equal(close(fds[i]), 0);
	assert_int_equal(destroy(&t[0]), 0);
	assert_int_equal(open_tun(t[0].ifindex, &fd), -ENODEV);
	if (!user)
		return;
	assert_int_equal(open_tun(t[2].ifindex, &fd), 0);
	assert_int_equal(close(fd), 0);
}

/* Is the tunnel's interface one whose settings we are to give back? */
static bool
outlives_us(const struct netop *tunnel)
{
	struct netop op, undo = {0};
	struct err e;

	turn_to(tunnel);
	op = tunnel_on(NETOP_ACCEPT_RA, NULL);
	assert_int_equal(env.k->ops->prepare(env.k, &op, &undo, &e), 0);
	return undo.kind == NETOP_ACCEPT_RA;
}

void
many_are_given_back(void **state)
{
	static const char *const names[SEVERAL] = {
	    "adopt0", "adopt1", "adopt2"};
	struct netop t[SEVERAL], made;
	struct snapshot s;
	unsigned i;

	(void)state;
	for (i = 0; i < SEVERAL; i++) {
		contract_add_link(names[i], env.encap);
		t[i] = nth(i, names[i], NETOP_F_ADOPT);
		make(&t[i]);
		assert_int_equal(env.done[i].kind, NETOP_TUNNEL_RELEASE);
	}
	made = nth(SEVERAL, "", 0);
	make(&made);
	assert_false(outlives_us(&made));
	for (i = 0; i < SEVERAL; i++)
		assert_true(outlives_us(&t[i]));

	assert_int_equal(remove_op(env.done[1]), 0);
	assert_int_equal(remove_op(env.done[1]), -ENOENT);
	assert_true(contract_see_link(names[1], NULL));
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, SEVERAL);
	assert_null(snapshot_link(&s, t[1].ifindex));
	assert_true(outlives_us(&t[0]) && outlives_us(&t[2]));
	/* It can be had again meanwhile. */
	make(&t[1]);
	assert_true(outlives_us(&t[1]));
	undo_all();
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, 0);
	for (i = 0; i < SEVERAL; i++)
		assert_true(contract_see_link(names[i], NULL));
	assert_false(contract_see_link(made.ifname, NULL));
}

/* Somebody else destroys one: the others work on, and there is room again. */
void
many_lost_and_made_anew(void **state)
{
	struct netop t[SEVERAL];
	struct snapshot s;
	unsigned i;

	(void)state;
	if (!contract_can_remove(env.encap))
		skip();
	contract_add_link("other0", env.encap);
	for (i = 0; i < SEVERAL; i++) {
		t[i] = i == 2 ? nth(i, "other0", NETOP_F_ADOPT) : nth(i, "", 0);
		make(&t[i]);
	}
	contract_remove_link(t[2].ifname);
	contract_remove_link(t[0].ifname);
	assert_int_equal(destroy(&t[0]), -ENOENT);
	/* Not what the lost one was, even if it has its index. */
	t[2] = nth(2, "", 0);
	make(&t[2]);
	assert_false(outlives_us(&t[2]));
	t[0] = nth(0, "", 0);
	make(&t[0]);
	assert_false(outlives_us(&t[0]));
	get_snapshot(env.k, &s);
	assert_int_equal(s.nlinks, SEVERAL);
	for (i = 0; i < SEVERAL; i++)
		assert_int_equal(destroy(&t[i]), 0);
}

/* More than a snapshot holds. */
static void
make_more(struct netop *last)
{
	struct err e;

	for (unsigned i = 0; i < MORE; i++) {
		*last = nth(i, "", 0);
		if (env.k->ops->apply(env.k, last, &e) != 0)
			fail_msg("%s", e.text);
	}
}

static void
must_apply(struct netop op)
{
	struct err e;

	if (env.k->ops->apply(env.k, &op, &e) != 0)
		fail_msg("%s", e.text);
}

/* The last of them as any other. */
void
many_are_watched(void **state)
{
	static const char addr[] = "2001:db8:a::1/128";
	struct netop last;

	(void)state;
	make_more(&last);
	turn_to(&last);
	must_apply(tunnel_on(NETOP_UP, NULL));
	must_apply(addr_op(addr, NULL));
	settle_events();
	contract_remove_addr(last.ifname, addr);
	await_event(KEV_TOUCHED, NULL);
	drain_events();
	contract_set_up(last.ifname, false);
	await_event(KEV_TOUCHED, NULL);
}

void
many_destroyed_at_once(void **state)
{
	unsigned links = contract_count_links();
	struct netop all = {.kind = NETOP_TUNNEL_DESTROY}, last;
	struct snapshot s;
	struct err e;

	(void)state;
	contract_add_link("other0", env.encap);
	make_more(&last);
	assert_int_equal(contract_count_links(), links + 1 + MORE);
	assert_int_equal(env.k->ops->snapshot(env.k, &s, &e), 0);
	assert_true(s.truncated);
	assert_int_equal(remove_op(all), 0);
	assert_int_equal(remove_op(all), -ENOENT);
	assert_int_equal(contract_count_links(), links + 1);
	assert_true(contract_see_link("other0", NULL));
}
