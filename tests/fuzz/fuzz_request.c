/*
 * Requests: any line is one command, whose pieces lie within it and are what
 * they have to be; made from them, the line says the same again.
 */
#include <stdint.h>
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

/* A piece of the line: not empty, no blank, within it. */
static void
check_piece(const char *line, size_t n, const char *s, size_t len)
{
	must(s > line && len > 0 && s + len <= line + n);
	must(s[-1] == ' ' && (s + len == line + n || s[len] == ' '));
	must(memchr(s, ' ', len) == NULL);
}

/* As a string; false where it is none, or too long. */
static bool
copy(char *to, size_t size, const char *s, size_t len)
{
	if (len >= size || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(to, s, len);
	to[len] = '\0';
	return true;
}

/* Made by a client, where one can make it, and read again. */
static void
check_again(const struct proto_request *r)
{
	char user[256], digest[256], type[32], line[PROTO_LINE_MAX];
	struct proto_request again;
	enum tunnel_type t;
	int n;

	if (!copy(user, sizeof(user), r->user, r->userlen) ||
	    !copy(digest, sizeof(digest), r->digest, r->digestlen) ||
	    !copy(type, sizeof(type), r->type, r->typelen) ||
	    proto_type_parse(type, &t) != 0)
		return;
	n = proto_make_tunnel(
	    line, sizeof(line), user, digest, t, r->udp ? r->port : -1);
	if (n < 0)
		return;
	proto_parse_request(line, (size_t)n - 2, &again);
	must(again.command == PROTO_TUNNEL);
	must(again.userlen == r->userlen &&
	    memcmp(again.user, r->user, r->userlen) == 0);
	must(again.digestlen == r->digestlen &&
	    memcmp(again.digest, r->digest, r->digestlen) == 0);
	must(again.udp == r->udp && again.port == r->port);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *line = (const char *)data;
	struct proto_request r;

	proto_parse_request(line, n, &r);
	if (r.command != PROTO_TUNNEL) {
		must(r.user == NULL && !r.udp && r.port == 0);
		return 0;
	}
	check_piece(line, n, r.user, r.userlen);
	check_piece(line, n, r.digest, r.digestlen);
	check_piece(line, n, r.type, r.typelen);
	must(r.user < r.digest && r.digest < r.type);
	must(r.udp || r.port == 0);
	check_again(&r);
	return 0;
}
