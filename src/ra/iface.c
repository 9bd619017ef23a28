/*
 * What happens to an interface that advertises.  See dtcp/ra.h.
 *
 * Each event passes the time first, then changes what it is about, and at last
 * settles what follows.
 */
#include <string.h>

#include "private.h"

void
ra_iface_init(struct ra_iface *i, const struct ra_conf *conf, uint32_t mtu,
    ra_random *random, void *arg)
{
	memset(i, 0, sizeof(*i));
	i->conf = conf;
	i->mtu = mtu;
	i->random = random;
	i->arg = arg;
	i->tunnel_lost = i->next = i->last_sent = i->farewell = i->told = -1;
}

void
ra_iface_open(
    struct ra_iface *i, const struct lan *lan, int64_t now, struct ra_out *out)
{
	ra_pass_time(i, now, out);
	ra_rest(i);
	i->lan = *lan;
	i->ready = true;
	ra_settle(i, false, now, out);
}

void
ra_iface_close(struct ra_iface *i)
{
	i->ready = false;
	ra_rest(i);
}

void
ra_iface_set(struct ra_iface *i, const struct prefix6 *prefixes, unsigned n,
    int64_t now, struct ra_out *out)
{
	if (ra_prefixes_same(i, prefixes, n)) {
		memset(out, 0, sizeof(*out));
		return;
	}
	ra_pass_time(i, now, out);
	ra_prefixes_replace(i, prefixes, n, now);
	out->changed = i->conf->advertise;
	ra_settle(i, true, now, out);
}

void
ra_iface_old(struct ra_iface *i, const struct ra_prefix *old, unsigned n,
    int64_t now, struct ra_out *out)
{
	bool changed = false;

	ra_pass_time(i, now, out);
	for (unsigned k = 0; k < n; k++)
		changed |= ra_prefixes_add_old(i, &old[k], now);
	if (n > 0)
		i->known = true;
	if (changed)
		out->changed = i->conf->advertise;
	ra_settle(i, changed, now, out);
}

void
ra_iface_tunnel(struct ra_iface *i, bool up, int64_t now, struct ra_out *out)
{
	ra_pass_time(i, now, out);
	if (up)
		i->tunnel_lost = -1;
	else if (i->tunnel_up)
		i->tunnel_lost = now;
	i->tunnel_up = up;
	ra_settle(i, false, now, out);
}

/* Octets 2 and 3 are the checksum, which the kernel has filled in. */
static bool
is_echo(const struct ra_iface *i, const uint8_t *p, size_t n)
{
	return n == i->lastlen && n > 4 && memcmp(p, i->last, 2) == 0 &&
	    memcmp(p + 4, i->last + 4, n - 4) == 0;
}

static void
meet(struct ra_iface *i, const struct ra_heard *h, const uint8_t *p, size_t n,
    int64_t now, struct ra_out *out)
{
	if (i->state == RA_OFF)
		return;
	if (addr6_equal(&h->from, &i->lan.linklocal)) {
		if (!is_echo(i, p, n))
			ra_be_silent(i, RA_NOTE_SAME_HOST, &h->from, now, out);
		return;
	}
	if (ra_prefixes_contested(i, h))
		ra_be_silent(i, RA_NOTE_SAME_PREFIX, &h->from, now, out);
	if (ra_prefixes_taken_over(i, h))
		out->changed = true;
}

void
ra_iface_heard(struct ra_iface *i, const struct ra_heard *h, const uint8_t *p,
    size_t n, int64_t now, struct ra_out *out)
{
	ra_pass_time(i, now, out);
	switch (h->kind) {
	case RA_NONE:
		break;
	case RA_SOLICITATION:
		ra_answer(i, now);
		break;
	case RA_ADVERTISEMENT:
		meet(i, h, p, n, now, out);
		break;
	}
	ra_settle(i, false, now, out);
}

void
ra_iface_timer(struct ra_iface *i, int64_t now, struct ra_out *out)
{
	ra_pass_time(i, now, out);
	ra_settle(i, false, now, out);
}

void
ra_iface_cease(struct ra_iface *i, int64_t now, struct ra_out *out)
{
	ra_pass_time(i, now, out);
	if (i->state != RA_OFF && i->known)
		ra_send_farewell(i, now, out);
	i->known = false;
	ra_iface_close(i);
}
