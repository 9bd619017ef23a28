/*
 * Any events in any order, with whatever lines a server may send: what must
 * hold of a session does.  The first byte is the configuration; then each
 * event is a byte (kind and passing time), and for bytes from the server a
 * length and so many of them, through the framer.
 */
#include <arpa/inet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session_model.h"

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
step(struct session_model *m, struct session_event *ev)
{
	struct err e = {.code = 71, .text = "Protocol \"error\""};
	const char *wrong;

	ev->local4.s_addr = htonl(0xc0000201); /* 192.0.2.1 */
	ev->server4.s_addr = htonl(0xc6336401);
	ev->digest = "DAC487C8DFBBF9EE5C7F8CDCC37B62A3";
	ev->err = &e;
	wrong = session_model_step(m, ev);
	if (wrong != NULL) {
		fprintf(stderr, "step %lu: not %s\n", m->steps, wrong);
		abort();
	}
}

/* As the engine does: lines while there are some, and the end for an error. */
static void
receive(struct session_model *m, struct proto_framer *f, struct input *in)
{
	struct session_event ev = {.kind = SESSION_EV_LINE};
	size_t n = take(in), took;
	int r;

	if (n > in->left)
		n = in->left;
	do {
		took = proto_framer_feed(f, in->p, n);
		in->p += took;
		in->left -= took;
		n -= took;
		while ((r = proto_framer_line(f, &ev.line, &ev.len)) == 1)
			step(m, &ev);
	} while (r == 0 && n > 0 && took > 0);
	in->p += n;
	in->left -= n;
	if (r < 0) {
		ev.kind = SESSION_EV_CLOSED;
		step(m, &ev);
		proto_framer_init(f);
	}
}

static void
pass_time(struct session_model *m, unsigned how)
{
	static const int64_t ms[] = {0, 1, 300, 1000, 20000, 3600000};

	if (how < sizeof(ms) / sizeof(ms[0]))
		m->now += ms[how];
	else if (m->s.deadline > m->now)
		m->now = m->s.deadline;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct session_model m;
	struct input in = {data, size};
	struct session_event ev;
	struct proto_framer f;
	uint8_t byte = take(&in);

	session_model_init(&m, 1);
	m.conf.type = (enum tunnel_type)(byte % 3);
	m.conf.persist = (byte & 0x80) != 0;
	m.conf.nat = (byte & 0x40) != 0;
	m.conf.udp = (byte & 0x10) != 0;
	if ((byte & 0x20) != 0) {
		m.conf.ping_interval = 2000;
		m.conf.ping_timeout = 3000;
		m.conf.retry_min = 10;
		m.conf.retry_max = 50;
	}
	proto_framer_init(&f);
	while (in.left > 0) {
		byte = take(&in);
		memset(&ev, 0, sizeof(ev));
		ev.kind = (enum session_event_kind)(byte & 0x0f);
		pass_time(&m, byte >> 4 & 7);
		if (ev.kind == SESSION_EV_LINE) {
			receive(&m, &f, &in);
			continue;
		}
		if (ev.kind == SESSION_EV_DIALLED)
			proto_framer_init(&f);
		step(&m, &ev);
	}
	return 0;
}
