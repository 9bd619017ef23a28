/* Counters, of one tunnel and of all. */
#include <inttypes.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

void
stats_tunnel(const struct tunnel *t, struct relay_stats *out)
{
	*out = t->peer.stats;
	relay_stats_add(out, &t->relay.stats); /* of a device of its own */
}

uint64_t
stats_drops(const struct relay_stats *st)
{
	return relay_drops_sum(st->drops_in) + relay_drops_sum(st->drops_out);
}

void
stats_info(const struct gateway *gw)
{
	struct relay_stats all = gw->ended, one;
	char text[LOG_LINE_MAX] = "info drops";
	const size_t none = strlen(text);
	const struct conn *c;
	unsigned i, tunnels = 0;

	relay_stats_add(&all, &gw->relay.stats);
	for (i = 0; i < gw->nplaces; i++) {
		if ((c = gw->places[i].conn) == NULL)
			continue;
		tunnels += c->serve.tunnel;
		if (c->carried == NULL)
			continue;
		stats_tunnel(c->carried, &one);
		relay_stats_add(&all, &one);
	}
	log_msg(LOG_NOTICE,
	    "info connections=%u tunnels=%u in=%" PRIu64 " out=%" PRIu64
	    " dropped=%" PRIu64,
	    gw->nconns, tunnels, all.packets_in, all.packets_out,
	    stats_drops(&all));
	relay_drops_text(&all, text, sizeof(text));
	if (text[none] != '\0')
		log_msg(LOG_NOTICE, "%s", text);
}
