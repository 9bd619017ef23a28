/*
 * A client's bytes, through framer and machine, and whatever else happens to
 * the connection meanwhile: what must hold of it does.  Each event is a byte
 * (kind and passing time), and for bytes from the client a length and so many
 * of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "serve_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t left;
};

static uint8_t
take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->p++;
}

static void
must_hold(const struct serve_model *m, const char *wrong)
{
	if (wrong == NULL)
		return;
	fprintf(stderr, "step %lu: not %s\n", m->steps, wrong);
	abort();
}

static void
step(struct serve_model *m, const struct serve_event *ev)
{
	must_hold(m, serve_model_step(m, ev));
}

/* As the engine does: lines for as long as they are wanted. */
static void
lines(struct serve_model *m, struct proto_framer *f)
{
	struct serve_event ev = {.kind = SERVE_EV_LINE};
	int r = 0;

	while (serve_wants_line(&m->s) &&
	    (r = proto_framer_line(f, &ev.line, &ev.n)) == 1)
		step(m, &ev);
	if (r < 0) {
		ev.kind = SERVE_EV_GARBAGE;
		step(m, &ev);
	}
}

static void
receive(struct serve_model *m, struct proto_framer *f, struct input *in)
{
	size_t n = take(in), took;

	if (n > in->left)
		n = in->left;
	do {
		took = proto_framer_feed(f, in->p, n);
		in->p += took;
		in->left -= took;
		n -= took;
		lines(m, f);
	} while (n > 0 && took > 0);
	in->p += n; /* there is no room, as lines have to wait */
	in->left -= n;
}

static void
pass_time(struct serve_model *m, unsigned how)
{
	static const int64_t ms[] = {0, 1, 1000, 59999, 60000, 300000};

	if (how < sizeof(ms) / sizeof(ms[0]))
		m->now += ms[how];
	else if (m->s.deadline > m->now)
		m->now = m->s.deadline;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int codes[] = {EACCES, EOPNOTSUPP, ENOBUFS, EIO};
	static struct serve_model m;
	struct input in = {data, size};
	struct proto_framer f;
	struct serve_event ev = {0};
	uint8_t byte;

	must_hold(&m, serve_model_begin(&m));
	proto_framer_init(&f);
	while (in.left > 0) {
		byte = take(&in);
		ev.kind = (enum serve_event_kind)(byte & 0x0f);
		ev.code = codes[byte >> 4 & 3];
		ev.kept = (byte & 0x80) != 0;
		if (ev.kind >= SERVE_EVENTS)
			continue;
		pass_time(&m, byte >> 5);
		if (ev.kind == SERVE_EV_LINE) {
			receive(&m, &f, &in);
			continue;
		}
		step(&m, &ev);
		lines(&m, &f); /* those that had to wait */
	}
	return 0;
}
