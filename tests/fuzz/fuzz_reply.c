/*
 * Replies: every parser on the same line.  A grant has what its type needs,
 * and, printed plainly, is read as the same again; an error is one line.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_error(const struct err *e, int error)
{
	must(error < 0 && e->code == -error && e->text[0] != '\0');
	must(memchr(e->text, '\0', sizeof(e->text)) != NULL);
	for (const char *p = e->text; *p != '\0'; p++)
		must(*p >= ' ' && *p <= '~');
}

/* The line that a tidy server would have sent. */
static void
print(const struct grant *g, char *buf, size_t size)
{
	char a[ADDR6_STRLEN], b[PREFIX6_STRLEN];
	size_t n;

	n = (size_t)snprintf(buf, size, "+OK %s", addr4_format(g->client4, a));
	n += (size_t)snprintf(
	    buf + n, size - n, " %s", addr4_format(g->server4, a));
	if (g->has_pair) {
		n += (size_t)snprintf(
		    buf + n, size - n, " %s", addr6_format(&g->client6, a));
		n += (size_t)snprintf(
		    buf + n, size - n, " %s", addr6_format(&g->server6, a));
	}
	for (unsigned i = 0; i < g->nprefixes; i++)
		n += (size_t)snprintf(buf + n, size - n, " %s",
		    prefix6_format(&g->prefixes[i], b));
	if (g->udp)
		n += (size_t)snprintf(
		    buf + n, size - n, " proto=udp port=%u", g->port4);
	if (g->has_key)
		n += (size_t)snprintf(buf + n, size - n, " key=");
	for (unsigned i = 0; g->has_key && i < GRANT_KEY_LEN; i++)
		n += (size_t)snprintf(buf + n, size - n, "%02x", g->key[i]);
	must(n < size);
}

static void
check_grant(const struct grant *g, enum tunnel_type type)
{
	char line[PROTO_LINE_MAX];
	struct grant again;

	must(g->type == type);
	must(g->nprefixes <= GRANT_PREFIXES_MAX);
	must((g->nprefixes != 0) == (type == TUNNEL_NETWORK));
	must(type == TUNNEL_NETWORK || g->has_pair == (type == TUNNEL_HOST));
	must(g->udp == (g->port4 != 0) && (g->udp || !g->has_key));
	print(g, line, sizeof(line));
	must(proto_parse_grant(line, strlen(line), type, &again, NULL) == 0);
	must(addr4_equal(g->client4, again.client4));
	must(addr4_equal(g->server4, again.server4));
	must(g->has_pair == again.has_pair);
	must(addr6_equal(&g->client6, &again.client6));
	must(addr6_equal(&g->server6, &again.server6));
	must(g->nprefixes == again.nprefixes);
	for (unsigned i = 0; i < g->nprefixes; i++)
		must(prefix6_equal(&g->prefixes[i], &again.prefixes[i]));
	must(g->udp == again.udp && g->port4 == again.port4);
	must(g->has_key == again.has_key &&
	    memcmp(g->key, again.key, sizeof(g->key)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum tunnel_type types[] = {
	    TUNNEL_ONLY, TUNNEL_HOST, TUNNEL_NETWORK};
	char challenge[PROTO_CHALLENGE_MAX + 1], masked[256];
	const char *line = (const char *)data;
	struct grant g;
	struct err e;
	int error, ok;

	ok = proto_parse_ok(line, n, &e);
	if (ok != 0)
		check_error(&e, ok);
	error = proto_parse_greeting(line, n, challenge, &e);
	if (error != 0)
		check_error(&e, error);
	else
		must(ok == 0 && challenge[0] != '\0' &&
		    strlen(challenge) <= PROTO_CHALLENGE_MAX);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		error = proto_parse_grant(line, n, types[i], &g, &e);
		if (error != 0)
			check_error(&e, error);
		else
			check_grant(&g, types[i]);
		must(ok == 0 || error == ok);
	}
	proto_mask(line, n, masked, sizeof(masked));
	must(strlen(masked) < sizeof(masked));
	return 0;
}
