/* A tunnel that is up: keep-alive, probing, what the server says unasked. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

static void
describe(const struct session *s, char *buf, size_t size)
{
	const struct grant *g = &s->grant;
	char a[PREFIX6_STRLEN], b[PREFIX6_STRLEN];
	unsigned i;
	int n;

	n = snprintf(buf, size, " type=%s client4=%s server4=%s",
	    proto_type_name(g->type), addr4_format(g->client4, a),
	    addr4_format(g->server4, b));
	if (g->has_pair)
		n += snprintf(buf + n, size - (size_t)n,
		    " client6=%s server6=%s", addr6_format(&g->client6, a),
		    addr6_format(&g->server6, b));
	if (g->udp)
		n += snprintf(
		    buf + n, size - (size_t)n, " port4=%" PRIu16, g->port4);
	for (i = 0; i < g->nprefixes; i++) {
		const char *word = i == 0 ? " prefix=" : ",";

		if (size - (size_t)n < strlen(word) + PREFIX6_STRLEN)
			break; /* a list cut short, never an entry */
		n += snprintf(buf + n, size - (size_t)n, "%s%s", word,
		    prefix6_format(&g->prefixes[i], a));
	}
}

/* The earliest of: the next ping, the next probe, no more hope of an answer. */
void
set_ping_deadline(struct session *s)
{
	s->deadline = s->ping_due;
	if (s->probe_due >= 0 && s->probe_due < s->deadline)
		s->deadline = s->probe_due;
	if (s->ping_sent >= 0 &&
	    s->ping_sent + s->conf->ping_timeout < s->deadline)
		s->deadline = s->ping_sent + s->conf->ping_timeout;
}

void
go_up(struct step *st)
{
	struct session *s = st->s;
	char fields[SESSION_FX_TEXT - 64];
	bool first = s->state == SESSION_CONFIGURING;

	describe(s, fields, sizeof(fields));
	enter(st, SESSION_UP, first ? LOG_NOTICE : LOG_INFO, fields, "");
	if (first) {
		s->ping_sent = -1;
		s->probe_due = -1;
		s->ping_due = st->now + s->conf->ping_interval;
	}
	set_ping_deadline(s);
}

static void
on_alive(struct step *st)
{
	struct session *s = st->s;

	s->answered = true;
	s->unasked = 0;
	s->repeats = 0;
	s->last_failure[0] = '\0';
	backoff_worked(s, st->now);
	if (s->state == SESSION_UP) {
		/* An older ping's answer is as good as the latest one's. */
		s->ping_sent = -1;
		set_ping_deadline(s);
	} else if (s->owed == 0) {
		/* Here it is not: it may have come by the way of before. */
		s->ping_sent = -1;
		go_up(st);
	}
}

void
on_reply_up(struct step *st, const struct session_event *ev)
{
	struct err e = {0};
	int r = proto_parse_ok(ev->line, ev->len, &e);

	if (r == 0)
		on_alive(st);
	else
		fail(st, failure_of(r), e.text);
}

/*
 * A line that answers nothing.  The server says in one that it is closing, and
 * why; a few others do no harm, more of them are no DTCP server's.
 */
void
on_unasked(struct step *st, const struct session_event *ev)
{
	struct err e = {0};
	int r = proto_parse_ok(ev->line, ev->len, &e);

	if (r != 0 && r != -EPROTO) {
		fail(st, failure_of(r), e.text);
		return;
	}
	if (++st->s->unasked > UNASKED_MAX)
		fail(st, FAIL_PLAIN,
		    "the server sends lines that nobody asked for");
}

/* How long an answer may take now, in ms. */
static uint32_t
ping_limit(const struct session *s)
{
	if (s->state == SESSION_PROBING &&
	    s->conf->ping_timeout > PROBE_TIMEOUT)
		return PROBE_TIMEOUT;
	return s->conf->ping_timeout;
}

static void
send_urgent_ping(struct step *st)
{
	struct session *s = st->s;

	s->probed_at = st->now;
	s->probe_due = -1;
	s->ping_sent = -1;
	send_ping(st);
	s->deadline = st->now + ping_limit(s);
}

/* The way to the server may have changed: is it still there? */
void
probe(struct step *st)
{
	struct session *s = st->s;

	if (s->state == SESSION_PROBING) {
		/* The answer to come tells nothing of this change. */
		s->probe_due = s->probed_at + PROBE_GAP;
	} else if (s->probed_at >= 0 && st->now - s->probed_at < PROBE_GAP) {
		s->probe_due = s->probed_at + PROBE_GAP;
		set_ping_deadline(s);
	} else {
		enter(st, SESSION_PROBING, LOG_INFO, "", "");
		send_urgent_ping(st);
	}
}

static void
no_answer(struct step *st)
{
	uint32_t ms = ping_limit(st->s);
	char reason[96];

	/* The limit, not the time it took: the same text for the same fault. */
	snprintf(reason, sizeof(reason),
	    "the server does not answer: no reply to ping in %" PRIu32
	    ".%03" PRIu32 " s",
	    ms / 1000, ms % 1000);
	fail(st, FAIL_PLAIN, reason);
}

void
on_timer_up(struct step *st)
{
	struct session *s = st->s;
	bool slept = st->now - s->deadline > SUSPEND_GAP;

	if (s->state == SESSION_PROBING) {
		if (slept)
			send_urgent_ping(st);
		else
			no_answer(st);
		return;
	}
	/* Nobody could answer while this machine slept. */
	if (slept || (s->probe_due >= 0 && st->now >= s->probe_due)) {
		probe(st);
		return;
	}
	if (s->ping_sent >= 0 &&
	    st->now >= s->ping_sent + s->conf->ping_timeout) {
		no_answer(st);
		return;
	}
	if (st->now >= s->ping_due)
		send_ping(st);
	set_ping_deadline(s);
}
