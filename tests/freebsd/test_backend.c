/*
 * FreeBSD's back-end on the kernel model: what is FreeBSD's alone, and so not
 * among the contract's cases.
 */
#include <sys/time.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/kernel.h"
#include "dtcp/log.h"
#include "dtcp/plan.h"

#include "model_host.h"

#define TAG	   "dtcp:/run/backend.pid"
#define BOTH	   (NETOP_F_KERNEL | NETOP_F_USER)
#define SPARE	   "203.0.113.7"
#define RTM_DELETE ((unsigned long)FBM_RTM | FB_RTM_DELETE)

static struct kernel *k;
static struct err e;
static struct netop tunnel; /* as it is in effect */

static unsigned warnings;
static char warning[LOG_LINE_MAX];

static void
sink(void *arg, int level, const char *text)
{
	(void)arg;
	if (level != LOG_WARNING)
		return;
	warnings++;
	(void)strlcpy(warning, text, sizeof(warning));
}

static void
open_kernel(void)
{
	memset(&e, 0, sizeof(e));
	if (kernel_open(TAG, &k, &e) != 0)
		fail_msg("%s", e.text);
}

/* Before and after each test. */
static int
setup(void **state)
{
	int rc = observed_setup(state);

	OK(do_addr4("lo0", LOCAL));
	fbm_set_fibs(H, 2);
	warnings = 0;
	k = NULL;
	return rc;
}

static int
teardown(void **state)
{
	if (k != NULL)
		k->ops->close(k);
	return observed_teardown(state);
}

/* A failure has a line with these words. */
static void
check_line(const char *words)
{
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, e.text);
}

static int
apply(struct netop *op)
{
	memset(&e, 0, sizeof(e));
	return k->ops->apply(k, op, &e);
}

static int
make_tunnel(const char *ifname, uint8_t flags, const char *remote)
{
	memset(&tunnel, 0, sizeof(tunnel));
	tunnel.kind = NETOP_TUNNEL;
	tunnel.flags = flags;
	(void)strlcpy(tunnel.ifname, ifname, sizeof(tunnel.ifname));
	(void)addr4_parse(LOCAL, strlen(LOCAL), &tunnel.local4);
	(void)addr4_parse(remote, strlen(remote), &tunnel.remote4);
	return apply(&tunnel);
}

/* Another operation on the tunnel, or its end. */
static struct netop
on_tunnel(enum netop_kind kind)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	memcpy(op.ifname, tunnel.ifname, sizeof(op.ifname));
	op.ifindex = tunnel.ifindex;
	return op;
}

static int
do_op(enum netop_kind kind)
{
	struct netop op = on_tunnel(kind);

	return apply(&op);
}

static int
do_prefix(enum netop_kind kind, const char *prefix, uint8_t flags, uint32_t fib)
{
	struct netop op = on_tunnel(kind);

	assert_int_equal(prefix6_parse(prefix, strlen(prefix), &op.prefix), 0);
	op.flags = flags;
	op.fib = fib;
	return apply(&op);
}

/* What waits: a bit for each kind of event. */
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

/* ---- What the kernel has ---- */

static void
modules_are_loaded(void **state)
{
	(void)state;
	open_kernel();
	fbm_set_modules(H, false, false);
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	assert_string_equal(tunnel.ifname, "gif0");
	OK(do_op(NETOP_TUNNEL_DESTROY));
	OK(make_tunnel("", NETOP_F_USER, REMOTE));
	assert_string_equal(tunnel.ifname, "tun0");
}

/* In a jail of its own network no module can be loaded. */
static void
modules_may_not_be_loaded(void **state)
{
	(void)state;
	fbm_set_jail(H, true, true);
	open_kernel();
	fbm_set_modules(H, false, true);
	assert_int_equal(make_tunnel("", NETOP_F_KERNEL, REMOTE), -EPERM);
	check_line("if_gif");
	check_line("jail");
	OK(make_tunnel("", BOTH, REMOTE));
	assert_string_equal(tunnel.ifname, "tun0");
	assert_int_equal(tunnel.flags & BOTH, NETOP_F_USER);
	OK(do_op(NETOP_TUNNEL_DESTROY));
	fbm_set_modules(H, false, false);
	assert_int_equal(make_tunnel("", BOTH, REMOTE), -EPERM);
	check_line("if_tuntap");
}

/* Any other failure than that is no reason for user space. */
static void
only_then_user_space(void **state)
{
	(void)state;
	open_kernel();
	fbm_fail(H, FB_SIOCSIFPHYADDR, 1, ENOBUFS);
	assert_int_equal(make_tunnel("", BOTH, REMOTE), -ENOBUFS);
	assert_int_equal(fbm_count_links(H), 1);
}

static void
no_start_in_a_shared_jail(void **state)
{
	(void)state;
	fbm_set_jail(H, true, false);
	assert_int_equal(kernel_open(TAG, &k, &e), -EPERM);
	check_line("vnet");
	k = NULL;
}

static void
no_start_without_ipv6(void **state)
{
	(void)state;
	fbm_fail(H, FBM_SOCKET, 1, EAFNOSUPPORT);
	assert_int_equal(kernel_open(TAG, &k, &e), -EAFNOSUPPORT);
	check_line("no IPv6");
	k = NULL;
}

/* ---- Tunnels ---- */

static void
names(void **state)
{
	static const char *const wanted[] = {"gif7", "foo", "tun7", "bar"};
	static const uint8_t flags[] = {BOTH, BOTH, BOTH, NETOP_F_USER};
	static const uint8_t got[] = {
	    NETOP_F_KERNEL, NETOP_F_KERNEL, NETOP_F_USER, NETOP_F_USER};

	(void)state;
	open_kernel();
	for (unsigned i = 0; i < 4; i++) {
		OK(make_tunnel(wanted[i], flags[i], REMOTE));
		assert_string_equal(tunnel.ifname, wanted[i]);
		assert_int_equal(tunnel.flags & BOTH, got[i]);
		assert_true(fbm_link(H, wanted[i], NULL));
		OK(do_op(NETOP_TUNNEL_DESTROY));
		assert_int_equal(fbm_count_links(H), 1);
	}
	assert_int_equal(make_tunnel("gif7", NETOP_F_USER, REMOTE), -EINVAL);
	check_line("gif7");
	assert_int_equal(make_tunnel("tun7", NETOP_F_KERNEL, REMOTE), -EINVAL);
	check_line("tun7");
	assert_int_equal(fbm_count_links(H), 1);
}

static void
mtu_of_a_gif(void **state)
{
	struct netop op;

	(void)state;
	open_kernel();
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	op = on_tunnel(NETOP_MTU);
	op.mtu = 8192;
	OK(apply(&op));
	op.mtu = 8193;
	assert_int_equal(apply(&op), -EINVAL);
	check_line("MTU 8193 on gif0");
}

static void
the_pair_is_taken(void **state)
{
	(void)state;
	make_gif();
	open_kernel();
	assert_int_equal(make_tunnel("", BOTH, REMOTE), -EBUSY);
	check_line("another gif");
	check_line(REMOTE);
	assert_int_equal(fbm_count_links(H), 2);
}

/* setfib(1): the tunnel's own packets take the program's table. */
static void
outer_packets_have_our_fib(void **state)
{
	struct fbm_link l;

	(void)state;
	fbm_set_fib(H, 1);
	open_kernel();
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	assert_true(fbm_link(H, "gif0", &l));
	assert_int_equal(l.tunnelfib, 1);
	assert_int_equal(l.fib, 0);
}

static void
address_that_waits(void **state)
{
	(void)state;
	open_kernel();
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	OK(do_op(NETOP_ACCEPT_RA));
	OK(do_op(NETOP_UP));
	OK(do_prefix(NETOP_ADDR, INNER "/128", 0, 0));
	assert_int_equal(warnings, 0);
	OK(do_nd6("gif0", nd6_flags_of("gif0") & ~(uint32_t)FB_ND6_IFF_NO_DAD));
	OK(do_prefix(NETOP_ADDR, "2001:db8:1::3/128", 0, 0));
	assert_int_equal(warnings, 1);
	assert_non_null(strstr(warning, "tentative"));
	assert_non_null(strstr(warning, "2001:db8:1::3"));
}

/* After a kill: its device is another program's now. */
static void
device_in_use(void **state)
{
	int fd;

	(void)state;
	open_kernel();
	OK(make_tunnel("", NETOP_F_USER, REMOTE));
	k->ops->close(k);
	open_kernel();
	fd = call_open("/dev/tun0");
	assert_true(fd >= 0);
	assert_int_equal(do_op(NETOP_TUNNEL_DESTROY), -EBUSY);
	check_line("tun0");
	assert_true(fbm_link(H, "tun0", NULL));
	OK(call_close(fd));
	OK(do_op(NETOP_TUNNEL_DESTROY));
	assert_false(fbm_link(H, "tun0", NULL));
}

static int others;

static void
close_others(int sig)
{
	(void)sig;
	(void)close(others);
}

/* An engine that was told to let go of it does so in a moment. */
static void
device_let_go(void **state)
{
	const struct itimerval soon = {.it_value.tv_usec = 30000};

	(void)state;
	open_kernel();
	OK(make_tunnel("", NETOP_F_USER, REMOTE));
	k->ops->close(k);
	open_kernel();
	others = call_open("/dev/tun0");
	assert_true(others >= 0);
	(void)signal(SIGALRM, close_others);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	OK(do_op(NETOP_TUNNEL_DESTROY));
	assert_false(fbm_link(H, "tun0", NULL));
}

static bool
is_up(const char *ifname)
{
	return (if_flags(ifname) & FB_IFF_UP) != 0;
}

/* The kernel takes a tun down with its last descriptor. */
static void
adopted_tun_was_up(void **state)
{
	struct netop undo;
	char made[FB_IFNAMSIZ];

	(void)state;
	OK(do_create("tun", made));
	OK(do_flags("tun0", true));
	open_kernel();
	fbm_fail(H, FB_SIOCSIFDESCR, 1, ENOMEM);
	assert_int_equal(make_tunnel("tun0", NETOP_F_USER, REMOTE), -ENOMEM);
	assert_true(is_up("tun0"));
	memset(tunnel.ifname, 0, sizeof(tunnel.ifname));
	(void)strlcpy(tunnel.ifname, "tun0", sizeof(tunnel.ifname));
	OK(k->ops->prepare(k, &tunnel, &undo, &e));
	OK(apply(&tunnel));
	OK(apply(&undo));
	assert_true(is_up("tun0"));
}

/* What was adopted is given back without addresses, whoever made them. */
static void
released_without_addresses(void **state)
{
	struct netop undo;
	char made[FB_IFNAMSIZ];

	(void)state;
	OK(do_create("gif", made));
	open_kernel();
	OK(make_tunnel("gif0", NETOP_F_KERNEL, REMOTE));
	undo = on_tunnel(NETOP_TUNNEL_RELEASE);
	OK(do_op(NETOP_UP));
	OK(do_prefix(NETOP_ADDR, INNER "/128", 0, 0));
	OK(do_addr6("gif0", "2001:db8:9::1", NULL, 64, 0));
	OK(apply(&undo));
	assert_int_equal(addr6_flags("gif0", INNER), -1);
	assert_int_equal(addr6_flags("gif0", "2001:db8:9::1"), -1);
	assert_true(fbm_link(H, "gif0", NULL));
}

/* ---- Routes ---- */

static unsigned deletions;

static void
count_deletions(void *arg, unsigned long call)
{
	(void)arg;
	deletions += call == RTM_DELETE;
}

/* Each has something in common with ours. */
static void
foreign_routes_are_not_deleted(void **state)
{
	const int plain = FB_RTF_UP | FB_RTF_STATIC;

	(void)state;
	open_kernel();
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	OK(do_op(NETOP_UP));
	OK(do_route(
	    ob.route, FB_RTM_ADD, plain, "2001:db8:a::", 48, "gif0", 0));
	OK(do_route(ob.route, FB_RTM_ADD, plain | FB_RTF_PROTO2,
	    "2001:db8:b::", 48, "lo0", 0));
	OK(do_route(ob.route, FB_RTM_ADD, plain | FB_RTF_REJECT,
	    "2001:db8:c::", 48, "::1", 0));
	deletions = 0;
	fbm_on_change(H, count_deletions, NULL);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t flags = i == 0 ? 0 : NETOP_F_REJECT;

		assert_int_equal(
		    do_prefix(NETOP_ROUTE_DEL, "2001:db8:a::/48", flags, 0),
		    -ENOENT);
		assert_int_equal(
		    do_prefix(NETOP_ROUTE_DEL, "2001:db8:b::/48", flags, 0),
		    -ENOENT);
		assert_int_equal(
		    do_prefix(NETOP_ROUTE_DEL, "2001:db8:c::/48", flags, 0),
		    -ENOENT);
		assert_int_equal(
		    do_prefix(NETOP_ROUTE_DEL, "2001:db8:d::/48", flags, 0),
		    -ENOENT);
	}
	assert_int_equal(deletions, 0);
	OK(do_prefix(NETOP_ROUTE, "2001:db8:d::/48", 0, 0));
	OK(do_prefix(NETOP_ROUTE_DEL, "2001:db8:d::/48", 0, 0));
	assert_int_equal(deletions, 1);
}

/* ---- Events ---- */

static void
lost_messages(void **state)
{
	(void)state;
	open_kernel();
	(void)events();
	fbm_lose(H, 1);
	OK(do_addr6("lo0", "2001:db8:9::1", NULL, 128, 0));
	assert_int_equal(events() & 1U << KEV_RESYNC,
	    ob.release < 14 ? 0 : 1U << KEV_RESYNC);
}

/* An IPv4 default route in a table. */
static void
add_default4(int fib)
{
	uint8_t buf[256] = {0}, *p = buf + sizeof(struct fb_rt_msghdr);
	struct fb_rt_msghdr h = {.version = FB_RTM_VERSION,
	    .type = FB_RTM_ADD,
	    .flags = FB_RTF_UP | FB_RTF_STATIC,
	    .addrs = FB_RTA(FB_RTAX_DST) | FB_RTA(FB_RTAX_GATEWAY) |
		FB_RTA(FB_RTAX_NETMASK)};
	struct fb_sockaddr_in any = {.len = sizeof(any), .family = FB_AF_INET};
	struct fb_sockaddr_dl lo = {.len = sizeof(lo),
	    .family = FB_AF_LINK,
	    .index = (uint16_t)if_index("lo0")};
	int fd = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, 0);

	OK(set_option(fd, FB_SO_SETFIB, fib));
	memcpy(p, &any, sizeof(any));
	p += sizeof(any);
	memcpy(p, &lo, sizeof(lo));
	p += (sizeof(lo) + FB_SA_ALIGN - 1) / FB_SA_ALIGN * FB_SA_ALIGN;
	memcpy(p, &any, sizeof(any));
	p += sizeof(any);
	h.msglen = (uint16_t)(p - buf);
	memcpy(buf, &h, sizeof(h));
	OK(call_write(fd, buf, h.msglen));
	(void)call_close(fd);
}

static void
default4_of_our_table_alone(void **state)
{
	(void)state;
	fbm_set_fib(H, 1);
	open_kernel();
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	OK(do_op(NETOP_UP));
	/* And one for routes of ours in the other. */
	OK(do_prefix(NETOP_ROUTE, "2001:db8:d::/48", 0, 0));
	(void)events();
	add_default4(0);
	assert_int_equal(events(), 0);
	add_default4(1);
	assert_int_equal(events(), 1U << KEV_DEFAULT4);
}

/* -F: a route of ours lies in another table than the process works in. */
static void
routes_of_the_other_table(void **state)
{
	int fd = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, 0);

	(void)state;
	OK(set_option(fd, FB_SO_SETFIB, 1));
	open_kernel();
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	OK(do_op(NETOP_UP));
	OK(do_prefix(NETOP_ROUTE, "2001:db8:d::/48", 0, 1));
	assert_true(has_route(1, "2001:db8:d::", 48, NULL));
	(void)events();
	OK(do_route(fd, FB_RTM_DELETE, FB_RTF_UP | FB_RTF_STATIC,
	    "2001:db8:d::", 48, NULL, 0));
	assert_int_equal(events(), 1U << KEV_TOUCHED);
	(void)call_close(fd);
}

/* lo0 stays in table 0: its addresses are told there alone. */
static void
addresses_of_every_table(void **state)
{
	(void)state;
	fbm_set_fib(H, 1);
	open_kernel();
	(void)events();
	OK(do_addr4("lo0", SPARE));
	assert_int_equal(events(), 1U << KEV_ADDR4_NEW);
	OK(do_delete4("lo0", SPARE));
	assert_int_equal(events(), 1U << KEV_ADDR4_GONE);
}

/* Which the kernel does by taking it away and adding it anew. */
static void
address_that_is_set_again(void **state)
{
	(void)state;
	open_kernel();
	OK(do_addr4("lo0", SPARE));
	(void)events();
	OK(do_addr4("lo0", SPARE));
	assert_int_equal(events(), 0);
	/* Nor is it news if that took two calls, but nobody looked between. */
	OK(do_delete4("lo0", SPARE));
	OK(do_addr4("lo0", SPARE));
	assert_int_equal(events(), 0);
	OK(do_delete4("lo0", SPARE));
	assert_int_equal(events(), 1U << KEV_ADDR4_GONE);
}

static void
address_that_moves(void **state)
{
	(void)state;
	OK(do_create("lo", name));
	open_kernel();
	OK(do_addr4("lo0", SPARE));
	assert_int_equal(events(), 1U << KEV_ADDR4_NEW);
	OK(do_delete4("lo0", SPARE));
	OK(do_addr4(name, SPARE));
	assert_int_equal(events() & 1U << KEV_ADDR4_GONE, 0);
	OK(do_delete4(name, SPARE));
	assert_int_equal(events(), 1U << KEV_ADDR4_GONE);
}

/* As a start script may do that finds no word of IPv6 in its settings. */
static void
ipv6_switched_off(void **state)
{
	struct netop op;
	struct snapshot s;

	(void)state;
	open_kernel();
	OK(make_tunnel("", NETOP_F_KERNEL, REMOTE));
	op = on_tunnel(NETOP_ACCEPT_RA);
	OK(apply(&op));
	OK(k->ops->snapshot(k, &s, &e));
	assert_true(snapshot_has(&s, &op));
	OK(do_nd6(tunnel.ifname, FB_ND6_IFF_IFDISABLED));
	OK(k->ops->snapshot(k, &s, &e));
	assert_false(snapshot_has(&s, &op));
	OK(apply(&op));
	OK(k->ops->snapshot(k, &s, &e));
	assert_true(snapshot_has(&s, &op));
}

/* Its packets would not go where the connection to the server goes. */
static void
adopted_gif_of_another_table(void **state)
{
	char gif[FB_IFNAMSIZ];
	struct netop undo;
	struct fb_ifreq r;

	(void)state;
	OK(do_create("gif", gif));
	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, gif, sizeof(r.name));
	r.u.fib = 1;
	OK(call_ioctl(ob.s4, FB_SIOCSTUNFIB, &r));
	open_kernel();
	assert_int_equal(
	    make_tunnel(gif, NETOP_F_KERNEL | NETOP_F_ADOPT, REMOTE), -EBUSY);
	check_line("FIB 1");
	r.u.fib = 0;
	OK(call_ioctl(ob.s4, FB_SIOCSTUNFIB, &r));
	OK(k->ops->prepare(k, &tunnel, &undo, &e));
	OK(make_tunnel(gif, NETOP_F_KERNEL | NETOP_F_ADOPT, REMOTE));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(modules_are_loaded),
	    CASE(modules_may_not_be_loaded),
	    CASE(only_then_user_space),
	    CASE(no_start_in_a_shared_jail),
	    CASE(no_start_without_ipv6),
	    CASE(names),
	    CASE(mtu_of_a_gif),
	    CASE(the_pair_is_taken),
	    CASE(outer_packets_have_our_fib),
	    CASE(address_that_waits),
	    CASE(device_in_use),
	    CASE(device_let_go),
	    CASE(adopted_tun_was_up),
	    CASE(released_without_addresses),
	    CASE(foreign_routes_are_not_deleted),
	    CASE(lost_messages),
	    CASE(default4_of_our_table_alone),
	    CASE(addresses_of_every_table),
	    CASE(address_that_is_set_again),
	    CASE(address_that_moves),
	    CASE(ipv6_switched_off),
	    CASE(adopted_gif_of_another_table),
	    CASE(routes_of_the_other_table),
	};

	log_set_sink(sink, NULL);
	return model_run(tests, sizeof(tests) / sizeof(tests[0]));
}
