/* What a client says, to typed values: see dtcp/proto.h. */
#include <string.h>
#include <strings.h>

#include "dtcp/num.h"
#include "private.h"

/*
 * The next field of *rest, which is then what follows its blank.  False when
 * there was none: behind the last one, rest->s is NULL.
 */
static bool
next_field(struct field *rest, struct field *f)
{
	const char *blank;

	if (rest->s == NULL)
		return false;
	*f = *rest;
	blank = memchr(rest->s, ' ', rest->n);
	if (blank == NULL) {
		rest->s = NULL;
		return true;
	}
	f->n = (size_t)(blank - f->s);
	rest->n -= f->n + 1;
	rest->s = blank + 1;
	return true;
}

static enum proto_command
command(struct field f)
{
	static const struct {
		const char *word;
		enum proto_command command;
	} words[] = {
	    {"tunnel", PROTO_TUNNEL},
	    {"ping", PROTO_PING},
	    {"help", PROTO_HELP},
	    {"quit", PROTO_QUIT},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (f.n == strlen(words[i].word) &&
		    strncasecmp(f.s, words[i].word, f.n) == 0)
			return words[i].command;
	return PROTO_UNKNOWN;
}

/* A field that has to be there. */
static bool
positional(struct field *rest, const char **s, size_t *n)
{
	struct field f;

	if (!next_field(rest, &f) || f.n == 0)
		return false;
	*s = f.s;
	*n = f.n;
	return true;
}

/* All that is left: fields with a key before their '='. */
static bool
take_keys(struct field *rest, struct keys *k)
{
	struct field f;
	const char *eq;

	while (next_field(rest, &f)) {
		eq = memchr(f.s, '=', f.n);
		if (eq == NULL || eq == f.s || keys_take(k, f, NULL) != 0)
			return false;
	}
	return true;
}

static bool
read_udp(const struct keys *k, struct proto_request *r)
{
	const struct field proto = k->value[KEY_PROTO];
	const struct field port = k->value[KEY_PORT];
	uint32_t n;

	if (proto.s == NULL)
		return port.s == NULL;
	if (!field_is(proto, "udp"))
		return false;
	r->udp = true;
	if (port.s == NULL)
		return true;
	if (num_parse(port.s, port.n, 1, UINT16_MAX, &n) != 0)
		return false;
	r->port = (uint16_t)n;
	return true;
}

void
proto_parse_request(const char *line, size_t n, struct proto_request *r)
{
	struct field rest = {line, n}, word = {line, 0};
	struct keys k = {0};

	memset(r, 0, sizeof(*r));
	(void)next_field(&rest, &word); /* there is one, if an empty one */
	r->command = command(word);
	if (r->command != PROTO_TUNNEL)
		return;
	if (!positional(&rest, &r->user, &r->userlen) ||
	    !positional(&rest, &r->digest, &r->digestlen) ||
	    !positional(&rest, &r->type, &r->typelen) ||
	    !take_keys(&rest, &k) || !read_udp(&k, r)) {
		memset(r, 0, sizeof(*r));
		r->command = PROTO_TUNNEL_BAD;
	}
}
