/* What a server says to let a client in: greeting and grant. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "private.h"

int
proto_make_greeting(char *buf, size_t size, const char *challenge)
{
	return proto_made(
	    snprintf(buf, size, "+OK %s KAME tunnel server\r\n", challenge),
	    size);
}

/* A line that grows; once it is too long it stays so. */
struct writer {
	char *buf;
	size_t size, used;
};

__attribute__((__format__(__printf__, 2, 3))) static void
put(struct writer *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (w->used >= w->size)
		return;
	va_start(ap, fmt);
	n = vsnprintf(w->buf + w->used, w->size - w->used, fmt, ap);
	va_end(ap);
	w->used = n < 0 ? w->size : w->used + (size_t)n;
}

/*
 * An inner address as KAME has them, the /64 it is in and a number of four
 * digits; one of another kind plainly.
 */
static void
put_addr6(struct writer *w, const struct in6_addr *a)
{
	struct prefix6 host = {*a, 112}, net = {*a, 64};
	char text[ADDR6_STRLEN];

	prefix6_mask(&host);
	prefix6_mask(&net);
	if (!addr6_equal(&host.addr, &net.addr))
		put(w, " %s", addr6_format(a, text));
	else /* the zeros of half an address are what "::" stands for */
		put(w, " %s%02x%02x", addr6_format(&net.addr, text),
		    a->s6_addr[14], a->s6_addr[15]);
}

static void
put_udp(struct writer *w, const struct grant *g)
{
	put(w, " proto=udp port=%" PRIu16, g->port4);
	if (g->has_key)
		put(w, " key=");
	for (unsigned i = 0; g->has_key && i < GRANT_KEY_LEN; i++)
		put(w, "%02x", g->key[i]);
}

int
proto_make_grant(char *buf, size_t size, const struct grant *g)
{
	struct writer w = {buf, size, 0};
	char text[PREFIX6_STRLEN];

	put(&w, "+OK %s", addr4_format(g->client4, text));
	put(&w, " %s", addr4_format(g->server4, text));
	if (g->has_pair) {
		put_addr6(&w, &g->client6);
		put_addr6(&w, &g->server6);
	}
	for (unsigned i = 0; i < g->nprefixes; i++)
		put(&w, " %s", prefix6_format(&g->prefixes[i], text));
	if (g->udp)
		put_udp(&w, g);
	put(&w, "\r\n");
	return proto_made((int)w.used, size);
}
