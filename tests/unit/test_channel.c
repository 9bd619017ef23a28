/*
 * Messages between the processes: every type there and back, everything that
 * is not exactly one of them refused, no descriptor lost.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/channel.h"

#define MAX_FDS 64

static const struct netop an_op = {
    .kind = NETOP_TUNNEL,
    .flags = NETOP_F_USER,
    .ifname = "dtcp0",
    .ifindex = 7,
    .local4 = {0x01020304},
    .remote4 = {0x05060708},
    .lport = 4028,
    .rport = 4029,
};

static const struct login a_login = {
    .user = "a:user",
    .challenge = "0123456789abcdef0123456789ABCDEF",
    .digest = "DAC487C8DFBBF9EE5C7F8CDCC37B62A3",
    .type = LOGIN_TYPE_NONE,
    .udp = true,
    .port = 4028,
    .client4 = {0x01020304},
    .local4 = {0x05060708},
};

static const struct grant a_grant = {
    .type = TUNNEL_NETWORK,
    .client4 = {0x01020304},
    .server4 = {0x05060708},
    .has_pair = true,
    .client6 = {{{0x20, 1, 2}}},
    .server6 = {{{0x20, 1, 3}}},
    .nprefixes = 2,
    .prefixes = {{{{{0x20, 1, 4}}}, 48}, {{{{0x20, 1, 5}}}, 56}},
    .udp = true,
    .port4 = 4029,
    .has_key = true,
    .key = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
};

static unsigned
open_fds(void)
{
	unsigned n = 0;
	int fd;

	for (fd = 0; fd < MAX_FDS; fd++)
		if (fcntl(fd, F_GETFD) != -1)
			n++;
	return n;
}

/* What a message of that type looks like once decoded. */
static void
sample(enum msg_type t, struct msg *m)
{
	memset(m, 0, sizeof(*m));
	m->type = t;
	m->fd = -1;
	switch (t) {
	case MSG_DIAL:
		m->id = 0x01020304;
		break;
	case MSG_APPLY:
		m->id = 7;
		m->count = 9;
		break;
	case MSG_APPLIED:
		m->id = 8;
		m->op = an_op;
		break;
	case MSG_OP:
	case MSG_LOST:
		m->op = an_op;
		break;
	case MSG_STATE:
	case MSG_LOG:
		m->level = -2;
		strlcpy(m->text, "state=up \303\244", sizeof(m->text));
		break;
	case MSG_EXIT:
		m->level = 77;
		break;
	case MSG_DIALLED:
		m->id = 0xffffffff;
		m->addr4.s_addr = 1;
		m->server4.s_addr = 0xff000000;
		break;
	case MSG_DIAL_FAILED:
		m->id = 3;
		m->code = ECONNREFUSED;
		memset(m->text, 'x', sizeof(m->text) - 1);
		break;
	case MSG_DIGEST_ASK:
	case MSG_DIGEST:
		strlcpy(m->text, "0123ABCD", sizeof(m->text));
		break;
	case MSG_APPLY_FAILED:
		m->id = 9;
		m->code = EPERM;
		strlcpy(m->text, "why not", sizeof(m->text));
		break;
	case MSG_DIGEST_FAILED:
		m->code = EPERM;
		strlcpy(m->text, "why", sizeof(m->text));
		break;
	case MSG_ADDR4_NEW:
	case MSG_ADDR4_GONE:
		m->addr4.s_addr = 0x7f000001;
		break;
	case MSG_RA_OPEN:
		m->id = 15;
		break;
	case MSG_PREFIXES:
		m->count = 0x01020304;
		break;
	case MSG_PREFIX:
		m->id = 3;
		m->count = 5400;
		m->prefix.len = 128;
		m->prefix.addr.s6_addr[0] = 0x20;
		m->prefix.addr.s6_addr[15] = 1;
		break;
	case MSG_LAN:
		m->lan = (struct lan) {.slot = NETOP_SLOTS - 1,
		    .up = true,
		    .ifindex = 0x01020304,
		    .hwlen = LAN_HWADDR_MAX,
		    .hwaddr = {1, 2, 3, 4, 5, 6, 7, 8}};
		m->lan.linklocal.s6_addr[0] = 0xfe;
		m->lan.linklocal.s6_addr[15] = 9;
		break;
	case MSG_TUN:
	case MSG_OUTER:
		m->level = 7;
		break;
	case MSG_RA_SOCKET:
		m->id = 1;
		m->level = 2;
		break;
	case MSG_RA_FAILED:
		m->id = 1;
		m->code = EADDRNOTAVAIL;
		strlcpy(m->text, "not yet", sizeof(m->text));
		break;
	case MSG_LOGIN:
		m->id = 5;
		m->login = a_login;
		break;
	case MSG_RAW:
		m->addr4.s_addr = 0x01020304;
		break;
	case MSG_SESSION_TUN:
	case MSG_SESSION_UDP:
		m->id = 6;
		m->level = 1;
		break;
	case MSG_GRANT:
		m->id = 7;
		m->level = CARRIER_DEVICE;
		m->addr4.s_addr = 0x05060708;
		m->grant = a_grant;
		break;
	case MSG_REFUSED:
		m->id = 8;
		m->level = 1;
		m->code = EACCES;
		strlcpy(m->text, "wrong digest", sizeof(m->text));
		break;
	case MSG_LET_GO:
	case MSG_REPLACED:
		m->id = 9;
		break;
	case MSG_LOGOUT:
	case MSG_SESSION_LOST:
		m->id = 10;
		strlcpy(m->text, "closed", sizeof(m->text));
		break;
	case MSG_LISTEN:
	case MSG_DIAL_CANCEL:
	case MSG_UNDO:
	case MSG_LOST_END:
	case MSG_DEFAULT4:
	case MSG_RECONNECT:
	case MSG_STOP:
	case MSG_INFO:
	case MSG_TYPES:
		break;
	}
}

static void
assert_same(const struct msg *a, const struct msg *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->level, b->level);
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->addr4.s_addr, b->addr4.s_addr);
	assert_int_equal(a->server4.s_addr, b->server4.s_addr);
	assert_string_equal(a->text, b->text);
	assert_int_equal(a->op.kind, b->op.kind);
	assert_int_equal(a->op.flags, b->op.flags);
	assert_int_equal(a->op.ifindex, b->op.ifindex);
	assert_string_equal(a->op.ifname, b->op.ifname);
	assert_int_equal(a->op.local4.s_addr, b->op.local4.s_addr);
	assert_int_equal(a->op.remote4.s_addr, b->op.remote4.s_addr);
	assert_int_equal(a->op.lport, b->op.lport);
	assert_int_equal(a->op.rport, b->op.rport);
	assert_true(prefix6_equal(&a->prefix, &b->prefix));
	assert_int_equal(a->lan.slot, b->lan.slot);
	assert_true(lan_equal(&a->lan, &b->lan));
	/* Both were zeros before a byte was written: no padding differs. */
	assert_memory_equal(&a->login, &b->login, sizeof(a->login));
	assert_memory_equal(&a->grant, &b->grant, sizeof(a->grant));
}

static void
every_type_round_trip(void **state)
{
	uint8_t buf[MSG_WIRE_MAX];
	struct msg m, out;
	size_t n;
	unsigned t;

	(void)state;
	for (t = 1; t < MSG_TYPES; t++) {
		sample((enum msg_type)t, &m);
		n = msg_encode(&m, buf);
		assert_true(n >= 4 && n <= MSG_WIRE_MAX);
		assert_int_equal(msg_decode(buf, n, &out), 0);
		assert_same(&m, &out);
		assert_int_equal(out.fd, -1);
	}
}

static void
other_sizes_refused(void **state)
{
	uint8_t buf[MSG_WIRE_MAX];
	struct msg m, out;
	size_t i, n;
	unsigned t;

	(void)state;
	for (t = 1; t < MSG_TYPES; t++) {
		memset(buf, 0, sizeof(buf));
		sample((enum msg_type)t, &m);
		n = msg_encode(&m, buf);
		for (i = 0; i <= sizeof(buf); i++)
			assert_int_equal(
			    msg_decode(buf, i, &out), i == n ? 0 : -EBADMSG);
	}
}

static void
unknown_types_refused(void **state)
{
	static const uint32_t bad[] = {
	    0, MSG_TYPES, MSG_TYPES + 1, 0x01000000, 0xffffffff};
	uint8_t buf[MSG_WIRE_MAX] = {0};
	struct msg m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf[0] = (uint8_t)(bad[i] >> 24);
		buf[1] = (uint8_t)(bad[i] >> 16);
		buf[2] = (uint8_t)(bad[i] >> 8);
		buf[3] = (uint8_t)bad[i];
		assert_int_equal(msg_decode(buf, 4, &m), -EBADMSG);
	}
	memset(&m, 0, sizeof(m));
	assert_int_equal(msg_encode(&m, buf), 0);
	m.type = MSG_TYPES;
	assert_int_equal(msg_encode(&m, buf), 0);
}

static void
bad_text_refused(void **state)
{
	uint8_t buf[MSG_WIRE_MAX];
	struct msg m, out;
	size_t n, text;

	(void)state;
	sample(MSG_DIGEST, &m);
	n = msg_encode(&m, buf);
	text = n - LOG_LINE_MAX;

	buf[text + 1] = '\n';
	assert_int_equal(msg_decode(buf, n, &out), -EBADMSG);
	buf[text + 1] = 0x7f;
	assert_int_equal(msg_decode(buf, n, &out), -EBADMSG);
	buf[text + 1] = '1';
	assert_int_equal(msg_decode(buf, n, &out), 0);

	/* Something behind the NUL; no NUL at all. */
	buf[n - 1] = 'x';
	assert_int_equal(msg_decode(buf, n, &out), -EBADMSG);
	memset(buf + text, 'x', LOG_LINE_MAX);
	assert_int_equal(msg_decode(buf, n, &out), -EBADMSG);
}

static void
sent_text_is_clean(void **state)
{
	uint8_t buf[MSG_WIRE_MAX];
	struct msg m, out;
	size_t n;

	(void)state;
	sample(MSG_DIGEST, &m);
	strlcpy(m.text, "a\nb\033c\177", sizeof(m.text));
	n = msg_encode(&m, buf);
	assert_int_equal(msg_decode(buf, n, &out), 0);
	assert_string_equal(out.text, "a?b?c?");

	/* Not even terminated. */
	memset(m.text, 'y', sizeof(m.text));
	n = msg_encode(&m, buf);
	assert_int_equal(msg_decode(buf, n, &out), 0);
	assert_int_equal(strlen(out.text), LOG_LINE_MAX - 1);
}

static void
bad_op_refused(void **state)
{
	uint8_t buf[MSG_WIRE_MAX];
	struct msg m, out;
	size_t n;

	(void)state;
	sample(MSG_OP, &m);
	n = msg_encode(&m, buf);
	memset(buf + 4, 0xff, NETOP_WIRE_SIZE);
	assert_int_equal(msg_decode(buf, n, &out), -EBADMSG);
}

/* One byte of a good message changed at a time: refused, or another value. */
static void
refused_with(const struct msg *m, size_t at, uint8_t byte)
{
	uint8_t buf[MSG_WIRE_MAX];
	struct msg out;
	size_t n = msg_encode(m, buf);

	assert_true(at < n);
	assert_int_equal(msg_decode(buf, n, &out), 0);
	buf[at] = byte;
	assert_int_equal(msg_decode(buf, n, &out), -EBADMSG);
}

static void
bad_login_refused(void **state)
{
	const size_t user = 8, challenge = user + LOGIN_USER_MAX + 1,
		     digest = challenge + LOGIN_HEX_LEN + 1,
		     type = digest + LOGIN_HEX_LEN + 1;
	struct msg m;

	(void)state;
	sample(MSG_LOGIN, &m);
	refused_with(&m, user, '\n');
	refused_with(&m, user + LOGIN_USER_MAX, 'x'); /* behind the NUL */
	refused_with(&m, challenge, 0);
	refused_with(&m, challenge + LOGIN_HEX_LEN, 'x'); /* no NUL */
	refused_with(&m, digest + 1, 0x7f);
	refused_with(&m, type, TUNNEL_NETWORK + 1);
	refused_with(&m, type + 1, 2);
	refused_with(&m, type + 1, 0); /* a port without UDP */
}

static void
bad_grant_refused(void **state)
{
	const size_t grant = 16, prefixes = grant + 48,
		     key = prefixes + 17 * GRANT_PREFIXES_MAX;
	struct msg m;
	size_t i;

	(void)state;
	sample(MSG_GRANT, &m);
	refused_with(&m, grant, TUNNEL_NETWORK + 1);
	for (i = 1; i <= 3; i++) {
		refused_with(&m, grant + i, 2);
		refused_with(&m, grant + i, 0); /* but it is there */
	}
	refused_with(&m, grant + 4, GRANT_PREFIXES_MAX + 1);
	refused_with(&m, grant + 4, 1); /* there are two */
	refused_with(&m, grant + 5, 1);
	refused_with(&m, prefixes, 129);
	refused_with(&m, key - 1, 1);
}

static void
every_type_through_a_channel(void **state)
{
	struct msg m, out;
	unsigned before, t;
	int fds[2], dead[2];

	(void)state;
	before = open_fds();
	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(channel_recv(fds[1], &out), 0);
	for (t = 1; t < MSG_TYPES; t++) {
		sample((enum msg_type)t, &m);
		if (msg_has_fd(m.type)) {
			assert_int_equal(pipe(dead), 0);
			m.fd = dead[1];
		}
		assert_int_equal(channel_send(fds[0], &m), 0);
		assert_int_equal(channel_recv(fds[1], &out), 1);
		assert_same(&m, &out);
		if (msg_has_fd(m.type)) {
			/* What came is the pipe's end, and close-on-exec. */
			char c = 0;

			assert_true(fcntl(out.fd, F_GETFD) & FD_CLOEXEC);
			close(dead[1]);
			assert_int_equal(write(out.fd, "!", 1), 1);
			assert_int_equal(read(dead[0], &c, 1), 1);
			assert_int_equal(c, '!');
			close(out.fd);
			close(dead[0]);
		} else
			assert_int_equal(out.fd, -1);
		assert_int_equal(channel_recv(fds[1], &out), 0);
	}
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(open_fds(), before);
}

static void
ends_are_private_and_do_not_block(void **state)
{
	int i, fds[2];

	(void)state;
	assert_int_equal(channel_pair(fds), 0);
	for (i = 0; i < 2; i++) {
		assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(fds[i], F_GETFL) & O_NONBLOCK);
		close(fds[i]);
	}
}

static void
far_end_gone(void **state)
{
	struct msg m, out;
	int fds[2];

	(void)state;
	sample(MSG_STOP, &m);
	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(channel_send(fds[0], &m), 0);
	close(fds[0]);
	/* What was sent before is still to be had. */
	assert_int_equal(channel_recv(fds[1], &out), 1);
	assert_int_equal(out.type, MSG_STOP);
	assert_int_equal(channel_recv(fds[1], &out), -EPIPE);
	assert_int_equal(channel_send(fds[1], &m), -EPIPE);
	close(fds[1]);

	/* Gone with something of ours unread: its last word counts. */
	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(channel_send(fds[1], &m), 0);
	assert_int_equal(channel_send(fds[0], &m), 0);
	close(fds[0]);
	assert_int_equal(channel_recv(fds[1], &out), 1);
	assert_int_equal(channel_recv(fds[1], &out), -EPIPE);
	close(fds[1]);
}

static void
wrong_descriptor_not_sent(void **state)
{
	struct msg m, out;
	int fds[2];

	(void)state;
	assert_int_equal(channel_pair(fds), 0);
	sample(MSG_STOP, &m);
	m.fd = 0;
	assert_int_equal(channel_send(fds[0], &m), -EINVAL);
	sample(MSG_TUN, &m);
	assert_int_equal(channel_send(fds[0], &m), -EINVAL);
	memset(&m, 0, sizeof(m));
	m.fd = -1;
	assert_int_equal(channel_send(fds[0], &m), -EINVAL);
	assert_int_equal(channel_recv(fds[1], &out), 0);
	close(fds[0]);
	close(fds[1]);
}

/* Send bytes with nfds copies of descriptor 0, as no sender of ours would. */
static void
send_raw(int fd, const void *p, size_t n, unsigned nfds)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(32 * sizeof(int))];
	} c;
	struct iovec iov = {.iov_base = (void *)(uintptr_t)p, .iov_len = n};
	struct msghdr mh = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *cm;
	int zero[32] = {0};

	if (nfds > 0) {
		memset(&c, 0, sizeof(c));
		mh.msg_control = c.buf;
		mh.msg_controllen = (socklen_t)CMSG_SPACE(nfds * sizeof(int));
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = (socklen_t)CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(cm), zero, nfds * sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &mh, MSG_EOR | MSG_NOSIGNAL), n);
}

static void
wrong_descriptors_closed(void **state)
{
	static const unsigned counts[] = {2, 3, 4, 5, 31};
	uint8_t stop[MSG_WIRE_MAX], tun[MSG_WIRE_MAX], big[MSG_WIRE_MAX + 1];
	struct msg m;
	size_t i, nstop, ntun;
	unsigned before;
	int fds[2];

	(void)state;
	memset(big, 0, sizeof(big));
	sample(MSG_STOP, &m);
	nstop = msg_encode(&m, stop);
	sample(MSG_TUN, &m);
	ntun = msg_encode(&m, tun);
	assert_int_equal(channel_pair(fds), 0);
	before = open_fds();

	send_raw(fds[0], stop, nstop, 1); /* one too many */
	assert_int_equal(channel_recv(fds[1], &m), -EBADMSG);
	assert_int_equal(m.fd, -1);
	send_raw(fds[0], tun, ntun, 0); /* one too few */
	assert_int_equal(channel_recv(fds[1], &m), -EBADMSG);
	send_raw(fds[0], tun, ntun - 1, 1); /* the message itself is wrong */
	assert_int_equal(channel_recv(fds[1], &m), -EBADMSG);
	send_raw(fds[0], big, sizeof(big), 1);
	assert_int_equal(channel_recv(fds[1], &m), -EBADMSG);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		send_raw(fds[0], tun, ntun, counts[i]);
		assert_int_equal(channel_recv(fds[1], &m), -EBADMSG);
		assert_int_equal(m.fd, -1);
	}
	assert_int_equal(open_fds(), before);

	/* The channel itself has come to no harm. */
	send_raw(fds[0], tun, ntun, 1);
	assert_int_equal(channel_recv(fds[1], &m), 1);
	close(m.fd);
	assert_int_equal(open_fds(), before);
	close(fds[0]);
	close(fds[1]);
}

static void
records_do_not_merge(void **state)
{
	struct msg m, out;
	unsigned i;
	int fds[2];

	(void)state;
	assert_int_equal(channel_pair(fds), 0);
	sample(MSG_DIAL, &m);
	for (i = 0; i < 20; i++) {
		m.id = i;
		assert_int_equal(channel_send(fds[0], &m), 0);
	}
	for (i = 0; i < 20; i++) {
		assert_int_equal(channel_recv(fds[1], &out), 1);
		assert_int_equal(out.id, i);
	}
	assert_int_equal(channel_recv(fds[1], &out), 0);
	close(fds[0]);
	close(fds[1]);
}

/* A send waits for a reader, and a closing one ends the wait at once. */
static void
full_channel_waits(void **state)
{
	struct msg m;
	int error, fds[2], status, sent = 0;
	pid_t pid;

	(void)state;
	assert_int_equal(channel_pair(fds), 0);
	sample(MSG_LOG, &m);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0) {
		struct pollfd pfd = {.fd = fds[1], .events = POLLIN};
		struct msg in;
		int got = 0;

		close(fds[0]);
		while (got < 5000 && poll(&pfd, 1, 5000) == 1)
			got += channel_recv(fds[1], &in) == 1;
		_exit(got == 5000 ? 0 : 1);
	}
	close(fds[1]);
	while ((error = channel_send(fds[0], &m)) == 0 && sent < 1000000)
		sent++;
	assert_int_equal(error, -EPIPE);
	assert_true(sent >= 5000);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fds[0]);
}

struct taken {
	unsigned n, stop;
	int kept; /* the last one's descriptor; -1: it is not kept */
	int fd;	  /* and what that was */
};

static bool
take(void *arg, struct msg *m)
{
	struct taken *t = arg;

	t->fd = m->fd;
	if (t->kept != -1) {
		t->kept = m->fd;
		m->fd = -1;
	}
	return ++t->n != t->stop;
}

static void
each_is_bounded_and_leaves_nothing_open(void **state)
{
	struct msg m = {.type = MSG_TUN};
	struct taken t = {.kept = -1};
	int fds[2], i;

	(void)state;
	assert_int_equal(channel_pair(fds), 0);
	assert_int_equal(channel_each(fds[1], 8, take, &t), 0);
	assert_int_equal(t.n, 0);
	m.fd = fds[0];
	for (i = 0; i < 6; i++)
		assert_int_equal(channel_send(fds[0], &m), 0);
	assert_int_equal(channel_each(fds[1], 2, take, &t), 0);
	assert_int_equal(t.n, 2);
	assert_int_equal(fcntl(t.fd, F_GETFD), -1);
	t.stop = 3; /* enough, it says */
	assert_int_equal(channel_each(fds[1], 8, take, &t), 0);
	assert_int_equal(t.n, 3);
	t.kept = 0;
	assert_int_equal(channel_each(fds[1], 1, take, &t), 0);
	assert_int_not_equal(fcntl(t.kept, F_GETFD), -1);
	close(t.kept);
	t.kept = -1;
	close(fds[0]); /* the last messages come first */
	assert_int_equal(channel_each(fds[1], 8, take, &t), -EPIPE);
	assert_int_equal(t.n, 6);
	close(fds[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_type_round_trip),
	    cmocka_unit_test(other_sizes_refused),
	    cmocka_unit_test(unknown_types_refused),
	    cmocka_unit_test(bad_text_refused),
	    cmocka_unit_test(sent_text_is_clean),
	    cmocka_unit_test(bad_op_refused),
	    cmocka_unit_test(bad_login_refused),
	    cmocka_unit_test(bad_grant_refused),
	    cmocka_unit_test(every_type_through_a_channel),
	    cmocka_unit_test(ends_are_private_and_do_not_block),
	    cmocka_unit_test(far_end_gone),
	    cmocka_unit_test(wrong_descriptor_not_sent),
	    cmocka_unit_test(wrong_descriptors_closed),
	    cmocka_unit_test(records_do_not_merge),
	    cmocka_unit_test(full_channel_waits),
	    cmocka_unit_test(each_is_bounded_and_leaves_nothing_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
