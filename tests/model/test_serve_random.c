/*
 * Random walks through a server's connection: whatever comes in whatever
 * order, what serve_model.h is about holds.  A failure names the walk's seed,
 * which given as argument repeats that walk alone.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "serve_model.h"

#define WALKS	   20000
#define WALK_STEPS 100
#define N(a)	   (sizeof(a) / sizeof((a)[0]))
#define DIGEST	   "DAC487C8DFBBF9EE5C7F8CDCC37B62A3"

static unsigned visits[SERVE_CLOSED + 1];
static uint32_t only; /* the seed asked for, 0: all */

static const char *const lines[] = {
    "tunnel foo " DIGEST " host",
    "tunnel foo " DIGEST " network proto=udp",
    "tunnel foo " DIGEST " tunnelonly proto=udp port=4028",
    "tunnel foo " DIGEST " no\303\266type-at-all-but-a-long-word",
    "ping",
    "PING",
    "help",
    "what?",
    "",
    ("tunnel foo " DIGEST),
    "tunnel foo bar host",
    "quit",
};

static uint32_t
below(uint32_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed % n;
}

static void
choose(const struct serve_model *m, struct serve_event *ev, uint32_t *seed)
{
	static const int codes[] = {
	    EACCES, EOPNOTSUPP, EPROTONOSUPPORT, ENOBUFS, ENOMEM};
	uint32_t n = below(seed, N(lines));

	/* The ends are rarer than they would be by chance. */
	if (below(seed, 12) == 0)
		ev->kind = (enum serve_event_kind)below(seed, SERVE_EVENTS);
	else if (!m->asked)
		ev->kind = SERVE_EV_LINE;
	else
		ev->kind =
		    below(seed, 4) != 0 ? SERVE_EV_GRANTED : SERVE_EV_REFUSED;
	if (n >= 9)
		n = below(seed, N(lines));
	ev->line = lines[n];
	ev->n = strlen(ev->line);
	ev->code = codes[below(seed, N(codes))];
	ev->kept = below(seed, 2) == 0;
}

static void
pass_time(struct serve_model *m, uint32_t *seed)
{
	switch (below(seed, 4)) {
	case 0:
		m->now += below(seed, 100000);
		break;
	case 1:
		if (m->s.deadline > m->now)
			m->now = m->s.deadline - 1 + below(seed, 2);
		break;
	default:
		break;
	}
}

static const char *
walk(struct serve_model *m, uint32_t *seed)
{
	const char *wrong = serve_model_begin(m);
	int after = 5; /* steps when it is closed */

	for (int i = 0; i < WALK_STEPS && wrong == NULL && after > 0; i++) {
		struct serve_event ev = {0};

		choose(m, &ev, seed);
		pass_time(m, seed);
		wrong = serve_model_step(m, &ev);
		visits[m->s.state]++;
		after -= m->s.state == SERVE_CLOSED;
	}
	return wrong;
}

static void
test_random_walks(void **state)
{
	static struct serve_model m;

	(void)state;
	for (uint32_t i = 1; i <= WALKS; i++) {
		uint32_t first = only != 0 ? only : i * 2654435761U;
		uint32_t seed = first;
		const char *wrong = walk(&m, &seed);

		if (wrong != NULL)
			fail_msg("seed %u, step %lu, state %d: not %s", first,
			    m.steps, (int)m.s.state, wrong);
		if (only != 0)
			return;
	}
	/* Every state was seen often enough to say something. */
	for (size_t st = 0; st < N(visits); st++) {
		print_message("state %zu: %u\n", st, visits[st]);
		assert_in_range(visits[st], 10000, UINT32_MAX);
	}
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
