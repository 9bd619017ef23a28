/*
 * What os.h tells of a LAN's interface, in a network namespace where ip(8)
 * makes one.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/addr.h"

#include "linux_os_lan.h"
#include "os_common.h"

static void
run(const char *command)
{
	if (system(command) != 0)
		_exit(254);
}

static void
set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	EXPECT(fd != -1);
	EXPECT(write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	(void)close(fd);
}

static struct lan
look(const char *ifname)
{
	struct lan l;
	struct err e;

	memset(&l, 0xa5, sizeof(l));
	l.slot = 7;
	EXPECT(os_lan_look(ifname, &l, &e) == 0);
	EXPECT(l.slot == 7);
	return l;
}

static struct in6_addr
addr(const char *text)
{
	struct in6_addr a;

	EXPECT(addr6_parse(text, strlen(text), &a) == 0);
	return a;
}

static void
lan_comes_up(void)
{
	static const uint8_t mac[] = {2, 0, 0, 0xab, 0xcd, 0xef, 0, 0};
	const struct in6_addr eui = addr("fe80::ff:feab:cdef");
	struct lan l;

	EXPECT(unshare(CLONE_NEWNET) == 0);
	l = look("lan0");
	EXPECT(l.ifindex == 0 && !l.up && l.hwlen == 0);
	EXPECT(addr6_is_unspecified(&l.linklocal));

	run("ip link add lan0 address 02:00:00:ab:cd:ef type veth "
	    "peer name far0");
	l = look("lan0");
	EXPECT(l.ifindex == if_nametoindex("lan0") && l.ifindex != 0);
	EXPECT(!l.up && l.hwlen == 6);
	EXPECT(memcmp(l.hwaddr, mac, sizeof(mac)) == 0);
	EXPECT(addr6_is_unspecified(&l.linklocal));

	/* Its address is there, but detection goes on and on. */
	set("/proc/sys/net/ipv6/conf/lan0/dad_transmits", "1000");
	run("ip link set far0 up && ip link set lan0 up");
	run("ip -6 addr show dev lan0 tentative | grep -q fe80::ff:feab:cdef");
	l = look("lan0");
	EXPECT(l.up && addr6_is_unspecified(&l.linklocal));

	set("/proc/sys/net/ipv6/conf/lan0/accept_dad", "0");
	run("ip link set lan0 down && ip link set lan0 up");
	run("ip addr add 2001:db8::1/64 dev lan0");
	l = look("lan0");
	EXPECT(l.up && addr6_equal(&l.linklocal, &eui));

	run("ip link del lan0");
	EXPECT(look("lan0").ifindex == 0);
}

void
test_lan_look(void **state)
{
	(void)state;
	in_child(lan_comes_up);
}

static void
without_hwaddr(void)
{
	struct lan l;

	EXPECT(unshare(CLONE_NEWNET) == 0);
	run("ip link set lo up && ip tuntap add dev tun7 mode tun");
	l = look("lo");
	EXPECT(l.up && l.ifindex == 1 && l.hwlen == 0);
	l = look("tun7");
	EXPECT(l.ifindex != 0 && l.hwlen == 0);
}

void
test_lan_without_hwaddr(void **state)
{
	(void)state;
	in_child(without_hwaddr);
}

static void
forwards(void)
{
	char name[OS_SYSCTL_MAX];

	EXPECT(unshare(CLONE_NEWNET) == 0);
	run("ip link add lan0.5 type veth peer name far0");
	set("/proc/sys/net/ipv6/conf/all/forwarding", "0");
	set("/proc/sys/net/ipv6/conf/lan0.5/forwarding", "1");
	EXPECT(os_forwards("lan0.5", name) == 0);
	EXPECT(strcmp(name, "net.ipv6.conf.all.forwarding") == 0);
	set("/proc/sys/net/ipv6/conf/all/forwarding", "1");
	EXPECT(os_forwards("lan0.5", name) == 1);
	set("/proc/sys/net/ipv6/conf/lan0.5/forwarding", "0");
	EXPECT(os_forwards("lan0.5", name) == 0);
	EXPECT(strcmp(name, "net.ipv6.conf.lan0/5.forwarding") == 0);
	EXPECT(os_forwards("none0", name) < 0);
}

void
test_forwards(void **state)
{
	(void)state;
	in_child(forwards);
}
