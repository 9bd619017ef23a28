/*
 * Sockets for advertisements and solicitations, a set of them for each
 * interface.  The root process opens them, as soon as the interface has an
 * address that can be used.
 */
#include <errno.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define READS_A_TURN 64	  /* so that a flood leaves room for the others */
#define RETRY	     1000 /* ms: duplicate address detection takes that long */
#define RETRIES	     30

void
port_init(struct engine *en, uint8_t slot)
{
	struct port *p = &en->ports[slot];

	p->engine = en;
	p->slot = slot;
	p->retry = -1;
	for (unsigned i = 0; i < RA_SOCKETS; i++)
		p->fd[i] = -1;
}

void
port_close(struct engine *en, uint8_t slot)
{
	struct port *p = &en->ports[slot];

	if (p->event != NULL)
		event_free(p->event);
	p->event = NULL;
	for (unsigned i = 0; i < RA_SOCKETS; i++) {
		if (p->fd[i] != -1)
			close(p->fd[i]);
		p->fd[i] = -1;
	}
	p->retry = -1;
	p->wanted = false;
}

static void
ask(struct port *p)
{
	struct msg m = {.type = MSG_RA_OPEN, .id = p->slot, .fd = -1};

	p->retry = -1;
	tell(p->engine, &m);
}

void
port_open(struct engine *en, uint8_t slot)
{
	struct port *p = &en->ports[slot];

	port_close(en, slot);
	p->wanted = true;
	p->tries = 0;
	ask(p);
}

void
port_timer(struct engine *en, uint8_t slot, int64_t now)
{
	struct port *p = &en->ports[slot];

	if (p->retry >= 0 && now >= p->retry)
		ask(p);
}

void
port_failed(struct engine *en, const struct msg *m)
{
	struct port *p;

	if (m->id >= NETOP_SLOTS)
		_exit(1);
	p = &en->ports[m->id];
	if (!p->wanted)
		return;
	if (m->code == EADDRNOTAVAIL && p->tries++ < RETRIES) {
		p->retry = os_now_ms() + RETRY;
		return;
	}
	if (m->code == ENXIO || m->code == ENODEV)
		return; /* it is gone: that will be told */
	/* Until the interface changes in some way. */
	log_msg(LOG_WARNING, "no sockets for router discovery on %s: %s",
	    port_name(en, p->slot), m->text);
}

const char *
port_name(const struct engine *en, uint8_t slot)
{
	return slot == NETOP_SLOT_TUNNEL ? en->ifname :
					   en->conf->plan->lans[slot];
}

static void
heard(struct port *p, const uint8_t *buf, size_t n, const struct in6_addr *from,
    int hoplimit)
{
	struct ra_heard h;

	if (ra_parse(buf, n, from, hoplimit, &h) != 0)
		return;
	if (p->slot == NETOP_SLOT_TUNNEL)
		solicit_heard(p->engine, &h);
	else
		advertise_heard(p->engine, p->slot, &h, buf, n);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct port *p = arg;
	uint32_t ifindex = p->slot == NETOP_SLOT_TUNNEL ?
	    p->engine->ifindex :
	    p->engine->lans[p->slot].ifindex;
	uint8_t buf[RA_RECV_MAX];
	struct in6_addr from;
	int i, n, hoplimit;

	(void)what;
	/* What is heard may close the socket. */
	for (i = 0; i < READS_A_TURN && p->event != NULL; i++) {
		n = ra_socket_recv((int)fd, ifindex, buf, &from, &hoplimit);
		if (n < 0)
			break;
		if (n > 0)
			heard(p, buf, (size_t)n, &from, hoplimit);
	}
	advertise_settle(p->engine);
}

/* All that the slot needs are there: the last one makes it work. */
static bool
is_complete(const struct port *p)
{
	return p->fd[RA_SOCKET_LISTEN] != -1 &&
	    p->fd[RA_SOCKET_SOLICIT] != -1 &&
	    (p->fd[RA_SOCKET_ADVERTISE] != -1 || p->slot == NETOP_SLOT_TUNNEL);
}

void
port_socket(struct engine *en, struct msg *m)
{
	struct port *p;

	if (m->id >= NETOP_SLOTS || m->level < 0 || m->level >= RA_SOCKETS)
		_exit(1);
	p = &en->ports[m->id];
	if (!p->wanted || p->event != NULL)
		return; /* asked for before something else changed */
	if (p->fd[m->level] != -1)
		close(p->fd[m->level]);
	p->fd[m->level] = m->fd;
	m->fd = -1;
	if (!is_complete(p))
		return;
	p->event = event_new(en->base, p->fd[RA_SOCKET_LISTEN],
	    EV_READ | EV_PERSIST, on_readable, p);
	if (p->event == NULL || event_add(p->event, NULL) == -1)
		_exit(1);
	if (p->slot == NETOP_SLOT_TUNNEL)
		solicit_ready(en);
	else
		advertise_ready(en, p->slot);
}
