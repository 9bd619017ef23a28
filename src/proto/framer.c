/* A stream of bytes to lines: see struct proto_framer in dtcp/proto.h. */
#include <errno.h>
#include <string.h>

#include "dtcp/proto.h"

void
proto_framer_init(struct proto_framer *f)
{
	memset(f, 0, sizeof(*f));
}

/* Forget the line given out last. */
static void
drop_taken(struct proto_framer *f)
{
	f->len -= f->taken;
	memmove(f->buf, f->buf + f->taken, f->len);
	f->taken = 0;
}

size_t
proto_framer_feed(struct proto_framer *f, const void *p, size_t n)
{
	if (f->error != 0)
		return 0;
	drop_taken(f);
	if (n > sizeof(f->buf) - f->len)
		n = sizeof(f->buf) - f->len;
	memcpy(f->buf + f->len, p, n);
	f->len += n;
	return n;
}

static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

/*
 * Look for the end of the line, byte by byte and never further than needed:
 * so the verdict on a stream is the same however it was cut to pieces.
 * Returns 1 with *end at the LF, 0 (no LF yet) or -errno.  A full buffer
 * always gives a line or an error.
 */
static int
scan(const struct proto_framer *f, size_t *end)
{
	const char *p = f->buf;

	for (size_t i = 0; i < f->len; i++) {
		if (p[i] == '\n') {
			*end = i;
			return 1;
		}
		/* A CR that is, or may turn out to be, part of CRLF. */
		if (p[i] == '\r' && (i + 1 == f->len || p[i + 1] == '\n'))
			continue;
		if (i >= PROTO_LINE_MAX)
			return -EMSGSIZE;
		if (is_control(p[i]))
			return -EBADMSG;
	}
	return 0;
}

int
proto_framer_line(struct proto_framer *f, const char **line, size_t *n)
{
	size_t end = 0;
	int found;

	if (f->error != 0)
		return f->error;
	drop_taken(f);
	found = scan(f, &end);
	if (found < 0)
		f->error = found;
	if (found <= 0)
		return found;
	f->taken = end + 1;
	if (end > 0 && f->buf[end - 1] == '\r')
		end--;
	*line = f->buf;
	*n = end;
	return 1;
}
