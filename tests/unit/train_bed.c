/* The outer socket of the tests of trains; see train_bed.h. */
#include <sys/socket.h>
#include <sys/uio.h>

#include <netinet/in.h>
#include <netinet/udp.h>

#include <errno.h>
#include <unistd.h>

#include "train_bed.h"

#define ROOM (4 << 20) /* of the pair that is the tun device */

struct bed bed;

/* Called instead of those without "__wrap_": see CMakeLists.txt. */
ssize_t __real_writev(int fd, const struct iovec *iov, int niov);
ssize_t __wrap_writev(int fd, const struct iovec *iov, int niov);
int __real_setsockopt(
    int fd, int level, int option, const void *value, socklen_t len);
int __wrap_setsockopt(
    int fd, int level, int option, const void *value, socklen_t len);

static bool
refuses(void)
{
	if (bed.nerrors == 0 || (bed.only_gso && bed.gso == 0))
		return false;
	if (bed.skip > 0) {
		bed.skip--;
		return false;
	}
	bed.nerrors--;
	return true;
}

ssize_t
__wrap_writev(int fd, const struct iovec *iov, int niov)
{
	struct bed_send *s = &bed.sends[bed.nsends];

	if (fd != bed.s.fd)
		return __real_writev(fd, iov, niov);
	assert_int_equal(niov, 1);
	assert_in_range(bed.nsends, 0, BED_SENDS - 1);
	assert_true(iov->iov_len <= BED_OCTETS - bed.used);
	*s = (struct bed_send) {.n = iov->iov_len,
	    .gso = bed.gso,
	    .tos = bed.tos,
	    .p = bed.octets + bed.used};
	memcpy(bed.octets + bed.used, iov->iov_base, iov->iov_len);
	bed.used += iov->iov_len;
	bed.nsends++;
	if (!refuses())
		return (ssize_t)iov->iov_len;
	s->error = errno = bed.error;
	return -1;
}

int
__wrap_setsockopt(
    int fd, int level, int option, const void *value, socklen_t len)
{
	const bool gso = level == IPPROTO_UDP && option == UDP_SEGMENT;
	const int refused = gso ? bed.set_gso_error : bed.set_tos_error;
	int v;

	assert_int_equal(fd, bed.s.fd);
	assert_true(gso || (level == IPPROTO_IP && option == IP_TOS));
	assert_int_equal(len, sizeof(v));
	memcpy(&v, value, sizeof(v));
	*(gso ? &bed.set_gso : &bed.set_tos) += 1;
	if (refused != 0) {
		errno = refused;
		return -1;
	}
	if (gso)
		bed.gso = (size_t)v;
	else
		bed.tos = v;
	return 0;
}

void
bed_new_socket(void)
{
	relay_socket_init(&bed.s, bed.s.fd, true, true, USER_GSO | USER_GRO);
}

int
bed_setup(void **state)
{
	const int size = ROOM;
	int fd[2];

	(void)state;
	memset(&bed, 0, offsetof(struct bed, octets));
	relay_init(&bed.r);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd), 0);
	bed.r.tunfd = fd[0];
	bed.tun = fd[1];
	bed.s.fd = dup(fd[0]); /* any: nothing reaches it */
	bed_new_socket();
	/* The usual one holds three large packets. */
	assert_int_equal(__real_setsockopt(
			     fd[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)),
	    0);
	bed.r.mtu = 1280;
	bed.r.features = USER_VNET;
	bed.r.policy = relay_client_policy;
	bed.r.policy.arg = &bed.c;
	bed.c.rules.udp = bed.c.rules.any_source = true;
	bed.c.peer.socket = &bed.s;
	return 0;
}

int
bed_teardown(void **state)
{
	(void)state;
	close(bed.r.tunfd);
	close(bed.s.fd);
	close(bed.tun);
	return 0;
}

void
bed_put(const struct vnet_hdr *h, const uint8_t *p, size_t n)
{
	static const struct vnet_hdr none;
	uint8_t front[VNET_HDRLEN];
	struct iovec iov[2] = {
	    {.iov_base = front, .iov_len = sizeof(front)},
	    {.iov_base = (void *)p, .iov_len = n},
	};

	vnet_put(front, h != NULL ? h : &none);
	assert_int_equal(
	    __real_writev(bed.tun, iov, 2), (ssize_t)(VNET_HDRLEN + n));
}

void
bed_make_plain(uint8_t *p, size_t n, uint8_t tclass, uint8_t mark)
{
	const struct offload_tcp t = {.flow = 1, .tclass = tclass, .hops = 64};

	offload_ip6(p, &t, 17, n - IP6LEN);
	memset(p + IP6LEN, mark, n - IP6LEN);
}

void
bed_put_plain(size_t n, uint8_t tclass, uint8_t mark)
{
	static uint8_t p[65536];

	assert_in_range(n, IP6LEN, sizeof(p));
	bed_make_plain(p, n, tclass, mark);
	bed_put(NULL, p, n);
}

void
bed_turn(int reads)
{
	bed.nsends = 0;
	bed.used = 0;
	assert_int_equal(relay_from_tun(&bed.r), reads);
}

void
bed_sent(unsigned i, size_t n, size_t gso)
{
	assert_in_range(i, 0, bed.nsends - 1);
	assert_int_equal(bed.sends[i].n, n);
	assert_int_equal(bed.sends[i].gso, gso);
}

const uint8_t *
bed_packet(unsigned i, unsigned at)
{
	const struct bed_send *s = &bed.sends[i];
	const size_t size = s->gso != 0 ? s->gso : s->n;

	assert_true(at * size < s->n);
	return s->p + at * size;
}
