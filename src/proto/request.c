/* What the client says: requests to lines, and lines to the debug log. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dtcp/proto.h"
#include "dtcp/text.h"

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

/* snprintf(3)'s result to ours. */
static int
made(int n, size_t size)
{
	return n < 0 || (size_t)n >= size ? -EMSGSIZE : n;
}

int
proto_make_tunnel(char *buf, size_t size, const char *user, const char *digest,
    enum tunnel_type type)
{
	if (!is_field(user) || !is_field(digest))
		return -EINVAL;
	if (strlen(user) > PROTO_USER_MAX)
		return -EMSGSIZE;
	return made(snprintf(buf, size, "tunnel %s %s %s\r\n", user, digest,
			proto_type_name(type)),
	    size);
}

int
proto_make_ping(char *buf, size_t size)
{
	return made(snprintf(buf, size, "ping\r\n"), size);
}

int
proto_make_quit(char *buf, size_t size)
{
	return made(snprintf(buf, size, "quit\r\n"), size);
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

void
proto_mask(const char *line, size_t n, char *buf, size_t size)
{
	static const char command[] = "tunnel", mask[] = "****";
	const char *end = line + n, *word;
	size_t len, used;

	while (end > line && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	/* command, user, digest */
	if (!next_word(line, end, &word, &len) || len != sizeof(command) - 1 ||
	    strncasecmp(word, command, len) != 0 ||
	    !next_word(word + len, end, &word, &len) ||
	    !next_word(word + len, end, &word, &len)) {
		text_encode(buf, size, line, (size_t)(end - line));
		return;
	}
	used = text_encode(buf, size, line, (size_t)(word - line));
	used += text_encode(buf + used, size - used, mask, sizeof(mask) - 1);
	word += len;
	text_encode(buf + used, size - used, word, (size_t)(end - word));
}
