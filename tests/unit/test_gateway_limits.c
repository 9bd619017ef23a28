/* The server's engine and those who want too much of it. */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/gateway.h"
#include "dtcp/os.h"
#include "gateway_bed.h"

#define GARBAGE "-ERR line too long, or with a control byte in it"
#define CROWD	"-ERR too many connections from your address"
#define BLOCKED "-ERR too many failed logins, try again later"
#define LATE	"-ERR connection timed out, disconnecting"
#define LINE	1000
#define FEW	24 /* descriptors */

static void
still_serves(void)
{
	const int fd = bed_client(200);

	bed_say(fd, "ping\r\n");
	bed_hears(fd, "+OK hi, happy to hear from you");
	close(fd);
}

static void
test_nul(void **state)
{
	const int fd = bed_client(2);

	(void)state;
	assert_int_equal(send(fd, "pi\0ng\r\n", 7, 0), 7);
	bed_hears(fd, GARBAGE);
	bed_ended(fd);
	still_serves();
}

static void
test_long_line(void **state)
{
	static const char much[1 << 16] = {0};
	const int fd = bed_client(2);
	char *line = malloc(sizeof(much));
	unsigned i;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', sizeof(much));
	for (i = 0; i < 16; i++)
		if (send(fd, line, sizeof(much), MSG_NOSIGNAL) == -1)
			break;
	free(line);
	/* The words may have been overtaken by the reset. */
	if (strcmp(bed_line(fd), GARBAGE) == 0)
		bed_hears(fd, "");
	close(fd);
	still_serves();
}

/* It does not read what it is told. */
static void
test_deaf(void **state)
{
	static const char ping[] = "ping\r\nping\r\nping\r\nping\r\n";
	const int fd = bed_client(2);
	struct msg m;

	(void)state;
	bed_login(fd, "tunnelonly", &m);
	bed_grant(&m, m.id, CARRIER_KERNEL, 0);
	bed_tell(&m);
	while (send(fd, ping, strlen(ping), MSG_NOSIGNAL) != -1)
		;
	bed_asked(MSG_LOGOUT, &m);
	assert_string_equal(m.text, "reason=stuck");
	close(fd);
	still_serves();
}

/* More and more lines, and each reply is read. */
static void __attribute__((__noreturn__)) flood(int fd)
{
	static char lines[256 * LINE], replies[1 << 16];
	struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT};
	size_t i, at = 0;
	ssize_t n;

	memset(lines, 'x', sizeof(lines));
	for (i = LINE; i <= sizeof(lines); i += LINE)
		lines[i - 1] = '\n';
	(void)alarm(60); /* should the test not come to its end */
	while (poll(&pfd, 1, -1) == 1) {
		while (recv(fd, replies, sizeof(replies), MSG_DONTWAIT) > 0)
			;
		n = send(fd, lines + at, sizeof(lines) - at,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			at = (at + (size_t)n) % sizeof(lines);
		else if (errno != EAGAIN)
			break;
	}
	_exit(0);
}

/* Others have their turn, too. */
static void
test_flood(void **state)
{
	enum { FLOODS = 2 };
	int64_t begin;
	pid_t pids[FLOODS];
	unsigned i;
	int fd;

	(void)state;
	for (i = 0; i < FLOODS; i++) {
		fd = bed_client(2 + i);
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			flood(fd);
		close(fd);
	}
	/* Where they had none it would be half a minute. */
	begin = os_now_ms();
	for (i = 0; i < 100; i++)
		still_serves();
	assert_true(os_now_ms() - begin < 10 * 1000);
	for (i = 0; i < FLOODS; i++) {
		assert_int_equal(kill(pids[i], SIGKILL), 0);
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	}
}

static void
test_idle(void **state)
{
	const int a = bed_client(2), b = bed_client(3);
	struct msg m;

	(void)state;
	bed_login(b, "tunnelonly", &m);
	bed_grant(&m, m.id, CARRIER_KERNEL, 0);
	bed_tell(&m);
	(void)bed_line(b);
	bed_skip(59 * 1000);
	bed_settle();
	assert_true(bed_is_quiet(a));
	bed_skip(2 * 1000);
	bed_hears(a, LATE);
	bed_ended(a);
	assert_true(bed_is_quiet(b));
	bed_skip(238 * 1000);
	bed_settle();
	assert_true(bed_is_quiet(b));
	bed_skip(2 * 1000);
	bed_hears(b, LATE);
	bed_ended(b);
	bed_asked(MSG_LOGOUT, &m);
	assert_string_equal(m.text, "reason=timed-out");
}

/* Asking takes as long as the root process does, and is not cut short. */
static void
test_not_idle(void **state)
{
	const int a = bed_client(2), b = bed_client(3);
	struct msg m;

	(void)state;
	bed_login(a, "tunnelonly", &m);
	bed_skip(61 * 1000);
	bed_hears(b, LATE);
	bed_ended(b);
	bed_refuse(m.id, EACCES, false);
	bed_hears(a, "-ERR authentication failed.");
	close(a);
}

static void
fail_once(unsigned host)
{
	const int fd = bed_client(host);
	struct msg m;

	bed_login(fd, "host", &m);
	bed_refuse(m.id, EACCES, false);
	bed_hears(fd, "-ERR authentication failed.");
	close(fd);
}

static void
test_guessing(void **state)
{
	const int fd = bed_client(3);
	struct msg m;
	unsigned i;
	int held;

	(void)state;
	for (i = 0; i < 3; i++) {
		bed_say(fd, "tunnel x y z\r\n");
		bed_hears(fd, "-ERR authentication failed.");
	}
	bed_ended(fd);
	held = bed_client(2);
	for (i = 0; i < 20; i++)
		fail_once(2);
	bed_say(held, "ping\r\n");
	bed_hears(held, "+OK hi, happy to hear from you");
	bed_say(held, "tunnel x 00112233445566778899AABBCCDDEEFF host\r\n");
	bed_hears(held, BLOCKED);
	bed_ended(held);
	bed_asked(MSG_LOGOUT, &m);
	i = (unsigned)bed_connect(2);
	bed_hears((int)i, BLOCKED);
	bed_ended((int)i);
	still_serves();
	bed_settle();
	bed_skip(60 * 1000);
	fail_once(2);
}

static void
test_crowd(void **state)
{
	int fds[GATEWAY_LOGINS_OF_ONE + 1], other;
	unsigned i;

	(void)state;
	for (i = 0; i < GATEWAY_LOGINS_OF_ONE; i++)
		fds[i] = bed_client(2);
	fds[i] = bed_connect(2);
	bed_hears(fds[i], CROWD);
	bed_ended(fds[i]);
	bed_logged("127.0.0.2: turned away: too many connections");
	other = bed_client(3);
	bed_settle();
	bed_skip(11 * 1000);
	fds[i] = bed_client(2);
	bed_hears(fds[0], CROWD);
	for (i = 0; i <= GATEWAY_LOGINS_OF_ONE; i++)
		close(fds[i]);
	close(other);
}

/* One that is owed an answer is not the one to go. */
static void
test_crowd_asking(void **state)
{
	int fds[GATEWAY_LOGINS_OF_ONE + 1];
	struct msg m;
	unsigned i;

	(void)state;
	for (i = 0; i < GATEWAY_LOGINS_OF_ONE; i++)
		fds[i] = bed_client(2);
	bed_login(fds[0], "host", &m);
	bed_settle();
	bed_skip(11 * 1000);
	fds[i] = bed_client(2);
	bed_hears(fds[1], CROWD);
	bed_refuse(m.id, ENOBUFS, false);
	bed_hears(fds[0], "-ERR tunnel interface sold out");
	for (i = 0; i <= GATEWAY_LOGINS_OF_ONE; i++)
		close(fds[i]);
}

/* Whoever is one too many waits until another one goes. */
static void
test_full(void **state)
{
	int fds[GATEWAY_LOGINS_MAX], more[2];
	unsigned i;

	(void)state;
	for (i = 0; i < GATEWAY_LOGINS_MAX; i++)
		fds[i] = bed_client(2 + i % 32);
	more[0] = bed_connect(100);
	bed_logged("connections wait: there are 1024 without a tunnel");
	assert_true(bed_is_quiet(more[0]));
	close(fds[1]);
	assert_memory_equal(bed_line(more[0]), "+OK ", 4);
	more[1] = bed_connect(101);
	bed_settle();
	assert_true(bed_is_quiet(more[1]));
	bed_skip(11 * 1000);
	assert_memory_equal(bed_line(more[1]), "+OK ", 4);
	bed_hears(fds[0], "-ERR too many connections");
	close(fds[0]);
	for (i = 2; i < GATEWAY_LOGINS_MAX; i++)
		close(fds[i]);
	close(more[0]);
	close(more[1]);
}

static int
setup_few(void **state)
{
	struct rlimit all, few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	few = all;
	few.rlim_cur = FEW;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	bed_setup(state);
	return setrlimit(RLIMIT_NOFILE, &all);
}

/* No descriptor for another one: it waits for one to be closed. */
static void
test_no_descriptor(void **state)
{
	int fds[FEW];
	unsigned i;

	(void)state;
	for (i = 0; i < FEW; i++)
		fds[i] = bed_connect(2);
	bed_logged("cannot accept connections: ");
	assert_true(bed_is_quiet(fds[FEW - 1]));
	for (i = 0; i < FEW - 1; i++)
		close(fds[i]);
	assert_memory_equal(bed_line(fds[FEW - 1]), "+OK ", 4);
	close(fds[FEW - 1]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_nul),
	    TEST(test_long_line),
	    TEST(test_deaf),
	    TEST(test_flood),
	    TEST(test_idle),
	    TEST(test_not_idle),
	    TEST(test_guessing),
	    TEST(test_crowd),
	    TEST(test_crowd_asking),
	    TEST(test_full),
	    cmocka_unit_test_setup_teardown(
		test_no_descriptor, setup_few, bed_teardown),
	};
	struct rlimit r;

	/* One end of each connection here, and as many there. */
	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return 1;
	r.rlim_cur = r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r) == -1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
