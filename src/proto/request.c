/* What the client says: requests to lines, and lines to the debug log. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dtcp/text.h"
#include "private.h"

/* One field on the wire: not empty, no blank, no control byte. */
static bool
is_field(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return false;
	return true;
}

int
proto_made(int n, size_t size)
{
	return n < 0 || (size_t)n >= size ? -EMSGSIZE : n;
}

int
proto_make_tunnel(char *buf, size_t size, const char *user, const char *digest,
    enum tunnel_type type, int udp_port)
{
	char udp[sizeof(" proto=udp port=65535")] = "";

	if (!is_field(user) || !is_field(digest) || udp_port > UINT16_MAX)
		return -EINVAL;
	if (strlen(user) > PROTO_USER_MAX)
		return -EMSGSIZE;
	if (udp_port > 0)
		(void)snprintf(
		    udp, sizeof(udp), " proto=udp port=%d", udp_port);
	else if (udp_port == 0)
		(void)snprintf(udp, sizeof(udp), " proto=udp");
	return proto_made(snprintf(buf, size, "tunnel %s %s %s%s\r\n", user,
			      digest, proto_type_name(type), udp),
	    size);
}

int
proto_make_ping(char *buf, size_t size)
{
	return proto_made(snprintf(buf, size, "ping\r\n"), size);
}

int
proto_make_quit(char *buf, size_t size)
{
	return proto_made(snprintf(buf, size, "quit\r\n"), size);
}

/* The next word at or after *p: false at the end. */
static bool
next_word(const char *p, const char *end, const char **word, size_t *n)
{
	while (p < end && *p == ' ')
		p++;
	*word = p;
	while (p < end && *p != ' ')
		p++;
	*n = (size_t)(p - *word);
	return *n != 0;
}

static bool
begins(const char *word, size_t n, const char *with)
{
	return n >= strlen(with) && strncasecmp(word, with, strlen(with)) == 0;
}

/* Is it "tunnel <user> <digest> ...", with any number of blanks? */
static bool
is_request(const char *line, const char *end)
{
	static const char command[] = "tunnel";
	const char *word;
	size_t n;

	return next_word(line, end, &word, &n) && n == sizeof(command) - 1 &&
	    begins(word, n, command);
}

void
proto_mask(const char *line, size_t n, char *buf, size_t size)
{
	static const char mask[] = "****", key[] = "key=";
	const char *end = line + n, *from = line, *word, *secret;
	bool request;
	size_t len, used = 0;
	unsigned i;

	while (end > line && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	request = is_request(line, end);
	for (i = 0; next_word(from, end, &word, &len); i++) {
		if (request && i == 2) /* command, user, digest */
			secret = word;
		else if (begins(word, len, key))
			secret = word + strlen(key);
		else
			secret = NULL;
		used += text_encode(buf + used, size - used, from,
		    (size_t)((secret != NULL ? secret : word + len) - from));
		if (secret != NULL)
			used += text_encode(
			    buf + used, size - used, mask, sizeof(mask) - 1);
		from = word + len;
	}
	text_encode(buf + used, size - used, from, (size_t)(end - from));
}
