/*
 * When an interface advertises, RFC 4861 6.2.  Here is the only place that
 * sends, and the one that keeps the distance between two.
 */
#include <string.h>

#include "private.h"

/* RFC 4861 10 and 6.2.1, in ms. */
#define MAX_RTR_ADV_INTERVAL		(600 * 1000)
#define MIN_RTR_ADV_INTERVAL		(200 * 1000)
#define MAX_INITIAL_RTR_ADVERT_INTERVAL (16 * 1000)
#define MAX_INITIAL_RTR_ADVERTISEMENTS	3
#define MIN_DELAY_BETWEEN_RAS		(3 * 1000)
#define MAX_RA_DELAY_TIME		500

#define LISTEN_TIME			(4 * 1000)
/* At random, so that two who have silenced each other part. */
#define MIN_SILENCE			(10 * 60 * 1000)
#define MAX_SILENCE			(12 * 60 * 1000)
#define TELL_AGAIN			(60 * 60 * 1000)
#define TUNNEL_GRACE			(30 * 1000)

/* ---- Sending ---- */

static uint16_t
router_lifetime(const struct ra_iface *i)
{
	bool works = i->tunnel_up || i->tunnel_lost != -1;

	return works && ra_prefixes_any_current(i) ? RA_PREFERRED : 0;
}

/* Name servers may be on the LAN: they go with the prefixes, not the tunnel. */
static uint32_t
dns_lifetime(const struct ra_iface *i)
{
	return ra_prefixes_any_current(i) ? RA_PREFERRED : 0;
}

/* From now on, when the next advertisement may be sent. */
static int64_t
earliest(const struct ra_iface *i, int64_t now)
{
	if (i->last_sent == -1 || now - i->last_sent >= MIN_DELAY_BETWEEN_RAS)
		return now;
	return i->last_sent + MIN_DELAY_BETWEEN_RAS;
}

/*
 * What ends ours where another router has our prefix must not announce it, or
 * that router would fall silent in turn.
 */
static unsigned
copy_prefixes(const struct ra_iface *i, struct ra_prefix to[RA_PREFIXES_MAX])
{
	unsigned n = 0;

	for (unsigned k = 0; k < i->nprefixes; k++)
		if (i->state != RA_SILENT || i->prefixes[k].withdrawn)
			to[n++] = i->prefixes[k];
	return n;
}

static void
send_ra(struct ra_iface *i, uint16_t router, uint32_t dns, int64_t now,
    struct ra_out *out)
{
	struct ra_params p = {
	    .conf = i->conf,
	    .hwlen = i->lan.hwlen,
	    .mtu = i->mtu,
	    .router_lifetime = router,
	    .dns_lifetime = dns,
	};

	memcpy(p.hwaddr, i->lan.hwaddr, sizeof(p.hwaddr));
	p.nprefixes = copy_prefixes(i, p.prefixes);
	out->ralen = ra_build(&p, out->ra);
	memcpy(i->last, out->ra, out->ralen);
	i->lastlen = out->ralen;
	i->last_sent = now;
}

static void
send_regular(struct ra_iface *i, int64_t now, struct ra_out *out)
{
	send_ra(i, router_lifetime(i), dns_lifetime(i), now, out);
	if (ra_prefixes_announced(i))
		out->changed = true;
	i->known = true;
	i->answering = false;
	if (i->initial > 0)
		i->initial--;
	i->next = now +
	    (i->initial > 0 ? MAX_INITIAL_RTR_ADVERT_INTERVAL :
			      i->random(i->arg, MIN_RTR_ADV_INTERVAL,
				  MAX_RTR_ADV_INTERVAL));
}

void
ra_send_farewell(struct ra_iface *i, int64_t now, struct ra_out *out)
{
	send_ra(i, 0, 0, now, out);
	i->known = false;
	i->farewell = -1;
}

/* ---- Changing from one state to another ---- */

void
ra_rest(struct ra_iface *i)
{
	i->state = RA_OFF;
	i->next = i->farewell = -1;
	i->answering = false;
}

static void
look(struct ra_iface *i, int64_t now, struct ra_out *out)
{
	i->state = RA_LISTENING;
	i->next = now + LISTEN_TIME;
	i->farewell = -1;
	out->rslen = rs_build(&i->lan, out->rs);
}

static void
begin_three(struct ra_iface *i, int64_t now)
{
	i->initial = MAX_INITIAL_RTR_ADVERTISEMENTS;
	i->answering = false;
	i->next = earliest(i, now);
}

static void
begin_advertising(struct ra_iface *i, int64_t now, struct ra_out *out)
{
	i->state = RA_ADVERTISING;
	i->told = -1;
	out->note = RA_NOTE_BEGINS;
	begin_three(i, now);
}

/* The farewell of one that others share an address with would be theirs. */
void
ra_be_silent(struct ra_iface *i, enum ra_note why, const struct in6_addr *who,
    int64_t now, struct ra_out *out)
{
	i->state = RA_SILENT;
	i->next = now + i->random(i->arg, MIN_SILENCE, MAX_SILENCE);
	i->answering = false;
	if (why == RA_NOTE_SAME_HOST)
		i->known = false;
	i->farewell = i->known ? earliest(i, now) : -1;
	if (i->told != -1 && now - i->told < TELL_AGAIN)
		return;
	out->note = why;
	out->who = *who;
	i->told = now;
}

/* ---- Around each event ---- */

static bool
has_a_say(const struct ra_iface *i)
{
	return i->ready && i->conf->advertise && i->nprefixes > 0;
}

void
ra_pass_time(struct ra_iface *i, int64_t now, struct ra_out *out)
{
	memset(out, 0, sizeof(*out));
	if (ra_prefixes_expire(i, now))
		out->changed = i->conf->advertise;
	if (i->tunnel_lost != -1 && now - i->tunnel_lost >= TUNNEL_GRACE)
		i->tunnel_lost = -1;
	if (!has_a_say(i))
		ra_rest(i);
}

/* changed: what is announced is not what it was. */
void
ra_settle(struct ra_iface *i, bool changed, int64_t now, struct ra_out *out)
{
	uint16_t before = i->router_lifetime;

	i->router_lifetime = router_lifetime(i);
	changed = changed || i->router_lifetime != before;
	if (!has_a_say(i)) {
		ra_rest(i);
		return;
	}
	switch (i->state) {
	case RA_OFF:
		look(i, now, out);
		break;
	case RA_LISTENING:
		if (now < i->next)
			break;
		begin_advertising(i, now, out);
		if (now >= i->next)
			send_regular(i, now, out);
		break;
	case RA_ADVERTISING:
		if (changed)
			begin_three(i, now);
		if (now >= i->next)
			send_regular(i, now, out);
		break;
	case RA_SILENT:
		if (i->farewell != -1 && now >= i->farewell)
			ra_send_farewell(i, now, out);
		if (now >= i->next)
			look(i, now, out);
		break;
	}
}

/* ---- Solicitations, and the next deadline ---- */

/*
 * RFC 4861 6.2.6.  What is due anyway is the answer, if it comes sooner; who
 * asks while there is an answer under way changes nothing.
 */
void
ra_answer(struct ra_iface *i, int64_t now)
{
	int64_t due;

	if (i->state != RA_ADVERTISING || i->answering)
		return;
	due = earliest(i, now) + i->random(i->arg, 0, MAX_RA_DELAY_TIME);
	if (due < i->next)
		i->next = due;
	i->answering = true;
}

int64_t
ra_sooner(int64_t a, int64_t b)
{
	if (a == -1 || b == -1)
		return a == -1 ? b : a;
	return a < b ? a : b;
}

int64_t
ra_iface_deadline(const struct ra_iface *i)
{
	int64_t due = ra_sooner(ra_prefixes_deadline(i), i->next);

	due = ra_sooner(due, i->farewell);
	if (i->state == RA_ADVERTISING && i->tunnel_lost != -1)
		due = ra_sooner(due, i->tunnel_lost + TUNNEL_GRACE);
	return due;
}
