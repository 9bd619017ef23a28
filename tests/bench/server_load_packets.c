/* Packets of the load generator: keep-alives, echo requests and answers. */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/relay.h"
#include "server_load.h"

#define IP6_HDRLEN   40 /* RFC 8200 3 */
#define OFF_PLEN     4
#define OFF_NEXT     6
#define OFF_HOPS     7
#define OFF_SRC	     8
#define OFF_DST	     24
#define OFF_TYPE     40 /* RFC 4443 4.1 */
#define OFF_CHECKSUM 42
#define OFF_IDENT    44
#define OFF_SEQUENCE 46
#define ICMP6_NEXT   58
#define ECHO_REQUEST 128
#define ECHO_REPLY   129
#define HOPS	     64
#define IP4_OFF_DST  16 /* RFC 791 3.1 */
#define PACKET_MAX   2048
#define READS_A_TURN 64
#define RAW_RCVBUF   (1 << 22)

void
packets_watch(struct load *l, int fd, const struct session *s)
{
	struct epoll_event ev = {.events = EPOLLIN};

	/* A connection's event is even, that of its packets odd. */
	ev.data.u64 = s == NULL ? 1 : 2 * (uint64_t)s->number + (fd == s->udp);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) == -1)
		die("epoll_ctl");
}

void
packets_open(struct load *l)
{
	const int size = RAW_RCVBUF, on = 1;

	l->raw = socket(
	    AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_IPV6);
	if (l->raw == -1 ||
	    setsockopt(l->raw, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) == -1)
		die("the raw socket");
	(void)setsockopt(
	    l->raw, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	packets_watch(l, l->raw, NULL);
}

void
packets_open_udp(struct load *l, struct session *s)
{
	const struct sockaddr_in own = {
	    .sin_family = AF_INET, .sin_addr = s->own4};
	const struct sockaddr_in far = {.sin_family = AF_INET,
	    .sin_addr = s->grant.server4,
	    .sin_port = htons(s->grant.port4)};

	s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->udp == -1 ||
	    bind(s->udp, (const struct sockaddr *)&own, sizeof(own)) == -1 ||
	    connect(s->udp, (const struct sockaddr *)&far, sizeof(far)) == -1)
		die("a session's UDP socket");
	packets_watch(l, s->udp, s);
}

/* What cannot be sent is lost, as with any packet. */
static void
transmit(const struct load *l, const struct session *s, uint8_t *p, size_t n)
{
	struct sockaddr_in far = {
	    .sin_family = AF_INET, .sin_addr = s->grant.server4};
	struct iovec iov = {.iov_base = p, .iov_len = n};
	union {
		struct cmsghdr head;
		char buf[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control = {0};
	struct msghdr mh = {.msg_name = &far,
	    .msg_namelen = sizeof(far),
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.buf,
	    .msg_controllen = sizeof(control.buf)};
	const struct in_pktinfo from = {.ipi_spec_dst = s->own4};

	if (s->udp != -1) {
		(void)send(s->udp, p, n, 0);
		return;
	}
	control.head.cmsg_level = IPPROTO_IP;
	control.head.cmsg_type = IP_PKTINFO;
	control.head.cmsg_len = CMSG_LEN(sizeof(from));
	memcpy(CMSG_DATA(&control.head), &from, sizeof(from));
	(void)sendmsg(l->raw, &mh, 0);
}

void
packets_keepalive(struct load *l, struct session *s)
{
	uint8_t p[RELAY_KEEPALIVE_MAX];

	transmit(l, s, p, relay_keepalive(&s->grant, p));
}

static uint32_t
word(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static void
put_word(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* RFC 4443 2.3: 0xffff over what has a right one.  All lengths are even. */
static uint32_t
sum(const uint8_t *p)
{
	uint32_t total = ECHO_OCTETS - IP6_HDRLEN + ICMP6_NEXT;

	for (size_t i = OFF_SRC; i < ECHO_OCTETS; i += 2)
		total += word(p + i);
	while (total >> 16 != 0)
		total = (total & 0xffff) + (total >> 16);
	return total;
}

void
packets_make_echo(struct session *s)
{
	uint8_t *p = s->echo;

	memset(p, 0, ECHO_OCTETS);
	p[0] = 0x60;
	put_word(p + OFF_PLEN, ECHO_OCTETS - IP6_HDRLEN);
	p[OFF_NEXT] = ICMP6_NEXT;
	p[OFF_HOPS] = HOPS;
	memcpy(p + OFF_SRC, &s->grant.client6, sizeof(s->grant.client6));
	memcpy(p + OFF_DST, &s->grant.server6, sizeof(s->grant.server6));
	p[OFF_TYPE] = ECHO_REQUEST;
	put_word(p + OFF_IDENT, s->number & 0xffff);
	put_word(p + OFF_SEQUENCE, ++s->sequence);
	put_word(p + OFF_CHECKSUM, ~sum(p) & 0xffff);
	s->answered = false;
}

void
packets_send_echo(struct load *l, struct session *s)
{
	transmit(l, s, s->echo, sizeof(s->echo));
}

static bool
is_answer(struct session *s, const uint8_t *p, size_t n)
{
	if (n != ECHO_OCTETS || p[OFF_NEXT] != ICMP6_NEXT ||
	    p[OFF_TYPE] != ECHO_REPLY ||
	    memcmp(p + OFF_SRC, s->echo + OFF_DST, 16) != 0 ||
	    memcmp(p + OFF_DST, s->echo + OFF_SRC, 16) != 0 ||
	    memcmp(p + OFF_IDENT, s->echo + OFF_IDENT,
		ECHO_OCTETS - OFF_IDENT) != 0 ||
	    sum(p) != 0xffff)
		return false;
	s->answered = true;
	return true;
}

/* A packet of protocol 41 says by its IPv4 header whose it is. */
static bool
is_answer_raw(struct load *l, const uint8_t *p, size_t n)
{
	const size_t head = 4 * (size_t)(p[0] & 0xf);
	struct in_addr own4;
	unsigned i;

	if (n < head + IP6_HDRLEN)
		return false;
	memcpy(&own4, p + IP4_OFF_DST, sizeof(own4));
	i = ntohl(own4.s_addr) - ntohl(l->sessions[0].own4.s_addr);
	return i < l->n && is_answer(&l->sessions[i], p + head, n - head);
}

unsigned
packets_read(struct load *l, struct session *s)
{
	const int fd = l->over_udp ? s->udp : l->raw;
	uint8_t buf[PACKET_MAX];
	unsigned i, answers = 0;
	ssize_t n;

	for (i = 0; i < READS_A_TURN; i++) {
		n = recv(fd, buf, sizeof(buf), 0);
		/* There may be more, but most often there is not. */
		if (n <= 0)
			break;
		answers += l->over_udp ? is_answer(s, buf, (size_t)n) :
					 is_answer_raw(l, buf, (size_t)n);
	}
	return answers;
}
