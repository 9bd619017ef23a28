/*
 * What carries the packets of a tunnel: a far end on the device that many
 * share, or a device of its own, and a UDP socket of its own or the raw one of
 * its address.  Tunnels of the kernel's have nothing here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "private.h"

/* ---- What comes before a grant */

static struct tunnel *
coming(struct conn *c)
{
	struct tunnel *t = c->coming;

	if (t != NULL)
		return t;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->conn = c;
	relay_init(&t->relay);
	relay_socket_init(&t->udp, -1, true, false, 0);
	packets_policy_own(t);
	c->coming = t;
	return t;
}

void
tunnel_device(struct conn *c, int fd, unsigned features)
{
	struct tunnel *t = coming(c);

	if (t == NULL || t->relay.tunfd != -1)
		close(fd);
	else
		traffic_device(c->gw, &t->relay, fd, features);
}

void
tunnel_udp(struct conn *c, int fd, unsigned features)
{
	struct tunnel *t = coming(c);

	if (t == NULL || t->udp.fd != -1)
		close(fd);
	else
		relay_socket_init(&t->udp, fd, true, false, features);
}

/* ---- The end */

static void
free_tunnel(struct tunnel *t)
{
	if (t->relay.tunfd != -1)
		close(t->relay.tunfd);
	if (t->udp.fd != -1)
		close(t->udp.fd);
	free(t);
}

void
tunnel_forget_coming(struct conn *c)
{
	if (c->coming != NULL)
		free_tunnel(c->coming);
	c->coming = NULL;
}

static struct prefix6
host(const struct in6_addr *a)
{
	return (struct prefix6) {.addr = *a, .len = 128};
}

/* What it has in the hub: its prefixes, and its end of the pair. */
static unsigned
addresses(const struct grant *g, struct prefix6 out[GRANT_PREFIXES_MAX + 1])
{
	unsigned n;

	for (n = 0; n < g->nprefixes; n++)
		out[n] = g->prefixes[n];
	if (g->has_pair)
		out[n++] = host(&g->client6);
	return n;
}

static void
hub_forget(struct tunnel *t)
{
	struct prefix6 own[GRANT_PREFIXES_MAX + 1];
	unsigned n = addresses(&t->grant, own);

	while (n-- > 0)
		hub_remove(t->conn->gw->hub, &own[n]);
}

/* All or nothing. */
static int
hub_enter(struct tunnel *t)
{
	struct hub *hub = t->conn->gw->hub;
	struct prefix6 own[GRANT_PREFIXES_MAX + 1];
	unsigned i, n = addresses(&t->grant, own);
	int error;

	for (i = 0; i < n; i++) {
		error = hub_add(hub, &own[i], &t->peer);
		if (error == 0)
			continue;
		while (i-- > 0)
			hub_remove(hub, &own[i]);
		return error;
	}
	return 0;
}

void
tunnel_end(struct conn *c)
{
	struct tunnel *t = c->carried;
	struct relay_stats st;

	if (t == NULL)
		return;
	c->carried = NULL;
	stats_tunnel(t, &st);
	relay_stats_add(&c->gw->ended, &st);
	traffic_end(t);
	if (t->shared)
		hub_forget(t);
	if (t->raw != NULL)
		raw_remove(t);
	free_tunnel(t);
}

/* ---- The grant */

/* Does what came before the grant suffice for it? */
static bool
is_complete(const struct tunnel *t)
{
	const int tunfd = t->shared ? t->conn->gw->relay.tunfd : t->relay.tunfd;

	return tunfd != -1 && (t->raw != NULL || t->udp.fd != -1);
}

static int
enter(struct tunnel *t)
{
	int error = t->shared ? hub_enter(t) : 0;

	if (error != 0 || t->raw == NULL)
		return error;
	error = raw_add(t);
	if (error != 0 && t->shared)
		hub_forget(t);
	return error;
}

static void
prepare(struct tunnel *t, const struct msg *m)
{
	struct conn *c = t->conn;

	t->grant = m->grant;
	t->shared = m->level == CARRIER_SHARED;
	t->raw = m->grant.udp ? NULL : raw_find(c->gw, m->addr4);
	t->peer.socket = t->raw != NULL ? &t->raw->socket : &t->udp;
	t->peer.device = t->shared ? NULL : &t->relay;
	t->peer.addr.sin_family = AF_INET;
	/* Over UDP without a port, a keep-alive has to tell. */
	if (t->raw != NULL || c->udp_port != 0)
		t->peer.addr.sin_addr = m->grant.client4;
	if (t->raw == NULL)
		t->peer.addr.sin_port = htons(c->udp_port);
}

static int
failed(struct conn *c, int error)
{
	char addr[ADDR4_STRLEN];

	log_msg(LOG_ERR, "relay: %s: cannot carry its packets: %s",
	    addr4_format(c->client4, addr), strerror(-error));
	tunnel_forget_coming(c);
	return error;
}

int
tunnel_begin(struct conn *c, const struct msg *m)
{
	struct tunnel *t;
	int error;

	tunnel_end(c);
	if (m->level == CARRIER_KERNEL) {
		tunnel_forget_coming(c);
		return 0;
	}
	t = coming(c);
	if (t == NULL)
		return failed(c, -ENOMEM);
	prepare(t, m);
	if (!is_complete(t))
		return failed(c, -EPROTO);
	error = enter(t);
	if (error != 0)
		return failed(c, error);
	c->coming = NULL;
	c->carried = t;
	traffic_begin(t);
	return 0;
}
