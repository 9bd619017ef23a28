/*
 * FreeBSD's back-end on interfaces of LANs: what is FreeBSD's alone, and so
 * not among the contract's cases.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/kernel.h"

#include "model_host.h"

#define TAG    "dtcp:/run/lan.pid"
#define SLOT   3
#define LAN    "em1"
#define ADDR   "2001:db8:3::6"
#define ADDR_2 "2001:db8:4::6"
#define SELF   "fe80::5a9c:fcff:fe10:0" /* by the hardware address */

static struct kernel *k;
static struct err e;

static void
rename_link(const char *from, const char *to)
{
	char new[FB_IFNAMSIZ] = "";
	struct fb_ifreq r = {.u = {.data = new}};

	memcpy(new, to, strlen(to));
	OK(if_request(FB_SIOCSIFNAME, from, &r));
}

/* As a card is when the system starts: no IPv6, and down. */
static void
plug_in(const char *ifname)
{
	OK(do_create("tap", name));
	rename_link(name, ifname);
}

/* As ifconfig_IF_ipv6 in rc.conf(5) makes it. */
static void
configure(const char *ifname)
{
	OK(do_nd6(
	    ifname, nd6_flags_of(ifname) & ~(uint32_t)FB_ND6_IFF_IFDISABLED));
	OK(do_flags(ifname, true));
}

static int
setup(void **state)
{
	int rc = observed_setup(state);

	OK(do_addr4("lo0", LOCAL));
	memset(&e, 0, sizeof(e));
	OK(kernel_open(TAG, &k, &e));
	k->ops->watch_lan(k, SLOT, LAN);
	return rc;
}

static int
teardown(void **state)
{
	k->ops->close(k);
	return observed_teardown(state);
}

static int
do_op(enum netop_kind kind, const char *addr, uint32_t ifindex)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	op.slot = SLOT;
	op.ifindex = ifindex;
	memcpy(op.ifname, LAN, sizeof(LAN));
	op.prefix.addr = a6(addr);
	op.prefix.len = 64;
	return k->ops->apply(k, &op, &e);
}

static int
add(const char *addr)
{
	return do_op(NETOP_ADDR, addr, if_index(LAN));
}

static unsigned
events(void)
{
	struct kevent ev;
	unsigned seen = 0;
	int r;

	while ((r = k->ops->next_event(k, &ev)) == 1)
		seen |= 1U << ev.kind;
	assert_int_equal(r, 0);
	return seen;
}

#define TOUCHED	 assert_int_equal(events(), 1U << KEV_TOUCHED)
#define NO_EVENT assert_int_equal(events(), 0)

static struct snapshot
look(void)
{
	struct snapshot s;

	OK(k->ops->snapshot(k, &s, &e));
	return s;
}

/* Detection is on, and a prefix route is the kernel's own work. */
static void
address(void **state)
{
	struct fbm_route r;
	struct snapshot s;
	uint32_t nd6;

	(void)state;
	plug_in(LAN);
	configure(LAN);
	nd6 = nd6_flags_of(LAN);
	OK(add(ADDR));
	assert_int_equal(addr6_flags(LAN, ADDR), TENTATIVE);
	assert_int_equal(nd6_flags_of(LAN), nd6);
	assert_int_equal(nd6 & FB_ND6_IFF_NO_DAD, 0);
	assert_true(has_route(0, "2001:db8:3::", 64, &r));
	assert_int_equal(r.index, if_index(LAN));
	assert_int_equal(r.flags, FB_RTF_UP | FB_RTF_PINNED);
	s = look();
	assert_int_equal(s.nlinks, 1);
	assert_int_equal(s.naddrs, 1);
	assert_int_equal(s.nroutes, 0);
	assert_true(s.links[0].lan);
	assert_true(s.addrs[0].tentative);
	assert_false(s.addrs[0].duplicate);
	(void)events();
	fbm_dad_done(H);
	NO_EVENT; /* whoever waits for its end has to look again */
	assert_int_equal(addr6_flags(LAN, ADDR), 0);
	assert_false(look().addrs[0].tentative);
	OK(do_op(NETOP_ADDR_DEL, ADDR, if_index(LAN)));
	assert_false(has_route(0, "2001:db8:3::", 64, NULL));
	assert_int_equal(nd6_flags_of(LAN), nd6);
	assert_true((if_flags(LAN) & FB_IFF_UP) != 0);
}

static void
duplicate(void **state)
{
	struct in6_addr a = a6(ADDR);

	(void)state;
	plug_in(LAN);
	configure(LAN);
	fbm_set_duplicate(H, &a);
	OK(add(ADDR));
	OK(add(ADDR_2));
	fbm_dad_done(H);
	assert_int_equal(addr6_flags(LAN, ADDR), FB_IN6_IFF_DUPLICATED);
	assert_int_equal(addr6_flags(LAN, ADDR_2), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct snapshot s = look();

		assert_int_equal(s.naddrs, 2);
		assert_int_equal(s.addrs[i].tentative,
		    addr6_equal(&s.addrs[i].prefix.addr, &a));
		assert_int_equal(s.addrs[i].duplicate, s.addrs[i].tentative);
	}
}

/*
 * One that has no IPv6 and is down: the kernel switches both on with the first
 * address, and a link-local one comes with it.  That is not undone.
 */
static void
unconfigured(void **state)
{
	(void)state;
	plug_in(LAN);
	OK(add(ADDR));
	assert_true((if_flags(LAN) & FB_IFF_UP) != 0);
	assert_int_equal(nd6_flags_of(LAN) & FB_ND6_IFF_IFDISABLED, 0);
	assert_true(addr6_flags(LAN, SELF) >= 0);
	OK(do_op(NETOP_ADDR_DEL, ADDR, if_index(LAN)));
	assert_true((if_flags(LAN) & FB_IFF_UP) != 0);
	assert_true(addr6_flags(LAN, SELF) >= 0);
	assert_int_equal(look().naddrs, 0);
}

/* The next interface gets the index that has become free. */
static void
index_of_another(void **state)
{
	uint32_t was;

	(void)state;
	plug_in(LAN);
	configure(LAN);
	was = if_index(LAN);
	OK(add(ADDR));
	OK(do_destroy(LAN));
	plug_in("other0");
	configure("other0");
	assert_int_equal(if_index("other0"), was);
	assert_int_equal(do_op(NETOP_ADDR_DEL, ADDR, was), -ENOENT);
	assert_int_equal(do_op(NETOP_ADDR, ADDR_2, was), -ENODEV);
	assert_non_null(strstr(e.text, LAN));
	assert_int_equal(look().nlinks, 0);
	(void)events();
	OK(do_addr6("other0", ADDR_2, NULL, 64, 0));
	NO_EVENT;

	plug_in(LAN);
	assert_int_not_equal(if_index(LAN), was);
	TOUCHED;
	configure(LAN);
	TOUCHED;
	assert_int_equal(do_op(NETOP_ADDR, "2001:db8:5::1", was), -ENODEV);
	OK(add("2001:db8:5::1"));
	TOUCHED;
	assert_int_equal(look().naddrs, 1);
}

static void
index_again(void **state)
{
	uint32_t was;

	(void)state;
	plug_in(LAN);
	configure(LAN);
	was = if_index(LAN);
	(void)events();
	OK(do_destroy(LAN));
	plug_in(LAN);
	assert_int_equal(if_index(LAN), was);
	TOUCHED;
	configure(LAN);
	TOUCHED;
	OK(do_addr6(LAN, ADDR, NULL, 64, 0));
	TOUCHED;
}

/* The name goes to another interface, and comes back. */
static void
renamed(void **state)
{
	(void)state;
	plug_in(LAN);
	configure(LAN);
	(void)events();
	rename_link(LAN, "lan9");
	TOUCHED;
	OK(do_addr6("lan9", ADDR, NULL, 64, 0));
	NO_EVENT;
	assert_int_equal(look().nlinks, 0);
	plug_in("other0");
	(void)events();
	rename_link("other0", LAN);
	TOUCHED;
	OK(do_flags(LAN, true));
	TOUCHED;
	assert_int_equal(look().nlinks, 1);
}

static void
linklocal_addresses(void **state)
{
	(void)state;
	plug_in(LAN);
	configure(LAN);
	(void)events();
	OK(do_delete6(LAN, SELF));
	TOUCHED;
	OK(do_addr6(LAN, "fe80::77", NULL, 64, 0));
	TOUCHED;
	assert_int_equal(look().naddrs, 0);
}

/* The arrival is among the messages that nobody could hear. */
static void
lost_messages(void **state)
{
	(void)state;
	(void)events();
	fbm_lose(H, 1);
	plug_in(LAN);
	rename_link(LAN, "lan9");
	fbm_lose(H, 2);
	rename_link("lan9", LAN);
	/* Before 14 a loss is told by nobody. */
	if (ob.release < 14)
		return;
	assert_int_equal(events(), 1U << KEV_RESYNC);
	OK(do_flags(LAN, true));
	TOUCHED;
}

/* -r solicit: on the tunnel, which has no detection all the same. */
static void
tunnel_listens(void **state)
{
	struct netop op;
	uint32_t nd6;

	(void)state;
	memset(&op, 0, sizeof(op));
	op.kind = NETOP_TUNNEL;
	op.flags = NETOP_F_KERNEL;
	OK(addr4_parse(LOCAL, strlen(LOCAL), &op.local4));
	OK(addr4_parse(REMOTE, strlen(REMOTE), &op.remote4));
	OK(k->ops->apply(k, &op, &e));
	op.kind = NETOP_ACCEPT_RA;
	op.flags = NETOP_F_ON;
	OK(k->ops->apply(k, &op, &e));
	nd6 = nd6_flags_of("gif0");
	assert_int_equal(nd6 & FB_ND6_IFF_IFDISABLED, 0);
	assert_int_not_equal(nd6 & FB_ND6_IFF_ACCEPT_RTADV, 0);
	assert_int_not_equal(nd6 & FB_ND6_IFF_AUTO_LINKLOCAL, 0);
	assert_int_not_equal(nd6 & FB_ND6_IFF_NO_DAD, 0);
	op.flags = 0;
	OK(k->ops->apply(k, &op, &e));
	assert_int_equal(nd6_flags_of("gif0") & FB_ND6_IFF_ACCEPT_RTADV, 0);
}

/* A name that a request has no room for is not cut to another's. */
static void
long_name(void **state)
{
	uint32_t ifindex = 1;

	(void)state;
	plug_in("lan012345678901");
	OK(k->ops->find_link(k, "lan012345678901", &ifindex, &e));
	assert_int_equal(ifindex, if_index("lan012345678901"));
	assert_int_equal(
	    k->ops->find_link(k, "lan0123456789012", &ifindex, &e), -ENODEV);
	assert_non_null(strstr(e.text, "lan0123456789012"));
	fbm_fail(H, FB_SIOCGIFINDEX, 1, EPERM);
	assert_int_equal(
	    k->ops->find_link(k, "lan012345678901", &ifindex, &e), -EPERM);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(address),
	    CASE(duplicate),
	    CASE(unconfigured),
	    CASE(index_of_another),
	    CASE(index_again),
	    CASE(renamed),
	    CASE(linklocal_addresses),
	    CASE(lost_messages),
	    CASE(tunnel_listens),
	    CASE(long_name),
	};

	return model_run(tests, sizeof(tests) / sizeof(tests[0]));
}
