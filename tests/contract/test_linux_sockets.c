/*
 * The server's sockets, on a host with both of its clients: what is sent goes
 * where it is meant to, and what comes tells whom it is from.
 */
#include <sys/socket.h>

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
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/sockets.h"
#include "linux_support.h"

#define PORT	    4029
#define CLIENT_PORT 4028
#define TCP_PORT    20200

/* A server, two clients, and another address of the server's. */
static int server = -1;
static const char *const clients[] = {CONTRACT_REMOTE, CONTRACT_REMOTE_2};

static struct sockaddr_in
at(const char *addr, uint16_t port)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET, .sin_port = htons(port)};

	assert_int_equal(addr4_parse(addr, strlen(addr), &sin.sin_addr), 0);
	return sin;
}

static struct in_addr
addr(const char *text)
{
	return at(text, 0).sin_addr;
}

static int
setup(void **state)
{
	(void)state;
	linux_setup();
	run("ip link set lo up && ip addr add " CONTRACT_REMOTE
	    "/32 dev lo && ip addr add " CONTRACT_REMOTE_2 "/32 dev lo");
	return 0;
}

static int
teardown(void **state)
{
	if (server != -1)
		(void)close(server);
	server = -1;
	return linux_teardown(state);
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
check_flags(int fd)
{
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

/* As every packet has it: TTL 64, no DF, and what came with it told. */
static void
check_packets(int fd)
{
	check_flags(fd);
	assert_int_equal(option(fd, IPPROTO_IP, IP_TTL), 64);
	assert_int_equal(
	    option(fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DONT);
	assert_int_equal(option(fd, IPPROTO_IP, IP_RECVTOS), 1);
}

/* Within a bound for what takes no time. */
static size_t
receive(int fd, void *p, size_t size, struct sockaddr_in *from)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	socklen_t len = sizeof(*from);
	ssize_t n;

	assert_int_equal(poll(&pfd, 1, SLOW_MS), 1);
	n = recvfrom(fd, p, size, 0, (struct sockaddr *)from, &len);
	assert_true(n > 0);
	return (size_t)n;
}

static void
send_to(int fd, const char *text, const char *to, uint16_t port)
{
	const struct sockaddr_in sin = at(to, port);
	size_t n = strlen(text);

	assert_int_equal(
	    sendto(fd, text, n, 0, (const struct sockaddr *)&sin, sizeof(sin)),
	    n);
}

/* What was sent, from one address and port; raw: behind an IPv4 header. */
static void
expect(int fd, bool raw, const char *text, const char *from, uint16_t port)
{
	const struct sockaddr_in want = at(from, port);
	struct sockaddr_in got;
	uint8_t buf[128];
	struct iphdr ip;
	size_t n, skip = raw ? sizeof(ip) : 0;

	n = receive(fd, buf, sizeof(buf), &got);
	assert_int_equal(n, skip + strlen(text));
	assert_memory_equal(buf + skip, text, strlen(text));
	assert_int_equal(got.sin_addr.s_addr, want.sin_addr.s_addr);
	assert_int_equal(got.sin_port, want.sin_port);
	if (!raw)
		return;
	memcpy(&ip, buf, sizeof(ip));
	assert_int_equal(ip.protocol, IPPROTO_IPV6);
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.frag_off, 0);
	assert_int_equal(ip.saddr, want.sin_addr.s_addr);
}

static void
expect_nothing(int fd)
{
	char c;

	assert_int_equal(recv(fd, &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
raw_to_many(void **state)
{
	struct err e = {0};
	int client[2], other;

	(void)state;
	server = socket_raw41(addr(CONTRACT_LOCAL), &e);
	check_packets(server);
	assert_true(option(server, SOL_SOCKET, SO_RCVBUF) > 1 << 21);
	other = socket_raw41(addr(CONTRACT_LOCAL_2), &e);
	for (int i = 0; i < 2; i++) {
		client[i] = socket_raw41(addr(clients[i]), &e);
		assert_true(client[i] >= 0);
	}
	send_to(server, "to one", clients[0], 0);
	send_to(server, "to the other", clients[1], 0);
	expect(client[0], true, "to one", CONTRACT_LOCAL, 0);
	expect(client[1], true, "to the other", CONTRACT_LOCAL, 0);
	for (int i = 0; i < 2; i++) {
		send_to(client[i], clients[i], CONTRACT_LOCAL, 0);
		expect(server, true, clients[i], clients[i], 0);
		expect_nothing(client[i]);
		(void)close(client[i]);
	}
	expect_nothing(other);
	(void)close(other);
}

static void
raw_end_that_is_not_ours(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    socket_raw41(addr(CONTRACT_SPARE), &e), -EADDRNOTAVAIL);
	assert_non_null(strstr(
	    e.text, "raw IPv4 socket (protocol 41) at " CONTRACT_SPARE ": "));
}

static int
udp(const char *local, uint16_t port, unsigned *features)
{
	struct err e = {0};
	int fd = socket_udp(addr(local), port, features, &e);

	if (fd < 0)
		fail_msg("%s", e.text);
	return fd;
}

static void
udp_to_many(void **state)
{
	unsigned features = 0;
	int client[2];

	(void)state;
	server = udp(CONTRACT_LOCAL, PORT, &features);
	check_packets(server);
	for (int i = 0; i < 2; i++)
		client[i] = udp(clients[i], CLIENT_PORT, &features);
	for (int i = 0; i < 2; i++) {
		send_to(client[i], clients[i], CONTRACT_LOCAL, PORT);
		expect(server, false, clients[i], clients[i], CLIENT_PORT);
		send_to(server, "back", clients[i], CLIENT_PORT);
		expect(client[i], false, "back", CONTRACT_LOCAL, PORT);
	}
	expect_nothing(client[0]);
	(void)close(client[0]);
	(void)close(client[1]);
}

/* There are thousands of them: a few hundred thousand octets, doubled. */
static void
udp_is_not_too_large(void **state)
{
	unsigned features = 0;

	(void)state;
	server = udp(CONTRACT_LOCAL, PORT, &features);
	assert_in_range(
	    option(server, SOL_SOCKET, SO_RCVBUF), 1 << 18, 1 << 20);
}

/* Each as far as this kernel goes. */
static void
udp_has_features(void **state)
{
	const int one = 1;
	unsigned features = 0;
	bool gso, gro;
	int fd;

	(void)state;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	gso = setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &one, sizeof(one)) == 0;
	gro = setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof(one)) == 0;
	(void)close(fd);
	server = udp(CONTRACT_LOCAL, PORT, &features);
	assert_int_equal((features & USER_GSO) != 0, gso);
	assert_int_equal((features & USER_GRO) != 0, gro);
	assert_int_equal(features & USER_VNET, 0);
}

static void
udp_port_taken(void **state)
{
	unsigned features = 0;
	struct err e = {0};

	(void)state;
	server = udp(CONTRACT_LOCAL, PORT, &features);
	assert_int_equal(
	    socket_udp(addr(CONTRACT_LOCAL), PORT, &features, &e), -EADDRINUSE);
	assert_string_equal(
	    e.text, "UDP port 4029 of 192.0.2.1 is in use by another program");
	(void)close(udp(CONTRACT_LOCAL_2, PORT, &features));
	(void)close(udp(CONTRACT_LOCAL, PORT + 1, &features));
	assert_int_equal(socket_udp(addr(CONTRACT_SPARE), PORT, &features, &e),
	    -EADDRNOTAVAIL);
	assert_non_null(
	    strstr(e.text, "UDP socket at " CONTRACT_SPARE " port 4029: "));
}

/* From a client; its end goes first, or the server's. */
static void
call(const char *to, bool first)
{
	const struct sockaddr_in sin = at(to, TCP_PORT);
	struct pollfd pfd = {.fd = server, .events = POLLIN};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
	struct sockaddr_in got;
	socklen_t len = sizeof(got);
	char c;

	assert_int_equal(
	    connect(client, (const struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(poll(&pfd, 1, SLOW_MS), 1);
	fd = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_int_not_equal(fd, -1);
	/* Which of our addresses was called. */
	assert_int_equal(getsockname(fd, (struct sockaddr *)&got, &len), 0);
	assert_int_equal(got.sin_addr.s_addr, sin.sin_addr.s_addr);
	(void)close(first ? client : fd);
	assert_true(recv(first ? fd : client, &c, 1, 0) <= 0);
	(void)close(first ? fd : client);
}

static void
tcp_listens(void **state)
{
	struct err e = {0};

	(void)state;
	server = socket_listen(addr("0.0.0.0"), TCP_PORT, &e);
	check_flags(server);
	call(CONTRACT_LOCAL, true);
	call(CONTRACT_LOCAL_2, false);
	assert_int_equal(
	    socket_listen(addr(CONTRACT_LOCAL), TCP_PORT, &e), -EADDRINUSE);
	assert_string_equal(
	    e.text, "TCP port 20200 of 192.0.2.1 is in use by another program");
	/* A start right after the end, with a connection that lingers. */
	(void)close(server);
	server = socket_listen(addr(CONTRACT_LOCAL_2), TCP_PORT, &e);
	assert_true(server >= 0);
	call(CONTRACT_LOCAL_2, true);
	assert_int_equal(
	    socket_listen(addr(CONTRACT_SPARE), TCP_PORT, &e), -EADDRNOTAVAIL);
	assert_non_null(
	    strstr(e.text, "TCP socket at " CONTRACT_SPARE " port 20200: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	    TEST(raw_to_many),
	    TEST(raw_end_that_is_not_ours),
	    TEST(udp_to_many),
	    TEST(udp_is_not_too_large),
	    TEST(udp_has_features),
	    TEST(udp_port_taken),
	    TEST(tcp_listens),
	};
	int error;

	error = contract_start();
	if (error != 0)
		return error;
	return cmocka_run_group_tests_name("linux sockets", tests, NULL, NULL);
}
