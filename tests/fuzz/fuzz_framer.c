/*
 * The framer: a stream cut to pieces at random gives the same lines and the
 * same end as in one go.  The first byte seeds the cuts.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/proto.h"

#define STREAM_MAX 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The lines, a LF after each, and how it ended. */
struct result {
	size_t len;
	int end;
	char lines[STREAM_MAX];
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
take_line(struct result *r, const char *line, size_t n)
{
	must(n <= PROTO_LINE_MAX);
	for (size_t i = 0; i < n; i++)
		must((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
	must(r->len + n + 1 <= sizeof(r->lines));
	memcpy(r->lines + r->len, line, n);
	r->lines[r->len + n] = '\n';
	r->len += n + 1;
}

/* cuts: 0 for as much as the framer takes. */
static void
run(const uint8_t *p, size_t n, uint32_t cuts, struct result *r)
{
	struct proto_framer f;
	const char *line;
	size_t len, took, off = 0;

	memset(r, 0, sizeof(*r));
	proto_framer_init(&f);
	do {
		len = n - off;
		if (cuts != 0) {
			/* Numerical Recipes' generator: any will do. */
			cuts = cuts * 1664525 + 1013904223;
			if ((cuts >> 24) % 40 < len)
				len = (cuts >> 24) % 40;
		}
		took = proto_framer_feed(&f, p + off, len);
		must(took <= len);
		off += took;
		while ((r->end = proto_framer_line(&f, &line, &len)) == 1)
			take_line(r, line, len);
	} while (r->end == 0 && off < n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct result whole, pieces;

	if (n == 0 || n > STREAM_MAX)
		return 0;
	run(data + 1, n - 1, 0, &whole);
	run(data + 1, n - 1, data[0] + 1U, &pieces);
	must(whole.end == pieces.end);
	must(whole.len == pieces.len);
	must(memcmp(whole.lines, pieces.lines, whole.len) == 0);
	return 0;
}
