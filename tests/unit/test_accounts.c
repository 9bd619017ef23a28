/*
 * Accounts: who is in the two files, and which files are refused, with the
 * line that is wrong and without a word of a password.
 */
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

#include "dtcp/accounts.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static char dir[64], users[80], routes[80];

static int
setup(void **state)
{
	(void)state;
	strlcpy(dir, "/tmp/dtcp-accounts.XXXXXX", sizeof(dir));
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(users, sizeof(users), "%s/users", dir);
	snprintf(routes, sizeof(routes), "%s/routes", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(users);
	(void)unlink(routes);
	return rmdir(dir);
}

static void
write_file(const char *path, const void *text, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
write_files(const char *u, const char *r)
{
	write_file(users, u, strlen(u), 0600);
	write_file(routes, r, strlen(r), 0644);
}

static struct accounts *
load(void)
{
	struct accounts *a = NULL;
	struct err e = {0};

	if (accounts_load(users, routes, NULL, &a, &e) != 0)
		fail_msg("%s", e.text);
	return a;
}

/* Refused with that text; "(users)" and "(routes)" stand for the paths. */
static void
assert_refused(const struct prefix6 *reserved, int error, const char *want)
{
	struct accounts *a = NULL;
	struct err e = {0};
	char full[ERR_TEXT_MAX];
	const char *rest = strchr(want, ')');
	const char *path = strstr(want, "(users)") ? users : routes;

	assert_non_null(rest);
	snprintf(full, sizeof(full), "%.*s%s%s",
	    (int)(strchr(want, '(') - want), want, path, rest + 1);
	assert_int_equal(accounts_load(users, routes, reserved, &a, &e), error);
	assert_null(a);
	assert_string_equal(e.text, full);
}

static void
assert_password(struct accounts *a, const char *user, const char *want)
{
	const char *pw;
	size_t n;

	assert_true(accounts_password(a, user, &pw, &n));
	assert_int_equal(n, strlen(want));
	assert_memory_equal(pw, want, n);
}

static void
test_users(void **state)
{
	struct accounts *a;
	const char *pw;
	size_t n;

	(void)state;
	write_files("# comment: no user\n"
		    "\n"
		    "foo:a:b::c\n"
		    "bar: blanks \t around \n"
		    "\r\n"
		    "dos:line\r\n"
		    "b#z:#hash\n"
		    "Foo:other\n"
		    "fo:short\n"
		    "utf8:p\xc3\xa4ss\n"
		    "last:no newline",
	    "");
	a = load();
	assert_int_equal(accounts_count(a), 8);
	assert_password(a, "foo", "a:b::c");
	assert_password(a, "bar", " blanks \t around ");
	assert_password(a, "dos", "line");
	assert_password(a, "b#z", "#hash");
	assert_password(a, "Foo", "other");
	assert_password(a, "fo", "short");
	assert_password(a, "utf8", "p\xc3\xa4ss");
	assert_password(a, "last", "no newline");
	assert_false(accounts_password(a, "f", &pw, &n));
	assert_false(accounts_password(a, "fooo", &pw, &n));
	assert_false(accounts_password(a, "", &pw, &n));
	assert_false(accounts_password(a, "# comment", &pw, &n));
	accounts_free(a);
	accounts_free(NULL);
}

static void
test_nobody(void **state)
{
	static const char *const t[] = {"", "\n", "\r\n", "#", "# none\n\n"};
	const char *pw;
	size_t i, n;

	(void)state;
	for (i = 0; i < N(t); i++) {
		struct accounts *a;

		write_files(t[i], t[i]);
		a = load();
		assert_int_equal(accounts_count(a), 0);
		assert_false(accounts_password(a, "foo", &pw, &n));
		accounts_free(a);
	}
}

static void
test_users_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
	    {"a:1\nsecret\n",
		"users file (users) line 2: no colon between user and "
		"password"},
	    {":secret\n", "users file (users) line 1: the name is empty"},
	    {"a:\n", "users file (users) line 1: the password is empty"},
	    {"a:\r\n", "users file (users) line 1: the password is empty"},
	    {"\n\na b:secret",
		"users file (users) line 3: a name has printable characters "
		"only, no blank and no colon"},
	    {" a:secret",
		"users file (users) line 1: a name has printable characters "
		"only, no blank and no colon"},
	    {"\x7f:secret",
		"users file (users) line 1: a name has printable characters "
		"only, no blank and no colon"},
	    {"\xc3\xa4:secret",
		"users file (users) line 1: a name has printable characters "
		"only, no blank and no colon"},
	    {"a:secret\r\r\n",
		"users file (users) line 1: the password ends in a carriage "
		"return"},
	    {"b:1\n#\nfoo:secret\na:3\nfoo:secret\n",
		"users file (users) line 5: foo stands in line 3 already"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < N(t); i++) {
		write_files(t[i].text, "");
		assert_refused(NULL, -EINVAL, t[i].want);
	}
	write_file(users, "a:se\0cret\n", 10, 0600);
	assert_refused(NULL, -EINVAL,
	    "users file (users) line 1: the password holds a NUL or a "
	    "newline");
}

/* The longest name and password there can be, and one byte more of either. */
static void
test_lengths(void **state)
{
	char text[400], name[65], pw[257];
	struct accounts *a;

	(void)state;
	memset(name, 'n', 64);
	name[64] = '\0';
	memset(pw, 'p', 256);
	pw[256] = '\0';
	snprintf(text, sizeof(text), "%s:%s\n", name, pw);
	write_files(text, "");
	a = load();
	assert_password(a, name, pw);
	accounts_free(a);
	snprintf(text, sizeof(text), "n%s:%s\n", name, pw);
	write_files(text, "");
	assert_refused(NULL, -EINVAL,
	    "users file (users) line 1: the name is longer than 64 bytes");
	snprintf(text, sizeof(text), "%s:p%s\n", name, pw);
	write_files(text, "");
	assert_refused(NULL, -EINVAL,
	    "users file (users) line 1: the password is longer than 256 "
	    "bytes");
}

static void
assert_prefixes(struct accounts *a, const char *user, const char *want)
{
	struct prefix6 p[GRANT_PREFIXES_MAX];
	char text[512] = "", one[PREFIX6_STRLEN];
	unsigned i, n = accounts_prefixes(a, user, p);

	for (i = 0; i < n; i++) {
		strlcat(text, i > 0 ? "," : "", sizeof(text));
		strlcat(text, prefix6_format(&p[i], one), sizeof(text));
	}
	assert_string_equal(text, want);
}

static void
test_routes(void **state)
{
	struct accounts *a;

	(void)state;
	write_files("foo:1\nbar:2\n",
	    "# user prefixes\n"
	    "foo 2001:db8:2::/48,2001:db8:1::/48\r\n"
	    "\n"
	    " bar\t 2001:db8:3::/64  \n"
	    "gone fd00::/16\n"
	    "eight 2001:db8:8::/64,2001:db8:8:1::/64,2001:db8:8:2::/64,"
	    "2001:db8:8:3::/64,2001:db8:8:4::/64,2001:db8:8:5::/64,"
	    "2001:db8:8:6::/64,2001:db8:8:7::/64");
	a = load();
	assert_prefixes(a, "foo", "2001:db8:2::/48,2001:db8:1::/48");
	assert_prefixes(a, "bar", "2001:db8:3::/64");
	assert_prefixes(a, "gone", "fd00::/16");
	assert_prefixes(a, "eight",
	    "2001:db8:8::/64,2001:db8:8:1::/64,2001:db8:8:2::/64,"
	    "2001:db8:8:3::/64,2001:db8:8:4::/64,2001:db8:8:5::/64,"
	    "2001:db8:8:6::/64,2001:db8:8:7::/64");
	assert_prefixes(a, "nobody", "");
	accounts_free(a);
}

static void
test_routes_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
	    {"foo\n", "route table (routes) line 1: foo: no prefix follows"},
	    {"foo \n", "route table (routes) line 1: foo: no prefix follows"},
	    {" \n", "route table (routes) line 1: the name is empty"},
	    {"a:b 2001:db8::/48\n",
		"route table (routes) line 1: a name has printable characters "
		"only, no blank and no colon"},
	    {"\nfoo 2001:db8::\n",
		"route table (routes) line 2: 2001:db8::: no prefix, which is "
		"address/length"},
	    {"foo 2001:db8::/48,\n",
		"route table (routes) line 1: no prefix, which is "
		"address/length"},
	    {"foo ,2001:db8::/48\n",
		"route table (routes) line 1: no prefix, which is "
		"address/length"},
	    {"foo 2001:db8::/48, 2001:db8:1::/48\n",
		"route table (routes) line 1: 2001:db8:1::/48: too much: "
		"prefixes are separated by commas alone"},
	    {"foo 2000::/15\n",
		"route table (routes) line 1: 2000::/15: a prefix has a "
		"length of 16 to 64"},
	    {"foo 2001:db8::/65\n",
		"route table (routes) line 1: 2001:db8::/65: a prefix has a "
		"length of 16 to 64"},
	    {"foo fe80::/64\n",
		"route table (routes) line 1: fe80::/64: a prefix is from "
		"2000::/3 or fc00::/7"},
	    {"foo 2001:db8::1/64\n",
		"route table (routes) line 1: 2001:db8::1/64: has bits set "
		"behind its length"},
	    {"foo fd00:1::/64,fd00:2::/64,fd00:3::/64,fd00:4::/64,fd00:5::/64,"
	     "fd00:6::/64,fd00:7::/64,fd00:8::/64,fd00:9::/64\n",
		"route table (routes) line 1: fd00:9::/64: a user has 8 "
		"prefixes at most"},
	    {"foo fd00::/64\nbar fd01::/64\nfoo fd02::/64\n",
		"route table (routes) line 3: foo stands in line 1 already"},
	    /* The other may be wider or not, above or below. */
	    {"foo fd00::/48\nx fd01::/48\nbar fd00:0:0:1::/64\n",
		"route table (routes) line 3: fd00:0:0:1::/64 overlaps "
		"fd00::/48 of line 1"},
	    {"foo fd00:0:0:1::/64\nx fd01::/48\nbar fd00::/48\n",
		"route table (routes) line 3: fd00::/48 overlaps "
		"fd00:0:0:1::/64 of line 1"},
	    {"foo fd00::/64,fd00::/64\n",
		"route table (routes) line 1: fd00::/64 overlaps fd00::/64 of "
		"line 1"},
	    /* Others of the wide one stand between the two. */
	    {"foo fd00::/16\nbar fd00:9::/64\n",
		"route table (routes) line 2: fd00:9::/64 overlaps fd00::/16 "
		"of line 1"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < N(t); i++) {
		write_files("foo:1\n", t[i].text);
		assert_refused(NULL, -EINVAL, t[i].want);
	}
}

/* What 16 bits of length would make a list that is fine. */
static void
test_routes_long(void **state)
{
	static char text[70000];

	(void)state;
	memset(text, '1', sizeof(text) - 1);
	memcpy(text, "foo fd00:1::/64,", 16);
	write_files("foo:1\n", text);
	assert_refused(NULL, -EINVAL,
	    "route table (routes) line 1: "
	    "1111111111111111111111111111111111111111111111111111111111111111: "
	    "no prefix, which is address/length");
}

static void
test_reserved(void **state)
{
	struct prefix6 hosts;
	struct accounts *a;
	struct err e;

	(void)state;
	assert_int_equal(prefix6_parse("2001:db8:0:1::/64", 17, &hosts), 0);
	write_files("foo:1\n", "foo 2001:db8:0:2::/64,2001:db8::/48\n");
	assert_refused(&hosts, -EINVAL,
	    "route table (routes) line 1: 2001:db8::/48: overlaps the prefix "
	    "of the server's hosts");
	write_files("foo:1\n", "foo 2001:db8:0:2::/64\n");
	assert_int_equal(accounts_load(users, routes, &hosts, &a, &e), 0);
	accounts_free(a);
}

static void
test_no_file(void **state)
{
	struct accounts *a = NULL;
	struct err e;

	(void)state;
	assert_int_equal(accounts_load(users, routes, NULL, &a, &e), -ENOENT);
	assert_non_null(strstr(e.text, users));
	/* Nobody has a route then. */
	write_file(users, "foo:1\n", 6, 0600);
	assert_int_equal(accounts_load(users, routes, NULL, &a, &e), 0);
	assert_prefixes(a, "foo", "");
	accounts_free(a);
	assert_int_equal(accounts_load(users, NULL, NULL, &a, &e), 0);
	assert_prefixes(a, "foo", "");
	accounts_free(a);
}

static void
test_modes(void **state)
{
	struct accounts *a = NULL;
	struct err e;

	(void)state;
	write_files("foo:1\n", "foo fd00::/48\n");
	assert_int_equal(chmod(users, 0640), 0);
	assert_int_equal(accounts_load(users, routes, NULL, &a, &e), -EPERM);
	assert_non_null(strstr(e.text, "run: chmod 600 "));
	assert_int_equal(chmod(users, 0600), 0);
	assert_int_equal(chmod(routes, 0664), 0);
	assert_int_equal(accounts_load(users, routes, NULL, &a, &e), -EPERM);
	assert_non_null(strstr(e.text, routes));
	assert_int_equal(chmod(routes, 0644), 0);
	a = load();
	accounts_free(a);
}

static void
test_too_large(void **state)
{
	struct accounts *a = NULL;
	struct err e;

	(void)state;
	write_files("foo:1\n", "");
	assert_int_equal(truncate(routes, ACCOUNTS_FILE_MAX + 1), 0);
	assert_refused(
	    NULL, -EFBIG, "route table (routes): larger than 8388608 bytes");
	assert_int_equal(truncate(users, ACCOUNTS_FILE_MAX + 1), 0);
	assert_int_equal(accounts_load(users, routes, NULL, &a, &e), -EFBIG);
}

/* As many as there may be: each is found, and has what is his. */
static void
test_many(void **state)
{
	const unsigned many = 100000;
	char *u = malloc(many * 32), *r = malloc(many * 48), name[32], want[48];
	struct accounts *a;
	size_t nu = 0, nr = 0;
	unsigned i;

	(void)state;
	assert_non_null(u);
	assert_non_null(r);
	for (i = 0; i < many; i++) {
		unsigned id = (i * 7919) % many; /* in no order */

		nu += (size_t)sprintf(u + nu, "user%u:password %u\n", id, id);
		nr += (size_t)sprintf(r + nr, "user%u 2001:%x:%x::/48\n", id,
		    0x1000 + id / 1000, id % 1000);
	}
	write_file(users, u, nu, 0600);
	write_file(routes, r, nr, 0644);
	a = load();
	assert_int_equal(accounts_count(a), many);
	for (i = 0; i < many; i += 101) {
		sprintf(name, "user%u", i);
		sprintf(want, "password %u", i);
		assert_password(a, name, want);
		sprintf(want, "2001:%x:%x::/48", 0x1000 + i / 1000, i % 1000);
		if (i % 1000 == 0)
			sprintf(want, "2001:%x::/48", 0x1000 + i / 1000);
		assert_prefixes(a, name, want);
	}
	accounts_free(a);
	free(u);
	free(r);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_users),
	    T(test_nobody),
	    T(test_users_refused),
	    T(test_lengths),
	    T(test_routes),
	    T(test_routes_refused),
	    T(test_routes_long),
	    T(test_reserved),
	    T(test_no_file),
	    T(test_modes),
	    T(test_too_large),
	    T(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
