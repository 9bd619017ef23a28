/*
 * dtcp/os.h on a FreeBSD kernel, the counterpart of test_linux_os.c.  It runs
 * as root and needs nothing else of a system: no program, no other user, no
 * address, only /dev/null and a directory to write to.
 */
#include <sys/types.h>
#include <sys/procctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <net/if.h>
#include <netinet/in.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "freebsd_os.h"

/* 13 and 14 keep the effective group in the list, 15 does not. */
static bool
only_own_group(void)
{
	gid_t groups[64];
	int n = getgroups(64, groups);

	return n == 0 || (n == 1 && groups[0] == ID);
}

static void
expect_no_tracing(void)
{
	int status = 0;

	EXPECT(procctl(P_PID, getpid(), PROC_TRACE_STATUS, &status) == 0);
	EXPECT(status == -1); /* it cannot be traced */
#ifdef PROC_NO_NEW_PRIVS_STATUS
	/* EINVAL: a kernel older than the headers. */
	status = PROC_NO_NEW_PRIVS_ENABLE;
	EXPECT(
	    procctl(P_PID, getpid(), PROC_NO_NEW_PRIVS_STATUS, &status) == 0 ||
	    errno == EINVAL);
	EXPECT(status == PROC_NO_NEW_PRIVS_ENABLE);
#endif
}

static void
expect_no_root(void)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;
	struct rlimit core;

	EXPECT(getresuid(&ruid, &euid, &suid) == 0);
	EXPECT(ruid == ID && euid == ID && suid == ID);
	EXPECT(getresgid(&rgid, &egid, &sgid) == 0);
	EXPECT(rgid == ID && egid == ID && sgid == ID);
	EXPECT(only_own_group());
	EXPECT(setuid(0) == -1 && setgid(0) == -1);
	expect_no_tracing();
	EXPECT(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	EXPECT(chroot("/") == -1);
}

static void
confined(void)
{
	struct err e = {0};
	int pair[2];
	char c;

	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	EXPECT(access("/dev/null", F_OK) == 0);
	EXPECT(os_confine(&nobody_ids, &e) == 0);
	expect_no_root();
	EXPECT(access("/dev/null", F_OK) == -1);
	EXPECT(access("../../../dev/null", F_OK) == -1);
	EXPECT(open("/file", O_WRONLY | O_CREAT, 0600) == -1);
	EXPECT(opendir("/") == NULL);
	EXPECT(fork() == -1 && errno == EAGAIN);
	EXPECT(write(pair[0], "x", 1) == 1 && read(pair[1], &c, 1) == 1);
}

static void
confine(void **state)
{
	unsigned run = litter(DTCP_RUNDIR), tmp = litter("/tmp");

	(void)state;
	in_child(confined);
	assert_int_equal(litter(DTCP_RUNDIR), run);
	assert_int_equal(litter("/tmp"), tmp);
}

/* A file without a name. */
static int
scratch(void)
{
	char a[] = DTCP_RUNDIR "/test.XXXXXX", b[] = "/tmp/test.XXXXXX";
	const char *path = a;
	int fd = mkstemp(a);

	if (fd == -1) {
		path = b;
		fd = mkstemp(b);
	}
	if (fd != -1)
		(void)unlink(path);
	return fd;
}

static void
dropped(void)
{
	struct err e = {0};
	int fd = scratch();
	pid_t child;

	EXPECT(fd != -1 && write(fd, "x", 1) == 1);
	EXPECT(os_drop(&nobody_ids, &e) == 0);
	expect_no_root();
	EXPECT(open("/dev/null", O_RDONLY) != -1);
	EXPECT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	EXPECT(write(fd, "x", 1) == -1 && errno == EFBIG);
	EXPECT((child = fork()) != -1);
	if (child == 0)
		_exit(0);
	EXPECT(waitpid(child, NULL, 0) == child);
}

static void
drop(void **state)
{
	(void)state;
	in_child(dropped);
}

static void
dropped_twice(void)
{
	struct err e = {0};

	EXPECT(os_drop(&nobody_ids, &e) == 0);
	/* Without root there is nothing that could be given up. */
	EXPECT(os_confine(&nobody_ids, &e) != 0 && e.text[0] != '\0');
	e.text[0] = '\0';
	EXPECT(os_drop(&nobody_ids, &e) == -EPERM && e.text[0] != '\0');
}

static void
drop_without_root(void **state)
{
	(void)state;
	in_child(dropped_twice);
}

static void
resolve(void **state)
{
	(void)state;
	expect_ids("7:8", 0, 7);
	expect_ids("no-such-user", -ENOENT, 0);
	expect_ids("0:8", -EINVAL, 0);
	expect_ids("7:0", -EINVAL, 0);
}

static unsigned char *page;

static void
page_is_wiped(void)
{
	for (int i = 0; i < 100; i++)
		EXPECT(page[i] == 0);
	page[0] = 0xbb; /* and is no longer the parent's */
}

/* The kernel's flags (KVME_FLAG_*) of the mapping that holds p; -1: none. */
static int
mapping_flags(const void *p)
{
	int mib[4] = {CTL_KERN, KERN_PROC, KERN_PROC_VMMAP, getpid()};
	size_t at = 0, len = 0;
	struct kinfo_vmentry v;
	char *buf;
	int flags = -1;

	assert_int_equal(sysctl(mib, 4, NULL, &len, NULL, 0), 0);
	len += len / 2; /* what malloc(3) adds */
	buf = malloc(len);
	assert_non_null(buf);
	assert_int_equal(sysctl(mib, 4, buf, &len, NULL, 0), 0);
	while (at + offsetof(struct kinfo_vmentry, kve_path) <= len) {
		memset(&v, 0, sizeof(v));
		memcpy(
		    &v, buf + at, len - at < sizeof(v) ? len - at : sizeof(v));
		if (v.kve_structsize <= 0)
			break;
		if (v.kve_start <= (uintptr_t)p && (uintptr_t)p < v.kve_end)
			flags = v.kve_flags;
		at += (size_t)v.kve_structsize;
	}
	free(buf);
	return flags;
}

static void
secret(void **state)
{
	int flags;

	(void)state;
	page = os_secret_map(100);
	assert_non_null(page);
	memset(page, 0xaa, 100);
	in_child(page_is_wiped);
	assert_int_equal(page[0], 0xaa);
	assert_int_equal(page[99], 0xaa);
	flags = mapping_flags(page);
	assert_int_not_equal(flags, -1);
	assert_true((flags & KVME_FLAG_NOCOREDUMP) != 0);
#ifdef KVME_FLAG_USER_WIRED
	assert_true((flags & KVME_FLAG_USER_WIRED) != 0);
#endif
	os_secret_unmap(page, 100);
	os_secret_unmap(NULL, 100);
}

static int
flags_of_record(int fd, size_t room)
{
	char buf[8];
	struct iovec iov = {.iov_base = buf, .iov_len = room};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};

	assert_true(recvmsg(fd, &mh, MSG_DONTWAIT) > 0);
	return mh.msg_flags;
}

/* dtcp/channel.h relies on it. */
static void
record(void **state)
{
	int pair[2], end = os_record_end();

	(void)state;
	assert_int_not_equal(end, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(send(pair[0], "abc", 3, MSG_EOR), 3);
	assert_int_equal(send(pair[0], "defg", 4, MSG_EOR), 4);
	assert_int_equal(flags_of_record(pair[1], 8) & end, end);
	assert_int_equal(flags_of_record(pair[1], 2) & end, 0);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static void
fibs(void **state)
{
	uint32_t n = os_fibs();

	(void)state;
	assert_true(n >= 1);
	assert_true(os_fib() < n);
	if (n == 1)
		return;
	assert_int_equal(setfib((int)n - 1), 0);
	assert_int_equal(os_fib(), n - 1);
	assert_int_equal(setfib(0), 0);
	assert_int_equal(os_fib(), 0);
}

static void
lan_look(void **state)
{
	struct lan l = {.slot = 7};
	struct err e;

	(void)state;
	assert_int_equal(os_lan_look("none0", &l, &e), 0);
	assert_int_equal(l.ifindex, 0);
	assert_int_equal(os_lan_look("lo0", &l, &e), 0);
	assert_int_equal(l.slot, 7);
	assert_int_equal(l.ifindex, if_nametoindex("lo0"));
	assert_int_equal(l.hwlen, 0);
}

static void
forwards(void **state)
{
	char name[OS_SYSCTL_MAX];
	int on;
	size_t size = sizeof(on);

	(void)state;
	assert_int_equal(
	    sysctlbyname("net.inet6.ip6.forwarding", &on, &size, NULL, 0), 0);
	assert_int_equal(os_forwards("lo0", name), on != 0);
	assert_string_equal(name, "net.inet6.ip6.forwarding");
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(os_default_tunnel(), "gif0");
	assert_int_equal(os_tun_family(), htonl(28));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(confine),
	    cmocka_unit_test(drop),
	    cmocka_unit_test(drop_without_root),
	    cmocka_unit_test(resolve),
	    cmocka_unit_test(secret),
	    cmocka_unit_test(test_die_with_parent),
	    cmocka_unit_test(test_timer),
	    cmocka_unit_test(test_raise_files),
	    cmocka_unit_test(record),
	    cmocka_unit_test(fibs),
	    cmocka_unit_test(lan_look),
	    cmocka_unit_test(forwards),
	    cmocka_unit_test(names),
	    cmocka_unit_test(test_seal),
	    cmocka_unit_test(test_seal_without_channel),
	    cmocka_unit_test(test_seal_of_a_server),
	    cmocka_unit_test(test_limit_stream),
	    cmocka_unit_test(test_limit_packets),
	    cmocka_unit_test(test_limit_listen),
	    cmocka_unit_test(test_limit_many),
	    cmocka_unit_test(test_limit_timer),
	    cmocka_unit_test(test_rights_travel),
	};

	if (geteuid() != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
