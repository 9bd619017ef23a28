/* A session, its surroundings, and what must hold: see session_model.h. */
#include "session_model.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_WAIT 3600000 /* of back-off; with default times */
#define EFFECTS_MAX  6

#define HOLDS(cond)                   \
	do {                          \
		if (!(cond))          \
			return #cond; \
	} while (0)

/* Marsaglia's xorshift. */
uint32_t
session_model_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static uint32_t
bits(void *arg)
{
	return session_model_random(arg);
}

void
session_model_init(struct session_model *m, uint32_t seed)
{
	memset(m, 0, sizeof(*m));
	m->conf.type = TUNNEL_NETWORK;
	strlcpy(m->conf.user, "u", sizeof(m->conf.user));
	m->conf.ping_interval = SESSION_PING_INTERVAL;
	m->conf.ping_timeout = SESSION_PING_TIMEOUT;
	m->conf.retry_min = SESSION_RETRY_MIN;
	m->conf.retry_max = SESSION_RETRY_MAX;
	m->now = 1000000;
	m->seed = seed;
	m->dialled_at = -1;
	session_init(&m->s, &m->conf, bits, &m->seed);
}

/* One line of printable text, and no quote but a pair. */
static bool
is_clean(const char *text)
{
	unsigned quotes = 0;

	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
		quotes += *text == '"';
	}
	return quotes == 0 || (quotes == 2 && text[-1] == '"');
}

static const char *
check_send(const struct session_model *m, const char *text)
{
	size_t n = strlen(text);

	HOLDS(m->connected);
	HOLDS(n > 2 && n < SESSION_FX_TEXT - 1);
	HOLDS(strcspn(text, "\r\n") == n - 2);
	HOLDS(strcmp(text + n - 2, "\r\n") == 0);
	return NULL;
}

static const char *
check_dial(struct session_model *m, const struct session_event *ev)
{
	HOLDS(!m->connected);
	HOLDS(m->s.state == SESSION_CONNECTING);
	if (ev->kind == SESSION_EV_ADDR_NEW || ev->kind == SESSION_EV_DEFAULT)
		HOLDS(m->now - m->dialled_at >= 1000);
	m->dialling = true;
	m->dialled_at = m->now;
	return NULL;
}

static const char *
check_exit(const struct session_model *m, int status, bool last)
{
	HOLDS(last);
	HOLDS(m->s.state == SESSION_STOPPED);
	HOLDS(status == (m->told_to_stop ? 0 : 1));
	return NULL;
}

static const char *
check_effect(struct session_model *m, const struct session_event *ev,
    const struct session_effect *fx, bool last)
{
	switch (fx->kind) {
	case SESSION_FX_DIAL:
		return check_dial(m, ev);
	case SESSION_FX_HANGUP:
		m->connected = m->dialling = false;
		break;
	case SESSION_FX_SEND:
		return check_send(m, fx->text);
	case SESSION_FX_DIGEST:
		HOLDS(m->connected && fx->text[0] != '\0');
		break;
	case SESSION_FX_APPLY:
		HOLDS(m->connected && m->s.state == SESSION_CONFIGURING);
		m->applied = m->routed = true;
		break;
	case SESSION_FX_WITHDRAW:
		HOLDS(m->routed);
		m->routed = false;
		break;
	case SESSION_FX_UNDO:
		HOLDS(m->applied);
		m->applied = m->routed = false;
		break;
	case SESSION_FX_LOG:
	case SESSION_FX_STATE:
		break; /* check_log() */
	case SESSION_FX_EXIT:
		return check_exit(m, fx->level, last);
	}
	return NULL;
}

/* One line for each state entered, right after it is told. */
static const char *
check_log(const struct session_model *m, enum session_state from,
    const struct session_effects *fx)
{
	unsigned states = 0, lines = 0;
	char want[80];

	snprintf(want, sizeof(want),
	    "state=%s from=%s after=", session_state_name(m->s.state),
	    session_state_name(from));
	for (unsigned i = 0; i < fx->n; i++) {
		const char *text = fx->fx[i].text;

		if (fx->fx[i].kind == SESSION_FX_STATE)
			states++;
		if (fx->fx[i].kind != SESSION_FX_LOG)
			continue;
		lines++;
		HOLDS(is_clean(text));
		HOLDS(strncmp(text, want, strlen(want)) == 0);
		HOLDS(i > 0 && fx->fx[i - 1].kind == SESSION_FX_STATE);
	}
	HOLDS(states == (from == m->s.state ? 0 : 1));
	HOLDS(lines == states);
	return NULL;
}

static const char *
check_deadline(const struct session_model *m, const struct session *before,
    const struct session_event *ev)
{
	const struct session *s = &m->s;
	int64_t oldest = before->deadline < m->now ? before->deadline : m->now;

	if (s->state == SESSION_INIT || s->state == SESSION_STOPPED) {
		HOLDS(s->deadline == -1);
		return NULL;
	}
	HOLDS(s->deadline >= 0);
	HOLDS(s->deadline <= m->now + LONGEST_WAIT);
	if (ev->kind == SESSION_EV_TIMER)
		HOLDS(s->deadline >= m->now);
	else if (before->deadline >= 0)
		/* A probe may last longer than a short interval. */
		HOLDS(s->deadline >= oldest - 5000);
	return NULL;
}

/* What a state says about the surroundings. */
static const char *
check_state(const struct session_model *m)
{
	enum session_state st = m->s.state;

	HOLDS(
	    m->connected == (st >= SESSION_GREETING && st <= SESSION_LEAVING));
	HOLDS(m->dialling == (st == SESSION_CONNECTING));
	HOLDS(
	    m->routed == (st >= SESSION_CONFIGURING && st <= SESSION_PROBING));
	HOLDS(!m->routed || m->applied);
	HOLDS(!m->routed || m->conf.nat ||
	    addr4_equal(m->s.grant.client4, m->s.local4));
	HOLDS(!m->routed || m->conf.udp == m->s.grant.udp);
	HOLDS(st != SESSION_WAITING || m->conf.persist);
	HOLDS(st != SESSION_STOPPED || !m->applied);
	HOLDS(
	    !m->told_to_stop || st == SESSION_LEAVING || st == SESSION_STOPPED);
	HOLDS(!m->told_to_stop || !m->applied);
	return NULL;
}

/* What the event itself tells of the surroundings. */
static void
happen(struct session_model *m, const struct session_event *ev)
{
	if (ev->kind == SESSION_EV_DIALLED && m->dialling) {
		m->connected = true;
		m->dialling = false;
	}
	if (ev->kind == SESSION_EV_STOP)
		m->told_to_stop = true;
	if (ev->kind == SESSION_EV_APPLY_FAILED)
		m->applied = m->routed = false;
}

const char *
session_model_step(struct session_model *m, const struct session_event *ev)
{
	static struct session_effects fx;
	struct session before = m->s;
	const char *wrong = NULL;

	m->steps++;
	if (before.state != SESSION_STOPPED)
		happen(m, ev);
	session_step(&m->s, ev, m->now, &fx);
	if (before.state == SESSION_STOPPED) {
		HOLDS(fx.n == 0);
		HOLDS(m->s.state == SESSION_STOPPED);
	}
	HOLDS(fx.n <= EFFECTS_MAX);
	HOLDS(m->s.state == before.state ||
	    session_may(before.state, m->s.state));
	if (ev->kind == SESSION_EV_TIMER && m->now < before.deadline)
		HOLDS(fx.n == 0 && m->s.deadline == before.deadline);
	for (unsigned i = 0; i < fx.n && wrong == NULL; i++)
		wrong = check_effect(m, ev, &fx.fx[i], i + 1 == fx.n);
	if (m->s.state == SESSION_STOPPED && before.state != SESSION_STOPPED)
		HOLDS(fx.n > 0 && fx.fx[fx.n - 1].kind == SESSION_FX_EXIT);
	if (wrong == NULL)
		wrong = check_log(m, before.state, &fx);
	if (wrong == NULL)
		wrong = check_deadline(m, &before, ev);
	return wrong != NULL ? wrong : check_state(m);
}
