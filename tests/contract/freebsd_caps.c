/*
 * Capability mode and rights on descriptors: what must not work any more, and
 * that what the engine lives by still does.
 */
#include <sys/types.h>
#include <sys/capsicum.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "freebsd_os.h"

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(sizeof(int))];
};

static void
need_capsicum(void)
{
	unsigned mode;

	if (cap_getmode(&mode) == -1 && errno == ENOSYS)
		skip();
}

static bool
is_limited(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) == -1 && errno == ENOTCAPABLE;
}

/* A message of one octet with a descriptor, as the channel has them. */
static bool
send_fd(int over, int fd)
{
	struct iovec iov = {.iov_base = "x", .iov_len = 1};
	union control c;
	struct msghdr mh = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = c.buf,
	    .msg_controllen = sizeof(c.buf)};
	struct cmsghdr *cm;

	memset(&c, 0, sizeof(c));
	cm = CMSG_FIRSTHDR(&mh);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cm), &fd, sizeof(fd));
	return sendmsg(over, &mh, MSG_EOR | MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

static int
recv_fd(int over)
{
	char byte;
	struct iovec iov = {.iov_base = &byte, .iov_len = 1};
	union control c;
	struct msghdr mh = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = c.buf,
	    .msg_controllen = sizeof(c.buf)};
	const struct cmsghdr *cm;
	int fd = -1;

	if (recvmsg(over, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1)
		return -1;
	cm = CMSG_FIRSTHDR(&mh);
	if (cm != NULL && cm->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cm), sizeof(fd));
	return fd;
}

/* As libevent does it: a kqueue that watches fd for reading. */
static bool
kqueue_sees(int fd)
{
	const struct timespec wait = {.tv_sec = 5};
	struct kevent kev;
	int kq = kqueue(), n;

	EV_SET(&kev, fd, EVFILT_READ, EV_ADD, 0, 0, NULL);
	n = kevent(kq, &kev, 1, &kev, 1, &wait);
	(void)close(kq);
	return n == 1 && (kev.flags & EV_ERROR) == 0;
}

static void
forbidden_when_sealed(int channel)
{
	struct sockaddr_in to = {.sin_len = sizeof(to),
	    .sin_family = AF_INET,
	    .sin_port = htons(9),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr *sa = (const struct sockaddr *)&to;
	int udp;
	char c;

	EXPECT(open("/", O_RDONLY) == -1 && errno == ECAPMODE);
	EXPECT(open("x", O_RDONLY) == -1 && errno == ECAPMODE);
	udp = socket(AF_INET, SOCK_DGRAM, 0);
	EXPECT(udp != -1);
	EXPECT(connect(udp, sa, sizeof(to)) == -1 && errno == ECAPMODE);
	EXPECT(bind(udp, sa, sizeof(to)) == -1 && errno == ECAPMODE);
	EXPECT(
	    sendto(udp, "x", 1, 0, sa, sizeof(to)) == -1 && errno == ECAPMODE);
	EXPECT(is_limited(channel));
	EXPECT(fcntl(channel, F_SETFL, 0) == -1 && errno == ENOTCAPABLE);
	EXPECT(read(STDIN_FILENO, &c, 1) == -1 &&
	    (errno == ENOTCAPABLE || errno == EBADF));
	EXPECT(kill(getppid(), 0) == -1 && errno == ECAPMODE);
}

static void
sealed(void)
{
	int pair[2], dgram[2], timer, got;
	struct err e = {0};
	char c;

	EXPECT(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, dgram) == 0);
	EXPECT(os_confine(&nobody_ids, &e) == 0);
	EXPECT(os_seal(pair[0], OS_SEAL_CLIENT, &e) == 0);
	forbidden_when_sealed(pair[0]);
	/* What it lives by goes on: messages, descriptors in them, ... */
	EXPECT(send_fd(pair[1], dgram[0]));
	EXPECT(kqueue_sees(pair[0]));
	got = recv_fd(pair[0]);
	EXPECT(got != -1);
	EXPECT(send_fd(pair[0], got) && recv_fd(pair[1]) != -1);
	EXPECT(readable(pair[0], 0) == 0);
	/* ... packets, ... */
	EXPECT(send(got, "x", 1, 0) == 1 && read(dgram[1], &c, 1) == 1);
	/* ... and time. */
	timer = os_timer_open();
	EXPECT(timer >= 0 && os_limit_fd(timer, OS_FD_TIMER, &e) == 0);
	os_timer_set(timer, 20);
	EXPECT(kqueue_sees(timer));
	os_timer_set(timer, -1);
	EXPECT(readable(timer, 50) == 0);
}

void
test_seal(void **state)
{
	(void)state;
	need_capsicum();
	in_child(sealed);
}

/* No seal, no engine: an error, and not the one that may be passed over. */
static void
seal_fails(void)
{
	struct err e = {0};
	int r = os_seal(1000, OS_SEAL_CLIENT, &e);

	EXPECT(r == -EBADF && e.code == EBADF && e.text[0] != '\0');
}

void
test_seal_without_channel(void **state)
{
	(void)state;
	need_capsicum();
	in_child(seal_fails);
}

/* No capability mode, but the limits of the one with it. */
static void
sealed_server(void)
{
	struct sockaddr_in to;
	struct err e = {0};
	unsigned mode = 1;
	int pair[2], udp;
	char c;

	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	udp = at_loopback(SOCK_DGRAM, &to);
	EXPECT(os_limit_fd(udp, OS_FD_UDP_MANY, &e) == 0);
	EXPECT(os_confine(&nobody_ids, &e) == 0);
	EXPECT(os_seal(pair[0], OS_SEAL_SERVER, &e) == 0);
	EXPECT(cap_getmode(&mode) == 0 && mode == 0);
	EXPECT(is_limited(pair[0]));
	EXPECT(read(STDIN_FILENO, &c, 1) == -1 &&
	    (errno == ENOTCAPABLE || errno == EBADF));
	EXPECT(sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1);
	EXPECT(recv(udp, &c, 1, 0) == 1);
}

void
test_seal_of_a_server(void **state)
{
	(void)state;
	need_capsicum();
	in_child(sealed_server);
}

static void
limited_stream(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int pair[2], on = 1;
	struct err e = {0};
	char c;

	EXPECT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	EXPECT(!is_limited(pair[0]));
	EXPECT(os_limit_fd(pair[0], OS_FD_STREAM, &e) == 0);
	EXPECT(is_limited(pair[0]));
	EXPECT(getsockname(pair[0], (struct sockaddr *)&ss, &len) == -1 &&
	    errno == ENOTCAPABLE);
	EXPECT(setsockopt(pair[0], SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) ==
		-1 &&
	    errno == ENOTCAPABLE);
	EXPECT(send(pair[0], "x", 1, MSG_NOSIGNAL) == 1);
	EXPECT(send(pair[1], "y", 1, MSG_NOSIGNAL) == 1);
	EXPECT(readable(pair[0], 5000) == 1 && kqueue_sees(pair[0]));
	EXPECT(recv(pair[0], &c, 1, 0) == 1 && c == 'y');
	EXPECT(shutdown(pair[0], SHUT_WR) == 0);
	/* Once less, never more. */
	EXPECT(os_limit_fd(pair[0], OS_FD_TUN, &e) == 0);
	EXPECT(os_limit_fd(pair[0], OS_FD_STREAM, &e) == -ENOTCAPABLE);
	EXPECT(strstr(e.text, "connection") != NULL);
}

void
test_limit_stream(void **state)
{
	(void)state;
	need_capsicum();
	in_child(limited_stream);
}

static void
limited_packets(void)
{
	struct iovec iov[2] = {
	    {.iov_base = "abcd", .iov_len = 4},
	    {.iov_base = "e", .iov_len = 1},
	};
	int pair[2], null, room = 65536;
	struct err e = {0};
	char buf[8];
	struct iovec in = {.iov_base = buf, .iov_len = sizeof(buf)};
	struct msghdr m = {.msg_iov = iov, .msg_iovlen = 2};

	EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	EXPECT(os_limit_fd(pair[0], OS_FD_OUTER_UDP, &e) == 0);
	EXPECT(is_limited(pair[0]));
	EXPECT(setsockopt(
		   pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == 0);
	EXPECT(os_limit_fd(pair[0], OS_FD_OUTER, &e) == 0);
	EXPECT(setsockopt(
		   pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) == -1 &&
	    errno == ENOTCAPABLE);
	EXPECT(shutdown(pair[0], SHUT_WR) == -1 && errno == ENOTCAPABLE);
	EXPECT(writev(pair[0], iov, 2) == 5);
	EXPECT(writev(pair[1], iov, 2) == 5);
	EXPECT(kqueue_sees(pair[0]));
	EXPECT(read(pair[0], buf, sizeof(buf)) == 5);
	EXPECT(sendmsg(pair[0], &m, 0) == 5 && sendmsg(pair[1], &m, 0) == 5);
	m.msg_iov = &in;
	m.msg_iovlen = 1;
	EXPECT(recvmsg(pair[0], &m, 0) == 5);
	/* Any device; a tun device takes the same calls. */
	null = open("/dev/null", O_RDWR | O_NONBLOCK);
	EXPECT(null != -1);
	EXPECT(os_limit_fd(null, OS_FD_TUN, &e) == 0);
	EXPECT(is_limited(null));
	EXPECT(writev(null, iov, 2) == 5);
	EXPECT(read(null, buf, sizeof(buf)) == 0);
}

void
test_limit_packets(void **state)
{
	(void)state;
	need_capsicum();
	in_child(limited_packets);
}

/* What is accepted has the rights of what it was accepted from. */
static void
limited_listen(void)
{
	struct sockaddr_in called, got;
	struct sockaddr *sa = (struct sockaddr *)&called;
	socklen_t len = sizeof(got);
	int listener, client, fd, on = 1;
	struct err e = {0};
	char c;

	listener = at_loopback(SOCK_STREAM, &called);
	EXPECT(listen(listener, 1) == 0);
	EXPECT(os_limit_fd(listener, OS_FD_LISTEN, &e) == 0);
	EXPECT(is_limited(listener));
	EXPECT(listen(listener, 2) == -1 && errno == ENOTCAPABLE);
	client = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT(connect(client, sa, sizeof(called)) == 0);
	EXPECT(kqueue_sees(listener));
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	EXPECT(fd != -1 && is_limited(fd));
	EXPECT(getsockname(fd, (struct sockaddr *)&got, &len) == 0);
	EXPECT(got.sin_addr.s_addr == called.sin_addr.s_addr);
	EXPECT(
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) == -1 &&
	    errno == ENOTCAPABLE);
	EXPECT(send(client, "x", 1, MSG_NOSIGNAL) == 1);
	EXPECT(kqueue_sees(fd));
	EXPECT(recv(fd, &c, 1, 0) == 1 && c == 'x');
	EXPECT(send(fd, "y", 1, MSG_NOSIGNAL) == 1);
	EXPECT(shutdown(fd, SHUT_RDWR) == 0);
	/* And can be left with those of any connection. */
	EXPECT(os_limit_fd(fd, OS_FD_STREAM, &e) == 0);
	EXPECT(os_limit_fd(listener, OS_FD_UDP_MANY, &e) == -ENOTCAPABLE);
	EXPECT(strstr(e.text, "packet socket") != NULL);
}

void
test_limit_listen(void **state)
{
	(void)state;
	need_capsicum();
	in_child(limited_listen);
}

static void
limited_many(void)
{
	struct sockaddr_in to, other;
	int udp, fd, off = 0;
	struct err e = {0};
	char c;

	udp = at_loopback(SOCK_DGRAM, &to);
	EXPECT(os_limit_fd(udp, OS_FD_UDP_MANY, &e) == 0);
	EXPECT(is_limited(udp));
	EXPECT(setsockopt(udp, IPPROTO_IP, IP_TOS, &off, sizeof(off)) == 0);
	/* What may take no option may send all the same. */
	EXPECT(os_limit_fd(udp, OS_FD_RAW_MANY, &e) == 0);
	EXPECT(setsockopt(udp, IPPROTO_IP, IP_TOS, &off, sizeof(off)) == -1 &&
	    errno == ENOTCAPABLE);
	fd = at_loopback(SOCK_DGRAM, &other);
	EXPECT(sendto(udp, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) == 1);
	EXPECT(sendto(udp, "y", 1, 0, (struct sockaddr *)&other,
		   sizeof(other)) == 1);
	EXPECT(kqueue_sees(udp));
	EXPECT(recv(udp, &c, 1, 0) == 1 && c == 'x');
	EXPECT(recv(fd, &c, 1, 0) == 1 && c == 'y');
	EXPECT(bind(udp, (struct sockaddr *)&to, sizeof(to)) == -1 &&
	    errno == ENOTCAPABLE);
}

void
test_limit_many(void **state)
{
	(void)state;
	need_capsicum();
	in_child(limited_many);
}

static void
limited_timer(void)
{
	const struct timespec now = {.tv_sec = 0};
	struct kevent kev;
	struct err e = {0};
	int fd = os_timer_open();

	EXPECT(fd >= 0 && os_limit_fd(fd, OS_FD_TIMER, &e) == 0);
	os_timer_set(fd, 10);
	EXPECT(readable(fd, 5000) == 1);
	EXPECT(
	    kevent(fd, NULL, 0, &kev, 1, &now) == -1 && errno == ENOTCAPABLE);
}

void
test_limit_timer(void **state)
{
	(void)state;
	need_capsicum();
	in_child(limited_timer);
}

/* What the root process takes away is gone at the engine, too. */
static void
rights_travel(void)
{
	int pair[2], dgram[2], got;
	struct err e = {0};

	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, dgram) == 0);
	EXPECT(os_limit_fd(dgram[0], OS_FD_OUTER, &e) == 0);
	EXPECT(send_fd(pair[0], dgram[0]) && send_fd(pair[0], dgram[1]));
	got = recv_fd(pair[1]);
	EXPECT(got != -1 && is_limited(got));
	got = recv_fd(pair[1]);
	EXPECT(got != -1 && !is_limited(got));
}

void
test_rights_travel(void **state)
{
	(void)state;
	need_capsicum();
	in_child(rights_travel);
}
