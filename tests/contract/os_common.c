#include <sys/types.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "os_common.h"

const struct os_ids nobody_ids = {ID, ID};

void
in_child(void (*body)(void))
{
	int status;
	pid_t child;

	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		fail_msg("signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		fail_msg("line %d, modulo 255", WEXITSTATUS(status) - 1);
}

int
readable(int fd, int ms)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};

	return poll(&pfd, 1, ms);
}

int
at_loopback(int type, struct sockaddr_in *sin)
{
	socklen_t len = sizeof(*sin);
	int fd = socket(AF_INET, type, 0);

	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	EXPECT(fd != -1 && bind(fd, (struct sockaddr *)sin, len) == 0);
	EXPECT(getsockname(fd, (struct sockaddr *)sin, &len) == 0);
	return fd;
}

unsigned
litter(const char *path)
{
	const struct dirent *entry;
	unsigned n = 0;
	DIR *d = opendir(path);

	if (d == NULL)
		return 0;
	while ((entry = readdir(d)) != NULL)
		n += strncmp(entry->d_name, "dtcpc.", 6) == 0;
	(void)closedir(d);
	return n;
}

void
expect_ids(const char *spec, int error, uid_t uid)
{
	struct os_ids got = {0, 0};
	struct err e = {0};
	int rc;

	rc = os_ids_resolve(spec, &got, &e);
	if (rc != error)
		fail_msg("%s: %d: %s", spec, rc, e.text);
	if (rc == 0)
		assert_int_equal(got.uid, uid);
	else
		assert_non_null(strstr(e.text, spec));
}

/*
 * A parent that ends and a child that would wait for ever; the far end of a
 * pipe that both hold tells when both are gone.
 */
static void
orphan(bool late)
{
	int pipes[2], gate[2];
	pid_t parent, self;
	struct err e = {0};
	char c;

	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(pipe(gate), 0);
	parent = fork();
	assert_int_not_equal(parent, -1);
	if (parent == 0) {
		self = getpid();
		if (fork() == 0) {
			EXPECT(os_drop(&nobody_ids, &e) == 0);
			if (!late)
				os_die_with_parent(self);
			(void)close(gate[1]);
			EXPECT(write(pipes[1], "x", 1) == 1);
			/* End of file: the parent is gone. */
			if (late && read(gate[0], &c, 1) == 0)
				os_die_with_parent(self);
			for (;;)
				(void)pause();
		}
		EXPECT(read(pipes[0], &c, 1) == 1);
		_exit(0);
	}
	(void)close(pipes[1]);
	(void)close(gate[1]);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	/* CTest's time-out is the bound. */
	assert_int_equal(read(pipes[0], &c, 1), 0);
	(void)close(pipes[0]);
	(void)close(gate[0]);
}

void
test_die_with_parent(void **state)
{
	(void)state;
	orphan(false);
	orphan(true);
}

void
test_timer(void **state)
{
	int fd = os_timer_open();
	int64_t start = os_now_ms();

	(void)state;
	assert_true(fd >= 0 && start > 0);
	assert_int_equal(readable(fd, 0), 0);
	os_timer_set(fd, -1);
	os_timer_set(fd, 30);
	assert_int_equal(readable(fd, 5000), 1);
	assert_true(os_now_ms() - start >= 29); /* cut to whole ms */
	assert_int_equal(readable(fd, 0), 1);	/* until it is set anew */
	os_timer_set(fd, 5000);
	assert_int_equal(readable(fd, 0), 0);
	os_timer_set(fd, 0);
	assert_int_equal(readable(fd, 5000), 1);
	os_timer_set(fd, -1);
	assert_int_equal(readable(fd, 50), 0);
	(void)close(fd);
}

#define FEW  40
#define MANY 400

/* The limit as it is now, and that it is one. */
static void
expect_files(rlim_t soft, rlim_t hard)
{
	struct rlimit now;

	EXPECT(getrlimit(RLIMIT_NOFILE, &now) == 0);
	EXPECT(now.rlim_cur == soft && now.rlim_max == hard);
	EXPECT(dup2(STDIN_FILENO, (int)soft - 1) != -1);
	EXPECT(dup2(STDIN_FILENO, (int)soft) == -1);
}

static void
raised(void)
{
	const struct rlimit few = {FEW, MANY};
	struct err e = {0};
	int r;

	EXPECT(setrlimit(RLIMIT_NOFILE, &few) == 0);
	/* There are as many already. */
	EXPECT(os_raise_files(FEW - 1, &e) == 0);
	expect_files(FEW, MANY);
	EXPECT(os_raise_files(MANY, &e) == 0);
	expect_files(MANY, MANY);
	/* The hard limit is root's to raise, but not every container's. */
	r = os_raise_files(MANY + 1, &e);
	EXPECT(r == 0 || r == -EPERM);
	if (r == 0)
		expect_files(MANY + 1, MANY + 1);
	EXPECT(os_drop(&nobody_ids, &e) == 0);
	EXPECT(os_raise_files(MANY + 2, &e) == -EPERM);
	EXPECT(strstr(e.text, "402 ") != NULL);
	EXPECT(strstr(e.text, r == 0 ? "401 " : "400 ") != NULL);
}

void
test_raise_files(void **state)
{
	(void)state;
	in_child(raised);
}
