/* Raw ICMPv6 sockets, RFC 3542.  See dtcp/ra.h. */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/icmp6.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

#define HOP_LIMIT 255

static const struct in6_addr all_nodes = {.s6_addr = {0xff, 0x02, [15] = 0x01}};
static const struct in6_addr all_routers = {
    .s6_addr = {0xff, 0x02, [15] = 0x02}};

/* What is being done, for the line that tells of a failure. */
struct attempt {
	int fd;
	const char *step;
};

static int
set(struct attempt *a, const char *step, int level, int option,
    const void *value, size_t size)
{
	a->step = step;
	return setsockopt(a->fd, level, option, value, (socklen_t)size);
}

static int
set_int(struct attempt *a, const char *step, int option, int value)
{
	return set(a, step, IPPROTO_IPV6, option, &value, sizeof(value));
}

static int
set_filter(struct attempt *a, bool pass)
{
	struct icmp6_filter f;

	ICMP6_FILTER_SETBLOCKALL(&f);
	if (pass) {
		ICMP6_FILTER_SETPASS(RS_TYPE, &f);
		ICMP6_FILTER_SETPASS(RA_TYPE, &f);
	}
	return set(a, "filter", IPPROTO_ICMPV6, ICMP6_FILTER, &f, sizeof(f));
}

/* Where a socket cannot be bound to it, messages are told by their index. */
static int
bind_device(struct attempt *a, const char *ifname)
{
#ifdef SO_BINDTODEVICE
	return set(a, "interface", SOL_SOCKET, SO_BINDTODEVICE, ifname,
	    strlen(ifname) + 1);
#else
	(void)a;
	(void)ifname;
	return 0;
#endif
}

static int
set_common(struct attempt *a, const char *ifname)
{
	return set_filter(a, false) == 0 && bind_device(a, ifname) == 0 ? 0 :
									  -1;
}

static int
join(struct attempt *a, const char *step, const struct in6_addr *group,
    const struct lan *lan)
{
	struct ipv6_mreq m = {
	    .ipv6mr_multiaddr = *group, .ipv6mr_interface = lan->ifindex};

	return set(a, step, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof(m));
}

/*
 * To all nodes is what every node hears anyway; but a kernel may pass a socket
 * that has joined some groups nothing of the others, as FreeBSD's does with raw
 * sockets that are not ICMPv6's.  The filter opens last: until then nothing is
 * heard that lacks the rest.
 */
static int
set_listen(struct attempt *a, const struct lan *lan)
{
	if (set_int(a, "packet information", IPV6_RECVPKTINFO, 1) == -1 ||
	    set_int(a, "hop limit", IPV6_RECVHOPLIMIT, 1) == -1 ||
	    join(a, "group ff02::2", &all_routers, lan) == -1 ||
	    join(a, "group ff02::1", &all_nodes, lan) == -1)
		return -1;
	return set_filter(a, true);
}

/*
 * An address that is not known yet is one that cannot be used yet; bind(2) to
 * :: would succeed.
 */
static int
bind_source(struct attempt *a, const struct lan *lan)
{
	struct sockaddr_in6 local = {.sin6_family = AF_INET6,
	    .sin6_addr = lan->linklocal,
	    .sin6_scope_id = lan->ifindex};

	a->step = "link-local address";
	if (addr6_is_unspecified(&lan->linklocal)) {
		errno = EADDRNOTAVAIL;
		return -1;
	}
	return bind(a->fd, (struct sockaddr *)&local, sizeof(local));
}

static int
set_send(struct attempt *a, const struct lan *lan, bool loop,
    const struct in6_addr *group)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6,
	    .sin6_addr = *group,
	    .sin6_scope_id = lan->ifindex};

	if (set_int(a, "hop limit", IPV6_UNICAST_HOPS, HOP_LIMIT) == -1 ||
	    set_int(a, "hop limit", IPV6_MULTICAST_HOPS, HOP_LIMIT) == -1 ||
	    set_int(a, "interface", IPV6_MULTICAST_IF, (int)lan->ifindex) ==
		-1 ||
	    set_int(a, "loopback", IPV6_MULTICAST_LOOP, loop) == -1 ||
	    bind_source(a, lan) == -1)
		return -1;
	a->step = "connect";
	return connect(a->fd, (struct sockaddr *)&to, sizeof(to));
}

static int
set_up(struct attempt *a, enum ra_socket which, const struct lan *lan)
{
	switch (which) {
	case RA_SOCKET_LISTEN:
		return set_listen(a, lan);
	case RA_SOCKET_ADVERTISE:
		return set_send(a, lan, false, &all_nodes);
	case RA_SOCKET_SOLICIT:
		return set_send(a, lan, true, &all_routers);
	case RA_SOCKETS:
		break;
	}
	errno = EINVAL;
	return -1;
}

int
ra_socket_open(enum ra_socket which, const struct lan *lan, struct err *e)
{
	struct attempt a = {.step = "open"};
	char ifname[IF_NAMESIZE];
	int error;

	if (if_indextoname(lan->ifindex, ifname) == NULL)
		return err_sys(e, errno, "ICMPv6 socket on interface %u",
		    (unsigned)lan->ifindex);
	a.fd = socket(
	    AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	if (a.fd != -1 && set_common(&a, ifname) == 0 &&
	    set_up(&a, which, lan) == 0)
		return a.fd;
	error = err_sys(e, errno, "ICMPv6 socket on %s: %s", ifname, a.step);
	if (a.fd != -1)
		(void)close(a.fd);
	return error;
}

/* ---- Receiving ---- */

/* The interface and the hop limit, from what came along with a message. */
static void
read_control(struct msghdr *m, uint32_t *ifindex, int *hoplimit)
{
	struct in6_pktinfo info;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != IPPROTO_IPV6)
			continue;
		if (c->cmsg_type == IPV6_PKTINFO &&
		    c->cmsg_len >= CMSG_LEN(sizeof(info))) {
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			*ifindex = (uint32_t)info.ipi6_ifindex;
		}
		if (c->cmsg_type == IPV6_HOPLIMIT &&
		    c->cmsg_len >= CMSG_LEN(sizeof(*hoplimit)))
			memcpy(hoplimit, CMSG_DATA(c), sizeof(*hoplimit));
	}
}

int
ra_socket_recv(int fd, uint32_t ifindex, uint8_t buf[RA_RECV_MAX],
    struct in6_addr *from, int *hoplimit)
{
	union {
		struct cmsghdr align;
		uint8_t space[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		    CMSG_SPACE(sizeof(int))];
	} control;
	struct sockaddr_in6 source = {.sin6_family = AF_INET6};
	struct iovec iov = {.iov_base = buf, .iov_len = RA_RECV_MAX};
	struct msghdr m = {.msg_name = &source,
	    .msg_namelen = sizeof(source),
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	uint32_t on = 0;
	ssize_t n;

	*hoplimit = -1;
	n = recvmsg(fd, &m, 0);
	if (n == -1)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	read_control(&m, &on, hoplimit);
	*from = source.sin6_addr;
	if (on != ifindex || (m.msg_flags & MSG_TRUNC) != 0)
		return 0;
	return (int)n;
}
