/*
 * The status file of dtcps, once a second at most where much goes on; where
 * little does, at each change.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/service.h"
#include "private.h"

struct listing {
	FILE *f;
	const struct desk *desk;
};

static bool
print_session(void *arg, struct lease *s)
{
	const struct listing *l = arg;
	char text[LOG_LINE_MAX];

	desk_describe(l->desk, s, text, sizeof(text));
	fprintf(l->f, "session=%s since=%lld\n", text + strlen("user="),
	    (long long)(time(NULL) - (os_now_ms() - s->since) / 1000));
	return true;
}

static void
print(FILE *f, const void *arg)
{
	const struct broker *b = arg;
	const struct desk *d = &b->desk;
	struct listing l = {.f = f, .desk = d};
	const unsigned *n = d->leases.of_type;

	fprintf(f, "instance=%s\n", b->conf->pidfile);
	fprintf(f, "pid=%ld\n", (long)getpid());
	fprintf(f, "engine=%ld\n", (long)b->engine.pid);
	fprintf(f, "state=%s\n", b->stopping ? "stopping" : "up");
	fprintf(f, "since=%lld\n", (long long)b->since);
	fprintf(f, "sessions=%u\n", d->leases.n);
	fprintf(f, "max_sessions=%u\n", b->conf->max_sessions);
	fprintf(f, "tunnelonly=%u\n", n[TUNNEL_ONLY]);
	fprintf(f, "host=%u\n", n[TUNNEL_HOST]);
	fprintf(f, "network=%u\n", n[TUNNEL_NETWORK]);
	fprintf(f, "users=%u\n", accounts_count(d->accounts));
	fprintf(f, "logins=%llu\n", d->logins);
	fprintf(f, "refused=%llu\n", d->refused);
	leases_each(&d->leases, print_session, &l);
}

void
report_begin(const struct broker *b)
{
	const struct broker_conf *c = b->conf;
	char text[ADDR4_STRLEN];
	unsigned i;

	for (i = 0; i < c->nlisten; i++)
		log_msg(LOG_NOTICE, "listening on %s port %u",
		    addr4_format(c->listen4[i], text), c->port);
	if (!c->offer.has_prefix && accounts_routes(b->desk.accounts) == 0)
		log_msg(LOG_WARNING,
		    "neither a prefix nor a route table: only tunnels of type "
		    "tunnelonly can be had");
}

void
report_changed(struct broker *b, int64_t now)
{
	const int64_t earliest =
	    b->reported - (STATUS_AT_ONCE - 1) * STATUS_GAP;

	if (b->status_due == INT64_MAX)
		b->status_due = earliest > now ? earliest : now;
}

void
report_write(struct broker *b, int64_t now)
{
	statusfile_write(b->conf->statusfile, print, b);
	b->reported = (b->reported > now ? b->reported : now) + STATUS_GAP;
	b->status_due = INT64_MAX;
}
