/*
 * What the Linux back-end does with interfaces of LANs, in the words of ip(8):
 * what the contract, which every system keeps, does not speak of.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "linux_support.h"

#define SLOT 2
#define CONF "/proc/sys/net/ipv6/conf/"

static void
settle(void)
{
	do
		(void)told(KEV_TOUCHED);
	while (wakes(200));
}

static int
setup(void **state)
{
	(void)state;
	linux_setup();
	run("ip link add lan0 type veth peer name far0 && ip link set far0 up");
	return 0;
}

static void
watch(void)
{
	kernel->ops->watch_lan(kernel, SLOT, "lan0");
}

static uint32_t
find(void)
{
	uint32_t ifindex;
	struct err e;

	if (kernel->ops->find_link(kernel, "lan0", &ifindex, &e) != 0)
		fail_msg("%s", e.text);
	return ifindex;
}

static void
touched_by(const char *command)
{
	run(command);
	assert_true(wakes(SLOW_MS));
	assert_int_equal(told(KEV_TOUCHED), 1);
	settle();
}

static int
on_lan(enum netop_kind kind)
{
	struct netop op = {.kind = kind, .slot = SLOT, .ifname = "lan0"};
	struct err e;

	op.ifindex = find();
	(void)prefix6_parse("2001:db8:1:2::1/64", 18, &op.prefix);
	return kernel->ops->apply(kernel, &op, &e);
}

/* The hosts of a LAN might have it. */
static void
detection_stays_on(void **state)
{
	(void)state;
	run("echo 1000 >" CONF "lan0/dad_transmits && ip link set lan0 up");
	watch();
	assert_int_equal(on_lan(NETOP_ADDR), 0);
	assert_true(says("ip -6 addr show dev lan0 tentative",
	    "inet6 2001:db8:1:2::1/64 scope global tentative"));
	assert_false(says("ip -6 addr show dev lan0", "nodad"));
	assert_true(says(
	    "ip -6 route show dev lan0", "2001:db8:1:2::/64 proto kernel"));
}

/* Advertisements wait for the link-local address. */
static void
the_end_of_detection_is_told(void **state)
{
	bool usable = false;

	(void)state;
	watch();
	settle();
	run("ip link set lan0 up");
	while (!usable) {
		if (!wakes(SLOW_MS))
			fail_msg("not a word of the link-local address");
		if (told(KEV_TOUCHED) == 0)
			continue;
		usable = says("ip -6 addr show dev lan0 -tentative", "fe80::");
	}
}

static void
a_duplicate_is_told(void **state)
{
	struct snapshot s = {.naddrs = 0};
	struct err e;

	(void)state;
	run("ip addr add 2001:db8:1:2::1/64 dev far0 nodad");
	run("ip link set lan0 up");
	watch();
	assert_int_equal(on_lan(NETOP_ADDR), 0);
	while (s.naddrs == 0 || !s.addrs[0].duplicate) {
		if (!wakes(SLOW_MS))
			fail_msg("not a word of the duplicate");
		if (told(KEV_TOUCHED) != 0)
			assert_int_equal(
			    kernel->ops->snapshot(kernel, &s, &e), 0);
	}
}

/* Where there is no IPv6 there is no address: not added, or gone already. */
static void
without_ipv6(void **state)
{
	static const char *const off[] = {
	    "echo 1 >" CONF "lan0/disable_ipv6", "ip link set lan0 mtu 1000"};
	static const char *const on[] = {
	    "echo 0 >" CONF "lan0/disable_ipv6", "ip link set lan0 mtu 1500"};

	(void)state;
	run("ip link set lan0 up");
	watch();
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(on_lan(NETOP_ADDR), 0);
		settle();
		touched_by(off[i]);
		assert_int_equal(on_lan(NETOP_ADDR_DEL), -ENOENT);
		assert_true(on_lan(NETOP_ADDR) < 0);
		touched_by(on[i]);
	}
}

static void
others_are_not_told(void **state)
{
	(void)state;
	watch();
	settle();
	run("ip link add other0 type bridge && ip link set other0 up");
	run("ip -6 addr add 2001:db8:7::1/64 dev other0 nodad");
	run("ip -6 addr add fe80::7/64 dev other0 nodad");
	run("ip link set other0 mtu 1400 && ip link del other0");
	assert_int_equal(told(KEV_TOUCHED), 0);
}

static void
another_name(void **state)
{
	uint32_t was = find();
	struct snapshot s;
	struct err e;

	(void)state;
	watch();
	settle();
	touched_by("ip link set lan0 name lan9");
	run("ip -6 addr add 2001:db8:7::1/64 dev lan9 nodad");
	assert_int_equal(told(KEV_TOUCHED), 0);
	assert_int_equal(kernel->ops->snapshot(kernel, &s, &e), 0);
	assert_int_equal(s.nlinks + s.naddrs, 0);
	/* A second name is not what messages call it. */
	run("ip link property add dev lan9 altname lan0");
	assert_int_not_equal(
	    kernel->ops->find_link(kernel, "lan0", &was, &e), 0);
	run("ip link property del dev lan9 altname lan0");
	settle();
	touched_by("ip link set lan9 name lan0");
	touched_by("ip -6 addr del 2001:db8:7::1/64 dev lan0");
}

/* The kernel calls that a link's end, too, of another family. */
static void
a_port_leaves_its_bridge(void **state)
{
	uint32_t was = find();

	(void)state;
	run("ip link add br9 type bridge && ip link set lan0 master br9");
	watch();
	settle();
	touched_by("ip link set lan0 nomaster");
	assert_int_equal(find(), was);
	touched_by("ip -6 addr add 2001:db8:7::1/64 dev lan0 nodad");
}

static void
made_anew_while_events_are_lost(void **state)
{
	(void)state;
	watch();
	settle();
	run("i=0; while [ $i -lt 1500 ]; do "
	    "echo addr add 10.$((i / 250)).$((i % 250)).1/32 dev host0; "
	    "i=$((i + 1)); done | ip -batch -");
	run("ip link del lan0 && ip link add lan0 type bridge");
	assert_int_equal(told(KEV_RESYNC), 1);
	settle();
	touched_by("ip -6 addr add 2001:db8:7::1/64 dev lan0 nodad");
}

/* Also where it does not forward, or does not yet. */
static void
advertisements_are_accepted(void **state)
{
	struct netop tunnel = {
	    .kind = NETOP_TUNNEL, .flags = contract_encaps()};
	struct netop op = {.kind = NETOP_ACCEPT_RA, .flags = NETOP_F_ON};
	struct err e;

	(void)state;
	(void)addr4_parse(
	    CONTRACT_LOCAL, strlen(CONTRACT_LOCAL), &tunnel.local4);
	(void)addr4_parse(
	    CONTRACT_REMOTE, strlen(CONTRACT_REMOTE), &tunnel.remote4);
	assert_int_equal(kernel->ops->apply(kernel, &tunnel, &e), 0);
	op.ifindex = tunnel.ifindex;
	memcpy(op.ifname, tunnel.ifname, sizeof(op.ifname));
	assert_int_equal(kernel->ops->apply(kernel, &op, &e), 0);
	assert_true(says("cat " CONF "dtcp0/forwarding", "0"));
	assert_true(says("cat " CONF "dtcp0/accept_ra", "2"));
	op.flags = 0;
	assert_int_equal(kernel->ops->apply(kernel, &op, &e), 0);
	assert_true(says("cat " CONF "dtcp0/accept_ra", "0"));
}

/*
 * Where the engine solicits, the kernel does not; on an interface that is not
 * ours that is as it was when it is given back.
 */
static void
solicitations_are_ours(void **state)
{
	struct netop tunnel = {.kind = NETOP_TUNNEL,
	    .flags = NETOP_F_USER | NETOP_F_ADOPT,
	    .ifname = "own0"};
	struct netop op = {.kind = NETOP_ACCEPT_RA, .flags = NETOP_F_ON};
	static const char *const former[] = {"-1", "0", "7"};
	struct netop undo, release;
	char command[128];
	struct err e = {0};

	(void)state;
	(void)addr4_parse(
	    CONTRACT_LOCAL, strlen(CONTRACT_LOCAL), &tunnel.local4);
	(void)addr4_parse(
	    CONTRACT_REMOTE, strlen(CONTRACT_REMOTE), &tunnel.remote4);
	run("ip tuntap add own0 mode tun");
	for (size_t i = 0; i < sizeof(former) / sizeof(former[0]); i++) {
		snprintf(command, sizeof(command),
		    "echo %s >" CONF "own0/router_solicitations", former[i]);
		run(command);
		tunnel.ifindex = 0;
		assert_int_equal(
		    kernel->ops->prepare(kernel, &tunnel, &release, &e), 0);
		assert_int_equal(kernel->ops->apply(kernel, &tunnel, &e), 0);
		op.ifindex = release.ifindex = tunnel.ifindex;
		memcpy(op.ifname, tunnel.ifname, sizeof(op.ifname));
		assert_int_equal(
		    kernel->ops->prepare(kernel, &op, &undo, &e), 0);
		assert_int_equal(kernel->ops->apply(kernel, &op, &e), 0);
		assert_true(says("cat " CONF "own0/router_solicitations", "0"));
		assert_int_equal(kernel->ops->apply(kernel, &undo, &e), 0);
		assert_true(
		    says("cat " CONF "own0/router_solicitations", former[i]));
		assert_int_equal(kernel->ops->apply(kernel, &release, &e), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, linux_teardown)
	    TEST(detection_stays_on),
	    TEST(the_end_of_detection_is_told),
	    TEST(a_duplicate_is_told),
	    TEST(without_ipv6),
	    TEST(others_are_not_told),
	    TEST(another_name),
	    TEST(a_port_leaves_its_bridge),
	    TEST(made_anew_while_events_are_lost),
	    TEST(advertisements_are_accepted),
	    TEST(solicitations_are_ours),
	};
	int error;

	error = contract_start();
	if (error != 0)
		return error;
	return cmocka_run_group_tests_name("linux lan", tests, NULL, NULL);
}
