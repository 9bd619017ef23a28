/* The undo file: written whole or not at all, read only where trusted. */
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

#include "dtcp/executor.h"
#include "fake_kernel.h"
#include "samples.h"

#define TAG "dtcp:/run/dtcpc.pid"

static char dir[] = "/tmp/dtcp-undofile.XXXXXX";
static char path[128], fresh[160];

static int
setup(void **state)
{
	(void)state;
	strlcpy(dir, "/tmp/dtcp-undofile.XXXXXX", sizeof(dir));
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/dtcpc.pid.undo", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(fresh);
	return rmdir(dir);
}

static struct journal
sample(void)
{
	struct journal j;

	memset(&j, 0, sizeof(j));
	j.n = 2;
	j.entries[0].kind = NETOP_TUNNEL_DESTROY;
	j.entries[1].kind = NETOP_ROUTE_DEL;
	j.entries[1].flags = NETOP_F_REJECT;
	j.entries[1].prefix = p6("2001:db8:1::/48");
	j.entries[1].metric = PLAN_METRIC_REJECT;
	return j;
}

static void
write_sample(void)
{
	struct journal j = sample();
	struct err e = {0};

	if (undofile_write(path, TAG, &j, &e) != 0)
		fail_msg("%s", e.text);
}

/* Read it, which must end so. */
static void
reads(int want)
{
	struct journal j;
	struct err e = {0};

	assert_int_equal(undofile_read(path, TAG, &j, &e), want);
	if (want == 0) {
		assert_int_equal(j.n, 2);
		return;
	}
	assert_int_equal(j.n, 0);
	assert_non_null(strstr(e.text, path));
}

static void
there_and_back(void **state)
{
	struct journal j;
	struct stat st;

	(void)state;
	reads(-ENOENT);
	write_sample();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(access(fresh, F_OK), -1);
	reads(0);
	assert_int_equal(undofile_read(path, TAG, &j, NULL), 0);
	assert_true(netop_equal(&j.entries[1], &sample().entries[1]));
	write_sample(); /* over the old one */
	reads(0);
}

static void
empty_removes(void **state)
{
	struct journal none = {0};

	(void)state;
	assert_int_equal(undofile_write(path, TAG, &none, NULL), 0);
	write_sample();
	assert_int_equal(undofile_write(path, TAG, &none, NULL), 0);
	reads(-ENOENT);
}

static void
others_must_not_write(void **state)
{
	(void)state;
	write_sample();
	assert_int_equal(chmod(path, 0640), 0);
	reads(0);
	assert_int_equal(chmod(path, 0620), 0);
	reads(-EPERM);
	assert_int_equal(chmod(path, 0602), 0);
	reads(-EPERM);
	assert_int_equal(chmod(path, 0600), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(path, 12345, 0), 0);
	reads(-EPERM);
}

static void
only_a_plain_file(void **state)
{
	(void)state;
	write_sample();
	assert_int_equal(rename(path, fresh), 0);
	assert_int_equal(symlink(fresh, path), 0);
	reads(-ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	reads(-EPERM); /* and does not wait for a writer */
}

/* Neither a file nor a link in the new one's place is written through. */
static void
nothing_is_written_through(void **state)
{
	char victim[160];
	struct stat st;

	(void)state;
	snprintf(victim, sizeof(victim), "%s/victim", dir);
	assert_int_equal(symlink(victim, fresh), 0);
	write_sample();
	assert_int_equal(stat(victim, &st), -1);
	reads(0);
}

static void
broken_ones(void **state)
{
	uint8_t buf[JOURNAL_WIRE_MAX + 100] = {0};
	struct journal j = sample();
	size_t n = journal_encode(&j, TAG, buf);
	FILE *f;
	size_t i, sizes[] = {0, 1, n - 1, n + 1, sizeof(buf)};

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_non_null(f = fopen(path, "w"));
		assert_int_equal(fwrite(buf, 1, sizes[i], f), sizes[i]);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(chmod(path, 0600), 0);
		reads(-EBADMSG);
	}
}

static void
of_another_instance(void **state)
{
	struct journal j = sample();
	struct err e = {0};

	(void)state;
	assert_int_equal(undofile_write(path, "dtcp:/else", &j, NULL), 0);
	reads(-EBADMSG);
	assert_int_equal(undofile_read(path, TAG, &j, &e), -EBADMSG);
	assert_non_null(strstr(e.text, "dtcp:/else"));
}

static void
what_cannot_be_written(void **state)
{
	char tag[JOURNAL_TAG_MAX + 1], nowhere[160];
	struct journal j = sample();
	struct err e = {0};

	(void)state;
	memset(tag, 'x', sizeof(tag));
	tag[JOURNAL_TAG_MAX] = '\0';
	assert_int_equal(undofile_write(path, tag, &j, &e), -ENAMETOOLONG);
	reads(-ENOENT);
	snprintf(nowhere, sizeof(nowhere), "%s/no/where", dir);
	assert_int_equal(undofile_write(nowhere, TAG, &j, &e), -ENOENT);
	assert_non_null(strstr(e.text, nowhere));
}

static void
replay(void **state)
{
	struct fake_host *h = fake_host_new();
	struct kernel *k = fake_open(h, TAG);
	struct prefix6 p = p6("2001:db8:1::/48");
	struct err e = {0};

	(void)state;
	assert_int_equal(undofile_replay(path, TAG, k, &e), 0); /* no file */
	strlcpy(fake_add_link(h, "dtcp0", FAKE_SIT)->tag, TAG, FAKE_TAG_MAX);
	fake_add_link(h, "sit9", FAKE_SIT);
	fake_put_route(h, 0, &p, PLAN_METRIC_REJECT)->marked = true;
	write_sample();
	assert_int_equal(undofile_replay(path, TAG, k, &e), 0);
	assert_null(fake_link(h, "dtcp0"));
	assert_non_null(fake_link(h, "sit9"));
	assert_int_equal(h->state.nroutes, 0);
	reads(-ENOENT);
	k->ops->close(k);
	fake_host_free(h);
}

static void
replay_keeps_what_failed(void **state)
{
	struct fake_host *h = fake_host_new();
	struct kernel *k = fake_open(h, TAG);
	struct prefix6 p = p6("2001:db8:1::/48");
	struct err e = {0};
	struct journal j;

	(void)state;
	fake_put_route(h, 0, &p, PLAN_METRIC_REJECT)->marked = true;
	write_sample();
	fake_fail(h, 1, ENOBUFS);
	assert_int_equal(undofile_replay(path, TAG, k, &e), -ENOBUFS);
	assert_int_not_equal(e.text[0], '\0');
	assert_int_equal(undofile_read(path, TAG, &j, NULL), 0);
	assert_int_equal(j.n, 1);
	assert_int_equal(j.entries[0].kind, NETOP_ROUTE_DEL);
	assert_int_equal(undofile_replay(path, TAG, k, &e), 0);
	assert_int_equal(h->state.nroutes, 0);
	reads(-ENOENT);
	k->ops->close(k);
	fake_host_free(h);
}

/*
 * Whatever -P says this time: what the file names, on the interface of that
 * index, and nothing else.
 */
static void
replay_on_a_lan(void **state)
{
	struct fake_host *h = fake_host_new();
	struct kernel *k = fake_open(h, TAG);
	struct netop op = {.kind = NETOP_ADDR_DEL, .slot = 1};
	struct journal j = {.n = 2};
	struct err e = {0};

	(void)state;
	strlcpy(op.ifname, "lan0", sizeof(op.ifname));
	op.prefix = p6("2001:db8:1:1::1/64");
	op.ifindex = fake_add_link(h, "lan0", FAKE_OTHER)->ifindex;
	j.entries[0] = op;
	/* This one has got another name since. */
	op.ifindex = fake_add_link(h, "lan9", FAKE_OTHER)->ifindex;
	j.entries[1] = op;
	fake_add_addr(h, "lan0", "2001:db8:1:1::1/64");
	fake_add_addr(h, "lan0", "2001:db8:1:1::2/64");
	fake_add_addr(h, "lan9", "2001:db8:1:1::1/64");
	fake_add_addr(h, "lan9", "2001:db8:1:1::3/64");
	assert_int_equal(undofile_write(path, TAG, &j, &e), 0);
	assert_int_equal(undofile_replay(path, TAG, k, &e), 0);
	assert_int_equal(h->state.naddrs, 2);
	for (unsigned i = 0; i < 2; i++)
		assert_null(fake_addr(
		    h, j.entries[i].ifindex, &j.entries[i].prefix.addr));
	reads(-ENOENT);
	k->ops->close(k);
	fake_host_free(h);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(there_and_back),
	    TEST(empty_removes),
	    TEST(others_must_not_write),
	    TEST(only_a_plain_file),
	    TEST(nothing_is_written_through),
	    TEST(broken_ones),
	    TEST(of_another_instance),
	    TEST(what_cannot_be_written),
	    TEST(replay),
	    TEST(replay_keeps_what_failed),
	    TEST(replay_on_a_lan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
