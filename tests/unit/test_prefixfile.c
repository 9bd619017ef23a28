/*
 * The file of announced prefixes: it comes back as it was written, and one
 * that is not exactly so is refused as a whole.
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

#include "priv/prefixfile.h"
#include "samples.h"

static char top[64], dir[80], path[96];

static int
setup(void **state)
{
	(void)state;
	strlcpy(top, "/tmp/dtcp-prefixes.XXXXXX", sizeof(top));
	if (mkdtemp(top) == NULL)
		return -1;
	snprintf(dir, sizeof(dir), "%s/state", top);
	snprintf(path, sizeof(path), "%s/a.prefixes", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)rmdir(dir);
	return rmdir(top);
}

/* What was on the disk for certain, in that order: "f" file, "d" directory. */
static char synced[8];

/* In place of the C library's. */
int
fsync(int fd)
{
	bool renamed = access(path, F_OK) == 0;
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(renamed, S_ISDIR(st.st_mode));
	strlcat(synced, renamed ? "d" : "f", sizeof(synced));
	return 0;
}

static struct prefix_record
record(const char *ifname, const char *prefix, uint32_t until)
{
	struct prefix_record r = {.prefix = p6(prefix), .until = until};

	strlcpy(r.ifname, ifname, sizeof(r.ifname));
	return r;
}

static void
write_records(const struct prefix_record *r, unsigned n)
{
	struct err e = {0};

	if (prefixfile_write(path, r, n, &e) != 0)
		fail_msg("%s", e.text);
}

static void
write_text(const char *text)
{
	int fd;

	(void)mkdir(dir, 0755);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int
read_records(struct prefix_record r[PREFIXFILE_MAX], unsigned *n)
{
	struct err e = {0};
	int rc = prefixfile_read(path, r, n, &e);

	if (rc != 0) {
		assert_int_equal(*n, 0);
		assert_int_equal(e.code, -rc);
		assert_non_null(strstr(e.text, path));
	}
	return rc;
}

static void
assert_same(
    const struct prefix_record *a, const struct prefix_record *b, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		assert_string_equal(a[i].ifname, b[i].ifname);
		assert_true(prefix6_equal(&a[i].prefix, &b[i].prefix));
		assert_int_equal(a[i].until, b[i].until);
	}
}

static void
comes_back(void **state)
{
	static struct prefix_record got[PREFIXFILE_MAX];
	const struct prefix_record r[] = {
	    record("lan0", "2001:db8:1:1::/64", 0),
	    record("a-name-of-15-ch", "fd00::/8", UINT32_MAX),
	};
	struct stat st;
	unsigned n;

	(void)state;
	assert_int_equal(read_records(got, &n), -ENOENT);
	write_records(r, 2); /* and makes the directory */
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(read_records(got, &n), 0);
	assert_int_equal(n, 2);
	assert_same(got, r, n);
	write_records(NULL, 0);
	assert_int_equal(read_records(got, &n), -ENOENT);
	write_records(NULL, 0); /* gone already */
}

/* As many as there can be, each as long as it can be. */
static void
full(void **state)
{
	static struct prefix_record r[PREFIXFILE_MAX], got[PREFIXFILE_MAX];
	unsigned i, n;

	(void)state;
	for (i = 0; i < PREFIXFILE_MAX; i++) {
		r[i] = record("a-name-of-15-ch",
		    "2001:db8:1111:1111:1111:1111:1111:1111/128", UINT32_MAX);
		r[i].prefix.addr.s6_addr[15] = (uint8_t)i;
		r[i].prefix.addr.s6_addr[14] = (uint8_t)(0x80 | i >> 8);
	}
	write_records(r, PREFIXFILE_MAX);
	assert_int_equal(read_records(got, &n), 0);
	assert_int_equal(n, PREFIXFILE_MAX);
	assert_same(got, r, n);
}

#define HEAD "dtcpc prefixes 1\n"
#define GOOD "lan0 2001:db8::/64 0\n"

static void
damaged_is_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    "end\n",
	    HEAD,
	    HEAD GOOD,
	    HEAD GOOD "en",
	    HEAD GOOD "end",
	    HEAD GOOD "end\nend",
	    HEAD GOOD "\nend\n",
	    "dtcpc prefixes 2\n" GOOD "end\n",
	    HEAD "lan0 2001:db8::/64\nend\n",
	    HEAD "lan0 2001:db8::/64 \nend\n",
	    HEAD "lan0 2001:db8::/64 -1\nend\n",
	    HEAD "lan0 2001:db8::/64 4294967296\nend\n",
	    HEAD "lan0 2001:db8::/64 0 0\nend\n",
	    HEAD "lan0  2001:db8::/64 0\nend\n",
	    HEAD "lan0 2001:db8::1/64 0\nend\n",
	    HEAD "lan0 fe80::/64 0\nend\n",
	    HEAD "lan0 2001:db8::/129 0\nend\n",
	    HEAD " 2001:db8::/64 0\nend\n",
	    HEAD "a/b 2001:db8::/64 0\nend\n",
	    HEAD "a-name-of-16-chr 2001:db8::/64 0\nend\n",
	};
	static struct prefix_record got[PREFIXFILE_MAX];
	unsigned i, n;

	(void)state;
	write_text(HEAD GOOD "end\n");
	assert_int_equal(read_records(got, &n), 0);
	assert_int_equal(n, 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_text(bad[i]);
		if (read_records(got, &n) != -EBADMSG)
			fail_msg("taken: %s", bad[i]);
	}
}

/* One more record than there can be. */
static void
too_many_are_refused(void **state)
{
	static char text[(PREFIXFILE_MAX + 3) * sizeof(GOOD)];
	static struct prefix_record got[PREFIXFILE_MAX];
	unsigned i, n;

	(void)state;
	strlcpy(text, HEAD, sizeof(text));
	for (i = 0; i <= PREFIXFILE_MAX; i++)
		strlcat(text, GOOD, sizeof(text));
	strlcat(text, "end\n", sizeof(text));
	write_text(text);
	assert_int_equal(read_records(got, &n), -EBADMSG);
}

static void
others_are_not_trusted(void **state)
{
	static struct prefix_record got[PREFIXFILE_MAX];
	unsigned n;

	(void)state;
	write_text(HEAD GOOD "end\n");
	assert_int_equal(chmod(path, 0622), 0);
	assert_int_equal(read_records(got, &n), -EPERM);
}

/* The machine may lose its power at any time. */
static void
outlives_a_loss_of_power(void **state)
{
	const struct prefix_record r = record("lan0", "2001:db8::/64", 0);

	(void)state;
	synced[0] = '\0';
	write_records(&r, 1);
	assert_string_equal(synced, "fd");
}

/* What cannot be written leaves the old one, and says why. */
static void
no_room_for_it(void **state)
{
	const struct prefix_record r = record("lan0", "2001:db8::/64", 0);
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    prefixfile_write("/nonexistent/a/b", &r, 1, &e), -ENOENT);
	assert_non_null(strstr(e.text, "cannot make /nonexistent/a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(comes_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(full, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		damaged_is_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		too_many_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		others_are_not_trusted, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		outlives_a_loss_of_power, setup, teardown),
	    cmocka_unit_test_setup_teardown(no_room_for_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
