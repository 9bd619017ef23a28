/*
 * From the tun device to the outer socket.  Packets of one size that follow
 * each other become a train, which a socket with UDP_SEGMENT takes in one
 * call; at the end of a turn none is held back.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/feature.h"
#include "dtcp/offload.h"
#include "private.h"

#define GSO_PAUSE 4096 /* trains, before what was refused is tried again */

static struct {
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
send_octets(struct relay *r, uint8_t *p, size_t n, int *error)
{
	struct iovec iov = {.iov_base = p, .iov_len = n};
	enum relay_verdict v = relay_write(r->outerfd, &iov, 1, n, error);

	if (v != RELAY_ERROR || refuses_gso(*error) ||
	    relay_outer_is_dead(*error))
		return v;
	return relay_write(r->outerfd, &iov, 1, n, error);
}

/*
 * What goes in one call.  From a raw socket packets go one by one, and the
 * kernel says which is too large.
 */
static size_t
train_max(const struct relay *r)
{
	return r->rules.udp ? RELAY_DATAGRAM_MAX : sizeof(train.buf);
}

static void
account(struct relay *r, enum relay_verdict v, unsigned packets, size_t octets)
{
	if (v == RELAY_PASS) {
		r->stats.packets_out += packets;
		r->stats.octets_out += octets;
	} else
		r->stats.drops_out[v] += packets;
}

/*
 * One datagram.  The size that was set for a train would cut one that is
 * larger, and may be what a path with a small MTU does not like, even where it
 * is not needed.
 */
static int
send_one(struct relay *r, uint8_t *p, size_t n)
{
	enum relay_verdict v;
	int error;

	if (n > r->gso_size)
		(void)relay_set_gso(r, 0);
	v = send_octets(r, p, n, &error);
	if (v != RELAY_PASS && r->gso_size != 0 && refuses_gso(error) &&
	    relay_set_gso(r, 0) == 0)
		v = send_octets(r, p, n, &error);
	account(r, v, 1, n);
	return v == RELAY_ERROR && relay_outer_is_dead(error) ? -error : 0;
}

/*
 * All in one call.  1: done, for better or worse; 0: it has to be done one by
 * one.
 */
static int
send_train(struct relay *r)
{
	enum relay_verdict v;
	int error;

	if ((r->features & USER_GSO) == 0 || train.count < 2)
		return 0;
	if (r->gso_pause > 0) {
		r->gso_pause--;
		return 0;
	}
	if (relay_set_gso(r, train.size) != 0)
		return 0;
	v = send_octets(r, train.buf, train.used, &error);
	if (refuses_gso(error)) {
		r->stats.gso_refused++;
		r->gso_pause = GSO_PAUSE;
		return 0;
	}
	account(r, v, train.count, train.used);
	return v == RELAY_ERROR && relay_outer_is_dead(error) ? -error : 1;
}

static int
flush(struct relay *r)
{
	size_t at, n;
	int rc = 0;

	if (train.count == 0)
		return 0;
	relay_set_tos(r, train.tos);
	rc = send_train(r);
	if (rc == 0 && train.count > 1)
		(void)relay_set_gso(r, 0);
	for (at = 0; rc == 0 && at < train.used; at += n) {
		n = train.used - at < train.size ? train.used - at : train.size;
		rc = send_one(r, train.buf + at, n);
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
room(const struct relay *r)
{
	const size_t octets = train_max(r) - train.used;
	const size_t places = (OFFLOAD_SEGMENTS - train.count) * train.size;

	return train.count == 0 || octets < places ? octets : places;
}

/* Can a packet of n octets be the next of the train?  A shorter one ends it. */
static bool
fits(const struct relay *r, size_t n, bool last, uint8_t tos)
{
	if (train.count == 0)
		return true;
	return !train.closed && tos == train.tos && n <= room(r) &&
	    (n == train.size || (n < train.size && last));
}

static void
append(size_t n, size_t size, uint8_t tos)
{
	if (train.count == 0) {
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
put_on_train(
    struct relay *r, const struct vnet_hdr *h, const uint8_t *p, size_t n)
{
	const size_t max = train_max(r);
	uint8_t tos = traffic_class(p);
	struct segmenter s;
	enum relay_verdict v;
	size_t next, octets, size;
	bool last;
	int rc;

	v = verdict_of(segment_start(&s, h, p, n, r->mtu < max ? r->mtu : max));
	if (v != RELAY_PASS) {
		account(r, v, 1, n);
		return 0;
	}
	while ((next = segment_peek(&s, &last)) > 0) {
		if (!fits(r, next, last, tos) && (rc = flush(r)) < 0)
			return rc;
		octets =
		    segment_next(&s, train.buf + train.used, room(r), &size);
		append(octets, size, tos);
	}
	return 0;
}

static int
pass_on(struct relay *r, size_t n)
{
	struct vnet_hdr h = {.gso_type = VNET_GSO_NONE};
	enum relay_verdict v = RELAY_SHORT;
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
		v = relay_check_out(&r->rules, p, len);
	if (v == RELAY_PASS)
		return put_on_train(r, &h, p, len);
	account(r, v, 1, len);
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
			(void)flush(r);
			return (int)n;
		}
		if ((rc = pass_on(r, (size_t)n)) < 0)
			return rc;
	}
	rc = flush(r);
	return rc < 0 ? rc : done;
}

/* As it is: neither cut, nor of the traffic class of the packet before. */
int
relay_send_keepalive(struct relay *r, uint8_t *p, size_t n)
{
	int error;

	relay_set_tos(r, 0);
	(void)relay_set_gso(r, 0);
	return send_octets(r, p, n, &error) == RELAY_PASS ? 0 : -error;
}
