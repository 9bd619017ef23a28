/*
 * Random walks through the session: whatever comes in whatever order, what
 * session_model.h is about holds.  A failure names the walk's seed, which
 * given as argument repeats that walk alone.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session_model.h"

#define WALKS	   8000
#define WALK_STEPS 150
#define N(a)	   (sizeof(a) / sizeof((a)[0]))

static unsigned visits[SESSION_STATES];
static uint32_t only; /* the seed asked for, 0: all */

#define UDP " proto=udp port=4029"

static const char *const lines[] = {
    "+OK 0B1517C87D516A5FA65BED722D51A04F KAME tunnel server",
    "+OK pong",
    "+OK 192.0.2.1 198.51.100.1",
    "+OK 192.0.2.1 198.51.100.1 2001:db8::6 2001:db8::5",
    "+OK 192.0.2.1 198.51.100.1 2001:db8:5::/48,2001:db8:6::/48",
    "+OK 203.0.113.9 198.51.100.1 2001:db8:5::/48",
    "+OK 192.0.2.1 198.51.100.1 2001:db8:5::/200",
    "+OK 192.0.2.1 198.51.100.1" UDP,
    "+OK 192.0.2.1 198.51.100.1" UDP " key=00",
    "-ERR authentication failed.",
    "-ERR unsupported tunnel type x",
    "-ERR tunnel interface sold out",
    "-ERR connection timed out, disconnecting",
    "-ERR \"quoted\" \\ words",
    "+OK",
    "",
    "hello, who is there?",
};

static uint32_t
below(uint32_t *seed, uint32_t n)
{
	return session_model_random(seed) % n;
}

static const char *
good_line(const struct session_model *m)
{
	static const char *const grants[][2] = {
	    [TUNNEL_ONLY] = {"+OK 192.0.2.1 198.51.100.1",
		"+OK 192.0.2.1 198.51.100.1" UDP},
	    [TUNNEL_HOST] =
		{"+OK 192.0.2.1 198.51.100.1 2001:db8::6 2001:db8::5",
		    "+OK 192.0.2.1 198.51.100.1 2001:db8::6 2001:db8::5" UDP},
	    [TUNNEL_NETWORK] = {"+OK 192.0.2.1 198.51.100.1 2001:db8:5::/48",
		"+OK 192.0.2.1 198.51.100.1 2001:db8:5::/48" UDP},
	};

	if (m->s.state == SESSION_REQUESTING)
		return grants[m->conf.type][m->conf.udp ? 1 : 0];
	return m->s.state == SESSION_GREETING ? lines[0] : lines[1];
}

/* The event that brings a session forward. */
static enum session_event_kind
forward(const struct session_model *m)
{
	static const enum session_event_kind next[SESSION_STATES] = {
	    [SESSION_INIT] = SESSION_EV_START,
	    [SESSION_CONNECTING] = SESSION_EV_DIALLED,
	    [SESSION_GREETING] = SESSION_EV_LINE,
	    [SESSION_AUTHENTICATING] = SESSION_EV_DIGEST,
	    [SESSION_REQUESTING] = SESSION_EV_LINE,
	    [SESSION_CONFIGURING] = SESSION_EV_APPLIED,
	    [SESSION_UP] = SESSION_EV_TIMER,
	    [SESSION_PROBING] = SESSION_EV_LINE,
	    [SESSION_LEAVING] = SESSION_EV_LINE,
	    [SESSION_WAITING] = SESSION_EV_TIMER,
	    [SESSION_STOPPED] = SESSION_EV_START,
	};

	if (m->s.state == SESSION_UP && m->s.ping_sent >= 0)
		return SESSION_EV_LINE;
	return next[m->s.state];
}

static enum session_event_kind
choose(const struct session_model *m, uint32_t *seed)
{
	enum session_event_kind kind;

	if (below(seed, 3) != 0)
		return forward(m);
	do
		kind = (enum session_event_kind)below(seed, SESSION_EVENTS);
	while (kind == SESSION_EV_STOP && below(seed, 8) != 0);
	return kind;
}

static void
pass_time(struct session_model *m, uint32_t *seed, bool timer)
{
	int64_t left = m->s.deadline - m->now;

	switch (below(seed, timer ? 3 : 6)) {
	case 0:
	case 1: /* a bit before the deadline, or what it says */
		if (timer && left > 0)
			m->now += left;
		else
			m->now += below(seed, 50);
		break;
	case 2:
		if (left > 0)
			m->now += left - 1 + below(seed, 3);
		if (below(seed, 20) == 0) /* asleep */
			m->now += below(seed, 100000000);
		break;
	case 3:
		m->now += below(seed, 2000);
		break;
	case 4:
		m->now += below(seed, 40000);
		break;
	default:
		break;
	}
}

static void
configure(struct session_model *m, uint32_t *seed)
{
	m->conf.type = (enum tunnel_type)below(seed, 3);
	m->conf.persist = below(seed, 4) != 0;
	m->conf.nat = below(seed, 4) == 0;
	m->conf.udp = below(seed, 3) == 0;
	if (below(seed, 4) == 0) {
		m->conf.retry_min = 1 + below(seed, 100);
		m->conf.retry_max = 1 + below(seed, 1000);
	}
	if (below(seed, 4) == 0) {
		m->conf.ping_interval = 1000 + below(seed, 30000);
		m->conf.ping_timeout = 1000 + below(seed, 30000);
	}
}

static const char *
walk(struct session_model *m, uint32_t *seed)
{
	struct err e = {.code = 5, .text = "what \"went\" wrong"};
	struct session_event ev;
	const char *wrong = NULL;
	int after = 5; /* steps when it has stopped */

	for (int i = 0; i < WALK_STEPS && wrong == NULL && after > 0; i++) {
		memset(&ev, 0, sizeof(ev));
		ev.kind = choose(m, seed);
		pass_time(m, seed, ev.kind == SESSION_EV_TIMER);
		ev.local4.s_addr =
		    inet_addr(below(seed, 4) != 0 ? "192.0.2.1" : "192.0.2.2");
		ev.server4.s_addr = inet_addr("198.51.100.1");
		ev.digest = "DAC487C8DFBBF9EE5C7F8CDCC37B62A3";
		ev.line = below(seed, 4) != 0 ? good_line(m) :
						lines[below(seed, N(lines))];
		ev.len = strlen(ev.line);
		ev.err = &e;
		wrong = session_model_step(m, &ev);
		visits[m->s.state]++;
		after -= m->s.state == SESSION_STOPPED;
	}
	return wrong;
}

static void
test_random_walks(void **state)
{
	static struct session_model m;
	unsigned long steps = 0;

	(void)state;
	for (uint32_t i = 1; i <= WALKS; i++) {
		uint32_t first = only != 0 ? only : i * 2654435761U, seed;
		const char *wrong;

		seed = first;
		session_model_init(&m, session_model_random(&seed));
		configure(&m, &seed);
		wrong = walk(&m, &seed);
		if (wrong != NULL)
			fail_msg("seed %u, step %lu, state %s: not %s", first,
			    m.steps, session_state_name(m.s.state), wrong);
		steps += m.steps;
		if (only != 0)
			return;
	}
	print_message("%lu steps:", steps);
	for (int st = 0; st < SESSION_STATES; st++)
		print_message(" %s %u",
		    session_state_name((enum session_state)st), visits[st]);
	print_message("\n");
	/* Every state was seen often enough to say something. */
	for (int st = SESSION_CONNECTING; st < SESSION_STATES; st++)
		assert_in_range(visits[st], 5000, UINT32_MAX);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random_walks),
	};

	if (argc > 1)
		only = (uint32_t)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
