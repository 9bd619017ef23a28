/* One session of the load generator: its connection and its words. */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/digest.h"
#include "server_load.h"

#define PASSWORD   "secret" /* of all users */
#define TOLD_MAX   5	    /* lines about what went wrong */
#define READ_CHUNK 1024

static void
tell(const struct session *s, const char *what)
{
	static unsigned told;

	if (told++ < TOLD_MAX)
		(void)fprintf(
		    stderr, "server_load: session %u: %s\n", s->number, what);
}

void
session_drop(struct load *l, struct session *s)
{
	if (s->stage == UP)
		l->up--;
	else if (s->stage != FREE)
		l->pending--;
	s->stage = FREE;
	if (s->tcp != -1)
		(void)close(s->tcp);
	if (s->udp != -1)
		(void)close(s->udp);
	s->tcp = s->udp = -1;
}

static void
lost(struct load *l, struct session *s, const char *why)
{
	tell(s, why);
	l->lost++;
	session_drop(l, s);
}

static void
refused(struct load *l, struct session *s, const char *why)
{
	tell(s, why);
	l->refused++;
	session_drop(l, s);
}

static void
say(struct load *l, struct session *s, const char *text, int n)
{
	if (n < 0 || send(s->tcp, text, (size_t)n, MSG_NOSIGNAL) != n)
		lost(l, s, "cannot send");
}

void
session_open(struct load *l, struct session *s)
{
	const struct sockaddr_in own = {
	    .sin_family = AF_INET, .sin_addr = s->own4};

	s->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->tcp == -1 ||
	    bind(s->tcp, (const struct sockaddr *)&own, sizeof(own)) == -1)
		die("a connection's socket");
	proto_framer_init(&s->framer);
	s->stage = GREETED;
	l->pending++;
	if (connect(s->tcp, (const struct sockaddr *)&l->server,
		sizeof(l->server)) == -1 &&
	    errno != EINPROGRESS) {
		lost(l, s, strerror(errno));
		return;
	}
	packets_watch(l, s->tcp, s);
}

static void
greeted(struct load *l, struct session *s, const char *line, size_t n)
{
	char challenge[PROTO_CHALLENGE_MAX + 1], digest[PROTO_DIGEST_LEN + 1];
	char request[PROTO_LINE_MAX];
	struct err e = {0};

	if (proto_parse_greeting(line, n, challenge, &e) != 0 ||
	    digest_make(s->user, challenge, PASSWORD, strlen(PASSWORD), digest,
		&e) != 0) {
		refused(l, s, e.text);
		return;
	}
	s->stage = ASKED;
	/* Over UDP without a port: the key has to tell. */
	say(l, s, request,
	    proto_make_tunnel(request, sizeof(request), s->user, digest,
		l->type, l->over_udp ? 0 : -1));
}

static void
answered(struct load *l, struct session *s, const char *line, size_t n)
{
	struct err e = {0};

	if (proto_parse_grant(line, n, l->type, &s->grant, &e) != 0) {
		refused(l, s, e.text);
		return;
	}
	if (s->grant.udp != l->over_udp || s->grant.has_key != l->over_udp ||
	    !s->grant.has_pair) {
		refused(l, s, "another kind of tunnel than was asked for");
		return;
	}
	s->stage = UP;
	l->pending--;
	l->up++;
	if (l->over_udp) {
		packets_open_udp(l, s);
		packets_keepalive(l, s);
	}
}

static void
line_came(struct load *l, struct session *s, const char *line, size_t n)
{
	struct err e = {0};

	switch (s->stage) {
	case FREE:
		break;
	case GREETED:
		greeted(l, s, line, n);
		break;
	case ASKED:
		answered(l, s, line, n);
		break;
	case UP:
		if (proto_parse_ok(line, n, &e) == 0)
			l->pongs++;
		else
			lost(l, s, e.text);
		break;
	}
}

void
session_read(struct load *l, struct session *s)
{
	char buf[READ_CHUNK];
	const char *line;
	ssize_t got;
	size_t n;

	got = recv(s->tcp, buf, sizeof(buf), 0);
	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		lost(l, s, got == 0 ? "the server closed" : strerror(errno));
		return;
	}
	(void)proto_framer_feed(&s->framer, buf, (size_t)got);
	while (
	    s->stage != FREE && proto_framer_line(&s->framer, &line, &n) == 1)
		line_came(l, s, line, n);
}

void
session_ping(struct load *l, struct session *s)
{
	char ping[PROTO_LINE_MAX];

	say(l, s, ping, proto_make_ping(ping, sizeof(ping)));
}
