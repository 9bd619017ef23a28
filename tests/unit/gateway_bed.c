/* See gateway_bed.h. */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/gateway.h"
#include "dtcp/os.h"
#include "dtcp/sockets.h"
#include "gateway_bed.h"

#define PATIENCE 10000 /* ms: longer than anything takes */
#define LOOK	 10    /* ms between two looks at a clock that jumps */
#define SESSIONS 2000
#define DIGEST	 "00112233445566778899AABBCCDDEEFF"

static struct bed {
	pid_t pid;
	int channel;
	uint16_t port;
	_Atomic int64_t *skew; /* of its clock; shared with it */
	char logged[LOG_LINE_MAX];
} bed;

/* ---- The engine's clock: the system's, moved on. */

int64_t __real_os_now_ms(void);
int64_t __wrap_os_now_ms(void);
void __real_os_timer_set(int fd, int64_t ms);
void __wrap_os_timer_set(int fd, int64_t ms);

int64_t
__wrap_os_now_ms(void)
{
	return __real_os_now_ms() + (bed.skew != NULL ? *bed.skew : 0);
}

void
__wrap_os_timer_set(int fd, int64_t ms)
{
	__real_os_timer_set(fd, ms > LOOK ? LOOK : ms);
}

void
bed_skip(int64_t ms)
{
	*bed.skew += ms;
}

/* ---- Start and end */

static void
sink(void *arg, int level, const char *line)
{
	struct msg m = {.type = MSG_LOG, .level = level, .fd = -1};

	strlcpy(m.text, line, sizeof(m.text));
	(void)channel_send(*(int *)arg, &m);
}

static void
engine(int channel)
{
	static struct offer_conf offer = {.mtu = 1280};
	static struct gateway_conf conf = {
	    .offer = &offer, .max_sessions = SESSIONS};

	log_set_sink(sink, &channel);
	(void)signal(SIGPIPE, SIG_IGN); /* no tun device raises it */
	if (os_seal(channel, OS_SEAL_SERVER, NULL) == -EPERM)
		_exit(2);
	gateway_main(&conf, channel);
}

static int
listener(void)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int fd;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket_listen(a.sin_addr, 0, NULL);
	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	bed.port = ntohs(a.sin_port);
	return fd;
}

int
bed_setup(void **state)
{
	int fds[2];

	(void)state;
	bed.skew = mmap(NULL, sizeof(*bed.skew), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(bed.skew, MAP_FAILED);
	assert_int_equal(channel_pair(fds), 0);
	bed.pid = fork();
	assert_true(bed.pid >= 0);
	if (bed.pid == 0) {
		close(fds[0]);
		engine(fds[1]);
	}
	close(fds[1]);
	bed.channel = fds[0];
	bed_tell_fd(MSG_LISTEN, 0, listener());
	return 0;
}

int
bed_teardown(void **state)
{
	struct msg m = {.type = MSG_STOP, .fd = -1};

	(void)state;
	bed_tell(&m);
	do
		bed_asked(MSG_TYPES, &m);
	while (m.type != MSG_EXIT);
	assert_int_equal(m.level, 0);
	bed_exits(0);
	return 0;
}

void
bed_exits(int wanted)
{
	int status;

	assert_int_equal(waitpid(bed.pid, &status, 0), bed.pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
	close(bed.channel);
	munmap(bed.skew, sizeof(*bed.skew));
	bed.skew = NULL;
}

/* ---- Clients */

static void
await(int fd, short what)
{
	struct pollfd pfd = {.fd = fd, .events = what};

	assert_int_equal(poll(&pfd, 1, PATIENCE), 1);
}

int
bed_connect(unsigned host)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	a.sin_addr.s_addr = htonl(0x7f000000 | host);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons(bed.port);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

int
bed_client(unsigned host)
{
	int fd = bed_connect(host);

	assert_memory_equal(bed_line(fd), "+OK ", 4);
	return fd;
}

void
bed_say(int fd, const char *text)
{
	assert_int_equal(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

const char *
bed_line(int fd)
{
	static char line[PROTO_LINE_MAX];
	size_t n = 0;
	ssize_t r;

	for (;;) {
		await(fd, POLLIN);
		r = recv(fd, line + n, 1, 0);
		/* A reset is an end, too. */
		if (r == 0 || (r == -1 && errno == ECONNRESET)) {
			assert_int_equal(n, 0);
			return "";
		}
		assert_int_equal(r, 1);
		if (line[n] == '\n')
			break;
		assert_true(++n < sizeof(line));
	}
	assert_true(n > 1 && line[n - 1] == '\r');
	line[n - 1] = '\0';
	return line;
}

void
bed_hears(int fd, const char *line)
{
	assert_string_equal(bed_line(fd), line);
}

void
bed_ended(int fd)
{
	bed_hears(fd, "");
	close(fd);
}

bool
bed_is_quiet(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == -1 &&
	    errno == EAGAIN;
}

/* ---- The root process */

void
bed_tell(const struct msg *m)
{
	assert_int_equal(channel_send(bed.channel, m), 0);
}

void
bed_tell_fd(enum msg_type type, uint32_t id, int fd)
{
	struct msg m = {.type = type, .id = id, .fd = fd};

	m.addr4.s_addr = htonl(INADDR_LOOPBACK); /* MSG_RAW */
	bed_tell(&m);
	close(fd);
}

/* MSG_TYPES: any but logs. */
void
bed_asked(enum msg_type type, struct msg *m)
{
	int r;

	do {
		await(bed.channel, POLLIN);
		r = channel_recv(bed.channel, m);
		assert_int_equal(r, 1);
		if (m->type == MSG_LOG)
			strlcpy(bed.logged, m->text, sizeof(bed.logged));
	} while (m->type == MSG_LOG && type != MSG_LOG);
	if (type != MSG_TYPES)
		assert_int_equal(m->type, type);
}

void
bed_logged(const char *words)
{
	struct msg m;

	bed_asked(MSG_LOG, &m);
	if (strstr(m.text, words) == NULL)
		fail_msg("logged: %s", m.text);
}

void
bed_settle(void)
{
	struct msg m = {.type = MSG_INFO, .fd = -1};

	/* It reads the channel to its end, and answers in order. */
	bed_tell(&m);
	do
		bed_asked(MSG_LOG, &m);
	while (strncmp(m.text, "info connections", 16) != 0);
}

void
bed_login(int fd, const char *rest, struct msg *m)
{
	char line[PROTO_LINE_MAX];

	snprintf(
	    line, sizeof(line), "tunnel %s %s %s\r\n", BED_USER, DIGEST, rest);
	bed_say(fd, line);
	bed_asked(MSG_LOGIN, m);
	assert_string_equal(m->login.user, BED_USER);
	assert_string_equal(m->login.digest, DIGEST);
	assert_int_not_equal(m->id, 0);
}

void
bed_refuse(uint32_t id, int code, bool kept)
{
	struct msg m = {.type = MSG_REFUSED,
	    .id = id,
	    .code = code,
	    .level = kept,
	    .text = "why",
	    .fd = -1};

	bed_tell(&m);
}

static struct in6_addr
inner(unsigned n)
{
	struct in6_addr a = {.s6_addr = {0x20, 0x01, 0x0d, 0xb8}};

	a.s6_addr[14] = (uint8_t)(n >> 8);
	a.s6_addr[15] = (uint8_t)n;
	return a;
}

void
bed_grant(struct msg *m, uint32_t id, enum carrier carrier, unsigned unit)
{
	struct grant *g = &m->grant;

	memset(m, 0, sizeof(*m));
	m->type = MSG_GRANT;
	m->id = id;
	m->level = (int32_t)carrier;
	m->fd = -1;
	m->addr4.s_addr = g->server4.s_addr = htonl(INADDR_LOOPBACK);
	g->client4.s_addr = htonl(0x7f000002);
	g->type = carrier == CARRIER_DEVICE ? TUNNEL_ONLY : TUNNEL_HOST;
	g->has_pair = carrier != CARRIER_DEVICE;
	g->server6 = inner((unit + 1) * 4 + 1);
	g->client6 = inner((unit + 1) * 4 + 2);
}

int
bed_pair(int *theirs)
{
	int fds[2];

	assert_int_equal(
	    socketpair(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
	    0);
	*theirs = fds[1];
	return fds[0];
}
