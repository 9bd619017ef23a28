/*
 * Giving up root, the page that a fork wipes, dying with the parent: each in
 * a child, which reports by its exit status on which line it failed.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux_os_lan.h"
#include "os_common.h"

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
	EXPECT(getgroups(0, NULL) == 0);
	EXPECT(setuid(0) == -1 && setgid(0) == -1);
	EXPECT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	EXPECT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	EXPECT(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0);
	EXPECT(chroot("/") == -1);
}

static void
confined(void)
{
	struct err e;
	int pair[2];
	char c;

	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	EXPECT(os_confine(&nobody_ids, &e) == 0);
	expect_no_root();
	EXPECT(access("/etc/passwd", F_OK) == -1);
	EXPECT(access("../../../etc/passwd", F_OK) == -1);
	EXPECT(access("/proc/self/fd", F_OK) == -1);
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

/* One option, at its level, as the kernel sees them: 32 bits of either. */
static void
expect_options(int udp)
{
	static const struct {
		long level, option;
	} bad[] = {
	    {SOL_SOCKET, SO_BROADCAST},
	    {SOL_SOCKET, SO_BINDTODEVICE},
	    {SOL_SOCKET, UDP_SEGMENT},
	    {IPPROTO_IP, IP_TTL},
	    {IPPROTO_IP, IP_HDRINCL},
	    {IPPROTO_IP, UDP_SEGMENT},
	    {IPPROTO_UDP, UDP_CORK},
	    {IPPROTO_UDP, UDP_GRO},
	    {IPPROTO_UDP, UDP_ENCAP},
	    {IPPROTO_TCP, UDP_SEGMENT},
	    {IPPROTO_UDP, IP_TOS},
	    {IPPROTO_TCP, IP_TOS},
	    {1L << 32 | SOL_SOCKET, UDP_SEGMENT},
	    {IPPROTO_UDP, 1L << 32 | UDP_ENCAP},
	};
	const int size = 1200, off = 0;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		EXPECT(syscall(SYS_setsockopt, (long)udp, bad[i].level,
			   bad[i].option, &size, sizeof(size)) == -1 &&
		    errno == EPERM);
	EXPECT(setsockopt(udp, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) ==
	    0);
	EXPECT(
	    setsockopt(udp, IPPROTO_UDP, UDP_SEGMENT, &off, sizeof(off)) == 0);
	EXPECT(setsockopt(udp, IPPROTO_IP, IP_TOS, &off, sizeof(off)) == 0);
}

static void
sealed(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons(9),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct iovec iov = {.iov_base = "x", .iov_len = 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct mmsghdr mm = {.msg_hdr = m};
	int pair[2], udp;
	struct err e;
	char c;

	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	EXPECT(connect(udp, (struct sockaddr *)&to, sizeof(to)) == 0);
	EXPECT(os_confine(&nobody_ids, &e) == 0);
	EXPECT(os_seal(pair[0], OS_SEAL_CLIENT, &e) == 0);
	EXPECT(socket(AF_INET, SOCK_DGRAM, 0) == -1 && errno == EPERM);
	EXPECT(connect(udp, (struct sockaddr *)&to, sizeof(to)) == -1);
	EXPECT(bind(udp, (struct sockaddr *)&to, sizeof(to)) == -1);
	expect_options(udp);
	EXPECT(
	    sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) == -1 &&
	    errno == EPERM);
	EXPECT(sendmsg(udp, &m, 0) == -1 && errno == EPERM);
	EXPECT(sendmmsg(udp, &mm, 1, 0) == -1 && errno == EPERM);
	/* What it lives by goes on. */
	EXPECT(send(pair[0], "x", 1, MSG_EOR) == 1);
	EXPECT(read(pair[1], &c, 1) == 1);
	EXPECT(write(udp, "x", 1) == 1);
	EXPECT(send(udp, "x", 1, 0) == 1 || errno == ECONNREFUSED);
	EXPECT(recvmmsg(udp, &mm, 1, MSG_DONTWAIT, NULL) == -1 &&
	    (errno == EAGAIN || errno == ECONNREFUSED));
	/* Nor does the channel's number let a message through. */
	EXPECT(dup2(udp, pair[0]) == pair[0]);
	EXPECT(sendmsg(pair[0], &m, 0) == -1 && errno == EPERM);
}

static void
seal(void **state)
{
	(void)state;
	in_child(sealed);
}

/* It names whom a packet is for, and accepts connections. */
static void
sealed_server(void)
{
	struct sockaddr_in to, called;
	struct iovec iov = {.iov_base = "x", .iov_len = 1};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	struct mmsghdr mm = {.msg_hdr = m};
	struct sockaddr *sa = (struct sockaddr *)&to;
	int pair[2], udp, listener, client, fd;
	struct err e;
	char c;

	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	listener = at_loopback(SOCK_STREAM, &called);
	EXPECT(listen(listener, 1) == 0);
	client = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT(
	    connect(client, (struct sockaddr *)&called, sizeof(called)) == 0);
	udp = at_loopback(SOCK_DGRAM, &to);
	EXPECT(os_confine(&nobody_ids, &e) == 0);
	EXPECT(os_seal(pair[0], OS_SEAL_SERVER, &e) == 0);
	EXPECT(sendto(udp, "x", 1, 0, sa, sizeof(to)) == 1);
	EXPECT(recv(udp, &c, 1, 0) == 1);
	EXPECT(send(pair[0], "x", 1, MSG_EOR) == 1);
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	EXPECT(fd != -1);
	EXPECT(send(fd, "y", 1, MSG_NOSIGNAL) == 1);
	EXPECT(recv(client, &c, 1, 0) == 1 && c == 'y');
	EXPECT(shutdown(fd, SHUT_RDWR) == 0);
	expect_options(udp);
	m.msg_name = sa;
	m.msg_namelen = sizeof(to);
	EXPECT(sendmsg(udp, &m, 0) == -1 && errno == EPERM);
	EXPECT(sendmmsg(udp, &mm, 1, 0) == -1 && errno == EPERM);
	EXPECT(socket(AF_INET, SOCK_DGRAM, 0) == -1 && errno == EPERM);
	EXPECT(connect(udp, sa, sizeof(to)) == -1 && errno == EPERM);
	EXPECT(bind(udp, sa, sizeof(to)) == -1 && errno == EPERM);
}

static void
seal_of_a_server(void **state)
{
	(void)state;
	in_child(sealed_server);
}

static void
dropped(void)
{
	FILE *f = tmpfile();
	struct err e;
	pid_t child;

	EXPECT(f != NULL);
	EXPECT(os_drop(&nobody_ids, &e) == 0);
	expect_no_root();
	EXPECT(open("/etc/hosts", O_RDONLY) != -1);
	EXPECT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	EXPECT(write(fileno(f), "x", 1) == -1 && errno == EFBIG);
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
	struct err e;

	EXPECT(os_drop(&nobody_ids, &e) == 0);
	/* Without root there is nothing that could be given up. */
	EXPECT(os_confine(&nobody_ids, &e) != 0 && e.text[0] != '\0');
	EXPECT(os_drop(&nobody_ids, &e) == -EPERM);
	EXPECT(strstr(e.text, "setgroups") != NULL);
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
	struct os_ids got = {0, 0};
	struct err e;

	(void)state;
	assert_int_equal(os_ids_resolve(NULL, &got, &e), 0);
	assert_true(got.uid != 0 && got.gid != 0);
	expect_ids("nobody", 0, 65534);
	expect_ids("7:8", 0, 7);
	expect_ids("no-such-user", -ENOENT, 0);
	expect_ids("root", -EINVAL, 0);
	expect_ids("0:8", -EINVAL, 0);
	expect_ids("7:0", -EINVAL, 0);
	expect_ids("7:", -EINVAL, 0);
	expect_ids(":7", -EINVAL, 0);
	expect_ids("7:8x", -EINVAL, 0);
	expect_ids("-7:8", -EINVAL, 0);
	expect_ids("7:4294967295", -EINVAL, 0); /* -1: no change */
}

static unsigned char *page;

static void
page_is_wiped(void)
{
	for (int i = 0; i < 100; i++)
		EXPECT(page[i] == 0);
}

static void
secret(void **state)
{
	char line[512];
	bool wipes = false, dumps = true, here = false;
	unsigned long from, to;
	FILE *f;

	(void)state;
	page = os_secret_map(100);
	assert_non_null(page);
	memset(page, 0xaa, 100);
	in_child(page_is_wiped);
	assert_int_equal(page[99], 0xaa);
	f = fopen("/proc/self/smaps", "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			here = from <= (unsigned long)page &&
			    (unsigned long)page < to;
		if (here && strncmp(line, "VmFlags:", 8) == 0) {
			wipes = strstr(line, " wf") != NULL;
			dumps = strstr(line, " dd") == NULL;
		}
	}
	(void)fclose(f);
	assert_true(wipes);
	assert_false(dumps);
	os_secret_unmap(page, 100);
	os_secret_unmap(NULL, 100);
}

static void
now(void **state)
{
	int64_t before = os_now_ms();

	(void)state;
	assert_true(before > 0);
	assert_true(os_now_ms() >= before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(confine),
	    cmocka_unit_test(seal),
	    cmocka_unit_test(seal_of_a_server),
	    cmocka_unit_test(drop),
	    cmocka_unit_test(drop_without_root),
	    cmocka_unit_test(resolve),
	    cmocka_unit_test(secret),
	    cmocka_unit_test(test_die_with_parent),
	    cmocka_unit_test(now),
	    cmocka_unit_test(test_timer),
	    cmocka_unit_test(test_raise_files),
	    cmocka_unit_test(test_lan_look),
	    cmocka_unit_test(test_lan_without_hwaddr),
	    cmocka_unit_test(test_forwards),
	};

	if (geteuid() != 0)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
