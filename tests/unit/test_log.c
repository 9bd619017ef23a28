/* Log lines, errors and the encoding that both go through. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/err.h"
#include "dtcp/log.h"
#include "dtcp/text.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
test_encode(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		const char *out;
	} t[] = {
	    {"", 0, ""},
	    {"plain text, with blanks", 23, "plain text, with blanks"},
	    {"a\nb\r\tc", 6, "a\\nb\\r\\tc"},
	    {"a\0"
	     "1",
		3, "a\\0001"},
	    {"\033[31m", 5, "\\033[31m"},
	    {"\303\251", 2, "\\303\\251"},
	    {"\177\200\377", 3, "\\177\\200\\377"},
	    {"C:\\n %s \"q\"", 11, "C:\\n %s \"q\""},
	};
	char once[64], twice[64];

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		assert_int_equal(
		    text_encode(once, sizeof(once), t[i].in, t[i].n),
		    strlen(t[i].out));
		assert_string_equal(once, t[i].out);
		text_encode(twice, sizeof(twice), once, strlen(once));
		assert_string_equal(twice, once);
	}
}

static void
test_encode_cut(void **state)
{
	char buf[8];

	(void)state;
	/* Never half of an encoded byte. */
	assert_int_equal(text_encode(buf, 8, "abcd\033", 5), 4);
	assert_string_equal(buf, "abcd");
	assert_int_equal(text_encode(buf, 8, "abc\033xyz", 7), 7);
	assert_string_equal(buf, "abc\\033");
	assert_int_equal(text_encode(buf, 1, "abc", 3), 0);
	assert_string_equal(buf, "");
}

static void
test_err(void **state)
{
	struct err e;
	char name[2 * ERR_TEXT_MAX];

	(void)state;
	assert_int_equal(err_set(&e, EPERM, "%s: refused", "a\nb"), -EPERM);
	assert_int_equal(e.code, EPERM);
	assert_string_equal(e.text, "a\\nb: refused");
	assert_int_equal(err_sys(&e, ENOENT, "file %s", "x"), -ENOENT);
	assert_int_equal(e.code, ENOENT);
	assert_string_equal(e.text, "file x: No such file or directory");
	/* The text of an error may go into the next one. */
	err_set(&e, EIO, "outer: %s", e.text);
	assert_string_equal(e.text, "outer: file x: No such file or directory");
	assert_int_equal(err_set(NULL, EIO, "x"), -EIO);
	assert_int_equal(err_sys(NULL, EIO, "x"), -EIO);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	err_sys(&e, EIO, "%s", name);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
}

struct caught {
	int count, level;
	char line[2 * LOG_LINE_MAX];
};

static void catch (void *arg, int level, const char *line)
{
	struct caught *c = arg;

	c->count++;
	c->level = level;
	strlcpy(c->line, line, sizeof(c->line));
	errno = EDOM; /* a sink need not care */
}

static void
test_sink(void **state)
{
	struct caught c = {0};

	(void)state;
	log_set_sink(catch, &c);
	errno = ENOTTY;
	log_msg(LOG_NOTICE, "state=%s why=%s", "up", "a\nb\033");
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.level, LOG_NOTICE);
	assert_string_equal(c.line, "state=up why=a\\nb\\033");
	/* From another process: no format, no facility, no second encoding. */
	log_line(LOG_AUTH | LOG_ERR, "100%s %n \\n\n");
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(c.level, LOG_ERR);
	assert_string_equal(c.line, "100%s %n \\n\\n");
	/* errno as the caller left it, in the arguments too. */
	errno = ENOENT;
	log_msg(LOG_ERR, "%s", strerror(errno));
	assert_string_equal(c.line, "No such file or directory");
}

static void
test_long_line(void **state)
{
	struct caught c = {0};
	char text[4 * LOG_LINE_MAX];

	(void)state;
	log_set_sink(catch, &c);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_msg(LOG_INFO, "%s", text);
	assert_int_equal(strlen(c.line), LOG_LINE_MAX - 1);
	memset(text, '\n', sizeof(text) - 1);
	log_line(LOG_INFO, text);
	assert_in_range(strlen(c.line), LOG_LINE_MAX - 2, LOG_LINE_MAX - 1);
	assert_null(strchr(c.line, '\n'));
}

static void
test_debug(void **state)
{
	struct caught c = {0};

	(void)state;
	log_set_sink(catch, &c);
	assert_false(log_is_debug());
	log_msg(LOG_DEBUG, "one");
	log_line(LOG_DEBUG, "two");
	assert_int_equal(c.count, 0);
	log_set_debug(true);
	assert_true(log_is_debug());
	log_msg(LOG_DEBUG, "one");
	log_line(LOG_DEBUG, "two");
	assert_int_equal(c.count, 2);
	log_set_debug(false);
}

/* Standard error goes to a pipe while lines are written. */
static void
test_foreground(void **state)
{
	static const char want[] = "prog: error: no such\\nserver\n"
				   "prog: error: worse\n"
				   "prog: warning: careful\n"
				   "prog: state=up\n";
	char got[512];
	int fds[2], saved;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(saved >= 0);
	assert_int_equal(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	log_open("prog", true);
	log_msg(LOG_ERR, "no such\nserver");
	log_msg(LOG_ALERT, "worse");
	log_msg(LOG_WARNING, "careful");
	log_msg(LOG_INFO, "state=up");
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(fds[1]);
	n = read(fds[0], got, sizeof(got) - 1);
	close(fds[0]);
	assert_true(n > 0);
	got[n] = '\0';
	assert_string_equal(got, want);
}

/* Nobody may be listening: nothing happens, and nothing is lost but lines. */
static void
test_syslog(void **state)
{
	(void)state;
	log_open("test_log", false);
	errno = ENOTTY;
	log_msg(LOG_DEBUG, "not seen");
	log_msg(LOG_INFO, "line of a unit test");
	assert_int_equal(errno, ENOTTY);
}

static void
test_append(void **state)
{
	char buf[8] = "";

	(void)state;
	text_append(buf, sizeof(buf), "%s=%d", "a", 1);
	assert_string_equal(buf, "a=1");
	text_append(buf, sizeof(buf), " %d", 123456); /* left out whole */
	assert_string_equal(buf, "a=1");
	text_append(buf, sizeof(buf), " %d", 123); /* just fits, with its NUL */
	assert_string_equal(buf, "a=1 123");
	text_append(buf, sizeof(buf), "%s", "");
	text_append(buf, sizeof(buf), "x");
	assert_string_equal(buf, "a=1 123");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_encode),
	    cmocka_unit_test(test_encode_cut),
	    cmocka_unit_test(test_append),
	    cmocka_unit_test(test_err),
	    cmocka_unit_test(test_sink),
	    cmocka_unit_test(test_long_line),
	    cmocka_unit_test(test_debug),
	    cmocka_unit_test(test_foreground),
	    cmocka_unit_test(test_syslog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
