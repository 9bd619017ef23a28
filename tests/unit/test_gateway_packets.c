/*
 * Packets that the server's engine carries: whose they are, and which ones
 * pass.  Socket pairs are tun devices and the raw socket; UDP is real, over
 * the loopback.  What has to be dropped is followed by one that passes.
 */
#include <sys/socket.h>
#include <arpa/inet.h>

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/os.h"
#include "dtcp/relay.h"
#include "gateway_bed.h"

#define HLEN	 40
#define PATIENCE 10000

/* One client of the shared device, or with one of its own. */
struct far {
	int tcp;
	uint32_t id;
	int udp; /* its socket */
	struct grant grant;
	struct sockaddr_in server;
};

/* ---- Packets: what tells them apart is the last octet. */

static struct in6_addr
addr(const char *text)
{
	struct in6_addr a;

	assert_int_equal(inet_pton(AF_INET6, text, &a), 1);
	return a;
}

static size_t
packet(uint8_t buf[HLEN + 1], struct in6_addr src, struct in6_addr dst,
    uint8_t mark)
{
	memset(buf, 0, HLEN);
	buf[0] = 0x60;
	buf[5] = 1;
	buf[6] = 17;
	buf[7] = 64;
	memcpy(buf + 8, &src, 16);
	memcpy(buf + 24, &dst, 16);
	buf[HLEN] = mark;
	return HLEN + 1;
}

/* As a tun device has it: behind an address family, on some systems. */
static void
put_tun(int fd, struct in6_addr dst, uint8_t mark)
{
	const uint32_t family = os_tun_family();
	const size_t at = family != 0 ? sizeof(family) : 0;
	uint8_t buf[sizeof(family) + HLEN + 1];
	size_t n;

	memcpy(buf, &family, at);
	n = packet(buf + at, addr("2001:db8:f::1"), dst, mark);
	assert_int_equal(send(fd, buf, at + n, 0), at + n);
}

static void
await(int fd)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&pfd, 1, PATIENCE), 1);
}

/* The next packet has that mark. */
static void
gets(int fd, bool tun, uint8_t mark)
{
	const size_t at = tun && os_tun_family() != 0 ? sizeof(uint32_t) : 0;
	uint8_t buf[256];

	await(fd);
	assert_int_equal(recv(fd, buf, sizeof(buf), 0), at + HLEN + 1);
	assert_int_equal(buf[at + HLEN], mark);
}

static void
send_from(const struct far *f, int fd, const uint8_t *p, size_t n)
{
	assert_int_equal(
	    sendto(fd, p, n, 0, (const struct sockaddr *)&f->server,
		sizeof(f->server)),
	    n);
}

static void
data(const struct far *f, int fd, struct in6_addr src, struct in6_addr dst,
    uint8_t mark)
{
	uint8_t buf[HLEN + 1];

	send_from(f, fd, buf, packet(buf, src, dst, mark));
}

static void
keepalive(const struct far *f, int fd, const uint8_t key[GRANT_KEY_LEN])
{
	uint8_t buf[RELAY_KEEPALIVE_MAX];
	struct grant g = f->grant;

	memcpy(g.key, key, GRANT_KEY_LEN);
	send_from(f, fd, buf, relay_keepalive(&g, buf));
}

/* ---- Sessions */

static int
udp_socket(struct sockaddr_in *a)
{
	socklen_t len = sizeof(*a);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memset(a, 0, sizeof(*a));
	a->sin_family = AF_INET;
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)a, sizeof(*a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)a, &len), 0);
	return fd;
}

static int
shared_device(void)
{
	int theirs, ours = bed_pair(&theirs);

	bed_tell_fd(MSG_TUN, 0, theirs);
	return ours;
}

/* own: the engine's end of a device of its own, -1: the shared one. */
static void
begin(struct far *f, unsigned unit, const char *rest, int own)
{
	struct sockaddr_in a;
	struct msg m;

	f->udp = udp_socket(&a);
	f->tcp = bed_client(2);
	bed_login(f->tcp, rest, &m);
	f->id = m.id;
	if (own != -1)
		bed_tell_fd(MSG_SESSION_TUN, f->id, own);
	bed_tell_fd(MSG_SESSION_UDP, f->id, udp_socket(&f->server));
	bed_grant(&m, f->id, own != -1 ? CARRIER_DEVICE : CARRIER_SHARED, unit);
	m.grant.udp = m.grant.has_key = true;
	m.grant.port4 = ntohs(f->server.sin_port);
	memset(m.grant.key, (int)unit + 1, sizeof(m.grant.key));
	f->grant = m.grant;
	bed_tell(&m);
	assert_memory_equal(bed_line(f->tcp), "+OK ", 4);
}

static void
end(struct far *f)
{
	close(f->udp);
	close(f->tcp);
}

/* ---- Over UDP */

static void
test_learning(void **state)
{
	static const uint8_t wrong[GRANT_KEY_LEN] = {9};
	const struct in6_addr world = addr("2001:db8:f::1");
	const int tun = shared_device();
	struct sockaddr_in a;
	const int forger = udp_socket(&a);
	struct far f;

	(void)state;
	begin(&f, 0, "host proto=udp", -1);
	/* Nobody knows where it is, least of all from these. */
	data(&f, f.udp, f.grant.client6, world, 1);
	keepalive(&f, forger, wrong);
	data(&f, forger, f.grant.client6, world, 2);
	keepalive(&f, f.udp, f.grant.key);
	data(&f, f.udp, f.grant.client6, world, 3);
	gets(tun, true, 3);
	put_tun(tun, f.grant.client6, 4);
	gets(f.udp, false, 4);
	/* The forger knows neither key nor address. */
	keepalive(&f, forger, wrong);
	data(&f, forger, f.grant.client6, world, 5);
	data(&f, f.udp, f.grant.client6, world, 6);
	gets(tun, true, 6);
	put_tun(tun, f.grant.client6, 7);
	gets(f.udp, false, 7);
	end(&f);
	close(forger);
	close(tun);
}

static void
test_moving(void **state)
{
	const struct in6_addr world = addr("2001:db8:f::1");
	const int tun = shared_device();
	struct sockaddr_in a;
	const int elsewhere = udp_socket(&a);
	struct far f;

	(void)state;
	begin(&f, 0, "host proto=udp", -1);
	keepalive(&f, f.udp, f.grant.key);
	keepalive(&f, elsewhere, f.grant.key);
	bed_logged("udp=moved client4=127.0.0.2 from=127.0.0.1:");
	data(&f, f.udp, f.grant.client6, world, 1);
	data(&f, elsewhere, f.grant.client6, world, 2);
	gets(tun, true, 2);
	put_tun(tun, f.grant.client6, 3);
	gets(elsewhere, false, 3);
	end(&f);
	close(elsewhere);
	close(tun);
}

static void
test_sources(void **state)
{
	const struct in6_addr world = addr("2001:db8:f::1");
	const int tun = shared_device();
	struct far f, other;

	(void)state;
	begin(&f, 0, "host proto=udp", -1);
	begin(&other, 1, "host proto=udp", -1);
	keepalive(&f, f.udp, f.grant.key);
	data(&f, f.udp, other.grant.client6, world, 1);
	data(&f, f.udp, f.grant.server6, world, 2);
	data(&f, f.udp, addr("fe80::1"), world, 3);
	data(&f, f.udp, addr("::"), world, 4);
	data(&f, f.udp, world, f.grant.server6, 5);
	data(&f, f.udp, f.grant.client6, addr("ff02::1"), 6);
	data(&f, f.udp, f.grant.client6, addr("fe80::1"), 7);
	data(&f, f.udp, f.grant.client6, world, 8);
	gets(tun, true, 8);
	end(&f);
	end(&other);
	close(tun);
}

static void
test_who_gets_what(void **state)
{
	const int tun = shared_device();
	struct far a, b;

	(void)state;
	begin(&a, 0, "host proto=udp", -1);
	begin(&b, 1, "host proto=udp", -1);
	keepalive(&a, a.udp, a.grant.key);
	keepalive(&b, b.udp, b.grant.key);
	data(&a, a.udp, a.grant.client6, b.grant.client6, 1);
	gets(tun, true, 1);
	data(&b, b.udp, b.grant.client6, a.grant.client6, 2);
	gets(tun, true, 2);
	put_tun(tun, addr("2001:db8::ffff"), 3); /* nobody's */
	put_tun(tun, b.grant.client6, 4);
	put_tun(tun, a.grant.client6, 5);
	gets(a.udp, false, 5);
	gets(b.udp, false, 4);
	end(&a);
	end(&b);
	close(tun);
}

static void
test_end(void **state)
{
	const struct in6_addr world = addr("2001:db8:f::1");
	const int tun = shared_device();
	struct far f;
	struct msg m;

	(void)state;
	begin(&f, 0, "host proto=udp", -1);
	keepalive(&f, f.udp, f.grant.key);
	data(&f, f.udp, world, world, 1);
	data(&f, f.udp, f.grant.client6, world, 2);
	gets(tun, true, 2);
	bed_say(f.tcp, "quit\r\n");
	bed_hears(f.tcp, "+OK see you soon.");
	bed_asked(MSG_LOGOUT, &m);
	assert_int_equal(m.id, f.id);
	assert_string_equal(m.text, "reason=quit in=41 out=0 dropped=1");
	end(&f);
	/* Its addresses are free for the next one. */
	begin(&f, 0, "host proto=udp", -1);
	keepalive(&f, f.udp, f.grant.key);
	data(&f, f.udp, f.grant.client6, world, 3);
	gets(tun, true, 3);
	end(&f);
	close(tun);
}

/* port= says where the client is; the rest has to come from there. */
static void
test_port(void **state)
{
	const int tun = shared_device();
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct far f;
	struct msg m;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socklen_t len = sizeof(a);
	char rest[64];

	(void)state;
	a.sin_addr.s_addr = htonl(0x7f000002); /* as the connection is from */
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	snprintf(rest, sizeof(rest), "host proto=udp port=%u",
	    (unsigned)ntohs(a.sin_port));
	begin(&f, 0, rest, -1);
	put_tun(tun, f.grant.client6, 1);
	gets(fd, false, 1);
	/* Another tunnel on this connection forgets it. */
	bed_login(f.tcp, "host proto=udp", &m);
	bed_refuse(f.id, EACCES, true);
	bed_hears(f.tcp, "-ERR authentication failed.");
	put_tun(tun, f.grant.client6, 2);
	gets(fd, false, 2);
	end(&f);
	close(fd);
	close(tun);
}

static void
test_own_device(void **state)
{
	int theirs, tun = bed_pair(&theirs);
	struct far f;

	(void)state;
	begin(&f, 0, "tunnelonly proto=udp", theirs);
	keepalive(&f, f.udp, f.grant.key);
	data(&f, f.udp, addr("ff02::1"), addr("fe80::1"), 1);
	data(&f, f.udp, addr("::1"), addr("fe80::1"), 2);
	data(&f, f.udp, addr("fe80::2"), addr("ff02::1"), 3);
	gets(tun, true, 3);
	data(&f, f.udp, addr("2001:db8:77::1"), addr("2001:db8:f::1"), 4);
	gets(tun, true, 4);
	put_tun(tun, addr("ff02::1"), 5);
	gets(f.udp, false, 5);
	end(&f);
	await(tun); /* the other end is closed with it */
	close(tun);
}

/* It goes before the next one comes: the root process waits for that. */
static void
test_let_go(void **state)
{
	int theirs, own = bed_pair(&theirs);
	struct far f;
	struct msg m;
	char byte;

	(void)state;
	begin(&f, 0, "tunnelonly proto=udp", theirs);
	bed_login(f.tcp, "tunnelonly", &m);
	m = (struct msg) {.type = MSG_LET_GO, .id = f.id, .fd = -1};
	bed_tell(&m);
	await(own);
	assert_int_equal(recv(own, &byte, 1, 0), 0);
	assert_true(bed_is_quiet(f.tcp));
	bed_grant(&m, f.id, CARRIER_KERNEL, 0);
	bed_tell(&m);
	assert_memory_equal(bed_line(f.tcp), "+OK ", 4);
	/* For who asks for nothing it means nothing. */
	m = (struct msg) {.type = MSG_LET_GO, .id = f.id, .fd = -1};
	bed_tell(&m);
	bed_say(f.tcp, "ping\r\n");
	bed_hears(f.tcp, "+OK hi, happy to hear from you");
	end(&f);
	close(own);
}

/* Somebody removed the device of one: the others do not notice. */
static void
test_own_device_gone(void **state)
{
	const int tun = shared_device();
	int theirs, own = bed_pair(&theirs);
	struct far f, other;
	struct msg m;

	(void)state;
	begin(&other, 1, "host proto=udp", -1);
	begin(&f, 0, "tunnelonly proto=udp", theirs);
	keepalive(&f, f.udp, f.grant.key);
	close(own);
	data(&f, f.udp, addr("fe80::2"), addr("ff02::1"), 1);
	bed_logged("relay: 127.0.0.2: its device is gone: ");
	bed_asked(MSG_LOGOUT, &m);
	assert_int_equal(m.id, f.id);
	assert_memory_equal(m.text, "reason=lost ", 12);
	bed_hears(f.tcp, "-ERR the tunnel was removed, disconnecting");
	bed_hears(f.tcp, "");
	end(&f);
	keepalive(&other, other.udp, other.grant.key);
	data(&other, other.udp, other.grant.client6, f.grant.client6, 2);
	gets(tun, true, 2);
	end(&other);
	close(tun);
}

static void
test_shared_device_gone(void **state)
{
	const int tun = shared_device();
	struct far f;

	(void)state;
	begin(&f, 0, "host proto=udp", -1);
	keepalive(&f, f.udp, f.grant.key);
	close(tun);
	data(&f, f.udp, f.grant.client6, f.grant.server6, 1);
	bed_logged("relay: the shared device is gone: ");
	bed_exits(1);
	end(&f);
}

/* ---- Protocol 41 */

/* As a raw socket gives it, from 127.0.0.host. */
static void
put_raw(int fd, uint8_t host, struct in6_addr src, uint8_t mark)
{
	uint8_t buf[20 + HLEN + 1] = {0x45, 0, 0, sizeof(buf), 0, 0, 0, 0, 64,
	    41, 0, 0, 127, 0, 0, host, 127, 0, 0, 1};

	(void)packet(buf + 20, src, addr("2001:db8:f::1"), mark);
	assert_int_equal(send(fd, buf, sizeof(buf), 0), sizeof(buf));
}

static uint32_t
begin_raw(int tcp, uint8_t host, enum carrier carrier, int own)
{
	struct msg m;
	uint32_t id;

	bed_login(tcp, carrier == CARRIER_DEVICE ? "tunnelonly" : "host", &m);
	id = m.id;
	if (own != -1)
		bed_tell_fd(MSG_SESSION_TUN, id, own);
	bed_grant(&m, id, carrier, host);
	m.grant.client4.s_addr = htonl(0x7f000000U | host);
	bed_tell(&m);
	assert_memory_equal(bed_line(tcp), "+OK ", 4);
	return id;
}

static void
test_raw(void **state)
{
	const int tun = shared_device(), a = bed_client(2), b = bed_client(3);
	int theirs, raw = bed_pair(&theirs), own;
	struct msg m;
	uint32_t id;

	(void)state;
	bed_tell_fd(MSG_RAW, 0, theirs);
	own = bed_pair(&theirs);
	(void)begin_raw(a, 2, CARRIER_SHARED, -1);
	id = begin_raw(b, 3, CARRIER_DEVICE, theirs);
	bed_grant(&m, 0, CARRIER_SHARED, 2);
	put_raw(raw, 4, m.grant.client6, 1); /* of nobody we know */
	put_raw(raw, 2, addr("2001:db8:77::1"), 2);
	put_raw(raw, 2, m.grant.client6, 3);
	gets(tun, true, 3);
	/* The socket is for all, the device is not. */
	put_raw(raw, 3, addr("2001:db8:77::1"), 4);
	gets(own, true, 4);
	put_raw(raw, 2, m.grant.client6, 5);
	gets(tun, true, 5);
	bed_say(b, "quit\r\n");
	bed_hears(b, "+OK see you soon.");
	bed_asked(MSG_LOGOUT, &m);
	assert_int_equal(m.id, id);
	assert_string_equal(m.text, "reason=quit in=41 out=0 dropped=0");
	close(a);
	close(b);
	close(own);
	close(raw);
	close(tun);
}

/* Two from one address cannot be told apart: the second is refused. */
static void
test_raw_twice(void **state)
{
	const int tun = shared_device(), a = bed_client(2), b = bed_client(2);
	int theirs, raw = bed_pair(&theirs);
	struct msg m;

	(void)state;
	bed_tell_fd(MSG_RAW, 0, theirs);
	(void)begin_raw(a, 2, CARRIER_SHARED, -1);
	bed_login(b, "host", &m);
	bed_grant(&m, m.id, CARRIER_SHARED, 7);
	bed_tell(&m);
	bed_asked(MSG_LOGOUT, &m);
	bed_hears(b, "-ERR internal error: cannot set up the tunnel");
	bed_grant(&m, 0, CARRIER_SHARED, 2);
	put_raw(raw, 2, m.grant.client6, 1);
	gets(tun, true, 1);
	close(a);
	close(b);
	close(raw);
	close(tun);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_learning),
	    TEST(test_moving),
	    TEST(test_sources),
	    TEST(test_who_gets_what),
	    TEST(test_end),
	    TEST(test_port),
	    TEST(test_own_device),
	    TEST(test_let_go),
	    TEST(test_own_device_gone),
	    cmocka_unit_test_setup(test_shared_device_gone, bed_setup),
	    TEST(test_raw),
	    TEST(test_raw_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
