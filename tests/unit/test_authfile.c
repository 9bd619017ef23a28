/* The lines of an auth file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "util/authfile.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
test_match(void **state)
{
	/* Always asked: user foo at host.example.  NULL: no entry. */
	static const struct {
		const char *file, *pw;
	} t[] = {
	    {"host.example:foo:bar\n", "bar"},
	    {"host.example:foo:bar", "bar"}, /* no newline at the end */
	    {"host.example:foo:bar\r\n", "bar"},
	    {"host.example:foo:bar\r", "bar"},
	    {"host.example:foo:bar\r\r\n", "bar\r"}, /* one CR only */
	    {"host.example:foo:a:b::c\n", "a:b::c"},
	    {"host.example:foo: b r \n", " b r "},
	    {"host.example:foo:#bar\n", "#bar"},
	    {"host.example:foo:\n", ""},
	    {"host.example:foo:", ""},
	    {"HOST.Example:foo:bar\n", "bar"}, /* a host name */
	    {"host.example:Foo:bar\n", NULL},
	    {"#host.example:foo:bar\n", NULL},
	    {"# host.example:foo:bar\nhost.example:foo:baz\n", "baz"},
	    {"\n\n\nhost.example:foo:bar\n", "bar"},
	    {"other:foo:1\nhost.example:fo:2\nhost.example:fooo:3\n"
	     "host.exampl:foo:4\nhost.example.:foo:5\nhost.example:foo:6\n",
		"6"},
	    {"host.example:foo:first\nhost.example:foo:second\n", "first"},
	    {"host.example:foo\nhost.example\n:\n::\nfoo:bar\n", NULL},
	    /* Fields of one line only. */
	    {"host.example:foo\nx:bar\n", NULL},
	    {"host.example\n:foo:bar\n", NULL},
	    {" host.example:foo:bar\n", NULL},
	    {"host.example: foo:bar\n", NULL},
	    {"", NULL},
	    {"\n", NULL},
	    {"\r", NULL},
	    {"\r\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		const char *pw = NULL;
		size_t n = 4711;
		bool found = authfile_match(t[i].file, strlen(t[i].file),
		    "host.example", "foo", &pw, &n);

		assert_int_equal(found, t[i].pw != NULL);
		if (!found)
			continue;
		assert_int_equal(n, strlen(t[i].pw));
		assert_memory_equal(pw, t[i].pw, n);
	}
}

static void
test_binary(void **state)
{
	static const char file[] = "h:u\0:no\nh:u:a\0b\n";
	const char *pw;
	size_t n;

	(void)state;
	assert_true(authfile_match(file, sizeof(file) - 1, "h", "u", &pw, &n));
	assert_int_equal(n, 3);
	assert_memory_equal(pw, "a\0b", 3);
	/* Nothing beyond len. */
	assert_true(authfile_match(file, sizeof(file) - 4, "h", "u", &pw, &n));
	assert_int_equal(n, 1);
	assert_false(authfile_match(file, 9, "h", "u", &pw, &n));
}

/* Not even for a server of that name. */
static void
test_comment(void **state)
{
	const char *pw;
	size_t n;

	(void)state;
	assert_false(authfile_match("#h:u:bar\n", 9, "#h", "u", &pw, &n));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_binary),
	    cmocka_unit_test(test_comment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
