/* What the log says of sessions: docs/syslog.md. */
#include <stdio.h>

#include "desk.h"
#include "dtcp/log.h"
#include "dtcp/text.h"

#define LINES_A_SECOND 5

static void
add_inner(char *line, size_t size, const struct grant *g)
{
	char text[PREFIX6_STRLEN];
	unsigned i;

	if (g->has_pair) {
		text_append(
		    line, size, " client6=%s", addr6_format(&g->client6, text));
		text_append(
		    line, size, " server6=%s", addr6_format(&g->server6, text));
	}
	for (i = 0; i < g->nprefixes; i++)
		text_append(line, size, "%s%s", i == 0 ? " prefix=" : ",",
		    prefix6_format(&g->prefixes[i], text));
}

void
desk_describe(
    const struct desk *d, const struct lease *s, char *buf, size_t size)
{
	const struct device *dev =
	    s->carrier == CARRIER_SHARED ? &d->shared : &s->device;
	char client4[ADDR4_STRLEN];

	(void)snprintf(buf, size,
	    "user=%s type=%s client4=%s tunnel=%s encap=%s", s->user,
	    proto_type_name(s->grant.type),
	    addr4_format(s->grant.client4, client4), dev->ifname,
	    s->carrier == CARRIER_KERNEL ? "kernel" : "user");
	if (s->grant.udp)
		text_append(buf, size, " udp=%u", s->grant.port4);
	add_inner(buf, size, &s->grant);
}

void
desk_log_login(const struct desk *d, const struct lease *s)
{
	char text[LOG_LINE_MAX];

	desk_describe(d, s, text, sizeof(text));
	log_msg(LOG_INFO, "login %s", text);
}

void
desk_log_logout(const struct lease *s, const char *why, int64_t now)
{
	char client4[ADDR4_STRLEN];

	log_msg(LOG_INFO, "logout user=%s client4=%s seconds=%lld %s", s->user,
	    addr4_format(s->grant.client4, client4),
	    (long long)(now - s->since) / 1000, why);
}

int64_t
desk_log_hidden(struct desk *d, int64_t now)
{
	struct desk_lines *l = &d->lines;

	if (l->hidden == 0)
		return INT64_MAX;
	if (now < l->until)
		return l->until;
	log_msg(LOG_NOTICE, "login refused more=%u", l->hidden);
	l->hidden = 0;
	return INT64_MAX;
}

void
desk_log_refused(
    struct desk *d, const struct login *l, const struct err *e, int64_t now)
{
	char client4[ADDR4_STRLEN];

	(void)desk_log_hidden(d, now);
	if (now >= d->lines.until) {
		d->lines.until = now + 1000;
		d->lines.told = 0;
	}
	if (d->lines.told == LINES_A_SECOND) {
		d->lines.hidden++;
		return;
	}
	d->lines.told++;
	log_msg(LOG_NOTICE, "login refused user=%s client4=%s reason=\"%s\"",
	    l->user, addr4_format(l->client4, client4), e->text);
}

void
desk_log_counts(const struct desk *d)
{
	const unsigned *n = d->leases.of_type;

	log_msg(LOG_NOTICE,
	    "info sessions=%u tunnelonly=%u host=%u network=%u users=%u "
	    "logins=%llu "
	    "refused=%llu",
	    d->leases.n, n[TUNNEL_ONLY], n[TUNNEL_HOST], n[TUNNEL_NETWORK],
	    accounts_count(d->accounts), d->logins, d->refused);
}
