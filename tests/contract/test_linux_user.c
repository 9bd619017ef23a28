/*
 * What the relay gets on Linux: the tun device and the outer sockets, with the
 * far end on the same host.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux_support.h"

#define NEAR_PORT 4028
#define FAR_PORT  4029

static struct netop tunnel;
static struct user_fds fds;

static struct sockaddr_in
at(const char *addr, uint16_t port)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET, .sin_port = htons(port)};

	assert_int_equal(addr4_parse(addr, strlen(addr), &sin.sin_addr), 0);
	return sin;
}

static int
setup(void **state)
{
	struct err e;

	(void)state;
	linux_setup();
	run("ip addr add " CONTRACT_REMOTE "/32 dev lo && "
	    "ip addr add " CONTRACT_REMOTE_2 "/32 dev lo");
	tunnel = (struct netop) {.kind = NETOP_TUNNEL,
	    .flags = NETOP_F_USER,
	    .local4 = at(CONTRACT_LOCAL, 0).sin_addr,
	    .remote4 = at(CONTRACT_REMOTE, 0).sin_addr};
	if (kernel->ops->apply(kernel, &tunnel, &e) != 0)
		fail_msg("%s", e.text);
	return 0;
}

static int
try_open(uint16_t lport, uint16_t rport, struct err *e)
{
	tunnel.lport = lport;
	tunnel.rport = rport;
	return kernel->ops->open_user(kernel, &tunnel, &fds, e);
}

static void
must_open(uint16_t lport, uint16_t rport)
{
	struct err e;

	if (try_open(lport, rport, &e) != 0)
		fail_msg("%s", e.text);
}

static void
close_fds(void)
{
	(void)close(fds.tunfd);
	(void)close(fds.outerfd);
}

/* A socket of somebody else's: the far end's, a forger's, a neighbour's. */
static int
somebody(const char *addr, uint16_t port)
{
	const struct sockaddr_in sin = at(addr, port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&sin, sizeof(sin)), 0);
	return fd;
}

static void
send_near(int fd, const void *p, size_t n)
{
	const struct sockaddr_in sin = at(CONTRACT_LOCAL, NEAR_PORT);

	assert_int_equal(
	    sendto(fd, p, n, 0, (const struct sockaddr *)&sin, sizeof(sin)), n);
}

/* What comes, within a bound for what takes no time. */
static size_t
receive(int fd, void *p, size_t size)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	ssize_t n;

	assert_int_equal(poll(&pfd, 1, SLOW_MS), 1);
	n = recv(fd, p, size, MSG_DONTWAIT);
	assert_true(n > 0);
	return (size_t)n;
}

static int
option(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int v;

	assert_int_equal(getsockopt(fd, level, name, &v, &len), 0);
	return v;
}

static void
check_common(void)
{
	int fd = fds.outerfd;

	assert_int_equal(option(fd, IPPROTO_IP, IP_TTL), 64);
	assert_int_equal(
	    option(fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DONT);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(fds.tunfd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fds.tunfd, F_GETFD) & FD_CLOEXEC);
}

static void
raw_socket(void **state)
{
	struct netop gone = tunnel;
	struct err e;

	(void)state;
	must_open(0, 0);
	check_common();
	assert_int_equal(option(fds.outerfd, SOL_SOCKET, SO_PROTOCOL), 41);
	assert_int_equal(fds.features & (USER_GSO | USER_GRO), 0);
	/* getpeername(2) wants a port, which raw sockets do not have. */
	assert_true(says("ss -Hanw", " " CONTRACT_LOCAL ":"));
	assert_true(says("ss -Hanw", " " CONTRACT_REMOTE ":"));
	/* The duplicate does not keep a device that is to go. */
	gone.kind = NETOP_TUNNEL_DESTROY;
	assert_int_equal(kernel->ops->apply(kernel, &gone, &e), 0);
	assert_false(contract_see_link("dtcp0", NULL));
	close_fds();
}

/* Which device a descriptor is of. */
static void
check_device(int fd, const char *ifname)
{
	struct ifreq ifr;

	assert_int_equal(ioctl(fd, TUNGETIFF, &ifr), 0);
	assert_string_equal(ifr.ifr_name, ifname);
}

/* Each has its own, found by its index. */
static void
several_devices(void **state)
{
	struct netop second = tunnel, gone;
	unsigned features = 0;
	struct err e = {0};
	int fd;

	(void)state;
	second.flags = NETOP_F_USER;
	memset(second.ifname, 0, sizeof(second.ifname));
	assert_int_equal(kernel->ops->apply(kernel, &second, &e), 0);
	must_open(0, 0);
	check_device(fds.tunfd, tunnel.ifname);
	close_fds();
	assert_int_equal(
	    kernel->ops->open_tun(kernel, second.ifindex, &fd, &features, &e),
	    0);
	check_device(fd, second.ifname);
	assert_int_equal(features, fds.features & USER_VNET);
	(void)close(fd);
	gone = tunnel;
	gone.kind = NETOP_TUNNEL_DESTROY;
	assert_int_equal(kernel->ops->apply(kernel, &gone, &e), 0);
	assert_int_equal(try_open(0, 0, &e), -ENODEV);
	tunnel = second;
	must_open(0, 0);
	check_device(fds.tunfd, second.ifname);
	close_fds();
}

static void
check_name(
    int error, const struct sockaddr_in *got, const char *addr, uint16_t port)
{
	const struct sockaddr_in want = at(addr, port);

	assert_int_equal(error, 0);
	assert_int_equal(got->sin_addr.s_addr, want.sin_addr.s_addr);
	assert_int_equal(got->sin_port, want.sin_port);
}

static void
udp_socket(void **state)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	(void)state;
	must_open(NEAR_PORT, FAR_PORT);
	check_common();
	assert_int_equal(option(fds.outerfd, SOL_SOCKET, SO_PROTOCOL), 17);
	check_name(getsockname(fds.outerfd, (struct sockaddr *)&sin, &len),
	    &sin, CONTRACT_LOCAL, NEAR_PORT);
	check_name(getpeername(fds.outerfd, (struct sockaddr *)&sin, &len),
	    &sin, CONTRACT_REMOTE, FAR_PORT);
	close_fds();
}

/* Each as far as this kernel goes. */
static void
udp_features(void **state)
{
	int fd = somebody(CONTRACT_LOCAL_2, NEAR_PORT), one = 1;
	bool gso, gro;

	(void)state;
	gso = setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &one, sizeof(one)) == 0;
	gro = setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)) == 0;
	must_open(NEAR_PORT, FAR_PORT);
	assert_int_equal((fds.features & USER_GSO) != 0, gso);
	assert_int_equal((fds.features & USER_GRO) != 0, gro);
	if (gso)
		assert_int_equal(
		    option(fds.outerfd, IPPROTO_UDP, UDP_SEGMENT), 0);
	if (gro)
		assert_int_equal(option(fds.outerfd, IPPROTO_UDP, UDP_GRO), 1);
	close_fds();
	(void)close(fd);
}

static void
udp_both_ways(void **state)
{
	int far, port, host;
	char buf[16];

	(void)state;
	must_open(NEAR_PORT, FAR_PORT);
	far = somebody(CONTRACT_REMOTE, FAR_PORT);
	port = somebody(CONTRACT_REMOTE, FAR_PORT + 1);
	host = somebody(CONTRACT_REMOTE_2, FAR_PORT);
	assert_int_equal(send(fds.outerfd, "out", 3, 0), 3);
	assert_int_equal(receive(far, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "out", 3);
	/* One behind the other, on one queue: the last comes alone. */
	send_near(port, "port", 4);
	send_near(host, "host", 4);
	send_near(far, "in", 2);
	assert_int_equal(receive(fds.outerfd, buf, sizeof(buf)), 2);
	assert_memory_equal(buf, "in", 2);
	assert_int_equal(recv(fds.outerfd, buf, sizeof(buf), 0), -1);
	assert_int_equal(errno, EAGAIN);
	(void)close(far);
	(void)close(port);
	(void)close(host);
	close_fds();
}

/* As on the wire: TTL, DF, ports, and a checksum. */
static void
udp_headers(void **state)
{
	const struct sockaddr_in far = at(CONTRACT_REMOTE, 0);
	uint8_t buf[128];
	struct iphdr ip;
	struct udphdr udp;
	int raw;

	(void)state;
	raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
	assert_int_not_equal(raw, -1);
	assert_int_equal(
	    bind(raw, (const struct sockaddr *)&far, sizeof(far)), 0);
	must_open(NEAR_PORT, FAR_PORT);
	assert_int_equal(send(fds.outerfd, "out", 3, 0), 3);
	assert_int_equal(
	    receive(raw, buf, sizeof(buf)), sizeof(ip) + sizeof(udp) + 3);
	memcpy(&ip, buf, sizeof(ip));
	memcpy(&udp, buf + sizeof(ip), sizeof(udp));
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.frag_off, 0);
	assert_int_equal(udp.source, htons(NEAR_PORT));
	assert_int_equal(udp.dest, htons(FAR_PORT));
	assert_int_not_equal(udp.check, 0);
	(void)close(raw);
	close_fds();
}

/* What the features promise. */
static void
udp_segments(void **state)
{
	int far = somebody(CONTRACT_REMOTE, FAR_PORT), size = 1000;
	uint8_t buf[4096] = {0};

	(void)state;
	must_open(NEAR_PORT, FAR_PORT);
	if ((fds.features & USER_GSO) == 0 || (fds.features & USER_GRO) == 0)
		skip();
	assert_int_equal(setsockopt(fds.outerfd, IPPROTO_UDP, UDP_SEGMENT,
			     &size, sizeof(size)),
	    0);
	assert_int_equal(send(fds.outerfd, buf, 2500, 0), 2500);
	assert_int_equal(receive(far, buf, sizeof(buf)), 1000);
	assert_int_equal(receive(far, buf, sizeof(buf)), 1000);
	assert_int_equal(receive(far, buf, sizeof(buf)), 500);
	assert_int_equal(
	    setsockopt(far, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)), 0);
	send_near(far, buf, 2500);
	assert_int_equal(receive(fds.outerfd, buf, sizeof(buf)), 2500);
	(void)close(far);
	close_fds();
}

static void
udp_port_taken(void **state)
{
	int other = somebody(CONTRACT_LOCAL, NEAR_PORT);
	struct user_fds first;
	struct err e = {0};

	(void)state;
	assert_int_equal(try_open(NEAR_PORT, FAR_PORT, &e), -EADDRINUSE);
	assert_string_equal(e.text,
	    "UDP port 4028 of 192.0.2.1 is in use by another program: choose "
	    "one with -b");
	(void)close(other);
	must_open(NEAR_PORT, FAR_PORT);
	/* To another far end from the same port: not beside each other. */
	first = fds;
	assert_int_equal(try_open(NEAR_PORT, FAR_PORT + 1, &e), -EADDRINUSE);
	(void)close(first.tunfd);
	(void)close(first.outerfd);
	must_open(NEAR_PORT, FAR_PORT + 1);
	close_fds();
}

static void
udp_end_that_is_not_ours(void **state)
{
	struct err e = {0};

	(void)state;
	tunnel.local4 = at(CONTRACT_SPARE, 0).sin_addr;
	assert_int_equal(try_open(NEAR_PORT, FAR_PORT, &e), -EADDRNOTAVAIL);
	assert_non_null(strstr(e.text,
	    "UDP socket from " CONTRACT_SPARE " port 4028 to " CONTRACT_REMOTE
	    " port 4029: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, linux_teardown)
	    TEST(raw_socket),
	    TEST(several_devices),
	    TEST(udp_socket),
	    TEST(udp_features),
	    TEST(udp_both_ways),
	    TEST(udp_headers),
	    TEST(udp_segments),
	    TEST(udp_port_taken),
	    TEST(udp_end_that_is_not_ours),
	};
	int error;

	error = contract_start();
	if (error != 0)
		return error;
	if ((contract_encaps() & NETOP_F_USER) == 0)
		return 77;
	return cmocka_run_group_tests_name("linux user", tests, NULL, NULL);
}
