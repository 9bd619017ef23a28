/* Counters: added up, and in words.  Pure. */
#include <inttypes.h>

#include "dtcp/relay.h"
#include "dtcp/text.h"

void
relay_stats_add(struct relay_stats *sum, const struct relay_stats *s)
{
	sum->packets_in += s->packets_in;
	sum->octets_in += s->octets_in;
	sum->packets_out += s->packets_out;
	sum->octets_out += s->octets_out;
	sum->gso_refused += s->gso_refused;
	for (unsigned v = 0; v < RELAY_VERDICTS; v++) {
		sum->drops_in[v] += s->drops_in[v];
		sum->drops_out[v] += s->drops_out[v];
	}
}

uint64_t
relay_drops_sum(const uint64_t drops[RELAY_VERDICTS])
{
	uint64_t n = 0;
	unsigned v;

	for (v = 0; v < RELAY_VERDICTS; v++)
		if (v != RELAY_KEEPALIVE)
			n += drops[v];
	return n;
}

static void
append(char *buf, size_t size, const char *way,
    const uint64_t drops[RELAY_VERDICTS])
{
	unsigned v;

	for (v = 0; v < RELAY_VERDICTS; v++)
		if (drops[v] > 0 && v != RELAY_KEEPALIVE)
			text_append(buf, size, " %s_%s=%" PRIu64, way,
			    relay_verdict_name((enum relay_verdict)v),
			    drops[v]);
}

void
relay_drops_text(const struct relay_stats *s, char *buf, size_t size)
{
	append(buf, size, "in", s->drops_in);
	append(buf, size, "out", s->drops_out);
}
