/*
 * The packet path of the user-space tunnel: read, check, write, count.  One
 * packet is in hand at a time, so one buffer serves both directions.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/relay.h"

/*
 * An IPv4 datagram cannot be larger, nor can what fits into one, with an
 * address family in front.
 */
#define PACKET_MAX (65536 + sizeof(uint32_t))

static uint8_t packet[PACKET_MAX];

void
relay_init(struct relay *r)
{
	memset(r, 0, sizeof(*r));
	r->tunfd = -1;
	r->outerfd = -1;
}

static bool
is_full(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/*
 * The outer socket outlives whatever the network makes it report: an ICMP
 * error that anyone may have sent (they come as many errno values), a packet
 * filter's no, an address that went.  Only a descriptor that is no connected
 * socket is beyond hope.
 */
static bool
outer_is_dead(int error)
{
	return error == EBADF || error == ENOTSOCK || error == ENOTCONN ||
	    error == EDESTADDRREQ;
}

/*
 * The tun device, on the other hand, reports only what is true of itself.
 * What a packet or a device that is down (EIO, EHOSTDOWN) may cause passes;
 * anything else means that the device is gone.
 */
static bool
tun_is_dead(int error)
{
	switch (error) {
	case EIO:
	case EHOSTDOWN:
	case ENETDOWN:
	case EINVAL:
	case EMSGSIZE:
	case ENOMEM:
	case EPERM:
		return false;
	default:
		return true;
	}
}

/* Read one packet.  Its size, -EAGAIN when there is none, or -errno. */
static ssize_t
read_packet(int fd)
{
	ssize_t n;

	do
		n = read(fd, packet, sizeof(packet));
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return is_full(errno) ? -EAGAIN : -errno;
	return n;
}

/*
 * Hand n bytes to fd in one piece, family (unless 0) in front.  Returns the
 * verdict; error is what writev said where that was no plain success.
 */
static enum relay_verdict
write_packet(int fd, uint32_t family, const uint8_t *p, size_t n, int *error)
{
	struct iovec iov[2] = {
	    {.iov_base = &family, .iov_len = sizeof(family)},
	    {.iov_base = (void *)p, .iov_len = n},
	};
	const int first = family != 0 ? 0 : 1;
	ssize_t w;

	if (family != 0)
		n += sizeof(family);
	*error = 0;
	do
		w = writev(fd, iov + first, 2 - first);
	while (w == -1 && errno == EINTR);
	if (w >= 0 && (size_t)w == n)
		return RELAY_PASS;
	*error = w == -1 ? errno : EIO;
	if (is_full(*error))
		return RELAY_FULL;
	return *error == EMSGSIZE ? RELAY_TOOBIG : RELAY_ERROR;
}

int
relay_from_tun(struct relay *r)
{
	struct relay_stats *s = &r->stats;
	enum relay_verdict v;
	const uint8_t *p;
	size_t len;
	ssize_t n;
	int done, error;

	for (done = 0; done < RELAY_BATCH; done++) {
		n = read_packet(r->tunfd);
		if (n == -EAGAIN || n == -EHOSTDOWN)
			break;
		if (n < 0)
			return (int)n;
		error = 0;
		v = relay_strip_family(
		    r->tun_family, packet, (size_t)n, &p, &len);
		if (v == RELAY_PASS)
			v = relay_check_out(&r->rules, p, len);
		if (v == RELAY_PASS)
			v = write_packet(r->outerfd, 0, p, len, &error);
		if (v == RELAY_PASS) {
			s->packets_out++;
			s->octets_out += len;
			continue;
		}
		s->drops_out[v]++;
		if (v == RELAY_ERROR && outer_is_dead(error))
			return -error;
	}
	return done;
}

int
relay_from_outer(struct relay *r)
{
	struct relay_stats *s = &r->stats;
	enum relay_verdict v;
	const uint8_t *inner;
	size_t innerlen;
	ssize_t n;
	int done, error;

	for (done = 0; done < RELAY_BATCH; done++) {
		n = read_packet(r->outerfd);
		if (n == -EAGAIN)
			break;
		if (n < 0) {
			if (outer_is_dead((int)-n))
				return (int)n;
			/* Word of a packet that went out some time ago. */
			s->drops_out[RELAY_ERROR]++;
			continue;
		}
		error = 0;
		v = relay_decap4(packet, (size_t)n, &inner, &innerlen);
		if (v == RELAY_PASS)
			v = relay_check_in(&r->rules, inner, innerlen);
		if (v == RELAY_PASS)
			v = write_packet(
			    r->tunfd, r->tun_family, inner, innerlen, &error);
		if (v == RELAY_PASS) {
			s->packets_in++;
			s->octets_in += innerlen;
			continue;
		}
		s->drops_in[v]++;
		if (v == RELAY_ERROR && tun_is_dead(error))
			return -error;
	}
	return done;
}
