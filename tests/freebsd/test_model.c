/*
 * What else the kernel model is to do: what the record of real kernels leaves
 * open and their manual pages and sources say, and what tests want of it.
 */
#include <sys/types.h>

#include <errno.h>
#include <string.h>

#include "model_host.h"

static void
fibs(void **state)
{
	const int table1[] = {
	    FB_CTL_NET, FB_AF_ROUTE, 0, FB_AF_INET6, FB_NET_RT_DUMP, 0, 1};
	unsigned later = ob.release >= 14; /* one RTM_IFINFO more */
	unsigned n;
	struct fbm_link l;
	size_t len;

	(void)state;
	fbm_set_fibs(H, 2);
	make_gif();
	OK(do_number(FB_SIOCSIFFIB, "gif0", 1));
	OK(do_number(FB_SIOCSTUNFIB, "gif0", 1));
	FAILS(do_number(FB_SIOCSIFFIB, "gif0", 2), EINVAL);
	assert_true(fbm_link(H, "gif0", &l));
	assert_int_equal(l.fib, 1);
	assert_int_equal(l.tunnelfib, 1);
	(void)drain(ob.listen);
	(void)drain(ob.route);
	/* Only a socket of that table hears of the addresses. */
	FAILS(set_option(ob.route, FB_SO_SETFIB, 2), EINVAL);
	OK(set_option(ob.route, FB_SO_SETFIB, 1));
	OK(do_addr6("gif0", INNER, PEER, 128, 0));
	assert_true(has_route(1, PEER, 128, NULL));
	assert_false(has_route(0, PEER, 128, NULL));
	assert_int_equal(drain(ob.listen), 4 + later);
	assert_int_equal(drain(ob.route), 10 + later);
	/* A destination once a table. */
	OK(do_route(ob.route, FB_RTM_ADD, OURS, "::", 0, "gif0", 0));
	FAILS(do_route(ob.route, FB_RTM_ADD, OURS, "::", 0, "gif0", 0), EEXIST);
	OK(do_route(ob.listen, FB_RTM_ADD, OURS, "::", 0, "lo0", 0));
	OK(do_destroy("gif0"));
	assert_false(has_route(1, "::", 0, NULL));
	assert_true(has_route(0, "::", 0, NULL));
	/* lo0's are in its own table alone. */
	OK(call_sysctl(table1, 7, NULL, &len));
	assert_int_equal(len, 0);
	(void)dump_length(&n);
	assert_int_equal(n, 4);
}

static void
process_fib(void **state)
{
	struct fbm_link l;

	(void)state;
	fbm_set_fibs(H, 4);
	fbm_set_fib(H, 3);
	OK(do_create("gif", name));
	assert_true(fbm_link(H, "gif0", &l));
	assert_int_equal(l.fib, 0);
	assert_int_equal(l.tunnelfib, 3);
	assert_int_equal(sysctl_number("net.my_fibnum"), 3);
}

/* Messages that do not fit are lost; 14 and later can say so, once. */
static void
overflow(void **state)
{
	char buf[16];
	bool tells = ob.release >= 14;
	int i;

	(void)state;
	if (tells)
		OK(set_option(ob.listen, FB_SO_RERROR, 1));
	else
		FAILS(set_option(ob.listen, FB_SO_RERROR, 1), ENOPROTOOPT);
	assert_false(readable(ob.listen));
	OK(set_option(ob.listen, FB_SO_RCVBUF, 400));
	for (i = 0; i < 3; i++)
		OK(do_mtu("lo0", 16384)); /* 168 octets each time */
	assert_int_equal(call_read(ob.listen, buf, sizeof(buf)), sizeof(buf));
	assert_int_equal(call_read(ob.listen, buf, sizeof(buf)), sizeof(buf));
	assert_int_equal(readable(ob.listen), tells);
	FAILS(call_read(ob.listen, buf, sizeof(buf)), tells ? ENOBUFS : EAGAIN);
	assert_false(readable(ob.listen));
	FAILS(call_read(ob.listen, buf, sizeof(buf)), EAGAIN);
	fbm_lose(H, 1);
	OK(do_mtu("lo0", 16384));
	OK(do_mtu("lo0", 16384));
	assert_int_equal(drain(ob.listen), 1);
}

static void
who_hears(void **state)
{
	int four = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, FB_AF_INET);
	int six = call_socket(FB_AF_ROUTE, FB_SOCK_RAW, FB_AF_INET6);
	unsigned later = ob.release >= 14; /* one more of lo0 */

	(void)state;
	make_gif();
	/* Both hear of interfaces, each of addresses of its family alone. */
	assert_int_equal(drain(ob.route), 14 + later);
	assert_int_equal(drain(four), 6 + later);
	assert_int_equal(drain(six), 11 + later);
	OK(do_route(six, FB_RTM_ADD, OURS, "::", 0, "gif0", 0));
	assert_int_equal(drain(ob.route), 1);
	assert_int_equal(drain(four), 0);
	assert_int_equal(drain(six), 1);
	OK(set_option(six, FB_SO_USELOOPBACK, 0));
	OK(do_route(six, FB_RTM_DELETE, OURS, "::", 0, "gif0", 0));
	assert_int_equal(drain(ob.route), 1);
	assert_int_equal(drain(six), 0);
	OK(call_close(four));
	OK(call_close(six));
}

static void
bad_requests(void **state)
{
	struct fb_rt_msghdr h = {.msglen = sizeof(h),
	    .version = FB_RTM_VERSION,
	    .type = FB_RTM_ADD,
	    .seq = 1};
	int fd = ob.route;

	(void)state;
	make_gif();
	FAILS(call_write(fd, &h, sizeof(h)), EINVAL);
	h.version = 4;
	FAILS(call_write(fd, &h, sizeof(h)), EPROTONOSUPPORT);
	h.version = FB_RTM_VERSION;
	h.msglen++;
	FAILS(call_write(fd, &h, sizeof(h)), EINVAL);
	FAILS(call_write(fd, &h, 20), EINVAL);
	FAILS(do_route(fd, FB_RTM_ADD, OURS, "::", 0, NULL, 0), EINVAL);
	FAILS(do_route(fd, FB_RTM_ADD, OURS, "::", 0, "gif9", 0), ENETUNREACH);
	FAILS(do_route(fd, FB_RTM_CHANGE, OURS, "::", 0, "gif0", 0), ESRCH);
	FAILS(do_route(fd, 0x5, OURS, "::", 0, "gif0", 0), EOPNOTSUPP);
	FAILS(do_route(fd, FB_RTM_ADD, OURS | FB_RTF_REJECT | FB_RTF_BLACKHOLE,
		  "::", 0, "lo0", 0),
	    EINVAL);
}

/* The answer to a bad one says why it is. */
static void
bad_answers(void **state)
{
	struct {
		struct fb_rt_msghdr h;
		struct fb_sockaddr_in6 dst;
		uint8_t more[4];
	} q = {.h = {.msglen = sizeof(q),
		   .version = FB_RTM_VERSION,
		   .type = FB_RTM_GET,
		   .addrs = FB_RTA(FB_RTAX_DST)},
	    .dst = {.len = sizeof(q.dst), .family = FB_AF_INET6}};
	struct fb_rt_msghdr got;

	(void)state;
	/* That is ::, and nothing leads there. */
	FAILS(call_write(ob.route, &q, sizeof(q)), ESRCH);
	assert_true(call_read(ob.listen, &got, sizeof(got)) > 0);
	assert_int_equal(got.error, ESRCH);
	q.dst.len--;
	FAILS(call_write(ob.route, &q, sizeof(q)), EINVAL);
	assert_true(call_read(ob.listen, &got, sizeof(got)) > 0);
	assert_int_equal(got.error, EINVAL);
	q.dst.len++;
	q.h.msglen--;
	FAILS(call_write(ob.route, &q, sizeof(q)), EINVAL);
	assert_true(call_read(ob.listen, &got, sizeof(got)) > 0);
	assert_int_equal(got.error, 0); /* it went round as it came */
}

static void
lookups(void **state)
{
	char got[ANSWER_MAX];
	struct fbm_route r;
	int fd = ob.route;

	(void)state;
	make_gif();
	OK(do_addr6("gif0", INNER, PEER, 128, 0));
	OK(do_route(fd, FB_RTM_ADD, OURS, "2001:db8:7::", 48, "gif0", 1400));
	assert_true(has_route(0, "2001:db8:7::", 48, &r));
	assert_int_equal(r.mtu, 1280);
	assert_int_equal(r.flags & 0x80000, 0x80000);
	/* With a netmask exactly that one. */
	OK(do_route(fd, FB_RTM_GET, 0, "2001:db8:7::", 48, NULL, 0));
	read_answer(FB_RTM_GET, got);
	assert_non_null(strstr(got, ", 1: len 16 family 18 link gif0"));
	FAILS(do_route(fd, FB_RTM_GET, 0, "2001:db8:7::", 64, NULL, 0), ESRCH);
	/* Through the far end, and what is behind a route. */
	OK(do_route(fd, FB_RTM_ADD, OURS | FB_RTF_GATEWAY, "2001:db8:8::", 48,
	    PEER, 0));
	OK(do_route(fd, FB_RTM_ADD, OURS | FB_RTF_GATEWAY, "2001:db8:9::", 48,
	    "2001:db8:8::1", 0));
	FAILS(
	    do_route(fd, FB_RTM_DELETE, OURS, PEER, 128, NULL, 0), EADDRINUSE);
}

static void
modules(void **state)
{
	(void)state;
	fbm_set_modules(H, false, false);
	FAILS(do_create("gif", name), EINVAL);
	FAILS(do_create("tun", name), EINVAL);
	FAILS(call_open("/dev/tun0"), ENOENT);
	FAILS(call_kldload("if_nosuch"), ENOENT);
	fbm_set_kldload(H, false);
	FAILS(call_kldload("if_gif"), EPERM);
	fbm_set_kldload(H, true);
	OK(call_kldload("if_gif"));
	FAILS(call_kldload("if_gif"), EEXIST);
	OK(call_kldload("if_tuntap"));
	OK(do_create("gif", name));
	OK(do_create("tun", name));
	FAILS(call_open("/dev/null"), ENOENT);
}

static void
jail(void **state)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};

	(void)state;
	make_gif();
	fbm_set_jail(H, true, false);
	assert_int_equal(sysctl_number("security.jail.jailed"), 1);
	assert_int_equal(sysctl_number("security.jail.vnet"), 0);
	FAILS(do_create("gif", name), EPERM);
	FAILS(do_destroy("gif0"), EPERM);
	FAILS(do_mtu("gif0", 1280), EPERM);
	FAILS(do_addr6("gif0", INNER, PEER, 128, 0), EPERM);
	FAILS(do_nd6("gif0", 1), EPERM);
	FAILS(do_route(ob.route, FB_RTM_ADD, OURS, "::", 0, "gif0", 0), EPERM);
	OK(if_request(FB_SIOCGIFMTU, "gif0", &r));
	FAILS(call_kldload("if_gif"), EPERM);
	fbm_set_jail(H, true, true);
	OK(do_mtu("gif0", 1280));
	FAILS(call_kldload("if_gif"), EPERM);
}

static void
faults(void **state)
{
	unsigned before = fbm_calls(H);

	(void)state;
	fbm_fail(H, FBM_ANY, 3, EIO);
	OK(do_mtu("lo0", 16384));
	OK(do_mtu("lo0", 16384));
	FAILS(do_mtu("lo0", 1000), EIO);
	OK(do_mtu("lo0", 16384));
	assert_int_equal(fbm_calls(H) - before, 4);
	fbm_fail(H, FB_SIOCIFCREATE2, 1, ENOSPC);
	OK(do_mtu("lo0", 16384));
	FAILS(do_create("gif", name), ENOSPC);
	make_gif();
	fbm_fail(H, FBM_RTM | FB_RTM_ADD, 2, ENOMEM);
	OK(do_route(ob.route, FB_RTM_ADD, OURS, "::", 0, "gif0", 0));
	OK(do_route(ob.route, FB_RTM_DELETE, OURS, "::", 0, "gif0", 0));
	FAILS(do_route(ob.route, FB_RTM_ADD, OURS, "::", 0, "gif0", 0), ENOMEM);
	assert_false(has_route(0, "::", 0, NULL));
	fbm_fail(H, FBM_READ, 1, EINTR);
	FAILS(call_read(ob.route, name, 1), EINTR);
}

static void
short_buffers(void **state)
{
	const int routes[] = {
	    FB_CTL_NET, FB_AF_ROUTE, 0, FB_AF_INET6, FB_NET_RT_DUMP, 0, 1};
	const int links[] = {
	    FB_CTL_NET, FB_AF_ROUTE, 0, 0, FB_NET_RT_IFLIST, 1};
	char buf[2048];
	size_t len = 300;

	(void)state;
	OK(do_addr4("lo0", LOCAL));
	/* 14 and later cut a list of routes without a word. */
	if (ob.release >= 14)
		OK(call_sysctl(routes, 6, buf, &len));
	else
		FAILS(call_sysctl(routes, 6, buf, &len), ENOMEM);
	assert_int_equal(len, 300);
	FAILS(call_sysctl(routes, 7, NULL, &len), EINVAL);
	len = 300;
	FAILS(call_sysctl(links, 6, buf, &len), ENOMEM);
	OK(call_sysctl(links, 6, NULL, &len));
	/* lo0; its addresses, two of which have no far end. */
	assert_int_equal(len, (168 + 56) + 64 + 120 + 96);
	len = sizeof(buf);
	OK(call_sysctl(links, 6, buf, &len));
	assert_int_equal(len, (168 + 56) + 64 + 120 + 96);
	FAILS(call_sysctlbyname("net.nosuch", buf, &len), ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(fibs),
	    TEST(process_fib),
	    TEST(overflow),
	    TEST(who_hears),
	    TEST(bad_requests),
	    TEST(bad_answers),
	    TEST(lookups),
	    TEST(modules),
	    TEST(jail),
	    TEST(faults),
	    TEST(short_buffers),
	};

	return model_run(tests, sizeof(tests) / sizeof(tests[0]));
}
