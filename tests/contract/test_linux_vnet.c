/*
 * Offload of a tun device on Linux: used where the kernel has it, and gone from
 * a device that outlives its use.
 */
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "linux_support.h"
#include "os_common.h"

#define HDRLEN	   10
#define NEEDS_CSUM 1 /* in the header's first octet: VIRTIO 1.2 5.1.6 */
#define INNER	   "2001:db8:1::6"
#define FAR	   "2001:db8:1::5"

static int
setup(void **state)
{
	(void)state;
	linux_setup();
	return 0;
}

static int
open_tunnel(struct kernel *k, const char *name, uint8_t flags,
    struct user_fds *fds, struct err *e)
{
	struct netop op = {.kind = NETOP_TUNNEL, .flags = NETOP_F_USER | flags};
	int error;

	(void)strlcpy(op.ifname, name, sizeof(op.ifname));
	(void)addr4_parse(CONTRACT_LOCAL, strlen(CONTRACT_LOCAL), &op.local4);
	(void)addr4_parse(
	    CONTRACT_REMOTE, strlen(CONTRACT_REMOTE), &op.remote4);
	error = k->ops->apply(k, &op, e);
	if (error == 0)
		error = k->ops->open_user(k, &op, fds, e);
	return error;
}

static struct user_fds
must_open(const char *name, uint8_t flags)
{
	struct user_fds fds;
	struct err e;

	if (open_tunnel(kernel, name, flags, &fds, &e) != 0)
		fail_msg("%s", e.text);
	return fds;
}

static void
close_fds(struct user_fds fds)
{
	(void)close(fds.tunfd);
	(void)close(fds.outerfd);
}

static void
release(const char *name)
{
	struct netop op = {.kind = NETOP_TUNNEL_RELEASE};
	struct err e;

	(void)strlcpy(op.ifname, name, sizeof(op.ifname));
	if (kernel->ops->apply(kernel, &op, &e) != 0)
		fail_msg("%s", e.text);
}

/* Does the device leave segmentation of TCP to its user? */
static bool
offloads(const char *name)
{
	struct ethtool_value v = {.cmd = ETHTOOL_GTSO};
	struct ifreq ifr = {.ifr_data = (char *)&v};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)strlcpy(ifr.ifr_name, name, sizeof(ifr.ifr_name));
	assert_int_equal(ioctl(fd, SIOCETHTOOL, &ifr), 0);
	(void)close(fd);
	return v.data != 0;
}

static bool
has_header(int tunfd)
{
	struct ifreq ifr;

	assert_int_equal(ioctl(tunfd, TUNGETIFF, &ifr), 0);
	return (ifr.ifr_flags & IFF_VNET_HDR) != 0;
}

static int
setting(int tunfd, unsigned long request)
{
	int v = -1;

	assert_int_equal(ioctl(tunfd, request, &v), 0);
	return v;
}

static void
used_where_it_is(void **state)
{
	struct user_fds fds = must_open("", 0);

	(void)state;
	assert_int_equal(fds.features, USER_VNET);
	assert_true(has_header(fds.tunfd));
	assert_int_equal(setting(fds.tunfd, TUNGETVNETHDRSZ), HDRLEN);
	assert_int_equal(setting(fds.tunfd, TUNGETVNETLE), 1);
	assert_true(offloads("dtcp0"));
	close_fds(fds);
}

/* The next TCP packet: what a host sends by itself is not awaited. */
static void
read_tcp(int tunfd, uint8_t *buf, size_t size)
{
	struct pollfd pfd = {.fd = tunfd, .events = POLLIN};

	do {
		assert_int_equal(poll(&pfd, 1, SLOW_MS), 1);
		assert_true(read(tunfd, buf, size) >= HDRLEN + 40);
	} while (buf[HDRLEN + 6] != IPPROTO_TCP);
}

/* The route is there as soon as the kernel has noticed the carrier. */
static void
begin_to_connect(int fd)
{
	struct sockaddr_in6 to = {
	    .sin6_family = AF_INET6, .sin6_port = htons(80)};
	int i, r;

	assert_int_equal(addr6_parse(FAR, strlen(FAR), &to.sin6_addr), 0);
	for (i = 0; i < SLOW_MS / 10; i++) {
		r = connect(fd, (const struct sockaddr *)&to, sizeof(to));
		assert_int_equal(r, -1);
		if (errno == EINPROGRESS)
			return;
		assert_int_equal(errno, ENETUNREACH);
		(void)poll(NULL, 0, 10);
	}
	fail_msg("no route to the far end");
}

static void
unfinished_checksums_come(void **state)
{
	struct user_fds fds = must_open("", 0);
	uint8_t buf[2048];
	int fd;

	(void)state;
	run("ip link set dtcp0 up && "
	    "ip addr add " INNER " peer " FAR " dev dtcp0 nodad");
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	begin_to_connect(fd);
	read_tcp(fds.tunfd, buf, sizeof(buf));
	assert_int_equal(buf[0], NEEDS_CSUM);
	assert_int_equal(buf[6], 40); /* csum_start, little-endian */
	assert_int_equal(buf[7], 0);
	assert_int_equal(buf[HDRLEN] >> 4, 6);
	(void)close(fd);
	close_fds(fds);
}

static void
gone_when_given_back(void **state)
{
	struct user_fds fds;

	(void)state;
	run("ip tuntap add dev x mode tun");
	fds = must_open("x", NETOP_F_ADOPT);
	assert_int_equal(fds.features, USER_VNET);
	close_fds(fds);
	assert_true(offloads("x"));
	release("x");
	assert_false(offloads("x"));
	assert_true(says("ip -d link show x", "vnet_hdr off"));
	fds = must_open("kept", NETOP_F_KEEP);
	close_fds(fds);
	release("kept");
	assert_false(offloads("kept"));
	assert_true(says("ip -d link show kept", "vnet_hdr off"));
}

/* The relay's descriptor may be open still. */
static void
gone_while_it_is_open(void **state)
{
	struct user_fds fds;

	(void)state;
	run("ip tuntap add dev x mode tun");
	fds = must_open("x", NETOP_F_ADOPT);
	release("x");
	assert_false(offloads("x"));
	close_fds(fds);
}

static void
killed(void)
{
	struct kernel *k;
	struct user_fds fds;
	struct err e;

	EXPECT(kernel_open(CONTRACT_TAG, &k, &e) == 0);
	EXPECT(open_tunnel(k, "x", NETOP_F_ADOPT, &fds, &e) == 0);
}

static void
gone_after_a_kill(void **state)
{
	(void)state;
	run("ip tuntap add dev x mode tun");
	in_child(killed);
	assert_true(offloads("x"));
	release("x");
	assert_false(offloads("x"));
	assert_true(says("ip -d link show x", "vnet_hdr off"));
}

/* From here on that request fails as it does where the kernel lacks it. */
static void
forget_request(unsigned request, unsigned error)
{
	struct sock_filter code[] = {
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		offsetof(struct seccomp_data, args[1])),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, request, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {
	    .len = sizeof(code) / sizeof(code[0]), .filter = code};

	EXPECT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	EXPECT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void
open_plain(const char *name, uint8_t flags)
{
	struct user_fds fds;
	struct ifreq ifr;
	struct err e;

	EXPECT(open_tunnel(kernel, name, flags, &fds, &e) == 0);
	EXPECT(fds.features == 0);
	EXPECT(ioctl(fds.tunfd, TUNGETIFF, &ifr) == 0);
	EXPECT((ifr.ifr_flags & IFF_VNET_HDR) == 0);
	EXPECT(says("ip link", "alias " CONTRACT_TAG));
}

static void
without_header(void)
{
	forget_request(TUNGETFEATURES, EINVAL);
	open_plain("", 0);
}

static void
without_offload(void)
{
	forget_request((unsigned)TUNSETOFFLOAD, EINVAL);
	open_plain("", 0);
}

static void
without_byte_order(void)
{
	forget_request((unsigned)TUNSETVNETLE, EINVAL);
	open_plain("x", NETOP_F_ADOPT);
}

static void
left_where_it_is_not(void **state)
{
	(void)state;
	in_child(without_header);
	assert_false(contract_see_link("dtcp0", NULL));
	in_child(without_offload);
	assert_false(contract_see_link("dtcp0", NULL));
	run("ip tuntap add dev x mode tun");
	in_child(without_byte_order);
	assert_false(offloads("x"));
	assert_true(says("ip -d link show x", "vnet_hdr off"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, linux_teardown)
	    TEST(used_where_it_is),
	    TEST(unfinished_checksums_come),
	    TEST(gone_when_given_back),
	    TEST(gone_while_it_is_open),
	    TEST(gone_after_a_kill),
	    TEST(left_where_it_is_not),
	};
	int error;

	error = contract_start();
	if (error != 0)
		return error;
	if ((contract_encaps() & NETOP_F_USER) == 0)
		return 77;
	return cmocka_run_group_tests_name("linux vnet", tests, NULL, NULL);
}
