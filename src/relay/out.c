/*
 * From the tun device to the far ends.  Packets of one size to one of them that
 * follow each other become a train, which a socket with UDP_SEGMENT takes in
 * one call; at the end of a turn none is held back.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/feature.h"
#include "dtcp/offload.h"
#include "private.h"

#define GSO_PAUSE 4096 /* trains, before what was refused is tried again */

static struct {
	struct relay_peer *to;
	size_t used; /* octets */
	size_t size; /* of each packet, but the last one may be shorter */
	unsigned count;
	bool closed; /* the last one is shorter */
	uint8_t tos;
	uint8_t buf[RELAY_PACKET_MAX];
} train;

/* An address family or a virtio header in front. */
static uint8_t packet[VNET_HDRLEN + RELAY_PACKET_MAX];

/*
 * Is that what a size for segments is refused with?  The path MTU is too small
 * for them (EINVAL, EMSGSIZE), or what is in front of the device cannot cut
 * (EIO); small single datagrams are refused along with them.
 */
static bool
refuses_gso(int error)
{
	return error == EINVAL || error == EMSGSIZE || error == EIO;
}

/*
 * An error may be word of a packet that went out some time ago, by ICMP, which
 * anybody can send: it is taken, and this one goes.
 */
static enum relay_verdict
send_octets(const struct relay_peer *to, uint8_t *p, size_t n, int *error)
{
	enum relay_verdict v = relay_send(to, p, n, error);

	if (v != RELAY_ERROR || refuses_gso(*error) ||
	    relay_outer_is_dead(*error))
		return v;
	return relay_send(to, p, n, error);
}

/*
 * 0, or -errno where that ends the relay.  A socket that is not connected is
 * one of many, and the others have nothing to do with it.
 */
static int
end_of(const struct relay_socket *s, enum relay_verdict v, int error)
{
	if (v == RELAY_ERROR && s->connected && relay_outer_is_dead(error))
		return -error;
	return 0;
}

static bool
is_known(const struct relay_peer *to)
{
	return to->socket->connected || to->addr.sin_addr.s_addr != INADDR_ANY;
}

/*
 * What goes in one call.  From a raw socket packets go one by one, and the
 * kernel says which is too large.
 */
static size_t
train_max(const struct relay_socket *s)
{
	return s->udp ? RELAY_DATAGRAM_MAX : sizeof(train.buf);
}

static void
account(struct relay_stats *s, enum relay_verdict v, unsigned packets,
    size_t octets)
{
	if (v == RELAY_PASS) {
		s->packets_out += packets;
		s->octets_out += octets;
	} else
		s->drops_out[v] += packets;
}

/*
 * One datagram.  The size that was set for a train would cut one that is
 * larger, and may be what a path with a small MTU does not like, even where it
 * is not needed.
 */
static int
send_one(struct relay_peer *to, uint8_t *p, size_t n)
{
	struct relay_socket *s = to->socket;
	enum relay_verdict v;
	int error;

	if (n > s->gso_size)
		(void)relay_set_gso(s, 0);
	v = send_octets(to, p, n, &error);
	if (v != RELAY_PASS && s->gso_size != 0 && refuses_gso(error) &&
	    relay_set_gso(s, 0) == 0)
		v = send_octets(to, p, n, &error);
	account(&to->stats, v, 1, n);
	return end_of(s, v, error);
}

/*
 * All in one call.  1: done, for better or worse; 0: it has to be done one by
 * one.
 */
static int
send_train(struct relay_peer *to)
{
	struct relay_socket *s = to->socket;
	enum relay_verdict v;
	int error, rc;

	if ((s->features & USER_GSO) == 0 || train.count < 2)
		return 0;
	if (s->gso_pause > 0) {
		s->gso_pause--;
		return 0;
	}
	if (relay_set_gso(s, train.size) != 0)
		return 0;
	v = send_octets(to, train.buf, train.used, &error);
	if (refuses_gso(error)) {
		to->stats.gso_refused++;
		s->gso_pause = GSO_PAUSE;
		return 0;
	}
	account(&to->stats, v, train.count, train.used);
	rc = end_of(s, v, error);
	return rc < 0 ? rc : 1;
}

static int
flush(void)
{
	struct relay_peer *to = train.to;
	size_t at, n;
	int rc = 0;

	if (train.count == 0)
		return 0;
	relay_set_tos(to->socket, train.tos);
	rc = send_train(to);
	if (rc == 0 && train.count > 1)
		(void)relay_set_gso(to->socket, 0);
	for (at = 0; rc == 0 && at < train.used; at += n) {
		n = train.used - at < train.size ? train.used - at : train.size;
		rc = send_one(to, train.buf + at, n);
	}
	train.used = train.count = 0;
	return rc < 0 ? rc : 0;
}

/* RFC 6040 4.1, normal mode; the DSCP along with it (RFC 2983 4.1). */
static uint8_t
traffic_class(const uint8_t *p)
{
	return (uint8_t)(p[0] << 4 | p[1] >> 4);
}

/* Octets that go on the train as it is. */
static size_t
room(const struct relay_socket *s)
{
	const size_t octets = train_max(s) - train.used;
	const size_t places = (OFFLOAD_SEGMENTS - train.count) * train.size;

	return train.count == 0 || octets < places ? octets : places;
}

/* Can a packet of n octets be the next of the train?  A shorter one ends it. */
static bool
fits(const struct relay_peer *to, size_t n, bool last, uint8_t tos)
{
	if (train.count == 0)
		return true;
	return to == train.to && !train.closed && tos == train.tos &&
	    n <= room(to->socket) &&
	    (n == train.size || (n < train.size && last));
}

static void
append(struct relay_peer *to, size_t n, size_t size, uint8_t tos)
{
	if (train.count == 0) {
		train.to = to;
		train.size = size;
		train.tos = tos;
	}
	train.used += n;
	train.count += (unsigned)((n + size - 1) / size);
	train.closed = train.used % train.size != 0;
}

static enum relay_verdict
verdict_of(enum segment_verdict v)
{
	if (v == SEGMENT_OK)
		return RELAY_PASS;
	return v == SEGMENT_TOOBIG ? RELAY_TOOBIG : RELAY_OFFLOAD;
}

/*
 * What the kernel left to the device is done here, on the way to the train.
 * The segments of one large packet do not fill the last train that they need;
 * those of the next one follow on the same.
 */
static int
put_on_train(struct relay_peer *to, size_t mtu, const struct vnet_hdr *h,
    const uint8_t *p, size_t n)
{
	const size_t max = train_max(to->socket);
	uint8_t tos = traffic_class(p);
	struct segmenter s;
	enum relay_verdict v;
	size_t next, octets, size;
	bool last;
	int rc;

	v = verdict_of(segment_start(&s, h, p, n, mtu < max ? mtu : max));
	if (v != RELAY_PASS) {
		account(&to->stats, v, 1, n);
		return 0;
	}
	while ((next = segment_peek(&s, &last)) > 0) {
		if (!fits(to, next, last, tos) && (rc = flush()) < 0)
			return rc;
		octets = segment_next(
		    &s, train.buf + train.used, room(to->socket), &size);
		append(to, octets, size, tos);
	}
	return 0;
}

static int
pass_on(struct relay *r, size_t n)
{
	struct vnet_hdr h = {.gso_type = VNET_GSO_NONE};
	enum relay_verdict v = RELAY_SHORT;
	struct relay_peer *to = NULL;
	const uint8_t *p;
	size_t len = 0;

	if ((r->features & USER_VNET) == 0)
		v = relay_strip_family(r->tun_family, packet, n, &p, &len);
	else if (n >= VNET_HDRLEN) {
		vnet_get(&h, packet);
		p = packet + VNET_HDRLEN;
		len = n - VNET_HDRLEN;
		v = RELAY_PASS;
	}
	if (v == RELAY_PASS)
		v = relay_check_form(p, len);
	if (v == RELAY_PASS)
		v = r->policy.out(r->policy.arg, p, len, &to);
	if (v == RELAY_PASS && !is_known(to))
		v = RELAY_NOWHERE;
	if (v == RELAY_PASS)
		return put_on_train(to, r->mtu, &h, p, len);
	account(to != NULL ? &to->stats : &r->stats, v, 1, len);
	return 0;
}

int
relay_from_tun(struct relay *r)
{
	ssize_t n;
	int done, rc;

	for (done = 0; done < RELAY_BATCH; done++) {
		n = relay_read(r->tunfd, packet, sizeof(packet));
		if (n == -EAGAIN || n == -EHOSTDOWN)
			break;
		if (n < 0) {
			(void)flush();
			return (int)n;
		}
		if ((rc = pass_on(r, (size_t)n)) < 0)
			return rc;
	}
	rc = flush();
	return rc < 0 ? rc : done;
}

/* As it is: neither cut, nor of the traffic class of the packet before. */
int
relay_send_keepalive(struct relay_peer *to, uint8_t *p, size_t n)
{
	int error;

	if (!is_known(to))
		return -EDESTADDRREQ;
	relay_set_tos(to->socket, 0);
	(void)relay_set_gso(to->socket, 0);
	return send_octets(to, p, n, &error) == RELAY_PASS ? 0 : -error;
}
