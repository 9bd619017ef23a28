/* See serve_model.h. */
#include <arpa/inet.h>

#include <errno.h>
#include <string.h>

#include "serve_model.h"

#define MUST(holds)                    \
	do {                           \
		if (!(holds))          \
			return #holds; \
	} while (0)

/* One printable line with its CRLF. */
static bool
is_reply(const char *text)
{
	size_t n = strnlen(text, SERVE_TEXT_MAX);

	if (n < 6 || n >= SERVE_TEXT_MAX || strcmp(text + n - 2, "\r\n") != 0)
		return false;
	for (size_t i = 0; i < n - 2; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return strncmp(text, "+OK ", 4) == 0 || strncmp(text, "-ERR ", 5) == 0;
}

static bool
is_login(const struct serve *s, const struct login *l)
{
	size_t n = strnlen(l->user, sizeof(l->user));

	if (n < 1 || n > LOGIN_USER_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (l->user[i] <= ' ' || l->user[i] > '~')
			return false;
	return strlen(l->digest) == LOGIN_HEX_LEN &&
	    strspn(l->digest, "0123456789abcdefABCDEF") == LOGIN_HEX_LEN &&
	    strcmp(l->challenge, s->challenge) == 0 &&
	    (l->type <= TUNNEL_NETWORK || l->type == LOGIN_TYPE_NONE) &&
	    (l->udp || l->port == 0) &&
	    l->client4.s_addr == s->client4.s_addr &&
	    l->local4.s_addr == s->local4.s_addr;
}

static const char *
note_effect(struct serve_model *m, enum serve_effect_kind kind)
{
	switch (kind) {
	case SERVE_FX_SEND:
		MUST(is_reply(m->fx.text));
		break;
	case SERVE_FX_LOGIN:
		MUST(!m->asked);
		MUST(is_login(&m->s, &m->fx.login));
		m->asked = true;
		break;
	case SERVE_FX_FAILED:
		MUST(!m->asked);
		m->failures++;
		break;
	case SERVE_FX_LOGOUT:
		/* Nobody is asked to take down what there cannot be. */
		MUST(m->tunnel || m->asked);
		m->tunnel = m->asked = false;
		break;
	case SERVE_FX_CLOSE:
		m->open = false;
		break;
	}
	return NULL;
}

/* Each effect once, in the order of its kinds, and what they add up to. */
static const char *
note_effects(struct serve_model *m, const struct serve_event *ev)
{
	const struct serve_effects *fx = &m->fx;
	const char *wrong;

	MUST(fx->n <= SERVE_FX_MAX);
	for (unsigned i = 0; i < fx->n; i++) {
		MUST(i == 0 || fx->kind[i] > fx->kind[i - 1]);
		if ((wrong = note_effect(m, fx->kind[i])) != NULL)
			return wrong;
	}
	/* A line is answered by one, now or later, and nothing else is. */
	if (ev->kind == SERVE_EV_LINE)
		MUST(fx->n > 0 && (fx->kind[0] == SERVE_FX_SEND || m->asked));
	return NULL;
}

static const char *
holds(const struct serve_model *m)
{
	const struct serve *s = &m->s;

	MUST(m->open == (s->state != SERVE_CLOSED));
	MUST(m->asked == (s->state == SERVE_ASKING));
	MUST(s->tunnel == (m->tunnel && m->open));
	MUST((s->state == SERVE_UP) == (s->tunnel && !m->asked));
	MUST(serve_wants_line(s) == (m->open && !m->asked));
	MUST(m->failures <= SERVE_FAILURES);
	MUST(m->failures < SERVE_FAILURES || !m->open);
	if (m->open && !m->asked)
		MUST(s->deadline ==
		    m->heard +
			(m->tunnel ? SERVE_IDLE_TUNNEL : SERVE_IDLE_LOGIN));
	return NULL;
}

const char *
serve_model_begin(struct serve_model *m)
{
	static const uint8_t random[16] = {1, 2, 0xff};

	memset(m, 0, sizeof(*m));
	m->now = m->heard = 1000;
	m->open = true;
	serve_begin(&m->s, random, (struct in_addr) {htonl(0xc0000202)},
	    (struct in_addr) {htonl(0xc6336401)}, m->now, &m->fx);
	MUST(m->fx.n == 1 && m->fx.kind[0] == SERVE_FX_SEND);
	MUST(is_reply(m->fx.text));
	return holds(m);
}

static struct grant
grant(const struct serve_model *m)
{
	const struct login *l = &m->fx.login;
	struct grant g = {.type = TUNNEL_ONLY,
	    .client4 = l->client4,
	    .server4 = l->local4,
	    .udp = l->udp,
	    .port4 = l->udp ? 4028 : 0,
	    .has_key = l->udp};

	return g;
}

/* The root process answers what it was asked, and only that. */
static void
answer(struct serve_model *m, const struct serve_event *ev)
{
	struct grant g = grant(m);

	if (m->asked) {
		m->asked = false;
		m->heard = m->now;
		m->tunnel =
		    ev->kind == SERVE_EV_GRANTED || (m->tunnel && ev->kept);
	}
	if (ev->kind == SERVE_EV_GRANTED)
		serve_granted(&m->s, &g, m->now, &m->fx);
	else
		serve_refused(&m->s, ev->code, ev->kept, m->now, &m->fx);
}

const char *
serve_model_step(struct serve_model *m, const struct serve_event *ev)
{
	const bool over = !m->asked && m->now >= m->s.deadline;
	const bool was_open = m->open;
	const char *wrong;

	m->steps++;
	switch (ev->kind) {
	case SERVE_EV_LINE:
		if (!serve_wants_line(&m->s))
			return NULL;
		m->heard = m->now;
		serve_line(&m->s, ev->line, ev->n, m->now, &m->fx);
		break;
	case SERVE_EV_GARBAGE:
		serve_garbage(&m->s, &m->fx);
		break;
	case SERVE_EV_GRANTED:
	case SERVE_EV_REFUSED:
		answer(m, ev);
		break;
	case SERVE_EV_REPLACED:
	case SERVE_EV_LOST:
		m->tunnel = false;
		(ev->kind == SERVE_EV_LOST ? serve_lost : serve_replaced)(
		    &m->s, &m->fx);
		break;
	case SERVE_EV_IDLE:
		serve_idle(&m->s, m->now, &m->fx);
		break;
	case SERVE_EV_CLOSED:
		serve_closed(&m->s, &m->fx);
		break;
	case SERVE_EV_END:
		/* The root process takes everything down by itself. */
		m->tunnel = m->asked = false;
		serve_end(&m->s, &m->fx);
		break;
	case SERVE_EVENTS:
		break;
	}
	if ((wrong = note_effects(m, ev)) != NULL)
		return wrong;
	if (ev->kind == SERVE_EV_IDLE)
		MUST(m->open == (was_open && !over) &&
		    (!m->open || m->s.deadline > m->now));
	return holds(m);
}
