/*
 * Descriptors that packets come by, in the reactor, and what it means when
 * one of them has gone.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

/* Of a socket's errors (dtcp/relay.h); the others are the device's. */
static bool
is_sockets(int error)
{
	return error == EBADF || error == ENOTSOCK || error == ENOTCONN ||
	    error == EDESTADDRREQ;
}

void
traffic_all_lost(int error)
{
	log_msg(LOG_ERR, "relay: %s is gone: %s",
	    is_sockets(error) ? "a shared socket" : "the shared device",
	    strerror(error));
	_exit(1);
}

/* Something of it has gone: the root process may not know yet. */
static void
lost(struct tunnel *t, const char *what, int error)
{
	struct conn *c = t->conn;
	struct serve_effects fx;
	char addr[ADDR4_STRLEN];

	/* Another one is asked for, and this one goes first. */
	if (c->serve.state == SERVE_ASKING) {
		tunnel_end(c);
		return;
	}
	log_msg(LOG_WARNING, "relay: %s: %s is gone: %s",
	    addr4_format(c->client4, addr), what, strerror(error));
	tell_logout(c, "lost");
	serve_lost(&c->serve, &fx);
	(void)conn_run(c, &fx, "lost");
}

static void
on_shared(evutil_socket_t fd, short what, void *arg)
{
	struct gateway *gw = arg;
	int r;

	(void)fd;
	(void)what;
	r = relay_from_tun(&gw->relay);
	if (r < 0)
		traffic_all_lost(-r);
}

static void
on_own(evutil_socket_t fd, short what, void *arg)
{
	struct tunnel *t = arg;
	int r;

	(void)fd;
	(void)what;
	r = relay_from_tun(&t->relay);
	if (r < 0)
		lost(t, "its device", -r);
}

static void
on_udp(evutil_socket_t fd, short what, void *arg)
{
	struct tunnel *t = arg;
	int r;

	(void)fd;
	(void)what;
	r = relay_from_socket(
	    t->shared ? &t->conn->gw->relay : &t->relay, &t->udp);
	if (r >= 0)
		return;
	if (t->shared && !is_sockets(-r))
		traffic_all_lost(-r);
	lost(t, is_sockets(-r) ? "its socket" : "its device", -r);
}

void
traffic_device(struct gateway *gw, struct relay *r, int fd, unsigned features)
{
	r->tunfd = fd;
	r->features = features;
	r->tun_family = os_tun_family();
	r->mtu = gw->conf->offer->mtu;
}

void
traffic_shared(struct gateway *gw, int tunfd, unsigned features)
{
	if (gw->relay.tunfd != -1) {
		(void)event_del(&gw->tun_event);
		close(gw->relay.tunfd);
	}
	traffic_device(gw, &gw->relay, tunfd, features);
	gateway_watch(gw, &gw->tun_event, tunfd, on_shared, gw);
}

void
traffic_begin(struct tunnel *t)
{
	struct gateway *gw = t->conn->gw;

	if (!t->shared)
		gateway_watch(gw, &t->tun_event, t->relay.tunfd, on_own, t);
	if (t->raw == NULL)
		gateway_watch(gw, &t->udp_event, t->udp.fd, on_udp, t);
}

void
traffic_end(struct tunnel *t)
{
	if (!t->shared)
		(void)event_del(&t->tun_event);
	if (t->raw == NULL)
		(void)event_del(&t->udp_event);
}
