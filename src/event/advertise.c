/*
 * Router advertisements on the LANs.  When and what is dtcp/ra.h's; here is
 * what feeds it, and what carries it out: packets, log lines, a timer, and
 * what is remembered beyond this run.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

static int64_t
random_between(void *arg, int64_t lo, int64_t hi)
{
	(void)arg;
	return lo + (int64_t)arc4random_uniform((uint32_t)(hi - lo + 1));
}

bool
advertise_wanted(const struct engine *en, uint8_t slot)
{
	const struct plan_conf *c = en->conf->plan;
	unsigned i;

	if (!en->conf->ra->advertise || slot == NETOP_SLOT_TUNNEL)
		return false;
	for (i = 0; i < c->ndelegations; i++) {
		if (c->delegations[i].slot == slot &&
		    c->delegations[i].len < 128)
			return true;
	}
	return false;
}

void
advertise_init(struct engine *en)
{
	unsigned slot;

	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		port_init(en, (uint8_t)slot);
		ra_iface_init(&en->ra[slot], en->conf->ra, en->conf->plan->mtu,
		    random_between, NULL);
	}
	rs_end(&en->rs);
	en->ra_due = en->old_due = -1;
}

/* ---- What follows from an event */

static void
send_packet(struct engine *en, uint8_t slot, enum ra_socket which,
    const uint8_t *p, size_t n)
{
	int fd = en->ports[slot].fd[which];

	if (n == 0 || fd == -1)
		return;
	/* As good as lost on the way: others follow. */
	if (send(fd, p, n, 0) == -1)
		log_msg(LOG_DEBUG, "cannot advertise on %s: %s",
		    port_name(en, slot), strerror(errno));
}

static void
list_prefixes(const struct ra_iface *i, char *buf, size_t size)
{
	char text[PREFIX6_STRLEN];
	unsigned k;

	buf[0] = '\0';
	for (k = 0; k < i->nprefixes; k++) {
		if (i->prefixes[k].withdrawn)
			continue;
		if (buf[0] != '\0')
			(void)strlcat(buf, ",", size);
		(void)strlcat(
		    buf, prefix6_format(&i->prefixes[k].prefix, text), size);
	}
}

static void
tell_note(struct engine *en, uint8_t slot, const struct ra_out *out)
{
	char text[LOG_LINE_MAX - 64];

	switch (out->note) {
	case RA_NOTE_NONE:
		break;
	case RA_NOTE_BEGINS:
		list_prefixes(&en->ra[slot], text, sizeof(text));
		log_msg(LOG_NOTICE, "ra=begins if=%s prefix=%s",
		    port_name(en, slot), text);
		break;
	case RA_NOTE_SAME_HOST:
		log_msg(LOG_WARNING,
		    "ra=silent if=%s reason=\"another program on this host "
		    "advertises\"",
		    port_name(en, slot));
		break;
	case RA_NOTE_SAME_PREFIX:
		log_msg(LOG_WARNING,
		    "ra=silent if=%s from=%s reason=\"another router "
		    "advertises our prefix\"",
		    port_name(en, slot), addr6_format(&out->who, text));
		break;
	}
}

void
advertise_act(struct engine *en, uint8_t slot, const struct ra_out *out)
{
	send_packet(en, slot, RA_SOCKET_SOLICIT, out->rs, out->rslen);
	send_packet(en, slot, RA_SOCKET_ADVERTISE, out->ra, out->ralen);
	tell_note(en, slot, out);
	en->prefixes_changed |= out->changed;
}

void
advertise_settle(struct engine *en)
{
	int64_t next = ra_sooner(en->rs.deadline, en->old_due), left;
	unsigned slot;

	tell_lans(en);
	if (en->prefixes_changed)
		subnets_save(en);
	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		next = ra_sooner(next, en->ports[slot].retry);
		next = ra_sooner(next, ra_iface_deadline(&en->ra[slot]));
	}
	if (next == en->ra_due)
		return;
	en->ra_due = next;
	if (next >= 0) {
		left = next - os_now_ms();
		next = left < 0 ? 0 : left;
	}
	os_timer_set(en->ra_timer, next);
}

void
advertise_timer(evutil_socket_t fd, short what, void *arg)
{
	struct engine *en = arg;
	int64_t now = os_now_ms(), due;
	struct ra_out out;
	unsigned slot;

	(void)fd;
	(void)what;
	en->ra_due = 0; /* it has come: to be set anew whatever is next */
	solicit_timer(en, now);
	subnets_timer(en, now);
	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		port_timer(en, (uint8_t)slot, now);
		due = ra_iface_deadline(&en->ra[slot]);
		if (due < 0 || due > now)
			continue;
		ra_iface_timer(&en->ra[slot], now, &out);
		advertise_act(en, (uint8_t)slot, &out);
	}
	advertise_settle(en);
}

/* ---- Events */

void
advertise_lan(struct engine *en, uint8_t slot)
{
	const struct lan *l = &en->lans[slot];

	if (!advertise_wanted(en, slot))
		return;
	port_close(en, slot);
	ra_iface_close(&en->ra[slot]);
	if (l->up && l->ifindex != 0)
		port_open(en, slot);
}

void
advertise_ready(struct engine *en, uint8_t slot)
{
	struct ra_out out;

	ra_iface_open(&en->ra[slot], &en->lans[slot], os_now_ms(), &out);
	advertise_act(en, slot, &out);
}

void
advertise_heard(struct engine *en, uint8_t slot, const struct ra_heard *h,
    const uint8_t *p, size_t n)
{
	struct ra_out out;

	ra_iface_heard(&en->ra[slot], h, p, n, os_now_ms(), &out);
	advertise_act(en, slot, &out);
}

void
advertise_tunnel(struct engine *en, bool up)
{
	int64_t now = os_now_ms();
	struct ra_out out;
	unsigned slot;

	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		ra_iface_tunnel(&en->ra[slot], up, now, &out);
		advertise_act(en, (uint8_t)slot, &out);
	}
}

void
advertise_cease(struct engine *en)
{
	int64_t now = os_now_ms();
	struct ra_out out;
	unsigned slot;

	subnets_cease(en);
	for (slot = 0; slot < NETOP_SLOTS; slot++) {
		ra_iface_cease(&en->ra[slot], now, &out);
		advertise_act(en, (uint8_t)slot, &out);
	}
}
