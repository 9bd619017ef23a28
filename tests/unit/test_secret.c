/* The password's page, the auth file's owner and mode, the terminal. */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "dtcp/secret.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static char path[] = "/tmp/test_secret.XXXXXX";

static void
write_file(const void *text, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
assert_secret(const struct secret *s, const char *want)
{
	size_t n;
	const char *p = secret_bytes(s, &n);

	assert_int_equal(n, strlen(want));
	assert_string_equal(p, want);
}

static int
new_secret(void **state)
{
	int fd;

	strlcpy(path + strlen(path) - 6, "XXXXXX", 7);
	if ((fd = mkstemp(path)) == -1)
		return -1;
	close(fd);
	return (*state = secret_new()) == NULL ? -1 : 0;
}

static int
free_secret(void **state)
{
	secret_free(*state);
	return unlink(path);
}

static void
test_file(void **state)
{
	static const char file[] = "# comment\nhost:foo:b:a r\nhost:x:y\n";
	struct secret *s = *state;
	struct err e;

	assert_secret(s, "");
	write_file(file, strlen(file), 0600);
	assert_int_equal(secret_from_file(s, path, "host", "foo", &e), 0);
	assert_secret(s, "b:a r");
	/* The shorter one leaves nothing of the longer. */
	assert_int_equal(secret_from_file(s, path, "host", "x", &e), 0);
	assert_secret(s, "y");
	secret_clear(s);
	assert_secret(s, "");
	secret_free(NULL);
}

/* Every byte of the page's struct is zero in a child. */
static void
test_fork(void **state)
{
	struct secret *s = *state;
	size_t n, set = 0;
	const char *p;
	pid_t pid;
	int status;

	write_file("host:foo:bar\n", 13, 0600);
	assert_int_equal(secret_from_file(s, path, "host", "foo", NULL), 0);
	p = secret_bytes(s, &n);
	if ((pid = fork()) == 0) {
		size_t len;

		secret_bytes(s, &len);
		for (size_t i = 0; i <= SECRET_MAX; i++)
			set += p[i] != '\0';
		_exit(len == 0 && set == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_secret(s, "bar");
}

static void
test_modes(void **state)
{
	static const struct {
		mode_t mode;
		int error;
	} t[] = {
	    {0600, 0},
	    {0400, 0},
	    {0700, 0},
	    {0644, -EPERM},
	    {0640, -EPERM},
	    {0620, -EPERM},
	    {0604, -EPERM},
	    {0602, -EPERM},
	};
	struct secret *s = *state;
	struct err e;
	char chmod_line[64];

	snprintf(chmod_line, sizeof(chmod_line), "run: chmod 600 %s", path);
	for (size_t i = 0; i < N(t); i++) {
		write_file("host:foo:bar\n", 13, t[i].mode);
		assert_int_equal(
		    secret_from_file(s, path, "host", "foo", &e), t[i].error);
		if (t[i].error == 0)
			continue;
		assert_int_equal(e.code, EPERM);
		assert_non_null(strstr(e.text, path));
		assert_non_null(strstr(e.text, chmod_line));
	}
}

static void
test_owner(void **state)
{
	struct err e;

	if (geteuid() != 0)
		skip();
	write_file("host:foo:bar\n", 13, 0600);
	assert_int_equal(chown(path, 12345, 0), 0);
	assert_int_equal(
	    secret_from_file(*state, path, "host", "foo", &e), -EPERM);
	assert_non_null(strstr(e.text, "chown root "));
	assert_non_null(strstr(e.text, "12345"));
}

static void
test_absent(void **state)
{
	struct err e;

	write_file("host:foo:bar\n", 13, 0600);
	assert_int_equal(
	    secret_from_file(*state, path, "host", "nobody", &e), -ENOENT);
	assert_non_null(strstr(e.text,
	    "no entry for host:nobody: add a line host:nobody:PASSWORD"));
	assert_int_equal(secret_from_file(*state, "/tmp/test_secret/none",
			     "host", "foo", &e),
	    -ENOENT);
	assert_non_null(strstr(e.text, "No such file"));
}

static void
test_not_a_file(void **state)
{
	struct err e;

	assert_int_equal(
	    secret_from_file(*state, "/", "host", "foo", &e), -EINVAL);
	assert_int_equal(
	    secret_from_file(*state, "/dev/zero", "host", "foo", &e), -EINVAL);
	/* A FIFO without a writer must not hang. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(
	    secret_from_file(*state, path, "host", "foo", &e), -EINVAL);
	assert_non_null(strstr(e.text, "not a regular file"));
}

/* A password of the largest size, one more, none; a file too large. */
static void
test_sizes(void **state)
{
	struct secret *s = *state;
	static char file[70000];
	char want[SECRET_MAX + 1];
	struct err e;
	size_t n;

	memset(file, 'p', sizeof(file));
	memcpy(file, "host:foo:", 9);
	memset(want, 'p', SECRET_MAX);
	want[SECRET_MAX] = '\0';
	write_file(file, 9 + SECRET_MAX, 0600);
	assert_int_equal(secret_from_file(s, path, "host", "foo", &e), 0);
	assert_secret(s, want);

	write_file(file, 9 + SECRET_MAX + 1, 0600);
	assert_int_equal(
	    secret_from_file(s, path, "host", "foo", &e), -EMSGSIZE);
	write_file(file, 9, 0600);
	assert_int_equal(secret_from_file(s, path, "host", "foo", &e), -EINVAL);
	assert_non_null(strstr(e.text, "empty"));
	write_file(file, sizeof(file), 0600);
	assert_int_equal(secret_from_file(s, path, "host", "foo", &e), -EFBIG);
	/* Through all of that the old one stays. */
	assert_secret(s, want);
	assert_string_equal(secret_bytes(s, &n), want);
}

/* A child in a session of its own, with the slave as its terminal or none. */
static pid_t
fork_session(const char *slave)
{
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	setsid();
	if (slave != NULL) {
		fd = open(slave, O_RDWR);
		ioctl(fd, TIOCSCTTY, 0);
	}
	return 0;
}

static void
test_no_terminal(void **state)
{
	struct secret *s = *state;
	struct err e;
	pid_t pid;
	int status;

	if ((pid = fork_session(NULL)) == 0)
		_exit(secret_from_terminal(s, "host", "foo", &e) == -ENOTTY &&
			    strstr(e.text, "foo at host") != NULL ?
			0 :
			1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Read until text has come, or the end. */
static bool
expect(int fd, const char *text, char *got, size_t size)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, got + len, size - 1 - len);
		if (n <= 0)
			return false;
		len += (size_t)n;
		got[len] = '\0';
	} while (strstr(got, text) == NULL && len < size - 1);
	return strstr(got, text) != NULL;
}

/* What a person types on a pty, and what comes of it. */
static int
type_in(struct secret *s, const char *typed, const char *want)
{
	char got[512] = "";
	int master, status;
	pid_t pid;

	master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	if ((pid = fork_session(ptsname(master))) == 0) {
		size_t n;
		int error = secret_from_terminal(s, "host", "foo", NULL);
		const char *p = secret_bytes(s, &n);

		_exit(error != 0 ? -error : strcmp(p, want) != 0);
	}
	assert_true(
	    expect(master, "password of foo at host: ", got, sizeof(got)));
	assert_int_equal(write(master, typed, strlen(typed)), strlen(typed));
	/* The newline after it is echoed, nothing else. */
	(void)expect(master, "\n", got, sizeof(got));
	assert_null(strstr(got, "bar"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(master);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_terminal(void **state)
{
	char longest[SECRET_MAX + 1], typed[SECRET_MAX + 3];

	alarm(60); /* rather than hang */
	assert_int_equal(type_in(*state, "bar: x\n", "bar: x"), 0);
	assert_int_equal(type_in(*state, "\n", ""), EINVAL);
	memset(longest, 'p', SECRET_MAX);
	longest[SECRET_MAX] = '\0';
	snprintf(typed, sizeof(typed), "%s\n", longest);
	assert_int_equal(type_in(*state, typed, longest), 0);
	snprintf(typed, sizeof(typed), "%sp\n", longest);
	assert_int_equal(type_in(*state, typed, ""), EINVAL);
	alarm(0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, new_secret, free_secret)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_file),
	    T(test_fork),
	    T(test_modes),
	    T(test_owner),
	    T(test_absent),
	    T(test_not_a_file),
	    T(test_sizes),
	    T(test_no_terminal),
	    T(test_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
