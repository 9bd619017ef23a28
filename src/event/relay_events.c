/* The relay in the reactor, where packets are moved in user space. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/feature.h"
#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

void
relay_begin(struct engine *en)
{
	relay_init(&en->relay);
	en->relay.tun_family = os_tun_family();
	en->relay.policy = relay_client_policy;
	en->relay.policy.arg = &en->client;
	en->client.peer.socket = &en->outer;
	relay_socket_init(&en->outer, -1, false, true, 0);
}

static void
end_one(struct event **ev, int *fd)
{
	if (*ev != NULL)
		event_free(*ev);
	*ev = NULL;
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* What a tun device that somebody removed says: Linux EBADFD, others ENXIO. */
static bool
device_is_gone(int error)
{
#ifdef EBADFD
	if (error == EBADFD)
		return true;
#endif
	return error == ENXIO || error == ENODEV;
}

/*
 * A device that somebody removed is put back by the root process; until then
 * reading on would only spin.  Anything else that ends the relay leaves a
 * tunnel that carries nothing: then the engine goes, and all is done anew.
 */
static void
relay_died(struct engine *en, const char *what, int r)
{
	log_msg(LOG_WARNING, "relay: %s is gone: %s", what, strerror(-r));
	if (!device_is_gone(-r))
		_exit(1);
	relay_end(en);
}

static void
on_tun(evutil_socket_t fd, short what, void *arg)
{
	struct engine *en = arg;
	const struct relay_stats *st = &en->client.peer.stats;
	const uint64_t before = st->packets_out;
	int r;

	(void)fd;
	(void)what;
	r = relay_from_tun(&en->relay);
	if (en->outer.udp && st->packets_out != before)
		en->sent_at = os_now_ms();
	if (r < 0)
		relay_died(en, "the tunnel device", r);
}

static void
on_outer(evutil_socket_t fd, short what, void *arg)
{
	struct engine *en = arg;
	int r;

	(void)fd;
	(void)what;
	r = relay_from_socket(&en->relay, &en->outer);
	if (r < 0)
		relay_died(en, "the outer socket", r);
}

/*
 * The two descriptors come one after the other; neither is read before both
 * are there, or there would be nowhere to write to.
 */
static void
set_fd(struct engine *en, struct event **ev, int *where, int fd,
    event_callback_fn callback)
{
	end_one(ev, where);
	*where = fd;
	*ev = event_new(en->base, fd, EV_READ | EV_PERSIST, callback, en);
	if (*ev == NULL)
		_exit(1);
	if (en->tun_event == NULL || en->outer_event == NULL)
		return;
	if (event_add(en->tun_event, NULL) == -1 ||
	    event_add(en->outer_event, NULL) == -1)
		_exit(1);
}

void
tunnel_set_tun(struct engine *en, int fd, unsigned features)
{
	en->relay.features = features;
	en->relay.mtu = en->conf->plan->mtu;
	set_fd(en, &en->tun_event, &en->relay.tunfd, fd, on_tun);
}

void
tunnel_set_outer(struct engine *en, int fd, unsigned features)
{
	log_msg(LOG_INFO, "relay tun=%s out=%s in=%s",
	    features & USER_VNET ? "offload" : "plain",
	    features & USER_GSO ? "gso" : "plain",
	    features & USER_GRO ? "gro" : "plain");
	set_fd(en, &en->outer_event, &en->outer.fd, fd, on_outer);
	relay_socket_init(&en->outer, fd, en->client.rules.udp, true, features);
}

void
relay_end(struct engine *en)
{
	end_one(&en->tun_event, &en->relay.tunfd);
	end_one(&en->outer_event, &en->outer.fd);
}

static void
own(struct relay_rules *r, const struct in6_addr *a, uint8_t len)
{
	if (r->nown == RELAY_OWN_MAX)
		return;
	r->own[r->nown].addr = *a;
	r->own[r->nown].len = len;
	r->nown++;
}

void
relay_set_rules(struct engine *en, const struct grant *g)
{
	const struct plan_conf *c = en->conf->plan;
	struct relay_rules *r = &en->client.rules;
	unsigned i;

	memset(r, 0, sizeof(*r));
	r->any_source = g->type == TUNNEL_ONLY;
	r->udp = g->udp;
	if (g->has_pair)
		own(r, &g->client6, 128);
	for (i = 0; i < g->nprefixes; i++)
		own(r, &g->prefixes[i].addr, g->prefixes[i].len);
	/* An -A address is ours alone, whatever subnet it brings along. */
	for (i = 0; i < c->naddrs; i++)
		own(r, &c->addrs[i].addr, 128);
}
