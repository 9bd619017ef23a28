/* --status and --dry-run: exit statuses, and files that stay untouched. */
#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/instance.h"
#include "dtcpc/options.h"

#define UP	    0
#define NOT_UP	    3
#define NOT_RUNNING 4

static char dir[] = "/tmp/dtcp-status-XXXXXX";
static char pidfile[64], statusfile[64];

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(pidfile, sizeof(pidfile), "%s/x.pid", dir);
	snprintf(statusfile, sizeof(statusfile), "%s/x.pid.status", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(pidfile);
	(void)unlink(statusfile);
	return rmdir(dir);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A lock of another open file is another's, whichever process has it. */
static int
hold(void)
{
	int fd = open(pidfile, O_RDWR | O_CREAT, 0644);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	return fd;
}

static void
test_not_running(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(
	    instance_status("dtcpc", pidfile, "/run/x"), NOT_RUNNING);
	assert_int_equal(stat(pidfile, &st), -1); /* nothing is created */
	write_file(pidfile, "123");
	write_file(statusfile, "state=up\n"); /* left by a dead instance */
	assert_int_equal(
	    instance_status("dtcpc", pidfile, "/run/x"), NOT_RUNNING);
	assert_int_equal(stat(pidfile, &st), 0);
	assert_int_equal(st.st_size, 3);
	fd = hold(); /* nor does a lock stay behind */
	close(fd);
}

static void
test_running(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
	    {"pid=1\nstate=up\nsince=5\n", UP},
	    {"pid=1\nstate=probing\n", UP},
	    {"pid=1\nstate=waiting\n", NOT_UP},
	    {"pid=1\nstate=upper\n", NOT_UP},
	    {"pid=1\nreason=state=up\n", NOT_UP},
	    {"", NOT_UP},
	};
	int fd = hold();

	(void)state;
	(void)unlink(statusfile);
	assert_int_equal(instance_status("dtcpc", pidfile, "/run/x"), NOT_UP);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_file(statusfile, cases[i].text);
		if (instance_status("dtcpc", pidfile, "/run/x") !=
		    cases[i].status)
			fail_msg("%s: not %d", cases[i].text, cases[i].status);
	}
	close(fd);
}

/* A reply that cannot be used is told apart from one that can. */
static void
test_dry_run(void **state)
{
	char *argv[] = {
	    "dtcpc", "-t", "host", "-i", "six0", "--dry-run", NULL, NULL};
	struct options o;
	struct err e;

	(void)state;
	argv[6] = "+OK 192.0.2.2 198.51.100.1 2001:db8::6 2001:db8::5";
	assert_int_equal(options_parse(7, argv, &o, &e), 0);
	assert_int_equal(dry_run(&o), 0);
	argv[6] = "+OK 192.0.2.2 198.51.100.1";
	assert_int_equal(options_parse(7, argv, &o, &e), 0);
	assert_int_equal(dry_run(&o), 1);
	argv[6] = "+OK 192.0.2.2 224.0.0.1 2001:db8::6 2001:db8::5";
	assert_int_equal(options_parse(7, argv, &o, &e), 0);
	assert_int_equal(dry_run(&o), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_not_running),
	    cmocka_unit_test(test_running),
	    cmocka_unit_test(test_dry_run),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
