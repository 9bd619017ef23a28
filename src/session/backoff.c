/* How long to wait before the next attempt: see session.h. */
#include <errno.h>

#include "private.h"

#define WORKED_MIN	 500
#define WORKED_MAX	 5000
#define REFUSED_MIN	 60000
#define REFUSED_MAX	 3600000
#define NEWS_DOUBLES_MAX 5

static uint32_t
min32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t
max32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* base * 2^n, not above limit and without overflow. */
static uint32_t
doubled(uint32_t base, unsigned n, uint32_t limit)
{
	uint64_t v = base;

	while (n-- > 0 && v < limit)
		v *= 2;
	return v < limit ? (uint32_t)v : limit;
}

/* From low to high, both included. */
static uint32_t
between(struct session *s, uint32_t low, uint32_t high)
{
	uint64_t span;

	if (high <= low)
		return high;
	span = (uint64_t)high - low + 1;
	return low + (uint32_t)((span * s->random(s->random_arg)) >> 32);
}

static uint32_t
refused_min(const struct session_conf *c)
{
	return max32(c->retry_min, min32(REFUSED_MIN, c->retry_max));
}

static uint32_t
refused_max(const struct session_conf *c)
{
	return max32(refused_min(c),
	    c->retry_max == SESSION_RETRY_MAX ? REFUSED_MAX : c->retry_max);
}

static uint32_t
refused_delay(struct session *s)
{
	uint32_t low = refused_min(s->conf);

	s->refusals++;
	return between(s, low, doubled(low, s->refusals, refused_max(s->conf)));
}

enum failure
failure_of(int error)
{
	switch (error) {
	case -EACCES:
	case -EOPNOTSUPP:
		return FAIL_REFUSED;
	case -EEXIST:
		return FAIL_REPLACED;
	default:
		return FAIL_PLAIN;
	}
}

/* Counts the failure. */
uint32_t
backoff_delay(struct session *s, enum failure kind)
{
	const struct session_conf *c = s->conf;

	switch (kind) {
	case FAIL_ADDR_GONE:
		return 0;
	case FAIL_REPLACED:
		s->replaced = true;
		return refused_delay(s);
	case FAIL_REFUSED:
		return refused_delay(s);
	case FAIL_PLAIN:
		break;
	}
	if (s->answered)
		return between(s, min32(WORKED_MIN, c->retry_max),
		    min32(WORKED_MAX, c->retry_max));
	s->attempts++;
	return between(s, c->retry_min / 4,
	    doubled(c->retry_min, s->attempts - 1, c->retry_max));
}

void
backoff_reset(struct session *s)
{
	s->attempts = 0;
	s->refusals = 0;
	s->replaced = false;
}

/*
 * A ping was answered.  Between two who take the tunnel from each other each
 * has that in turn, and it tells nothing until a session has lasted longer than
 * the other would ever have waited.
 */
void
backoff_worked(struct session *s, int64_t now)
{
	s->attempts = 0;
	if (!s->replaced || now - s->dialled_at > refused_max(s->conf))
		backoff_reset(s);
}

/* News from the network: the earliest time for another attempt. */
int64_t
backoff_news(struct session *s)
{
	unsigned n = s->cuts < NEWS_DOUBLES_MAX ? s->cuts : NEWS_DOUBLES_MAX;

	return s->dialled_at + ((int64_t)DIAL_GAP << n);
}
