/* Calls and their results, one after the other on one host. */
#include <errno.h>

#include "observed.h"

#define STATIC (FB_RTF_UP | FB_RTF_STATIC)
#define OURS   (STATIC | FB_RTF_PROTO2)

static char gif[FB_IFNAMSIZ]; /* gif0 */

static void
clones(void **state)
{
	char other[FB_IFNAMSIZ];

	(void)state;
	OK(do_create("gif", gif));
	assert_string_equal(gif, "gif0");
	OK(do_create("gif7", other));
	assert_string_equal(other, "gif7");
	FAILS(do_create("gif7", other), EEXIST);
	FAILS(do_create("nosuch", other), EINVAL);
	FAILS(do_destroy("gif9"), ENXIO);
	FAILS(do_destroy("lo0"), EINVAL);
}

static void
outer_pairs(void **state)
{
	(void)state;
	OK(do_addr4("lo0", "192.0.2.1"));
	OK(do_phyaddr("gif0", "192.0.2.1", "198.51.100.1"));
	OK(do_phyaddr("gif0", "192.0.2.1", "198.51.100.1"));
	OK(do_flags("gif0", true));
	OK(do_phyaddr("gif0", "192.0.2.1", "198.51.100.2"));
	OK(do_flags("gif0", false));
	FAILS(do_phyaddr("gif7", "192.0.2.1", "198.51.100.2"), EADDRNOTAVAIL);
	OK(do_phyaddr("gif7", "192.0.2.77", "198.51.100.1"));
	OK(do_phyaddr("gif7", "192.0.2.1", "224.0.0.9"));
	FAILS(do_phyaddr("gif7", "192.0.2.1", "0.0.0.0"), EADDRNOTAVAIL);
	OK(do_phyaddr("gif7", "192.0.2.1", "192.0.2.1"));
	FAILS(do_phyaddr("gif9", "192.0.2.1", "198.51.100.1"), ENXIO);
	OK(do_number(FB_SIOCDIFPHYADDR, "gif7", 0));
	OK(do_number(FB_SIOCDIFPHYADDR, "gif7", 0));
}

static void
mtu(void **state)
{
	(void)state;
	FAILS(do_mtu("gif0", 1279), EINVAL);
	OK(do_mtu("gif0", 8192));
	FAILS(do_mtu("gif0", 8193), EINVAL);
	OK(do_mtu("gif0", 1280));
}

static void
addresses(void **state)
{
	static const char *const routes[] = {
	    "::1 gw link lo0 on lo0 0x100805 0x33",
	    "2001:db8:1::6 gw link gif0 on lo0 0x100805 0x33",
	    "2001:db8:1::9 gw link gif0 on gif0 0x100005 0xb3",
	    "2001:db8:3::/64 gw link gif0 on gif0 0x100001 0xb7",
	    "2001:db8:3::6 gw link gif0 on lo0 0x100805 0x33",
	    "fe80::/64 gw link lo0 on lo0 0x100001 0x37",
	    "fe80::1 gw link lo0 on lo0 0x100805 0x33",
	    "fe80::/64 gw link gif0 on gif0 0x100001 0xb7",
	    "fe80::ID gw link gif0 on lo0 0x100805 0x33",
	    "ff02::/64 gw link gif0 on gif0 0x100001 0xb7",
	    "ff02::9 gw link gif0 on lo0 0x100805 0x33",
	};

	(void)state;
	assert_int_equal(nd6_flags_of("gif0"), 0x29);
	OK(do_addr6("gif0", "2001:db8:1::6", "2001:db8:1::5", 128, 0));
	assert_int_equal(addr6_flags("gif0", "2001:db8:1::6"), 0);
	assert_int_equal(if_flags("gif0"), 0x8051);
	OK(do_addr6("gif0", "2001:db8:1::6", "2001:db8:1::5", 128, 0));
	OK(do_addr6("gif0", "2001:db8:1::6", "2001:db8:1::9", 128, 0));
	FAILS(
	    do_addr6("gif0", "2001:db8:2::6", "2001:db8:2::5", 64, 0), EINVAL);
	OK(do_addr6("gif0", "2001:db8:3::6", NULL, 64, FB_IN6_IFF_NODAD));
	assert_int_equal(addr6_flags("gif0", "2001:db8:3::6"), 0x22);
	OK(do_addr6("gif0", "ff02::9", NULL, 64, 0));
	FAILS(do_addr6("gif0", "::", NULL, 64, 0), EEXIST);
	OK(do_flags("gif0", true));
	assert_int_equal(addr6_flags("gif0", "2001:db8:1::6"), 0);
	FAILS(addr6_flags("gif0", "2001:db8:2::6"), EADDRNOTAVAIL);
	check_routes(LINES(routes));
}

static void
routes_of_ours(void **state)
{
	static const char *const routes[] = {
	    "::/0 gw link gif0 on gif0 0x4801 0xb7",
	    "::1 gw link lo0 on lo0 0x100805 0x33",
	    "2001:db8:1::6 gw link gif0 on lo0 0x100805 0x33",
	    "2001:db8:1::9 gw link gif0 on gif0 0x100005 0xb3",
	    "2001:db8:3::/64 gw link gif0 on gif0 0x100001 0xb7",
	    "2001:db8:3::6 gw link gif0 on lo0 0x100805 0x33",
	    "2001:db8:40::/48 gw ::1 on lo0 0x4809 0x37",
	    "2001:db8:41::/48 gw ::1 on lo0 0x5801 0x37",
	    "2001:db8:50::/48 gw link gif0 on gif0 0x801 0xb7",
	    "fe80::/64 gw link lo0 on lo0 0x100001 0x37",
	    "fe80::1 gw link lo0 on lo0 0x100805 0x33",
	    "fe80::/64 gw link gif0 on gif0 0x100001 0xb7",
	    "fe80::ID gw link gif0 on lo0 0x100805 0x33",
	    "ff02::/64 gw link gif0 on gif0 0x100001 0xb7",
	    "ff02::9 gw link gif0 on lo0 0x100805 0x33",
	};
	int fd = ob.route;

	(void)state;
	assert_int_equal(
	    do_route(fd, FB_RTM_ADD, OURS, "::", 0, "gif0", 0), 272);
	FAILS(do_route(fd, FB_RTM_ADD, OURS, "::", 0, "gif7", 0), EEXIST);
	FAILS(do_route(fd, FB_RTM_ADD, OURS | FB_RTF_GATEWAY,
		  "2001:db8:30::", 48, "2001:db8:1::5", 0),
	    ENETUNREACH);
	assert_int_equal(do_route(fd, FB_RTM_ADD, OURS | FB_RTF_REJECT,
			     "2001:db8:40::", 48, "::1", 0),
	    248);
	assert_int_equal(do_route(fd, FB_RTM_ADD, OURS | FB_RTF_BLACKHOLE,
			     "2001:db8:41::", 48, "lo0", 0),
	    272);
	assert_int_equal(
	    do_route(fd, FB_RTM_ADD, STATIC, "2001:db8:50::1", 48, "gif0", 0),
	    272);
	FAILS(do_route(fd, FB_RTM_DELETE, OURS, "::", 0, "gif7", 0), ESRCH);
	check_routes(LINES(routes));
	OK(do_flags("gif0", false));
	check_routes(LINES(routes));
	OK(do_flags("gif0", true));
	check_routes(LINES(routes));
}

static void
discovery(void **state)
{
	(void)state;
	assert_int_equal(nd6_flags_of("gif0"), 0x21);
	OK(do_nd6("gif0",
	    FB_ND6_IFF_PERFORMNUD | FB_ND6_IFF_ACCEPT_RTADV |
		FB_ND6_IFF_AUTO_LINKLOCAL));
	assert_int_equal(nd6_flags_of("gif0"), 0x23);
}

static void
groups(void **state)
{
	struct fb_ifgroupreq r = {.name = "dtcp"};
	struct fb_ifg_req member;

	(void)state;
	OK(do_group(FB_SIOCAIFGROUP, "gif0", "dtcp"));
	FAILS(do_group(FB_SIOCAIFGROUP, "gif0", "dtcp"), EEXIST);
	FAILS(do_group(FB_SIOCAIFGROUP, "gif0", "dtcp0"), EINVAL);
	OK(call_ioctl(ob.s4, FB_SIOCGIFGMEMB, &r));
	assert_int_equal(r.len, 16);
	r.u.groups = &member;
	OK(call_ioctl(ob.s4, FB_SIOCGIFGMEMB, &r));
	assert_string_equal(member.member, "gif0");
	r = (struct fb_ifgroupreq) {.name = "nosuch"};
	FAILS(call_ioctl(ob.s4, FB_SIOCGIFGMEMB, &r), ENOENT);
}

static void
descriptions(void **state)
{
	struct fb_ifreq r = {.u = {.mtu = 0}};
	char text[] = "dtcp:/var/run/dtcpc.pid", got[64] = "";

	(void)state;
	FAILS(if_request(FB_SIOCGIFDESCR, "gif0", &r), ENOMSG);
	r.u.buf.length = sizeof(text);
	r.u.buf.buffer = text;
	OK(if_request(FB_SIOCSIFDESCR, "gif0", &r));
	r.u.buf.length = 4;
	r.u.buf.buffer = got;
	OK(if_request(FB_SIOCGIFDESCR, "gif0", &r));
	assert_null(r.u.buf.buffer);
	assert_int_equal(r.u.buf.length, sizeof(text));
	r.u.buf.buffer = got;
	OK(if_request(FB_SIOCGIFDESCR, "gif0", &r));
	assert_string_equal(got, text);
}

static void
numbers(void **state)
{
	(void)state;
	assert_int_equal(sysctl_number("net.inet6.ip6.forwarding"), 0);
	assert_int_equal(sysctl_number("net.fibs"), 1);
	assert_int_equal(sysctl_number("net.inet6.ip6.dad_count"), 1);
	FAILS(do_number(FB_SIOCSIFFIB, "gif0", 1), EINVAL);
	OK(do_number(FB_SIOCSIFFIB, "gif0", 0));
	OK(do_number(FB_SIOCSTUNFIB, "gif0", 0));
}

static void
destruction(void **state)
{
	static const char *const routes[] = {
	    "::1 gw link lo0 on lo0 0x100805 0x33",
	    "2001:db8:40::/48 gw ::1 on lo0 0x4809 0x37",
	    "2001:db8:41::/48 gw ::1 on lo0 0x5801 0x37",
	    "fe80::/64 gw link lo0 on lo0 0x100001 0x37",
	    "fe80::1 gw link lo0 on lo0 0x100805 0x33",
	};
	int fd = ob.route;

	(void)state;
	OK(do_destroy("gif0"));
	check_routes(LINES(routes));
	OK(do_destroy("gif7"));
	assert_int_equal(do_route(fd, FB_RTM_DELETE, OURS | FB_RTF_REJECT,
			     "2001:db8:40::", 48, "::1", 0),
	    248);
	assert_int_equal(do_route(fd, FB_RTM_DELETE, OURS | FB_RTF_BLACKHOLE,
			     "2001:db8:41::", 48, "lo0", 0),
	    272);
	OK(do_delete4("lo0", "192.0.2.1"));
}

int
observed_calls(const char *name)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clones),
	    cmocka_unit_test(outer_pairs),
	    cmocka_unit_test(mtu),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(routes_of_ours),
	    cmocka_unit_test(discovery),
	    cmocka_unit_test(groups),
	    cmocka_unit_test(descriptions),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(destruction),
	};

	return cmocka_run_group_tests_name(
	    name, tests, observed_setup, observed_teardown);
}
