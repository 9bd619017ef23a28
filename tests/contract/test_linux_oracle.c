/*
 * What the Linux back-end does, in the words of ip(8): details that the
 * contract, which every system keeps, does not speak of.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux_support.h"

#define ADDR	  "2001:db8:1::6"
#define PEER	  "2001:db8:1::5"
#define PREFIX	  "2001:db8:8000::/48"
#define OUR_PROTO "215"
#define METRIC	  2048

static struct netop tunnel;

/* ---- Helpers ---- */

static struct in_addr
addr4(const char *s)
{
	struct in_addr a;

	assert_int_equal(addr4_parse(s, strlen(s), &a), 0);
	return a;
}

static struct prefix6
prefix(const char *s)
{
	struct prefix6 p;

	assert_int_equal(prefix6_parse_option(s, strlen(s), 128, &p), 0);
	return p;
}

static struct netop
make_op(enum netop_kind kind)
{
	struct netop op = {.kind = kind};

	memcpy(op.ifname, tunnel.ifname, sizeof(op.ifname));
	op.ifindex = tunnel.ifindex;
	return op;
}

static int
apply(struct netop *op, struct err *e)
{
	memset(e, 0, sizeof(*e));
	return kernel->ops->apply(kernel, op, e);
}

static void
must(struct netop op)
{
	struct err e;

	if (apply(&op, &e) != 0)
		fail_msg("%s", e.text);
}

static void
must_kind(enum netop_kind kind)
{
	must(make_op(kind));
}

static struct netop
tunnel_op(const char *name, uint8_t flags)
{
	struct netop op = {.kind = NETOP_TUNNEL, .flags = flags};

	(void)strlcpy(op.ifname, name, sizeof(op.ifname));
	op.local4 = addr4(CONTRACT_LOCAL);
	op.remote4 = addr4(CONTRACT_REMOTE);
	return op;
}

static void
make_tunnel(const char *name, uint8_t flags)
{
	struct err e;

	tunnel = tunnel_op(name, flags);
	if (apply(&tunnel, &e) != 0)
		fail_msg("%s", e.text);
}

static struct netop
route_op(enum netop_kind kind, const char *dst)
{
	struct netop op = make_op(kind);

	op.prefix = prefix(dst);
	op.metric = METRIC;
	return op;
}

static int
setup(void **state)
{
	(void)state;
	linux_setup();
	memset(&tunnel, 0, sizeof(tunnel));
	return 0;
}

static void
need(uint8_t encap)
{
	if ((contract_encaps() & encap) == 0)
		skip();
}

/* ---- Tunnels ---- */

static void
sit_device(void **state)
{
	(void)state;
	need(NETOP_F_KERNEL);
	make_tunnel("", NETOP_F_KERNEL | NETOP_F_USER);
	assert_string_equal(tunnel.ifname, "dtcp0");
	assert_int_equal(tunnel.flags, NETOP_F_KERNEL);
	assert_true(says("ip -d link show dtcp0",
	    "sit ip6ip remote " CONTRACT_REMOTE " local " CONTRACT_LOCAL
	    " ttl 64 pmtudisc"));
	assert_true(says("ip link show dtcp0", "alias " CONTRACT_TAG));
	assert_true(says("ip link show dtcp0", "group default"));
	must_kind(NETOP_TUNNEL_DESTROY);
	assert_false(contract_see_link("dtcp0", NULL));
}

static void
sit_names_are_counted(void **state)
{
	(void)state;
	need(NETOP_F_KERNEL);
	contract_add_link("dtcp0", 0);
	make_tunnel("", NETOP_F_KERNEL);
	assert_string_equal(tunnel.ifname, "dtcp1");
}

/* A kill between creation and tag. */
static void
sit_half_made(void **state)
{
	struct netop all = {.kind = NETOP_TUNNEL_DESTROY};
	unsigned before = contract_count_links();
	struct err e;

	(void)state;
	need(NETOP_F_KERNEL);
	make_tunnel("", NETOP_F_KERNEL);
	/* FNV-1a of the tag as linux.h has it, computed by another hand. */
	run("ip link set dtcp0 alias '' && ip link set dtcp0 group "
	    "$(python3 -c 'h=2166136261\n"
	    "for c in b\"" CONTRACT_TAG "\": h=(h^c)*16777619&0xffffffff\n"
	    "print(0x57000000|((h^h>>24)&0xffffff))')");
	assert_int_equal(apply(&all, &e), 0);
	assert_int_equal(contract_count_links(), before);
	assert_int_equal(apply(&all, &e), -ENOENT);
}

static void
sit_pair_taken(void **state)
{
	struct netop op;
	struct err e;

	(void)state;
	need(NETOP_F_KERNEL);
	run("ip link add other type sit local " CONTRACT_LOCAL
	    " remote " CONTRACT_REMOTE);
	op = tunnel_op("", NETOP_F_KERNEL | NETOP_F_USER);
	assert_int_equal(apply(&op, &e), -EBUSY);
	assert_non_null(strstr(e.text, "outer pair"));
	assert_false(contract_see_link("dtcp0", NULL));
}

static void
sit_adopted_and_released(void **state)
{
	struct netop undo, op = tunnel_op("six", NETOP_F_KERNEL);
	struct contract_link l;
	struct err e;

	(void)state;
	need(NETOP_F_KERNEL);
	contract_add_link("six", NETOP_F_KERNEL);
	assert_int_equal(kernel->ops->prepare(kernel, &op, &undo, &e), 0);
	assert_int_equal(undo.kind, NETOP_TUNNEL_RELEASE);
	assert_int_equal(undo.mtu, 1480);
	make_tunnel("six", NETOP_F_KERNEL);
	assert_true(says("ip -d link show six", "ttl 64 pmtudisc"));
	must_kind(NETOP_UP);
	op = make_op(NETOP_MTU);
	op.mtu = 1280;
	must(op);
	must(undo);
	assert_true(contract_see_link("six", &l));
	assert_int_equal(l.mtu, 1480);
	assert_false(l.up);
	assert_string_equal(l.local4, "");
	assert_false(says("ip link show six", "alias"));
	/* And again: what is given back is fit to be adopted. */
	make_tunnel("six", NETOP_F_KERNEL);
}

static void
tun_device(void **state)
{
	(void)state;
	need(NETOP_F_USER);
	make_tunnel("", NETOP_F_USER);
	assert_string_equal(tunnel.ifname, "dtcp0");
	assert_true(says("ip -d link show dtcp0",
	    "tun type tun pi off vnet_hdr on persist off"));
	assert_true(says("ip link show dtcp0", "alias " CONTRACT_TAG));
	/* Nobody is left to hold it. */
	kernel->ops->close(kernel);
	assert_false(contract_see_link("dtcp0", NULL));
	kernel = contract_open(CONTRACT_TAG);
}

static void
tun_kept(void **state)
{
	(void)state;
	need(NETOP_F_USER);
	make_tunnel("kept", NETOP_F_USER | NETOP_F_KEEP);
	kernel->ops->close(kernel);
	kernel = contract_open(CONTRACT_TAG);
	assert_true(says("ip link show kept", "alias " CONTRACT_TAG));
	must_kind(NETOP_TUNNEL_RELEASE);
	assert_true(contract_see_link("kept", NULL));
	assert_false(says("ip link show kept", "alias"));
	make_tunnel("kept", NETOP_F_USER | NETOP_F_ADOPT);
}

static void
refused(const char *name, uint8_t flags, const char *why)
{
	struct netop undo, op = tunnel_op(name, flags);
	struct err e;

	assert_int_equal(kernel->ops->prepare(kernel, &op, &undo, &e), -EBUSY);
	if (strstr(e.text, why) == NULL || strstr(e.text, name) == NULL)
		fail_msg("%s", e.text);
	assert_int_equal(apply(&op, &e), -EBUSY);
}

static void
not_to_be_adopted(void **state)
{
	uint8_t encap =
	    contract_encaps() & NETOP_F_KERNEL ? NETOP_F_KERNEL : NETOP_F_USER;
	uint8_t other = NETOP_F_KERNEL | NETOP_F_USER;

	(void)state;
	contract_add_link("x", encap);
	refused("x", other & (uint8_t)~encap, "encapsulation");
	run("ip link set x alias 'uplink'");
	refused("x", encap, "alias");
	run("ip link set x alias dtcp:/run/other.pid");
	refused("x", encap, "instance (/run/other.pid)");
	run("ip link set x alias ''");
	if (encap == NETOP_F_USER) {
		/* A sit device takes no such MTU. */
		run("ip link set x mtu 1279");
		refused("x", encap, "MTU 1279");
		run("ip link set x mtu 1480");
	}
	contract_add_addr("x", ADDR "/128");
	refused("x", encap, "has an address");
	contract_add_link("y", 0);
	refused("y", encap, "neither a sit nor a tun");
	if (encap == NETOP_F_KERNEL) {
		contract_add_link("six", encap);
		contract_set_up("six", true);
		refused("six", encap, "configured already");
		refused("sit0", encap, "remote end");
	}
	/* A tap device is no tun device, though of its kind. */
	if (contract_encaps() & NETOP_F_USER) {
		run("ip tuntap add dev tap0 mode tap");
		refused("tap0", NETOP_F_USER, "neither a sit nor a tun");
	}
}

/* ---- On the tunnel ---- */

static void
details(void **state)
{
	struct netop op;

	(void)state;
	make_tunnel("", contract_encaps());
	must_kind(NETOP_ACCEPT_RA);
	must_kind(NETOP_UP);
	op = make_op(NETOP_ADDR);
	op.flags = NETOP_F_PEER;
	op.prefix = prefix(ADDR);
	op.peer = prefix(PEER).addr;
	must(op);
	assert_true(says("ip -6 addr show dev dtcp0",
	    "inet6 " ADDR " peer " PEER "/128 scope global nodad"));
	must(route_op(NETOP_ROUTE, "::/0"));
	assert_true(says("ip -N -6 route show default",
	    "default dev dtcp0 proto " OUR_PROTO " metric 2048"));
	op = route_op(NETOP_ROUTE, PREFIX);
	op.flags = NETOP_F_REJECT;
	must(op);
	assert_true(says("ip -N -6 route show " PREFIX,
	    "7 2001:db8:8000::/48 dev lo proto " OUR_PROTO " metric 2048"));
}

/* A host whose new interfaces have IPv6 switched off. */
static void
ipv6_switched_on(void **state)
{
	(void)state;
	run("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
	make_tunnel("", contract_encaps());
	assert_true(
	    says("cat /proc/sys/net/ipv6/conf/dtcp0/disable_ipv6", "1"));
	must_kind(NETOP_ACCEPT_RA);
	assert_true(
	    says("cat /proc/sys/net/ipv6/conf/dtcp0/disable_ipv6", "0"));
	assert_true(says("cat /proc/sys/net/ipv6/conf/dtcp0/accept_ra", "0"));
}

/* Same destination, same metric, other interface: not a multipath route. */
static void
no_siblings(void **state)
{
	struct netop op;
	struct err e;

	(void)state;
	make_tunnel("", contract_encaps());
	must_kind(NETOP_UP);
	contract_add_route("host0", PREFIX, METRIC);
	op = route_op(NETOP_ROUTE, PREFIX);
	assert_int_equal(apply(&op, &e), -EEXIST);
	op = route_op(NETOP_ROUTE_DEL, PREFIX);
	assert_int_equal(apply(&op, &e), -ENOENT);
	assert_true(contract_see_route("host0", PREFIX, METRIC));
	/* On our interface, but of another's making. */
	contract_add_route(tunnel.ifname, "2001:db8:9000::/48", METRIC);
	op = route_op(NETOP_ROUTE_DEL, "2001:db8:9000::/48");
	assert_int_equal(apply(&op, &e), -ENOENT);
	assert_true(
	    contract_see_route(tunnel.ifname, "2001:db8:9000::/48", METRIC));
}

static void
no_routing_tables(void **state)
{
	struct netop ops[2], undo;
	struct err e;
	size_t i;

	(void)state;
	make_tunnel("", contract_encaps());
	must_kind(NETOP_UP);
	ops[0] = make_op(NETOP_FIB); /* table 0 neither */
	ops[1] = route_op(NETOP_ROUTE, PREFIX);
	ops[1].fib = 1;
	for (i = 0; i < 2; i++) {
		memset(&e, 0, sizeof(e));
		assert_int_equal(
		    kernel->ops->prepare(kernel, &ops[i], &undo, &e),
		    -EOPNOTSUPP);
		assert_non_null(strstr(e.text, "Linux has no FIBs"));
		assert_int_equal(apply(&ops[i], &e), -EOPNOTSUPP);
		assert_non_null(strstr(e.text, "Linux has no FIBs"));
	}
}

/* What the kernel says about an error comes with it. */
static void
kernel_explains(void **state)
{
	struct netop op = make_op(NETOP_MTU);
	struct err e;

	(void)state;
	make_tunnel("", contract_encaps());
	op = make_op(NETOP_MTU);
	op.mtu = 1000000;
	assert_int_equal(apply(&op, &e), -EINVAL);
	assert_non_null(strstr(e.text, "MTU 1000000 on dtcp0"));
	assert_non_null(strstr(e.text, "mtu greater than device maximum"));
}

/* ---- Watching ---- */

static void
ready(void)
{
	make_tunnel("", contract_encaps());
	must_kind(NETOP_UP);
	must(route_op(NETOP_ROUTE, PREFIX));
	/* A new interface's own doings are told a little later. */
	while (wakes(200))
		(void)told(KEV_TOUCHED);
}

static void
foreign_changes_do_not_wake(void **state)
{
	(void)state;
	ready();
	run("i=0; while [ $i -lt 2000 ]; do "
	    "echo route add 2001:db8:a:$i::/64 dev host0; i=$((i + 1)); "
	    "done | sed 's/:\\([0-9]*\\)::/:\\1::/' | ip -6 -batch -");
	run("ip route add 10.0.0.0/8 dev host0");
	run("ip route add default dev host0 table 77");
	run("ip link add other type bridge && ip link set other up && "
	    "ip -6 addr add 2001:db8:b::1/64 dev other nodad");
	run("ip -6 route replace 2001:db8:a:1::/64 dev lo");
	assert_int_equal(told(KEV_TOUCHED), 0);
	assert_int_equal(told(KEV_DEFAULT4), 0);
}

static void
foreign_routes_stay_in_the_kernel(void **state)
{
	(void)state;
	ready();
	run("ip -6 route add 2001:db8:c::/48 dev host0");
	run("ip route add 10.0.0.0/8 dev host0");
	run("ip link add other type bridge && ip link set other up");
	assert_false(wakes(0));
	run("ip route add default dev host0");
	assert_true(wakes(SLOW_MS));
	assert_int_equal(told(KEV_DEFAULT4), 1);
}

static void
touches_are_told(void **state)
{
	(void)state;
	ready();
	run("ip -6 route del " PREFIX " dev dtcp0");
	assert_true(wakes(SLOW_MS));
	assert_int_equal(told(KEV_TOUCHED), 1);
	must(route_op(NETOP_ROUTE, PREFIX));
	(void)told(KEV_TOUCHED);
	/* Nobody tells the end of a route that another replaced. */
	run("ip -6 route replace " PREFIX " dev host0 metric 2048");
	assert_true(wakes(SLOW_MS));
	assert_int_equal(told(KEV_TOUCHED), 1);
	run("ip link set dtcp0 mtu 1400");
	assert_true(wakes(SLOW_MS));
	assert_int_equal(told(KEV_TOUCHED), 1);
	run("ip link del dtcp0");
	assert_true(wakes(SLOW_MS));
	assert_int_equal(told(KEV_TOUCHED), 1);
}

#define STOOD "2001:db8:d::/48"

/* The route that stands where ours is to be, and no other. */
static void
the_end_of_an_awaited_route_is_told(void **state)
{
	/* Also one with our mark: another instance's. */
	static const char *const theirs[] = {STOOD " dev host0 metric 2048",
	    STOOD " dev host0 metric 2048 proto " OUR_PROTO,
	    "unreachable " STOOD " metric 2048"};
	struct netop op, undo;
	struct err e;
	char line[128];
	size_t i;

	(void)state;
	ready();
	op = route_op(NETOP_ROUTE, STOOD);
	for (i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
		(void)snprintf(
		    line, sizeof(line), "ip -6 route add %s", theirs[i]);
		run(line);
		assert_int_equal(
		    kernel->ops->prepare(kernel, &op, &undo, &e), -EEXIST);
		(void)told(KEV_TOUCHED);
		run("ip -6 route add " STOOD " dev host1 metric 5 && "
		    "ip -6 route del " STOOD " dev host1 metric 5 && "
		    "ip -6 route add 2001:db8:d::/64 dev host0 metric 7 && "
		    "ip -6 route add 2001:db8:e::/48 dev host0 metric 2048");
		assert_false(wakes(0));
		/* The filter looks at the metric alone. */
		run("ip -6 route del 2001:db8:e::/48 dev host0 metric 2048 && "
		    "ip -6 route del 2001:db8:d::/64 dev host0 metric 7");
		assert_int_equal(told(KEV_TOUCHED), 0);
		(void)snprintf(
		    line, sizeof(line), "ip -6 route del %s", theirs[i]);
		run(line);
		assert_true(wakes(SLOW_MS));
		assert_int_equal(told(KEV_TOUCHED), 1);
	}
	/* Ours is there: nothing is awaited any more. */
	must(op);
	must(route_op(NETOP_ROUTE_DEL, STOOD));
	(void)told(KEV_TOUCHED);
	run("ip -6 route add " STOOD " dev host0 metric 2048 && "
	    "ip -6 route del " STOOD " dev host0 metric 2048");
	assert_false(wakes(0));
}

static void
addresses_are_told_once(void **state)
{
	(void)state;
	ready();
	run("ip addr add 203.0.113.7/32 dev host0");
	assert_int_equal(told(KEV_ADDR4_NEW), 1);
	/* A lease renewed; a second interface that has it. */
	run("ip addr change 203.0.113.7/32 dev host0 valid_lft 600 "
	    "preferred_lft 600");
	run("ip addr add 203.0.113.7/32 dev host1");
	assert_int_equal(told(KEV_ADDR4_NEW), 0);
	run("ip addr del 203.0.113.7/32 dev host0");
	assert_int_equal(told(KEV_ADDR4_GONE), 0);
	run("ip addr del 203.0.113.7/32 dev host1");
	assert_int_equal(told(KEV_ADDR4_GONE), 1);
}

static void
lost_events_are_told(void **state)
{
	(void)state;
	ready();
	/* More than the socket's buffer holds, with nobody reading. */
	run("i=0; while [ $i -lt 1500 ]; do "
	    "echo addr add 10.$((i / 250)).$((i % 250)).1/32 dev host0; "
	    "i=$((i + 1)); done | ip -batch -");
	assert_int_equal(told(KEV_RESYNC), 1);
	assert_false(wakes(0));
	run("ip link set dtcp0 mtu 1400");
	assert_int_equal(told(KEV_TOUCHED), 1);
}

/* ---- Opening ---- */

static void
not_root(void **state)
{
	struct kernel *k;
	struct err e;
	int status;
	pid_t child;

	(void)state;
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		if (setuid(65534) == -1)
			_exit(3);
		if (kernel_open(CONTRACT_TAG, &k, &e) != -EPERM)
			_exit(1);
		_exit(strstr(e.text, "root") != NULL ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, linux_teardown)
	    TEST(sit_device),
	    TEST(sit_names_are_counted),
	    TEST(sit_half_made),
	    TEST(sit_pair_taken),
	    TEST(sit_adopted_and_released),
	    TEST(tun_device),
	    TEST(tun_kept),
	    TEST(not_to_be_adopted),
	    TEST(details),
	    TEST(ipv6_switched_on),
	    TEST(no_siblings),
	    TEST(no_routing_tables),
	    TEST(kernel_explains),
	    TEST(foreign_changes_do_not_wake),
	    TEST(foreign_routes_stay_in_the_kernel),
	    TEST(touches_are_told),
	    TEST(the_end_of_an_awaited_route_is_told),
	    TEST(addresses_are_told_once),
	    TEST(lost_events_are_told),
	    TEST(not_root),
	};
	int error;

	error = contract_start();
	if (error != 0)
		return error;
	return cmocka_run_group_tests_name("linux oracle", tests, NULL, NULL);
}
