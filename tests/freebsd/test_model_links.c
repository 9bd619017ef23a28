/* Interfaces of the kernel model, beyond what the record of real ones has. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "model_host.h"

static void
renamed(void **state)
{
	char new[FB_IFNAMSIZ] = "", long_name[] = "aninterfaceofmine";
	struct fb_ifreq r = {.u = {.data = new}};
	int fd;

	(void)state;
	OK(do_create("tun", name));
	(void)drain(ob.listen);
	FAILS(if_request(FB_SIOCSIFNAME, "tun0", &r), EINVAL);
	memcpy(new, "lo0", 4);
	FAILS(if_request(FB_SIOCSIFNAME, "tun0", &r), EEXIST);
	r.u.data = long_name;
	FAILS(if_request(FB_SIOCSIFNAME, "tun0", &r), ENAMETOOLONG);
	memcpy(new, "six", 4);
	r.u.data = new;
	OK(if_request(FB_SIOCSIFNAME, "tun0", &r));
	assert_int_equal(if_index("tun0"), 0);
	assert_int_equal(drain(ob.listen), 2);
	/* Its unit is still taken, its device has both names. */
	OK(do_create("tun", name));
	assert_string_equal(name, "tun1");
	OK(fd = call_open("/dev/six"));
	FAILS(call_open("/dev/tun0"), EBUSY);
	OK(call_close(fd));
	OK(fd = call_open("/dev/tun0"));
	OK(call_close(fd));
	OK(do_destroy("six"));
}

static void
device(void **state)
{
	struct in6_addr inner = a6(INNER);
	struct fbm_link l;
	char buf[8];
	int fd, copy, on = 1;

	(void)state;
	OK(do_create("tun", name));
	OK(fd = call_open("/dev/tun0"));
	OK(call_ioctl(fd, FB_TUNSIFHEAD, &on));
	FAILS(call_ioctl(fd, FB_SIOCGIFMTU, &on), ENOTTY);
	OK(do_addr6("tun0", INNER, PEER, 128, 0));
	FAILS(call_ioctl(fd, FB_TUNSIFMODE, &on), EBUSY);
	assert_true(fbm_link(H, "tun0", &l));
	assert_true(l.ifhead);
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(read(l.tun, buf, sizeof(buf)), 3);
	assert_int_equal(write(l.tun, "abcd", 4), 4);
	assert_int_equal(call_read(fd, buf, sizeof(buf)), 4);
	/* Open until the last copy is closed, by whatever call. */
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	OK(call_close(fd));
	assert_true(fbm_addr(H, "tun0", &inner, NULL));
	FAILS(do_destroy("tun0"), EDEADLK);
	fbm_destroy(H, "tun0");
	assert_true(fbm_link(H, "tun0", NULL));
	(void)close(copy);
	assert_false(fbm_link(H, "tun0", NULL));
}

static void
detection(void **state)
{
	struct in6_addr duplicate = a6("2001:db8:4::2");

	(void)state;
	OK(do_create("gif", name));
	OK(do_nd6("gif0", 0x1));
	/* Without a pair it cannot run. */
	OK(do_addr6("gif0", "2001:db8:3::2", NULL, 64, 0));
	fbm_dad_done(H);
	assert_int_equal(addr6_flags("gif0", "2001:db8:3::2"), TENTATIVE);
	OK(do_addr4("lo0", LOCAL));
	OK(do_phyaddr("gif0", LOCAL, REMOTE));
	fbm_set_duplicate(H, &duplicate);
	OK(do_addr6("gif0", "2001:db8:4::2", NULL, 64, 0));
	assert_int_equal(addr6_flags("gif0", "2001:db8:4::2"), TENTATIVE);
	OK(do_flags("gif0", false));
	OK(do_flags("gif0", true));
	fbm_dad_done(H);
	assert_int_equal(addr6_flags("gif0", "2001:db8:3::2"), 0);
	assert_int_equal(
	    addr6_flags("gif0", "2001:db8:4::2"), FB_IN6_IFF_DUPLICATED);
	OK(do_nd6("gif0", 0x1 | FB_ND6_IFF_NO_DAD));
	OK(do_addr6("gif0", "2001:db8:5::2", NULL, 64, 0));
	assert_int_equal(addr6_flags("gif0", "2001:db8:5::2"), 0);
	OK(do_nd6("gif0", 0x1));
	fbm_set_dad_count(H, 0);
	OK(do_addr6("gif0", "2001:db8:6::2", NULL, 64, 0));
	assert_int_equal(addr6_flags("gif0", "2001:db8:6::2"), 0);
}

static void
addresses(void **state)
{
	(void)state;
	make_gif();
	OK(do_create("gif", name));
	OK(do_addr6("gif0", "2001:db8:3::2", NULL, 64, 0));
	OK(do_addr6("gif0", "2001:db8:3::3", NULL, 64, 0));
	FAILS(do_addr6("gif1", "2001:db8:3::2", NULL, 128, 0), EEXIST);
	FAILS(do_addr6("gif0", "2001:db8:3::2", NULL, 48, 0), EINVAL);
	/* One of its three multicast groups was its own alone. */
	(void)drain(ob.listen);
	OK(do_delete6("gif0", "2001:db8:3::2"));
	assert_int_equal(drain(ob.listen), 3);
	assert_true(has_route(0, "2001:db8:3::", 64, NULL));
	OK(do_delete6("gif0", "2001:db8:3::3"));
	assert_false(has_route(0, "2001:db8:3::", 64, NULL));
	/* A connected route takes the place of another one. */
	OK(do_route(ob.route, FB_RTM_ADD, OURS, PEER, 128, "lo0", 0));
	OK(do_addr6("gif0", INNER, PEER, 128, 0));
	FAILS(
	    do_route(ob.route, FB_RTM_ADD, OURS, PEER, 128, "lo0", 0), EEXIST);
	/* It runs as long as its local end is here. */
	assert_int_equal(if_flags("gif0") & 0x40, 0x40);
	OK(do_delete4("lo0", LOCAL));
	assert_int_equal(if_flags("gif0") & 0x40, 0);
}

static void
groups(void **state)
{
	struct fb_ifgroupreq r = {.name = "all"};
	struct fb_ifg_req members[3];
	struct fbm_link l;

	(void)state;
	OK(do_create("gif", name));
	r.len = sizeof(members);
	r.u.groups = members;
	OK(call_ioctl(ob.s4, FB_SIOCGIFGMEMB, &r));
	assert_string_equal(members[0].member, "lo0");
	assert_string_equal(members[1].member, "gif0");
	r.len = sizeof(members[0]);
	FAILS(call_ioctl(ob.s4, FB_SIOCGIFGMEMB, &r), EINVAL);
	assert_true(fbm_link(H, "gif0", &l));
	assert_false(l.dtcp);
	OK(do_group(FB_SIOCAIFGROUP, "gif0", "dtcp"));
	assert_true(fbm_link(H, "gif0", &l));
	assert_true(l.dtcp);
	FAILS(do_group(FB_SIOCDIFGROUP, "lo0", "dtcp"), ENOENT);
	OK(do_group(FB_SIOCDIFGROUP, "gif0", "dtcp"));
	assert_true(fbm_link(H, "gif0", &l));
	assert_false(l.dtcp);
	assert_int_equal(fbm_count_links(H), 2);
}

static void
masks(void **state)
{
	struct fb_in_aliasreq r = {.name = "lo0",
	    .addr = {.len = 16, .family = FB_AF_INET, .addr = {1}},
	    .mask = {.len = 16, .family = FB_AF_INET, .addr = {0xff00ff}}};

	(void)state;
	FAILS(call_ioctl(ob.s4, FB_SIOCAIFADDR, &r), EINVAL);
	r.mask.addr.s_addr = 0xffff;
	OK(call_ioctl(ob.s4, FB_SIOCAIFADDR, &r));
}

/* As a network card: its own address is in the list, and makes another. */
static void
ethernet(void **state)
{
	static const uint8_t hwaddr[] = {0x58, 0x9c, 0xfc, 0x10, 0x00, 0x00};
	const char *self = "fe80::5a9c:fcff:fe10:0";
	int mib[] = {
	    FB_CTL_NET, FB_AF_ROUTE, 0, FB_AF_LINK, FB_NET_RT_IFLIST, 0};
	struct fb_if_msghdr h;
	struct fb_sockaddr_dl sdl;
	char buf[1024], gif[FB_IFNAMSIZ];
	size_t len = sizeof(buf);

	(void)state;
	OK(do_create("tap", name));
	assert_string_equal(name, "tap0");
	assert_int_equal(if_flags(name), 0x8802);
	mib[5] = (int)if_index(name);
	OK(call_sysctl(mib, 6, buf, &len));
	memcpy(&h, buf, sizeof(h));
	memcpy(&sdl, buf + sizeof(h), sizeof(sdl));
	assert_int_equal(h.data.type, FB_IFT_ETHER);
	assert_int_equal(sdl.alen, sizeof(hwaddr));
	assert_memory_equal(sdl.data + sdl.nlen, hwaddr, sizeof(hwaddr));
	FAILS(addr6_flags(name, self), EADDRNOTAVAIL);
	OK(do_addr6(name, "2001:db8:3::6", NULL, 64, 0));
	OK(do_addr6(name, "2001:db8:4::6", NULL, 64, 0));
	/* The first came while IPv6 was off. */
	assert_int_equal(addr6_flags(name, "2001:db8:3::6"), 0);
	assert_int_equal(addr6_flags(name, "2001:db8:4::6"), TENTATIVE);
	assert_int_equal(addr6_flags(name, self), TENTATIVE);
	/* One without an own borrows it. */
	OK(do_create("gif", gif));
	OK(do_addr6(gif, "2001:db8:5::6", PEER, 128, 0));
	assert_true(addr6_flags(gif, self) >= 0);
	FAILS(do_addr6(gif, "2001:db8:3::6", NULL, 64, 0), EEXIST);
	OK(do_destroy(name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(renamed),
	    TEST(ethernet),
	    TEST(device),
	    TEST(detection),
	    TEST(addresses),
	    TEST(groups),
	    TEST(masks),
	};

	return model_run(tests, sizeof(tests) / sizeof(tests[0]));
}
