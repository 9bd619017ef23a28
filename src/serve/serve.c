/* The server's side of a connection: see dtcp/serve.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/serve.h"

static void
emit(struct serve_effects *fx, enum serve_effect_kind kind)
{
	fx->kind[fx->n++] = kind;
}

/* A reply; what these say is shorter than the room for a grant. */
__attribute__((__format__(__printf__, 2, 3))) static void
say(struct serve_effects *fx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(fx->text, sizeof(fx->text) - 2, fmt, ap);
	va_end(ap);
	strlcat(fx->text, "\r\n", sizeof(fx->text));
	emit(fx, SERVE_FX_SEND);
}

/* From here on it has so long again. */
static void
restart_idle(struct serve *s, int64_t now)
{
	s->deadline = now + (s->tunnel ? SERVE_IDLE_TUNNEL : SERVE_IDLE_LOGIN);
}

/*
 * The end.  What was asked for and not answered yet may be there by the time
 * the root process hears of it.
 */
static void
leave(struct serve *s, struct serve_effects *fx)
{
	if (s->tunnel || s->state == SERVE_ASKING)
		emit(fx, SERVE_FX_LOGOUT);
	emit(fx, SERVE_FX_CLOSE);
	s->tunnel = false;
	s->state = SERVE_CLOSED;
}

/* A login that was no good, whatever was wrong with it. */
static void
failed_login(struct serve *s, struct serve_effects *fx)
{
	say(fx, "-ERR authentication failed.");
	emit(fx, SERVE_FX_FAILED);
	if (++s->failures >= SERVE_FAILURES)
		leave(s, fx);
}

void
serve_begin(struct serve *s, const uint8_t random[16], struct in_addr client4,
    struct in_addr local4, int64_t now, struct serve_effects *fx)
{
	fx->n = 0;
	memset(s, 0, sizeof(*s));
	s->state = SERVE_GREETED;
	s->client4 = client4;
	s->local4 = local4;
	restart_idle(s, now);
	for (unsigned i = 0; i < LOGIN_HEX_LEN / 2; i++)
		(void)snprintf(s->challenge + 2 * i, 3, "%02X", random[i]);
	(void)proto_make_greeting(fx->text, sizeof(fx->text), s->challenge);
	emit(fx, SERVE_FX_SEND);
}

bool
serve_wants_line(const struct serve *s)
{
	return s->state == SERVE_GREETED || s->state == SERVE_UP;
}

static bool
is_graphic(char c)
{
	return c > ' ' && c <= '~';
}

static bool
user_ok(const char *user, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_graphic(user[i]))
			return false;
	return n >= 1 && n <= LOGIN_USER_MAX;
}

static bool
digest_ok(const char *digest, size_t n)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	for (size_t i = 0; i < n; i++)
		if (memchr(hex, digest[i], sizeof(hex) - 1) == NULL)
			return false;
	return n == LOGIN_HEX_LEN;
}

/* What can be shown of the word, which is all of it where it is a type. */
static void
note_type(struct serve *s, const char *type, size_t n)
{
	if (n > sizeof(s->type) - 1)
		n = sizeof(s->type) - 1;
	for (size_t i = 0; i < n; i++)
		s->type[i] = '?';
	for (size_t i = 0; i < n; i++)
		if (is_graphic(type[i]))
			s->type[i] = type[i];
	s->type[n] = '\0';
}

static void
ask(struct serve *s, const struct proto_request *r, struct serve_effects *fx)
{
	struct login *l = &fx->login;
	enum tunnel_type type;

	note_type(s, r->type, r->typelen);
	memset(l, 0, sizeof(*l));
	memcpy(l->user, r->user, r->userlen);
	memcpy(l->challenge, s->challenge, sizeof(l->challenge));
	memcpy(l->digest, r->digest, r->digestlen);
	l->type = LOGIN_TYPE_NONE;
	if (proto_type_parse(s->type, &type) == 0)
		l->type = (uint8_t)type;
	l->udp = r->udp;
	l->port = r->port;
	l->client4 = s->client4;
	l->local4 = s->local4;
	s->state = SERVE_ASKING;
	emit(fx, SERVE_FX_LOGIN);
}

void
serve_line(struct serve *s, const char *line, size_t n, int64_t now,
    struct serve_effects *fx)
{
	struct proto_request r;

	fx->n = 0;
	if (!serve_wants_line(s))
		return;
	restart_idle(s, now);
	proto_parse_request(line, n, &r);
	switch (r.command) {
	case PROTO_TUNNEL:
		if (user_ok(r.user, r.userlen) &&
		    digest_ok(r.digest, r.digestlen))
			ask(s, &r, fx);
		else
			failed_login(s, fx);
		break;
	case PROTO_TUNNEL_BAD:
		failed_login(s, fx);
		break;
	case PROTO_PING:
		say(fx, "+OK hi, happy to hear from you");
		break;
	case PROTO_HELP:
		say(fx, "+OK valid commands are: TUNNEL PING QUIT");
		break;
	case PROTO_QUIT:
		say(fx, "+OK see you soon.");
		leave(s, fx);
		break;
	case PROTO_UNKNOWN:
		say(fx, "-ERR invalid command");
		break;
	}
}

/* The root process has answered: lines are taken again. */
static void
answered(struct serve *s, bool tunnel, int64_t now)
{
	s->tunnel = tunnel;
	s->state = tunnel ? SERVE_UP : SERVE_GREETED;
	restart_idle(s, now);
}

void
serve_granted(struct serve *s, const struct grant *g, int64_t now,
    struct serve_effects *fx)
{
	fx->n = 0;
	if (s->state != SERVE_ASKING)
		return;
	answered(s, true, now);
	(void)proto_make_grant(fx->text, sizeof(fx->text), g);
	emit(fx, SERVE_FX_SEND);
}

void
serve_refused(
    struct serve *s, int code, bool kept, int64_t now, struct serve_effects *fx)
{
	fx->n = 0;
	if (s->state != SERVE_ASKING)
		return;
	answered(s, s->tunnel && kept, now);
	switch (code) {
	case EACCES:
		failed_login(s, fx);
		break;
	case EOPNOTSUPP:
		say(fx, "-ERR unsupported tunnel type %s", s->type);
		break;
	case EPROTONOSUPPORT:
		say(fx, "-ERR unsupported tunnel type %s over UDP", s->type);
		break;
	case ENOBUFS:
		say(fx, "-ERR tunnel interface sold out");
		break;
	case EADDRINUSE:
		say(fx,
		    "-ERR internal error: your address has a tunnel of "
		    "another user's");
		break;
	default: /* what it was is for our log */
		say(fx, "-ERR internal error: cannot set up the tunnel");
		break;
	}
}

/* The root process has taken its tunnel away. */
static void
taken_away(struct serve *s, const char *why, struct serve_effects *fx)
{
	fx->n = 0;
	if (!s->tunnel)
		return;
	s->tunnel = false;
	say(fx, "%s", why);
	leave(s, fx);
}

void
serve_replaced(struct serve *s, struct serve_effects *fx)
{
	taken_away(s, "-ERR replaced by a new login", fx);
}

void
serve_lost(struct serve *s, struct serve_effects *fx)
{
	taken_away(s, "-ERR the tunnel was removed, disconnecting", fx);
}

/* A last word from us, unless it is closed already. */
static void
end_with(struct serve *s, const char *why, struct serve_effects *fx)
{
	fx->n = 0;
	if (s->state == SERVE_CLOSED)
		return;
	say(fx, "%s", why);
	leave(s, fx);
}

void
serve_garbage(struct serve *s, struct serve_effects *fx)
{
	end_with(s, "-ERR line too long, or with a control byte in it", fx);
}

void
serve_idle(struct serve *s, int64_t now, struct serve_effects *fx)
{
	fx->n = 0;
	if (now < s->deadline)
		return;
	if (s->state == SERVE_ASKING) /* it is not the client that is slow */
		restart_idle(s, now);
	else
		end_with(s, "-ERR connection timed out, disconnecting", fx);
}

void
serve_closed(struct serve *s, struct serve_effects *fx)
{
	fx->n = 0;
	if (s->state != SERVE_CLOSED)
		leave(s, fx);
}

void
serve_end(struct serve *s, struct serve_effects *fx)
{
	fx->n = 0;
	if (s->state == SERVE_CLOSED)
		return;
	say(fx, "-ERR server is shutting down");
	/* The tunnels go all together. */
	s->tunnel = false;
	s->state = SERVE_CLOSED;
	emit(fx, SERVE_FX_CLOSE);
}
