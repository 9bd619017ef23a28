/*
 * From an outer socket to the tun device.  What a turn brings stays where it
 * is until it is written, so that the segments of a flow can be handed over in
 * one piece, from where they lie.
 */
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "dtcp/feature.h"
#include "dtcp/offload.h"
#include "private.h"

#define HELD_MAX      (3 * RELAY_PACKET_MAX) /* octets, in fast memory */
#define LARGE_AT_ONCE 4			     /* of the largest */
#define OCTETS_A_TURN (1 << 20)		     /* then it is the others' turn */

#define IP4_OFF_TOS   1 /* RFC 791 */
#define IP4_OFF_SRC   12

struct delivery {
	struct relay *r;
	struct relay *to; /* whose device is written to: r, or a peer's own */
	struct relay_socket *s;
	int error; /* of r's device, when that is gone; 0: none */
	struct coalesce flows;
};

/* from: NULL where it is not known. */
static void
account(struct delivery *d, struct relay_peer *from, enum relay_verdict v,
    unsigned packets, size_t octets)
{
	struct relay_stats *s = from != NULL ? &from->stats : &d->r->stats;

	if (v == RELAY_PASS) {
		s->packets_in += packets;
		s->octets_in += octets;
	} else
		s->drops_in[v] += packets;
}

static void
write_pieces(struct delivery *d, struct relay_peer *from,
    const struct iovec *iov, int niov, unsigned packets, size_t octets)
{
	enum relay_verdict v;
	size_t n = 0;
	int error, i;

	for (i = 0; i < niov; i++)
		n += iov[i].iov_len;
	v = relay_write(d->to->tunfd, iov, niov, n, &error);
	account(d, from, v, packets, octets);
	/* That another one is gone shows when that is read. */
	if (v == RELAY_ERROR && d->to == d->r && relay_tun_is_dead(error))
		d->error = -error;
}

static void
write_coalesced(void *arg, const struct coalesced *w)
{
	write_pieces(arg, w->owner, w->iov, w->niov, w->packets, w->octets);
}

static void
write_plain(struct delivery *d, struct relay_peer *from, uint8_t *p, size_t n)
{
	uint32_t family = d->to->tun_family;
	struct iovec iov[2] = {
	    {.iov_base = &family, .iov_len = sizeof(family)},
	    {.iov_base = p, .iov_len = n},
	};
	const int first = family != 0 ? 0 : 1;

	write_pieces(d, from, iov + first, 2 - first, 1, n);
}

/* What was for another device goes first. */
static void
head_for(struct delivery *d, const struct relay_peer *from)
{
	struct relay *to =
	    from != NULL && from->device != NULL ? from->device : d->r;

	if (to == d->to)
		return;
	coalesce_flush(&d->flows);
	d->to = to;
}

static void
deliver(struct delivery *d, const struct sockaddr_in *addr, uint8_t *p,
    size_t n, uint8_t tos)
{
	const struct relay_policy *policy = &d->r->policy;
	enum relay_verdict v = relay_check_form(p, n);
	struct relay_peer *from = NULL;

	if (v == RELAY_PASS)
		v = policy->in(policy->arg, d->s, addr, p, n, &from);
	if (v == RELAY_PASS)
		v = relay_ecn_in(tos, p);
	if (v != RELAY_PASS) {
		account(d, from, v, 1, n);
		return;
	}
	head_for(d, from);
	if ((d->to->features & USER_VNET)) {
		d->flows.owner = from;
		coalesce_add(&d->flows, p, n);
	} else
		write_plain(d, from, p, n);
}

/* Raw: the outer header is there, and says how long it is and whose. */
static void
take_raw(struct delivery *d, const struct arrival *a)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	enum relay_verdict v;
	const uint8_t *inner;
	size_t n;

	v = relay_decap4(a->p, a->n, &inner, &n);
	if (v != RELAY_PASS) {
		account(d, NULL, v, 1, a->n);
		return;
	}
	memcpy(&from.sin_addr, a->p + IP4_OFF_SRC, sizeof(from.sin_addr));
	deliver(d, d->s->connected ? NULL : &from, a->p + (inner - a->p), n,
	    a->p[IP4_OFF_TOS]);
}

static void
take(struct delivery *d, const struct arrival *a)
{
	size_t at, n;

	if (a->cut) {
		account(d, NULL, RELAY_LENGTH, 1, a->n);
		return;
	}
	if (!d->s->udp) {
		take_raw(d, a);
		return;
	}
	/* An empty one is one, too. */
	for (at = 0; at == 0 || at < a->n; at += a->segment) {
		n = a->n - at < a->segment ? a->n - at : a->segment;
		deliver(d, a->from, a->p + at, n, a->tos);
		if (a->segment == 0)
			break;
	}
}

/*
 * How many to ask for: of datagrams that may each be a train, as many as can be
 * held, if they are all as large as the largest of this turn.
 */
static unsigned
at_once(const struct relay_socket *s, size_t largest, unsigned max)
{
	size_t n = LARGE_AT_ONCE;

	if ((s->features & USER_GRO) == 0)
		return max;
	if (largest > 0 && HELD_MAX / largest > n)
		n = HELD_MAX / largest;
	return n < max ? (unsigned)n : max;
}

int
relay_from_socket(struct relay *r, struct relay_socket *s)
{
	static struct arrival arrivals[RELAY_BATCH];
	static struct delivery d;
	size_t held = 0, octets = 0, largest = 0;
	unsigned done, used = 0, wanted;
	int i, n;

	d.r = d.to = r;
	d.s = s;
	d.error = 0;
	coalesce_init(&d.flows, write_coalesced, &d);
	for (done = 0;
	     done < RELAY_BATCH && octets < OCTETS_A_TURN && d.error == 0;
	     done += (unsigned)n) {
		if (held > HELD_MAX) {
			coalesce_flush(&d.flows);
			held = used = 0;
		}
		wanted = at_once(s, largest, RELAY_BATCH - done);
		n = relay_receive(s, arrivals, used, wanted);
		if (n == -EAGAIN)
			break;
		if (n < 0 && relay_outer_is_dead(-n)) {
			coalesce_flush(&d.flows);
			return n;
		}
		if (n < 0) {
			/* Word of a packet that went out some time ago. */
			r->stats.drops_out[RELAY_ERROR]++;
			n = 1;
			continue;
		}
		for (i = 0; i < n; i++) {
			take(&d, &arrivals[i]);
			held += arrivals[i].n;
			octets += arrivals[i].n;
			if (arrivals[i].n > largest)
				largest = arrivals[i].n;
		}
		used += (unsigned)n;
	}
	coalesce_flush(&d.flows);
	return d.error != 0 ? d.error : (int)done;
}
