/* An attempt: from the connection to the tunnel. */
#include <errno.h>
#include <stdio.h>

#include "dtcp/log.h"
#include "private.h"

/* Steps of attempts after the first are for those who debug. */
static int
step_level(const struct session *s)
{
	return s->attempts + s->refusals > 0 ? LOG_DEBUG : LOG_INFO;
}

void
on_dialled(struct step *st, const struct session_event *ev)
{
	struct session *s = st->s;
	char fields[64], local[ADDR4_STRLEN], server[ADDR4_STRLEN];

	s->local4 = ev->local4;
	s->server4 = ev->server4;
	s->owed = 1; /* the greeting */
	s->unasked = 0;
	s->answered = false;
	snprintf(fields, sizeof(fields), " local4=%s server4=%s",
	    addr4_format(s->local4, local), addr4_format(s->server4, server));
	enter(st, SESSION_GREETING, step_level(s), fields, "");
	s->deadline = st->now + GREETING_TIMEOUT;
}

static void
on_greeting(struct step *st, const struct session_event *ev)
{
	char challenge[PROTO_CHALLENGE_MAX + 1];
	struct err e = {0};

	if (proto_parse_greeting(ev->line, ev->len, challenge, &e) != 0) {
		fail(st, FAIL_PLAIN, e.text);
		return;
	}
	enter(st, SESSION_AUTHENTICATING, step_level(st->s), "", "");
	st->s->deadline = st->now + DIGEST_TIMEOUT;
	emit(st, SESSION_FX_DIGEST, 0, challenge);
}

void
on_digest(struct step *st, const struct session_event *ev)
{
	const struct session_conf *c = st->s->conf;
	char line[SESSION_FX_TEXT], fields[32];

	if (proto_make_tunnel(line, sizeof(line), c->user, ev->digest, c->type,
		c->udp ? c->udp_announce : -1) < 0) {
		fail(st, FAIL_REFUSED, "user name or digest cannot be sent");
		return;
	}
	snprintf(fields, sizeof(fields), " type=%s", proto_type_name(c->type));
	enter(st, SESSION_REQUESTING, step_level(st->s), fields, "");
	st->s->deadline = st->now + GRANT_TIMEOUT;
	send_request(st, line);
}

static bool
behind_nat(struct step *st, const struct grant *g)
{
	const struct session *s = st->s;
	char reason[ERR_TEXT_MAX], seen[ADDR4_STRLEN], own[ADDR4_STRLEN];

	if (s->conf->nat || addr4_equal(g->client4, s->local4))
		return false;
	snprintf(reason, sizeof(reason),
	    "behind NAT: the server sees %s, the local address is %s; "
	    "use -n%s",
	    addr4_format(g->client4, seen), addr4_format(s->local4, own),
	    s->conf->udp ? "" : ", with -U unless the NAT passes protocol 41");
	send_quit(st);
	fail(st, FAIL_REFUSED, reason);
	return true;
}

/* The tunnel is one over UDP if, and only if, that was asked for. */
static bool
other_transport(struct step *st, const struct grant *g)
{
	if (g->udp == st->s->conf->udp)
		return false;
	send_quit(st);
	if (g->udp)
		fail(st, FAIL_PLAIN,
		    "grant of a UDP tunnel that was not asked for");
	else
		fail(st, FAIL_REFUSED, "the server grants no UDP tunnels");
	return true;
}

/* The reply is no grant. */
static void
refused(struct step *st, int code, const struct err *e)
{
	const char *udp = "";
	char reason[SESSION_FX_TEXT];

	if (code != -ETIMEDOUT && code != -EEXIST) /* it waits for us */
		send_quit(st);
	if (code == -EACCES && st->s->conf->udp)
		udp = "; one that does not know UDP tunnels (-U) says the same";
	snprintf(reason, sizeof(reason), "%s%s", e->text, udp);
	fail(st, failure_of(code), reason);
}

static void
on_grant(struct step *st, const struct session_event *ev)
{
	struct session *s = st->s;
	struct grant g;
	struct err e = {0};
	int r;

	r = proto_parse_grant(ev->line, ev->len, s->conf->type, &g, &e);
	if (r != 0) {
		refused(st, r, &e);
		return;
	}
	if (other_transport(st, &g) || behind_nat(st, &g))
		return;
	s->grant = g;
	enter(st, SESSION_CONFIGURING, step_level(s), "", "");
	s->deadline = st->now + CONFIGURE_TIMEOUT;
	s->installed = true;
	s->routed = true;
	emit(st, SESSION_FX_APPLY, 0, "");
}

void
on_applied(struct step *st)
{
	st->s->sessions++;
	st->s->cuts = 0;
	go_up(st);
}

static void
on_line_leaving(struct step *st)
{
	if (st->s->owed <= 1) /* the reply to quit, after all the others */
		left(st);
	else
		st->s->owed--;
}

void
on_line(struct step *st, const struct session_event *ev)
{
	struct session *s = st->s;

	if (s->state == SESSION_LEAVING) {
		on_line_leaving(st);
		return;
	}
	if (s->owed == 0) {
		on_unasked(st, ev);
		return;
	}
	s->owed--;
	if (s->state == SESSION_GREETING)
		on_greeting(st, ev);
	else if (s->state == SESSION_REQUESTING)
		on_grant(st, ev);
	else if (session_is_up(s))
		on_reply_up(st, ev);
}
