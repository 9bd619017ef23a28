/* What the files that read and write lines share. */
#ifndef DTCP_PROTO_PRIVATE_H
#define DTCP_PROTO_PRIVATE_H

#include "dtcp/proto.h"

#define WORDS_MAX 120 /* bytes of the server's words that an error quotes */

struct field {
	const char *s;
	size_t n;
};

/* A field, cut to what an error may quote, as arguments for "%.*s". */
#define QUOTE(f) ((f).n < WORDS_MAX ? (int)(f).n : WORDS_MAX), (f).s

/* snprintf(3)'s result to ours: the length, or -EMSGSIZE. */
int proto_made(int n, size_t size);

/* Is it that, letter by letter? */
bool field_is(struct field f, const char *word);

/* The key=value fields of a request or a grant that we know. */
enum key { KEY_PROTO, KEY_PORT, KEY_KEY, KEYS };

struct keys {
	struct field value[KEYS]; /* s is NULL where there is none */
};

/*
 * Note a field, which has a '=' in it; then, once all are there, what they say
 * of the tunnel.  Return 0 or -EPROTO.
 */
int keys_take(struct keys *k, struct field f, struct err *e);
int keys_read(const struct keys *k, struct grant *g, struct err *e);

#endif
