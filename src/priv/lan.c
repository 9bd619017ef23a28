/*
 * The LAN interfaces of -P, as far as they are root's: looking at them, and
 * opening sockets on them for the engine.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "private.h"

static const char *
name_of(const struct priv *p, unsigned slot)
{
	return p->conf->plan->lans[slot];
}

void
lan_begin(struct priv *p)
{
	unsigned slot;

	for (slot = 1; slot < NETOP_SLOTS; slot++) {
		p->lans[slot].slot = (uint8_t)slot;
		if (name_of(p, slot)[0] != '\0')
			executor_set_lan(
			    &p->executor, (uint8_t)slot, name_of(p, slot));
	}
}

/* Nothing is switched on behind the administrator's back: see docs/lan.md. */
static void
warn_forwarding(const char *ifname)
{
	char sysctl[OS_SYSCTL_MAX];

	if (os_forwards(ifname, sysctl) == 0)
		log_msg(LOG_WARNING,
		    "forwarding is off: hosts behind %s are not reached; "
		    "sysctl %s=1",
		    ifname, sysctl);
}

/* Look at one; true where it is not as it was. */
static bool
look(struct priv *p, unsigned slot)
{
	struct lan now = {.slot = (uint8_t)slot};
	struct err e = {0};
	bool other;

	if (os_lan_look(name_of(p, slot), &now, &e) != 0) {
		log_msg(LOG_WARNING, "%s", e.text);
		return false;
	}
	if (lan_equal(&now, &p->lans[slot]))
		return false;
	other = now.ifindex != p->lans[slot].ifindex;
	p->lans[slot] = now;
	if (other)
		executor_forget_lan(&p->executor, (uint8_t)slot, now.ifindex);
	if (other && now.ifindex != 0)
		warn_forwarding(name_of(p, slot));
	return true;
}

static void
look_and_tell(struct priv *p, unsigned slot, bool always)
{
	struct msg m = {.type = MSG_LAN, .fd = -1};

	if (name_of(p, slot)[0] == '\0' || (!look(p, slot) && !always))
		return;
	m.lan = p->lans[slot];
	engine_tell(p, &m);
}

static void
look_at_all(struct priv *p, bool tell_all)
{
	unsigned slot;

	for (slot = 1; slot < NETOP_SLOTS; slot++)
		look_and_tell(p, slot, tell_all);
}

void
lan_look(struct priv *p)
{
	look_at_all(p, false);
}

void
lan_engine_starts(struct priv *p)
{
	look_at_all(p, true);
	prefixes_engine_starts(p);
}

/* ---- Sockets */

static bool
may_have_sockets(const struct priv *p, uint32_t slot)
{
	if (slot == NETOP_SLOT_TUNNEL)
		return p->conf->plan->route_mode == ROUTE_SOLICIT;
	return slot < NETOP_SLOTS && name_of(p, slot)[0] != '\0' &&
	    p->conf->ra->advertise;
}

/*
 * Where is it now?  All zero where it is not.  That a link-local address can
 * be used from now on is told by no event on some systems (FreeBSD): the
 * engine has to know it, too.
 */
static int
find(struct priv *p, uint32_t slot, struct lan *l, struct err *e)
{
	const struct netop *tunnel = executor_tunnel(&p->executor);

	memset(l, 0, sizeof(*l));
	if (slot != NETOP_SLOT_TUNNEL) {
		look_and_tell(p, slot, false);
		*l = p->lans[slot];
		return 0;
	}
	return tunnel == NULL ? 0 : os_lan_look(tunnel->ifname, l, e);
}

static int
hand_over(struct priv *p, const struct lan *l, uint32_t slot,
    enum ra_socket which, struct err *e)
{
	struct msg m = {
	    .type = MSG_RA_SOCKET, .id = slot, .level = (int32_t)which};
	int rc;

	m.fd = ra_socket_open(which, l, e);
	if (m.fd < 0)
		return m.fd;
	rc = os_limit_fd(m.fd, OS_FD_ICMP6, e);
	if (rc == 0)
		engine_tell(p, &m);
	close(m.fd);
	return rc;
}

int
lan_open_sockets(struct priv *p, uint32_t slot)
{
	struct err e = {0};
	struct lan l;
	unsigned which;
	int rc;

	if (!may_have_sockets(p, slot))
		return -EPERM;
	rc = find(p, slot, &l, &e);
	if (rc == 0 && addr6_is_unspecified(&l.linklocal))
		rc = err_set(
		    &e, EADDRNOTAVAIL, "there is no link-local address yet");
	for (which = 0; which < RA_SOCKETS && rc == 0; which++) {
		/* The tunnel's far end is asked, and told nothing. */
		if (slot != NETOP_SLOT_TUNNEL || which != RA_SOCKET_ADVERTISE)
			rc = hand_over(p, &l, slot, (enum ra_socket)which, &e);
	}
	if (rc != 0)
		engine_tell_error(p, MSG_RA_FAILED, slot, &e);
	return 0;
}
