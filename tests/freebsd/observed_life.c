/* The routing messages in the life of a tunnel. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "observed.h"

#define OURS (FB_RTF_UP | FB_RTF_GATEWAY | FB_RTF_STATIC)

static char gif0[FB_IFNAMSIZ], gif1[FB_IFNAMSIZ], tun0[FB_IFNAMSIZ];

static void
clones(void **state)
{
	static const char *const messages[] = {
	    "RTM_IFANNOUNCE len 24 gif0 ARRIVAL",
	    "RTM_IFANNOUNCE len 24 gif1 ARRIVAL",
	    "RTM_IFINFO len 168 gif1 0x8010 mtu 1280 link 1",
	    "RTM_IFINFO len 168 gif1 0x208010 mtu 1280 link 1",
	    "RTM_IFANNOUNCE len 24 gif1 DEPARTURE",
	};

	(void)state;
	forget_messages();
	OK(do_create("gif", gif0));
	assert_string_equal(gif0, "gif0");
	OK(do_create("gif", gif1));
	assert_string_equal(gif1, "gif1");
	OK(do_destroy("gif1"));
	check_messages(LINES(messages));
}

/* lo0 comes up with its first address, and gets the IPv6 ones. */
static void
local_address(void **state)
{
	static const char *const messages[] = {
	    "RTM_IFINFO len 168 lo0 0x8049 mtu 16384 link 2",
	    "RTM_NEWADDR len 116 lo0 0xb4",
	    "RTM_ADD len 184 lo0 0x100045 0x3 errno 0",
	    "RTM_NEWMADDR len 88",
	    "15 RTM_IFINFO len 168 lo0 0x8049 mtu 16384 link 2",
	    "RTM_NEWMADDR len 104",
	    "RTM_NEWMADDR len 104",
	    "RTM_NEWMADDR len 104",
	    "RTM_NEWADDR len 172 lo0 0xb4",
	    "RTM_ADD len 240 lo0 0x100845 0x3 errno 0",
	    "RTM_NEWADDR len 148 lo0 0xb4",
	    "RTM_ADD len 240 lo0 0x100845 0x3 errno 0",
	    "RTM_ADD len 232 lo0 0x100041 0x7 errno 0",
	};

	(void)state;
	OK(do_addr4("lo0", "192.0.2.1"));
	if (ob.bare)
		check_messages(LINES(messages));
	else
		forget_messages();
}

static void
tunnel(void **state)
{
	static const char *const messages[] = {
	    "RTM_IFINFO len 168 gif0 0x8050 mtu 1280 link 2",
	    "RTM_IFINFO len 168 gif0 0x8050 mtu 1280 link 2",
	    "RTM_ADD len 200 gif0 0x100045 0x3 errno 0",
	    "RTM_NEWMADDR len 104",
	    "RTM_NEWMADDR len 104",
	    "RTM_NEWMADDR len 104",
	    "RTM_NEWADDR len 172 gif0 0xb4",
	    "RTM_ADD len 240 lo0 0x100845 0x3 errno 0",
	    "15 RTM_IFINFO len 168 gif0 0x8051 mtu 1280 link 2",
	};
	struct fb_ifreq r = {.u = {.mtu = 0}};

	(void)state;
	FAILS(if_request(FB_SIOCGIFPDSTADDR, "gif0", &r), EADDRNOTAVAIL);
	OK(do_phyaddr("gif0", "192.0.2.1", "198.51.100.1"));
	OK(if_request(FB_SIOCGIFPDSTADDR, "gif0", &r));
	assert_int_equal(r.u.addr.len, 16);
	assert_int_equal(r.u.addr.family, FB_AF_INET);
	assert_memory_equal(&r.u.addr.addr, "\xc6\x33\x64\x01", 4);
	OK(do_mtu("gif0", 1280));
	assert_int_equal(nd6_flags_of("gif0"), 0x29);
	OK(do_nd6("gif0", 0x1));
	OK(do_addr6("gif0", "2001:db8:1::2", "2001:db8:1::1", 128, 0));
	OK(do_flags("gif0", true));
	assert_int_equal(if_flags("gif0"), 0x8051);
	check_messages(LINES(messages));
}

static void
check_default(const char *want)
{
	char got[ANSWER_MAX];

	OK(do_route(ob.route, FB_RTM_GET, FB_RTF_UP, "::", 0, NULL, 0));
	read_answer(FB_RTM_GET, got);
	assert_string_equal(got, want);
}

static void
default_route(void **state)
{
	static const char *const messages[] = {
	    "RTM_ADD len 248 gif0 0x843 0x7 errno 0",
	    "RTM_ADD len 248 gif0 0x803 0x7 errno EEXIST",
	    "RTM_GET len 248 gif0 0x843 0x7 errno 0",
	    "RTM_CHANGE len 248 gif0 0x80843 0x7 errno 0",
	    "RTM_GET len 248 gif0 0x80843 0x7 errno 0",
	};
	const char *via = "2001:db8:1::1";
	unsigned n;

	(void)state;
	OK(do_route(ob.route, FB_RTM_ADD, OURS, "::", 0, via, 0));
	FAILS(do_route(ob.route, FB_RTM_ADD, OURS, "::", 0, via, 0), EEXIST);
	check_default("len 248 gif0 0x843 0x7 mtu 1280"
		      ", 0: len 28 family 28 ::"
		      ", 1: len 28 family 28 2001:db8:1::1"
		      ", 2: len 28 family 28 ::");
	OK(do_route(ob.route, FB_RTM_CHANGE, OURS, "::", 0, via, 1280));
	check_default("len 248 gif0 0x80843 0x7 mtu 1280"
		      ", 0: len 28 family 28 ::"
		      ", 1: len 28 family 28 2001:db8:1::1"
		      ", 2: len 28 family 28 ::");
	assert_int_equal(dump_length(&n), 1872);
	assert_int_equal(n, 6);
	check_messages(LINES(messages));
}

static void
end(void **state)
{
	static const char *const messages[] = {
	    "RTM_DELETE len 248 gif0 0x80842 0x7 errno 0",
	    "RTM_DELETE len 248 gif0 0x803 0x7 errno ESRCH",
	    "RTM_DELETE len 200 gif0 0x100044 0x3 errno 0",
	    "RTM_DELMADDR len 104",
	    "RTM_DELMADDR len 104",
	    "RTM_DELMADDR len 104",
	    "RTM_DELETE len 240 - 0x100844 0x3 errno 0",
	    "RTM_DELADDR len 172 gif0 0xb4",
	    "RTM_IFINFO len 168 gif0 0x8011 mtu 1280 link 1",
	    "RTM_IFINFO len 168 gif0 0x208010 mtu 1280 link 1",
	    "RTM_IFANNOUNCE len 24 gif0 DEPARTURE",
	};
	const char *via = "2001:db8:1::1";

	(void)state;
	OK(do_route(ob.route, FB_RTM_DELETE, OURS, "::", 0, via, 0));
	FAILS(do_route(ob.route, FB_RTM_DELETE, OURS, "::", 0, via, 0), ESRCH);
	OK(do_delete6("gif0", "2001:db8:1::2"));
	FAILS(do_delete6("gif0", "2001:db8:1::2"), EADDRNOTAVAIL);
	OK(do_destroy("gif0"));
	assert_int_equal(if_index("gif0"), 0);
	check_messages(LINES(messages));
}

static void
device(void **state)
{
	static const char *const messages[] = {
	    "RTM_IFANNOUNCE len 24 tun0 ARRIVAL",
	    "RTM_IFINFO len 168 tun0 0x8010 mtu 1500 link 2",
	    "RTM_ADD len 200 tun0 0x100045 0x3 errno 0",
	    "RTM_NEWADDR len 172 tun0 0xb4",
	    "RTM_ADD len 240 lo0 0x100845 0x3 errno 0",
	    "15 RTM_IFINFO len 168 tun0 0x51 mtu 1500 link 2",
	    "RTM_IFINFO len 168 tun0 0x50 mtu 1500 link 2",
	    "RTM_DELETE len 200 tun0 0x100044 0x3 errno 0",
	    "RTM_DELETE len 240 - 0x100844 0x3 errno 0",
	    "RTM_DELADDR len 172 tun0 0xb4",
	    "RTM_IFINFO len 168 tun0 0x10 mtu 1500 link 1",
	    "RTM_IFINFO len 168 tun0 0x200010 mtu 1500 link 1",
	    "RTM_IFANNOUNCE len 24 tun0 DEPARTURE",
	    "RTM_IFANNOUNCE len 24 tun0 ARRIVAL",
	    "RTM_IFINFO len 168 tun0 0x8010 mtu 1500 link 2",
	};
	int fd, on = 1, mode = FB_IFF_POINTOPOINT;

	(void)state;
	OK(do_create("tun", tun0));
	assert_string_equal(tun0, "tun0");
	OK(fd = call_open("/dev/tun0"));
	OK(call_ioctl(fd, FB_TUNSIFHEAD, &on));
	OK(call_ioctl(fd, FB_TUNSIFMODE, &mode));
	OK(do_addr6("tun0", "2001:db8:9::2", "2001:db8:9::1", 128, 0));
	OK(call_close(fd));
	OK(do_destroy("tun0"));
	OK(fd = call_open("/dev/tun"));
	name_index(if_index("tun0"), "tun0");
	check_messages(LINES(messages));
	OK(call_close(fd));
	OK(do_destroy("tun0"));
	OK(do_delete4("lo0", "192.0.2.1"));
}

int
observed_life(const char *name)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(clones),
	    cmocka_unit_test(local_address),
	    cmocka_unit_test(tunnel),
	    cmocka_unit_test(default_route),
	    cmocka_unit_test(end),
	    cmocka_unit_test(device),
	};

	return cmocka_run_group_tests_name(
	    name, tests, observed_setup, observed_teardown);
}
