/* Messages to the root process. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/text.h"
#include "private.h"

void
tell(struct engine *en, const struct msg *m)
{
	/* Without the root process there is nothing left to do. */
	if (channel_send(en->channel, m) != 0)
		_exit(1);
}

void
tell_text(struct engine *en, enum msg_type type, int level, const char *text)
{
	struct msg m = {.type = type, .level = level, .fd = -1};

	strlcpy(m.text, text, sizeof(m.text));
	tell(en, &m);
}

static void
add_grant(char *buf, size_t size, const struct engine *en)
{
	const struct grant *g = &en->session.grant;
	char a[PREFIX6_STRLEN], b[PREFIX6_STRLEN];
	unsigned i;

	text_append(buf, size, " local4=%s remote4=%s",
	    addr4_format(en->session.local4, a), addr4_format(g->server4, b));
	if (g->has_pair)
		text_append(buf, size, " client6=%s server6=%s",
		    addr6_format(&g->client6, a), addr6_format(&g->server6, b));
	if (g->udp)
		text_append(buf, size, " port4=%" PRIu16, g->port4);
	for (i = 0; i < g->nprefixes; i++)
		text_append(buf, size, "%s%s", i == 0 ? " prefix=" : ",",
		    prefix6_format(&g->prefixes[i], a));
}

/* How a LAN is, as far as hosts notice. */
static const char *
lan_word(const struct engine *en, unsigned slot)
{
	if (en->lans[slot].ifindex == 0)
		return "absent";
	switch (en->ra[slot].state) {
	case RA_OFF:
		break;
	case RA_LISTENING:
		return "listening";
	case RA_ADVERTISING:
		return "advertising";
	case RA_SILENT:
		return "silent";
	}
	return "off";
}

static void
add_lans(char *buf, size_t size, const struct engine *en)
{
	const char *mark = " lan=";
	unsigned slot;

	for (slot = 1; slot < NETOP_SLOTS; slot++) {
		if (en->conf->plan->lans[slot][0] == '\0')
			continue;
		text_append(buf, size, "%s%s:%s", mark,
		    en->conf->plan->lans[slot], lan_word(en, slot));
		mark = ",";
	}
}

void
tell_lans(struct engine *en)
{
	bool changed = false;
	const char *word;
	unsigned slot;

	for (slot = 1; slot < NETOP_SLOTS; slot++) {
		word = lan_word(en, slot);
		if (en->conf->plan->lans[slot][0] == '\0' ||
		    (en->lan_told[slot] != NULL &&
			strcmp(word, en->lan_told[slot]) == 0))
			continue;
		en->lan_told[slot] = word;
		changed = true;
	}
	if (changed)
		tell_state(en, en->why);
}

void
tell_state(struct engine *en, const char *why)
{
	const struct session *s = &en->session;
	char text[LOG_LINE_MAX], addr[ADDR4_STRLEN];

	snprintf(text, sizeof(text), "server=%s type=%s sessions=%u",
	    en->conf->server, proto_type_name(s->conf->type), s->sessions);
	if (s->server4.s_addr != 0)
		text_append(text, sizeof(text), " server4=%s",
		    addr4_format(s->server4, addr));
	if (en->ifname[0] != '\0')
		text_append(text, sizeof(text), " if=%s encap=%s mtu=%" PRIu32,
		    en->ifname, en->user_encap ? "user" : "kernel",
		    en->conf->plan->mtu);
	if (engine_is_up(en))
		add_grant(text, sizeof(text), en);
	add_lans(text, sizeof(text), en);
	if (why != en->why)
		strlcpy(en->why, why, sizeof(en->why));
	if (why[0] != '\0')
		text_append(text, sizeof(text), " reason=%s", why);
	tell_text(en, MSG_STATE, (int)s->state, text);
}

/* Why packets did not pass. */
static void
tell_drops(const struct relay_stats *st)
{
	char text[LOG_LINE_MAX] = "info drops";
	const size_t none = strlen(text);

	relay_drops_text(st, text, sizeof(text));
	if (text[none] != '\0')
		log_msg(LOG_NOTICE, "%s", text);
}

/* SIGUSR1: how things are. */
void
tell_info(struct engine *en)
{
	const struct session *s = &en->session;
	struct relay_stats st = en->relay.stats;
	char text[LOG_LINE_MAX];

	relay_stats_add(&st, &en->client.peer.stats);
	snprintf(text, sizeof(text),
	    "info state=%s for=%" PRId64 "s sessions=%u",
	    session_state_name(s->state), (os_now_ms() - s->since) / 1000,
	    s->sessions);
	if (en->ifname[0] != '\0')
		text_append(text, sizeof(text), " if=%s encap=%s", en->ifname,
		    en->user_encap ? "user" : "kernel");
	if (engine_is_up(en))
		add_grant(text, sizeof(text), en);
	if (en->user_encap)
		text_append(text, sizeof(text),
		    " in=%" PRIu64 " out=%" PRIu64 " dropped_in=%" PRIu64
		    " dropped_out=%" PRIu64,
		    st.packets_in, st.packets_out, relay_drops_sum(st.drops_in),
		    relay_drops_sum(st.drops_out));
	if (en->user_encap && st.gso_refused > 0)
		text_append(text, sizeof(text), " gso_refused=%" PRIu64,
		    st.gso_refused);
	log_msg(LOG_NOTICE, "%s", text);
	if (en->user_encap)
		tell_drops(&st);
}
