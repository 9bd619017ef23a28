/*
 * Keep-alives of a UDP tunnel.  A NAT forgets who is silent, and behind one
 * the server knows the way to us from these alone, so that the first ones come
 * close together: one may be lost.
 */
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define INTERVAL 20000 /* ms */
#define AT_FIRST 3     /* that many ... */
#define GAP	 1000  /* ... at such a distance */

static void
send_one(struct engine *en)
{
	uint8_t buf[RELAY_KEEPALIVE_MAX];
	size_t n = relay_keepalive(&en->session.grant, buf);
	int r;

	if (en->outer.fd == -1) /* the device is being put back */
		return;
	/* What cannot be sent now is as good as lost. */
	r = relay_send_keepalive(&en->client.peer, buf, n);
	if (r != 0)
		log_msg(LOG_DEBUG, "keep-alive: %s", strerror(-r));
}

void
keepalive_timer(evutil_socket_t fd, short what, void *arg)
{
	struct engine *en = arg;
	int64_t now = os_now_ms(), next = INTERVAL;

	(void)fd;
	(void)what;
	/* Packets do as well, but behind a NAT that moved us they do not. */
	if (en->conf->session->nat || en->keepalive_first > 0 ||
	    now - en->sent_at >= INTERVAL) {
		send_one(en);
		en->sent_at = now;
	} else
		next = INTERVAL - (now - en->sent_at);
	if (en->keepalive_first > 0 && --en->keepalive_first > 0)
		next = GAP;
	os_timer_set(en->keepalive_timer, next);
}

void
keepalive_begin(struct engine *en)
{
	if (!en->session.grant.udp)
		return;
	en->keepalive_first = AT_FIRST;
	keepalive_timer(en->keepalive_timer, 0, en);
}

void
keepalive_end(struct engine *en)
{
	os_timer_set(en->keepalive_timer, -1);
}
