/*
 * DTCP on the wire: bytes to lines, lines to typed replies, typed requests to
 * lines.  Pure; see docs/protocol.md.
 */
#ifndef DTCP_PROTO_H
#define DTCP_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/err.h"
#include "dtcp/grant.h"

#define PROTO_PORT	    20200
#define PROTO_LINE_MAX	    1024 /* bytes of a line, without CRLF */
#define PROTO_TOKENS_MAX    32
#define PROTO_CHALLENGE_MAX 128 /* bytes, without the NUL */
#define PROTO_USER_MAX	    64
#define PROTO_DIGEST_LEN    32 /* hex digits */

/*
 * A buffer between a stream and lines.  proto_framer_feed() takes what fits
 * and returns how many bytes it took; proto_framer_line() gives the next line
 * without its CRLF or LF: 1 with line and n set (valid until the next call),
 * 0 when more bytes are needed, -EMSGSIZE when a line is longer than
 * PROTO_LINE_MAX, -EBADMSG when it holds a NUL or another control byte.
 * After an error the stream is dead.
 */
struct proto_framer {
	size_t len;   /* bytes held */
	size_t taken; /* bytes of the line given out last */
	int error;
	char buf[PROTO_LINE_MAX + 2];
};

void proto_framer_init(struct proto_framer *f);
size_t proto_framer_feed(struct proto_framer *f, const void *p, size_t n);
int proto_framer_line(struct proto_framer *f, const char **line, size_t *n);

/* The word for a type on the wire, and back ("tunnelroute" is network). */
const char *proto_type_name(enum tunnel_type t);
int proto_type_parse(const char *s, enum tunnel_type *t);

/*
 * "+OK <challenge> ...": the challenge as the text received, case kept.
 * Returns 0, -EPROTO (not a greeting) or -ECONNREFUSED ("-ERR ...": the
 * reason is in e->text).
 */
int proto_parse_greeting(const char *line, size_t n,
    char challenge[PROTO_CHALLENGE_MAX + 1], struct err *e);

/*
 * The reply to a TUNNEL request of that type.  Tokens after the two IPv4
 * addresses are read by their form: with '/' a prefix, else the two addresses
 * of a peer pair; prefixes may be separated by blanks or commas; key=value
 * fields come last and unknown ones are ignored.  host needs a pair and takes
 * no prefix, network needs at least one prefix, tunnelonly takes neither.
 * proto=udp needs port= (1 to 65535) and may have key= (32 hex digits); both
 * are ignored without it.  None of the three may come twice.
 * Fields are separated by one blank; one at the end of the line is forgiven.
 * Whether the values make sense is grant_check()'s matter.  g is written only
 * on success.
 * Returns 0; -EACCES "authentication failed", -EOPNOTSUPP "unsupported tunnel
 * type", -ENOBUFS "sold out", -ETIMEDOUT "connection timed out", -EEXIST
 * "replaced by a new login" (of the same account),
 * -ECONNREFUSED any other -ERR; -EPROTO for what cannot be read.  e->text
 * says it in one line, with the server's words vis(3)-safe.
 */
int proto_parse_grant(const char *line, size_t n, enum tunnel_type type,
    struct grant *g, struct err *e);

/* The reply to PING or QUIT: 0 for +OK, else as proto_parse_grant(). */
int proto_parse_ok(const char *line, size_t n, struct err *e);

/*
 * Requests, with CRLF, NUL-terminated.  Return the length, or -EMSGSIZE /
 * -EINVAL (a user or digest with a blank or control byte, empty).  udp_port:
 * -1 no UDP tunnel, 0 one whose port the server has to find out, else the port
 * where the server is to send to.
 */
int proto_make_tunnel(char *buf, size_t size, const char *user,
    const char *digest, enum tunnel_type type, int udp_port);
int proto_make_ping(char *buf, size_t size);
int proto_make_quit(char *buf, size_t size);

/*
 * ---- The server's side.  A request: the command word in any case, fields
 * separated by exactly one blank.  What stands behind PING, HELP and QUIT does
 * not matter.  TUNNEL has four fields, none empty, and then any number of
 * key=value ones, of which those that are not known, a newer client's, are
 * passed over.
 */
enum proto_command {
	PROTO_TUNNEL,
	/*
	 * Another number of fields, an empty one, a key that we know twice, a
	 * proto= that is not udp, a port= without it or not from 1 to 65535.
	 */
	PROTO_TUNNEL_BAD,
	PROTO_PING,
	PROTO_HELP,
	PROTO_QUIT,
	PROTO_UNKNOWN,
};

struct proto_request {
	enum proto_command command;
	/* PROTO_TUNNEL: pieces of the line, without their ends. */
	const char *user, *digest, *type;
	size_t userlen, digestlen, typelen;
	bool udp;      /* proto=udp */
	uint16_t port; /* port=, 0: none */
};

void proto_parse_request(const char *line, size_t n, struct proto_request *r);

/*
 * "+OK <challenge> ..." of a server, and "+OK ..." with a grant, addresses in
 * KAME's form; with CRLF, NUL-terminated.  Return the length, or -EMSGSIZE.
 */
int proto_make_greeting(char *buf, size_t size, const char *challenge);
int proto_make_grant(char *buf, size_t size, const struct grant *g);

/*
 * A line for the debug log: the digest of a TUNNEL request and what follows
 * "key=" are masked, the trailing CRLF left out.
 */
void proto_mask(const char *line, size_t n, char *buf, size_t size);

#endif
