/* Connections of the server's engine, with a root process that is the test. */
#include <sys/socket.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/serve.h"
#include "gateway_bed.h"

#define HI    "+OK hi, happy to hear from you"
#define GRANT "+OK 127.0.0.2 127.0.0.1"

/* A tunnel of the kernel's, so that nothing is carried here. */
static uint32_t
up(int fd)
{
	struct msg m;
	uint32_t id;

	bed_login(fd, "tunnelonly", &m);
	id = m.id;
	bed_grant(&m, id, CARRIER_KERNEL, 0);
	m.grant.type = TUNNEL_ONLY;
	m.grant.has_pair = false;
	bed_tell(&m);
	bed_hears(fd, GRANT);
	return id;
}

static void
test_life(void **state)
{
	const int fd = bed_client(2);
	struct msg m;
	uint32_t id;

	(void)state;
	bed_say(fd, "ping\n");
	bed_hears(fd, HI);
	id = up(fd);
	bed_say(fd, "PING\r\n");
	bed_hears(fd, HI);
	bed_say(fd, "quit\r\n");
	bed_hears(fd, "+OK see you soon.");
	bed_ended(fd);
	bed_asked(MSG_LOGOUT, &m);
	assert_int_equal(m.id, id);
	assert_string_equal(m.text, "reason=quit");
}

static void
test_what_is_asked(void **state)
{
	const int fd = bed_connect(3);
	char challenge[LOGIN_HEX_LEN + 1];
	struct msg m;

	(void)state;
	memcpy(challenge, bed_line(fd) + 4, LOGIN_HEX_LEN);
	challenge[LOGIN_HEX_LEN] = '\0';
	bed_login(fd, "network proto=udp port=4711", &m);
	assert_string_equal(m.login.challenge, challenge);
	assert_int_equal(m.login.type, TUNNEL_NETWORK);
	assert_true(m.login.udp);
	assert_int_equal(m.login.port, 4711);
	assert_int_equal(ntohl(m.login.client4.s_addr), 0x7f000003);
	assert_int_equal(ntohl(m.login.local4.s_addr), INADDR_LOOPBACK);
	close(fd);
}

static void
test_end_without_a_word(void **state)
{
	const int fd = bed_client(2);
	const uint32_t id = up(fd);
	struct msg m;

	(void)state;
	close(fd);
	bed_asked(MSG_LOGOUT, &m);
	assert_int_equal(m.id, id);
	assert_string_equal(m.text, "reason=closed");
}

static void
test_refused(void **state)
{
	const int fd = bed_client(2);
	struct msg m;

	(void)state;
	bed_login(fd, "host", &m);
	bed_refuse(m.id, ENOBUFS, false);
	bed_hears(fd, "-ERR tunnel interface sold out");
	bed_login(fd, "host", &m);
	bed_refuse(m.id, EACCES, false);
	bed_hears(fd, "-ERR authentication failed.");
	(void)up(fd);
	close(fd);
	bed_asked(MSG_LOGOUT, &m);
}

/* A tunnel that there is goes with its connection, which guesses end. */
static void
test_refused_with_a_tunnel(void **state)
{
	const int fd = bed_client(2);
	struct msg m;
	unsigned i;

	(void)state;
	(void)up(fd);
	for (i = 0; i < SERVE_FAILURES; i++) {
		bed_say(fd, "tunnel of another form\r\n");
		bed_hears(fd, "-ERR authentication failed.");
	}
	bed_ended(fd);
	bed_asked(MSG_LOGOUT, &m);
	assert_string_equal(m.text, "reason=refused");
}

/* What was sent before the answer waits for it, and is not lost. */
static void
test_pipelined(void **state)
{
	const int fd = bed_client(2);
	char lines[4096] = "ping\r\n"
			   "tunnel demo 00112233445566778899AABBCCDDEEFF "
			   "tunnelonly\r\n";
	struct msg m;
	unsigned i;

	(void)state;
	for (i = 0; i < 400; i++)
		strlcat(lines, "ping\r\n", sizeof(lines));
	bed_say(fd, lines);
	bed_hears(fd, HI);
	bed_asked(MSG_LOGIN, &m);
	bed_settle();
	assert_true(bed_is_quiet(fd));
	bed_grant(&m, m.id, CARRIER_KERNEL, 0);
	m.grant.type = TUNNEL_ONLY;
	m.grant.has_pair = false;
	bed_tell(&m);
	bed_hears(fd, GRANT);
	for (i = 0; i < 400; i++)
		bed_hears(fd, HI);
	close(fd);
	bed_asked(MSG_LOGOUT, &m);
}

static void
test_second_tunnel(void **state)
{
	const int fd = bed_client(2);
	const uint32_t id = up(fd);
	struct msg m;

	(void)state;
	assert_int_equal(up(fd), id);
	bed_login(fd, "host", &m);
	bed_refuse(id, EACCES, true); /* the one of before stays */
	bed_hears(fd, "-ERR authentication failed.");
	bed_say(fd, "quit\r\n");
	bed_hears(fd, "+OK see you soon.");
	bed_asked(MSG_LOGOUT, &m);
	bed_ended(fd);
}

static void
test_taken_away(void **state)
{
	const int a = bed_client(2), b = bed_client(2);
	struct msg m = {.type = MSG_REPLACED, .fd = -1};

	(void)state;
	m.id = up(a);
	bed_tell(&m);
	bed_hears(a, "-ERR replaced by a new login");
	bed_ended(a);
	m.id = up(b);
	m.type = MSG_SESSION_LOST;
	bed_tell(&m);
	bed_hears(b, "-ERR the tunnel was removed, disconnecting");
	bed_ended(b);
}

/* Answers for one that has gone are for nobody, and cost no descriptor. */
static void
test_late_answers(void **state)
{
	struct msg m = {.type = MSG_REPLACED, .fd = -1};
	int fd = bed_client(2), ours, theirs;
	char byte;

	(void)state;
	m.id = up(fd);
	bed_login(fd, "host proto=udp", &m);
	m.type = MSG_REPLACED;
	bed_tell(&m);
	bed_asked(MSG_LOGOUT, &m); /* of the one that was asked for */
	bed_hears(fd, "-ERR replaced by a new login");
	bed_ended(fd);
	fd = bed_client(2);
	ours = bed_pair(&theirs);
	bed_tell_fd(MSG_SESSION_UDP, m.id, theirs);
	bed_grant(&m, m.id, CARRIER_SHARED, 0);
	bed_tell(&m);
	bed_settle();
	assert_int_equal(recv(ours, &byte, 1, 0), 0); /* closed there */
	close(ours);
	/* Nor are they for one that is here, but did not ask. */
	m.id = up(fd);
	ours = bed_pair(&theirs);
	bed_tell_fd(MSG_SESSION_UDP, m.id, theirs);
	bed_settle();
	assert_int_equal(recv(ours, &byte, 1, 0), 0);
	close(ours);
	bed_say(fd, "ping\r\n");
	bed_hears(fd, HI);
	close(fd);
}

/* A grant that nothing came for is no tunnel. */
static void
test_unusable(void **state)
{
	const int fd = bed_client(2);
	struct msg m;
	uint32_t id;

	(void)state;
	bed_login(fd, "host proto=udp", &m);
	id = m.id;
	bed_grant(&m, id, CARRIER_SHARED, 0);
	m.grant.udp = true;
	m.grant.port4 = 4028;
	bed_tell(&m);
	bed_logged("cannot carry its packets");
	bed_asked(MSG_LOGOUT, &m);
	assert_int_equal(m.id, id);
	assert_string_equal(m.text, "reason=unusable");
	bed_hears(fd, "-ERR internal error: cannot set up the tunnel");
	close(fd);
}

static void
test_stop(void **state)
{
	const int a = bed_client(2), b = bed_client(3);

	(void)up(a);
	assert_int_equal(bed_teardown(state), 0);
	bed_hears(a, "-ERR server is shutting down");
	bed_ended(a);
	bed_hears(b, "-ERR server is shutting down");
	bed_ended(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_life),
	    TEST(test_what_is_asked),
	    TEST(test_end_without_a_word),
	    TEST(test_refused),
	    TEST(test_refused_with_a_tunnel),
	    TEST(test_pipelined),
	    TEST(test_second_tunnel),
	    TEST(test_taken_away),
	    TEST(test_late_answers),
	    TEST(test_unusable),
	    cmocka_unit_test_setup(test_stop, bed_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
