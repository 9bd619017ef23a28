/* What the server says, to typed values: see dtcp/proto.h. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "private.h"

/* KAME's words, the beginning of them, and what they mean to us. */
static const struct {
	const char *words;
	int code;
	const char *meaning;
} refusals[] = {
    {"authentication failed", EACCES, "login refused (user or password)"},
    {"unsupported tunnel type", EOPNOTSUPP, "tunnel type refused"},
    {"tunnel interface sold out", ENOBUFS, "no tunnel left"},
    {"connection timed out", ETIMEDOUT, "server gave up waiting"},
    {"replaced by a new login", EEXIST, "tunnel taken over"},
    {"", ECONNREFUSED, "request refused"}, /* internal error, ... */
};

static bool
begins(struct field f, const char *with)
{
	size_t len = strlen(with);

	return f.n >= len && strncasecmp(f.s, with, len) == 0;
}

/* The error that a line beginning with -ERR stands for. */
static int
refused(struct field line, struct err *e)
{
	struct field words = {line.s + strlen("-ERR"), line.n - strlen("-ERR")};
	size_t i = 0;

	while (words.n > 0 && *words.s == ' ')
		words.s++, words.n--;
	while (!begins(words, refusals[i].words))
		i++; /* ends at "", with which everything begins */
	return err_set(e, refusals[i].code, "%s: server says \"%.*s\"",
	    refusals[i].meaning, QUOTE(words));
}

int
proto_parse_ok(const char *line, size_t n, struct err *e)
{
	struct field all = {line, n};

	if (begins(all, "+OK"))
		return 0;
	if (begins(all, "-ERR"))
		return refused(all, e);
	return err_set(e, EPROTO, "not a DTCP reply: \"%.*s\"", QUOTE(all));
}

/* Printable ASCII without blanks: all that a challenge may be. */
static bool
is_graphic(struct field f)
{
	for (size_t i = 0; i < f.n; i++)
		if (f.s[i] <= ' ' || f.s[i] > '~')
			return false;
	return true;
}

int
proto_parse_greeting(const char *line, size_t n,
    char challenge[PROTO_CHALLENGE_MAX + 1], struct err *e)
{
	struct field all = {line, n}, f;
	const char *blank;
	int error;

	error = proto_parse_ok(line, n, e);
	if (error == -EPROTO)
		return error;
	if (error != 0) {
		/* Nothing was asked yet: all refusals are alike. */
		if (e != NULL)
			e->code = ECONNREFUSED;
		return -ECONNREFUSED;
	}
	if ((blank = memchr(line, ' ', n)) == NULL)
		return err_set(e, EPROTO,
		    "greeting without a challenge: "
		    "\"%.*s\"",
		    QUOTE(all));
	f.s = blank + 1;
	f.n = n - (size_t)(f.s - line);
	if ((blank = memchr(f.s, ' ', f.n)) != NULL)
		f.n = (size_t)(blank - f.s);
	if (f.n == 0 || f.n > PROTO_CHALLENGE_MAX || !is_graphic(f))
		return err_set(e, EPROTO,
		    "greeting with an unusable "
		    "challenge: \"%.*s\"",
		    QUOTE(all));
	memcpy(challenge, f.s, f.n);
	challenge[f.n] = '\0';
	return 0;
}

/*
 * Cut a line at single blanks; one blank at the end is forgiven.  Returns the
 * number of fields, at least one, or -EPROTO: too many, or an empty one.
 */
static int
split(struct field line, struct field f[PROTO_TOKENS_MAX], struct err *e)
{
	const char *p, *blank, *end = line.s + line.n;
	int count = 0;

	if (line.n > 0 && end[-1] == ' ')
		end--;
	for (p = line.s;; p = blank + 1) {
		if ((blank = memchr(p, ' ', (size_t)(end - p))) == NULL)
			blank = end;
		if (blank == p)
			return err_set(e, EPROTO,
			    "reply with an empty field: \"%.*s\"", QUOTE(line));
		if (count == PROTO_TOKENS_MAX)
			return err_set(e, EPROTO,
			    "reply of more than %d fields: \"%.*s\"",
			    PROTO_TOKENS_MAX, QUOTE(line));
		f[count].s = p;
		f[count++].n = (size_t)(blank - p);
		if (blank == end)
			return count;
	}
}

/* A grant half read. */
struct reading {
	struct grant g;
	unsigned naddrs6; /* of the inner pair */
	bool in_keys;	  /* the key=value fields have begun */
	struct keys keys;
};

static int
read_prefix(struct reading *r, struct field f, struct err *e)
{
	if (r->g.nprefixes == GRANT_PREFIXES_MAX)
		return err_set(e, EPROTO, "grant of more than %d prefixes",
		    GRANT_PREFIXES_MAX);
	if (prefix6_parse(f.s, f.n, &r->g.prefixes[r->g.nprefixes]) != 0)
		return err_set(
		    e, EPROTO, "grant: not an IPv6 prefix: \"%.*s\"", QUOTE(f));
	r->g.nprefixes++;
	return 0;
}

/* Prefixes with commas between them. */
static int
read_prefixes(struct reading *r, struct field f, struct err *e)
{
	struct field part;
	const char *comma;
	int error;

	for (;;) {
		comma = memchr(f.s, ',', f.n);
		part.s = f.s;
		part.n = comma != NULL ? (size_t)(comma - f.s) : f.n;
		error = read_prefix(r, part, e);
		if (error != 0 || comma == NULL)
			return error;
		f.n -= part.n + 1;
		f.s = comma + 1;
	}
}

static int
read_addr6(struct reading *r, struct field f, struct err *e)
{
	struct in6_addr *to[] = {&r->g.client6, &r->g.server6};

	if (r->naddrs6 == 2)
		return err_set(e, EPROTO,
		    "grant: \"%.*s\" after a complete pair", QUOTE(f));
	if (addr6_parse(f.s, f.n, to[r->naddrs6]) != 0)
		return err_set(e, EPROTO,
		    "grant: neither address nor prefix: \"%.*s\"", QUOTE(f));
	r->naddrs6++;
	return 0;
}

/* A field after the two IPv4 addresses, by its form. */
static int
read_field(struct reading *r, struct field f, struct err *e)
{
	const char *eq = memchr(f.s, '=', f.n);

	if (eq != NULL && eq != f.s) {
		r->in_keys = true;
		return keys_take(&r->keys, f, e);
	}
	if (r->in_keys)
		return err_set(e, EPROTO,
		    "grant: \"%.*s\" after key=value fields", QUOTE(f));
	if (memchr(f.s, '/', f.n) != NULL)
		return read_prefixes(r, f, e);
	return read_addr6(r, f, e);
}

static int
read_addr4(struct field f, struct in_addr *a, struct err *e)
{
	if (addr4_parse(f.s, f.n, a) == 0)
		return 0;
	return err_set(
	    e, EPROTO, "grant: not an IPv4 address: \"%.*s\"", QUOTE(f));
}

/* Has the grant what its type needs, and nothing else? */
static int
check_type(struct reading *r, struct err *e)
{
	const char *why = NULL;

	if (r->naddrs6 == 1)
		why = "an inner address without its peer";
	else
		switch (r->g.type) {
		case TUNNEL_ONLY:
			if (r->naddrs6 != 0 || r->g.nprefixes != 0)
				why = "more than the two IPv4 addresses";
			break;
		case TUNNEL_HOST:
			if (r->naddrs6 == 0)
				why = "no inner address pair";
			else if (r->g.nprefixes != 0)
				why = "a prefix that was not asked for";
			break;
		case TUNNEL_NETWORK:
			if (r->g.nprefixes == 0)
				why = "no prefix";
			break;
		}
	if (why != NULL)
		return err_set(e, EPROTO, "grant for type %s: %s",
		    proto_type_name(r->g.type), why);
	r->g.has_pair = r->naddrs6 == 2;
	return 0;
}

int
proto_parse_grant(const char *line, size_t n, enum tunnel_type type,
    struct grant *g, struct err *e)
{
	struct reading r = {.g = {.type = type}};
	struct field f[PROTO_TOKENS_MAX], all = {line, n};
	int i, count, error;

	error = proto_parse_ok(line, n, e);
	if (error != 0)
		return error;
	if ((count = split(all, f, e)) < 0)
		return count;
	if (count < 3) /* +OK client4 server4 */
		return err_set(e, EPROTO,
		    "grant without two addresses: "
		    "\"%.*s\"",
		    QUOTE(all));
	error = read_addr4(f[1], &r.g.client4, e);
	if (error == 0)
		error = read_addr4(f[2], &r.g.server4, e);
	for (i = 3; i < count && error == 0; i++)
		error = read_field(&r, f[i], e);
	if (error == 0)
		error = check_type(&r, e);
	if (error == 0)
		error = keys_read(&r.keys, &r.g, e);
	if (error == 0)
		*g = r.g;
	return error;
}
