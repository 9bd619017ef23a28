/* Refused logins by source address: see dtcp/attempts.h. */
#include "dtcp/addr.h"
#include "dtcp/attempts.h"

/* What has been forgotten leaves its place to others. */
static bool
is_free(const struct attempt *t, int64_t now)
{
	return t->clean <= now;
}

static const struct attempt *
find(const struct attempts *a, struct in_addr addr4, int64_t now)
{
	for (unsigned i = 0; i < a->n; i++)
		if (!is_free(&a->table[i], now) &&
		    addr4_equal(a->table[i].addr4, addr4))
			return &a->table[i];
	return NULL;
}

/* A place for another address: a free one, else the least guilty's. */
static struct attempt *
place(struct attempts *a, int64_t now)
{
	struct attempt *least = &a->table[0];

	for (unsigned i = 0; i < a->n; i++) {
		if (is_free(&a->table[i], now))
			return &a->table[i];
		if (a->table[i].clean < least->clean)
			least = &a->table[i];
	}
	return a->n < ATTEMPTS_TABLE ? &a->table[a->n++] : least;
}

void
attempts_failed(struct attempts *a, struct in_addr addr4, int64_t now)
{
	const int64_t most = now + (int64_t)ATTEMPTS_MAX * ATTEMPTS_EVERY;
	const struct attempt *known = find(a, addr4, now);
	struct attempt *t;

	if (known != NULL) {
		t = &a->table[known - a->table];
	} else {
		t = place(a, now);
		t->addr4 = addr4;
		t->clean = now;
	}
	/* More than that many are no worse: some were under way. */
	t->clean += ATTEMPTS_EVERY;
	if (t->clean > most)
		t->clean = most;
}

bool
attempts_blocked(const struct attempts *a, struct in_addr addr4, int64_t now)
{
	const int64_t many = (int64_t)(ATTEMPTS_MAX - 1) * ATTEMPTS_EVERY;
	const struct attempt *t = find(a, addr4, now);

	return t != NULL && t->clean - now > many;
}
