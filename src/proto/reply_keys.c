/* The key=value fields at the end of a line: those of a UDP tunnel. */
#include <errno.h>
#include <string.h>

#include "dtcp/num.h"
#include "private.h"

static const char *const names[KEYS] = {
    [KEY_PROTO] = "proto",
    [KEY_PORT] = "port",
    [KEY_KEY] = "key",
};

bool
field_is(struct field f, const char *word)
{
	return f.n == strlen(word) && memcmp(f.s, word, f.n) == 0;
}

int
keys_take(struct keys *k, struct field f, struct err *e)
{
	const char *eq = memchr(f.s, '=', f.n);
	struct field name = {f.s, (size_t)(eq - f.s)};
	struct field value = {eq + 1, f.n - name.n - 1};

	for (unsigned i = 0; i < KEYS; i++) {
		if (!field_is(name, names[i]))
			continue;
		if (k->value[i].s != NULL)
			return err_set(
			    e, EPROTO, "grant: %s= comes twice", names[i]);
		k->value[i] = value;
	}
	return 0;
}

static bool
read_hex(struct field f, uint8_t *out, size_t n)
{
	int byte;

	if (f.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if ((byte = num_hex_byte(f.s + 2 * i)) < 0)
			return false;
		out[i] = (uint8_t)byte;
	}
	return true;
}

static int
read_port(struct field f, uint16_t *port, struct err *e)
{
	uint32_t n;

	if (f.s == NULL)
		return err_set(
		    e, EPROTO, "grant of a UDP tunnel without port=");
	if (num_parse(f.s, f.n, 1, UINT16_MAX, &n) != 0)
		return err_set(
		    e, EPROTO, "grant: not a UDP port: \"%.*s\"", QUOTE(f));
	*port = (uint16_t)n;
	return 0;
}

int
keys_read(const struct keys *k, struct grant *g, struct err *e)
{
	const struct field proto = k->value[KEY_PROTO];
	const struct field key = k->value[KEY_KEY];
	int error;

	if (proto.s == NULL)
		return 0;
	if (!field_is(proto, "udp"))
		return err_set(e, EPROTO,
		    "grant of a tunnel over \"%.*s\", which is not udp",
		    QUOTE(proto));
	error = read_port(k->value[KEY_PORT], &g->port4, e);
	if (error != 0)
		return error;
	/* Not quoted where it is wrong: it may be nearly right. */
	if (key.s != NULL && !read_hex(key, g->key, GRANT_KEY_LEN))
		return err_set(e, EPROTO, "grant: the key is not %d hex digits",
		    2 * GRANT_KEY_LEN);
	g->has_key = key.s != NULL;
	g->udp = true;
	return 0;
}
