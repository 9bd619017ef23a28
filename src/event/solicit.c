/*
 * -r solicit: the far end of the tunnel is asked for an advertisement, and the
 * kernel makes the default route of it.  What is heard here is only told.
 */
#include <errno.h>
#include <string.h>

#include <sys/socket.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

void
solicit_begin(struct engine *en)
{
	if (en->conf->plan->route_mode == ROUTE_SOLICIT)
		port_open(en, NETOP_SLOT_TUNNEL);
}

void
solicit_end(struct engine *en)
{
	rs_end(&en->rs);
	port_close(en, NETOP_SLOT_TUNNEL);
}

void
solicit_ready(struct engine *en)
{
	rs_begin(&en->rs, os_now_ms());
}

void
solicit_heard(struct engine *en, const struct ra_heard *h)
{
	char from[ADDR6_STRLEN];

	if (h->kind != RA_ADVERTISEMENT || h->router_lifetime == 0)
		return;
	log_msg(LOG_NOTICE, "solicit=answered if=%s router=%s", en->ifname,
	    addr6_format(&h->from, from));
	solicit_end(en);
}

static void
solicit(struct engine *en)
{
	const struct lan no_hwaddr = {.hwlen = 0};
	uint8_t buf[RS_PACKET_MAX];
	size_t n = rs_build(&no_hwaddr, buf);
	int fd = en->ports[NETOP_SLOT_TUNNEL].fd[RA_SOCKET_SOLICIT];

	/* A lost one is what the others are for. */
	if (send(fd, buf, n, 0) == -1)
		log_msg(LOG_DEBUG, "cannot solicit on %s: %s", en->ifname,
		    strerror(errno));
}

void
solicit_timer(struct engine *en, int64_t now)
{
	switch (rs_timer(&en->rs, now)) {
	case RS_NOTHING:
		break;
	case RS_SEND:
		solicit(en);
		break;
	case RS_GIVE_UP:
		log_msg(LOG_WARNING,
		    "solicit=unanswered if=%s: no router advertisement came "
		    "after three solicitations",
		    en->ifname);
		solicit_end(en);
		break;
	}
}
