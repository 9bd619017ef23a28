/* Sockets for advertisements and solicitations, between two hosts. */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ra_hosts.h"

#define SKIPPED	 77
#define TRIES	 200
#define PATIENCE 50 /* ms, each */

static struct host us, them;

static const uint8_t ra[] = {134, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t rs[] = {133, 0, 0, 0, 0, 0, 0, 0};

static void
open_sockets(struct host *h)
{
	struct err e = {0};

	hosts_enter(h);
	for (int which = 0; which < RA_SOCKETS; which++) {
		h->fd[which] =
		    ra_socket_open((enum ra_socket)which, &h->lan, &e);
		if (h->fd[which] < 0)
			fail_msg("%d: %s", which, e.text);
	}
}

static int
setup(void **state)
{
	(void)state;
	open_sockets(&us);
	open_sockets(&them);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (int which = 0; which < RA_SOCKETS; which++) {
		(void)close(us.fd[which]);
		(void)close(them.fd[which]);
	}
	return 0;
}

/* ---- Messages ---- */

struct message {
	uint8_t buf[RA_RECV_MAX];
	int size; /* as ra_socket_recv() */
	struct in6_addr from;
	int hoplimit;
};

static bool
hear(const struct host *h, struct message *m)
{
	struct pollfd p = {.fd = h->fd[RA_SOCKET_LISTEN], .events = POLLIN};

	if (poll(&p, 1, PATIENCE) != 1)
		return false;
	m->size = ra_socket_recv(
	    p.fd, h->lan.ifindex, m->buf, &m->from, &m->hoplimit);
	return true;
}

/*
 * Send until it is heard there: a device that has just come up may lose some.
 * Nothing else must be heard.
 */
static struct message
pass(int fd, const void *p, size_t n, const struct host *to)
{
	struct message m = {.size = -1};

	for (int k = 0; k < TRIES; k++) {
		assert_int_equal(send(fd, p, n, 0), n);
		if (hear(to, &m))
			return m;
	}
	fail_msg("nothing was heard");
	return m;
}

static void
drain(const struct host *h)
{
	struct message m;

	do {
		m.size = ra_socket_recv(h->fd[RA_SOCKET_LISTEN], h->lan.ifindex,
		    m.buf, &m.from, &m.hoplimit);
	} while (m.size >= 0);
	assert_int_equal(m.size, -EAGAIN);
}

/* But for the checksum, which the kernel has filled in. */
static void
assert_message(const struct message *m, const uint8_t *p, size_t n,
    const struct host *from)
{
	assert_int_equal(m->size, n);
	assert_memory_equal(m->buf, p, 2);
	assert_memory_equal(m->buf + 4, p + 4, n - 4);
	assert_true(m->buf[2] != 0 || m->buf[3] != 0);
	assert_true(addr6_equal(&m->from, &from->lan.linklocal));
}

/* ---- Tests ---- */

static void
test_advertisement(void **state)
{
	struct message m;

	(void)state;
	m = pass(us.fd[RA_SOCKET_ADVERTISE], ra, sizeof(ra), &them);
	assert_message(&m, ra, sizeof(ra), &us);
	assert_int_equal(m.hoplimit, 255);
	/* What we said ourselves does not come first, nor at all. */
	m = pass(them.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &us);
	assert_message(&m, rs, sizeof(rs), &them);
}

static void
test_solicitation(void **state)
{
	struct message m;

	(void)state;
	m = pass(us.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &them);
	assert_message(&m, rs, sizeof(rs), &us);
	assert_int_equal(m.hoplimit, 255);
	/* And on this host. */
	m = pass(us.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &us);
	assert_message(&m, rs, sizeof(rs), &us);
	assert_int_equal(m.hoplimit, 255);
}

static void
test_hop_limit(void **state)
{
	const int hops = 64;
	struct message m;

	(void)state;
	assert_int_equal(setsockopt(them.fd[RA_SOCKET_SOLICIT], IPPROTO_IPV6,
			     IPV6_MULTICAST_HOPS, &hops, sizeof(hops)),
	    0);
	m = pass(them.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &us);
	assert_message(&m, rs, sizeof(rs), &them);
	assert_int_equal(m.hoplimit, 64);
}

/* Other types, which the filter stops before they are here. */
static void
test_other_types(void **state)
{
	static const uint8_t types[] = {128, 129, 131, 135, 136, 137};
	uint8_t p[24] = {0};
	struct message m;

	(void)state;
	m = pass(them.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &us);
	drain(&us);
	for (size_t k = 0; k < sizeof(types); k++) {
		p[0] = types[k];
		assert_int_equal(
		    send(them.fd[RA_SOCKET_SOLICIT], p, sizeof(p), 0),
		    sizeof(p));
	}
	m = pass(them.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &us);
	assert_message(&m, rs, sizeof(rs), &them);
}

static void
test_too_long(void **state)
{
	uint8_t p[RA_RECV_MAX + 1] = {133};
	struct message m;

	(void)state;
	m = pass(them.fd[RA_SOCKET_SOLICIT], p, sizeof(p) - 1, &us);
	assert_message(&m, p, sizeof(p) - 1, &them);
	drain(&us);
	m = pass(them.fd[RA_SOCKET_SOLICIT], p, sizeof(p), &us);
	assert_int_equal(m.size, 0);
}

/* As if it had come from elsewhere: where no socket is bound to a device. */
static void
test_other_interface(void **state)
{
	struct host elsewhere = us;
	struct message m;

	(void)state;
	elsewhere.lan.ifindex++;
	m = pass(them.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &elsewhere);
	assert_int_equal(m.size, 0);
}

/* Those that send hear nothing, whatever there is to hear. */
static void
test_deaf(void **state)
{
	uint8_t c;

	(void)state;
	(void)pass(them.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &us);
	(void)pass(us.fd[RA_SOCKET_SOLICIT], rs, sizeof(rs), &us);
	assert_int_equal(recv(us.fd[RA_SOCKET_ADVERTISE], &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(recv(us.fd[RA_SOCKET_SOLICIT], &c, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static bool
leaves(const char *group)
{
	struct ipv6_mreq m = {.ipv6mr_interface = us.lan.ifindex};

	assert_int_equal(
	    addr6_parse(group, strlen(group), &m.ipv6mr_multiaddr), 0);
	return setsockopt(us.fd[RA_SOCKET_LISTEN], IPPROTO_IPV6,
		   IPV6_LEAVE_GROUP, &m, sizeof(m)) == 0;
}

/* Linux would pass it what comes to any group that the host is in. */
static void
test_groups(void **state)
{
	(void)state;
	assert_true(leaves("ff02::1"));
	assert_true(leaves("ff02::2"));
	assert_false(leaves("ff02::1"));
	assert_false(leaves("ff02::3"));
}

static void
test_flags(void **state)
{
	(void)state;
	for (int which = 0; which < RA_SOCKETS; which++) {
		assert_true(fcntl(us.fd[which], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(us.fd[which], F_GETFL) & O_NONBLOCK);
	}
}

static void
expect_refused(
    enum ra_socket which, const struct lan *lan, int error, const char *words)
{
	struct err e = {0};

	assert_int_equal(ra_socket_open(which, lan, &e), -error);
	assert_int_equal(e.code, error);
	assert_non_null(strstr(e.text, words));
}

static void
test_refused(void **state)
{
	struct lan lan = us.lan;
	int fd;

	(void)state;
	hosts_enter(&us);
	lan.ifindex = 9999;
	for (int which = 0; which < RA_SOCKETS; which++)
		expect_refused((enum ra_socket)which, &lan, ENXIO, "9999");
	lan = us.lan;
	memset(&lan.linklocal, 0, sizeof(lan.linklocal)); /* none yet */
	expect_refused(RA_SOCKET_ADVERTISE, &lan, EADDRNOTAVAIL, "lan1");
	expect_refused(RA_SOCKET_SOLICIT, &lan, EADDRNOTAVAIL, "lan1");
	fd = ra_socket_open(RA_SOCKET_LISTEN, &lan, NULL);
	assert_true(fd >= 0);
	(void)close(fd);
	lan.linklocal = them.lan.linklocal; /* not on this host */
	expect_refused(RA_SOCKET_ADVERTISE, &lan, EADDRNOTAVAIL, "lan1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_advertisement, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_solicitation, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_hop_limit, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_other_types, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_too_long, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_other_interface, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_deaf, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
	    cmocka_unit_test(test_refused),
	};

	if (hosts_make(&us, &them) != 0)
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
