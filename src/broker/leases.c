/* What each session was given: three tables, one for each way to ask. */
#include <string.h>

#include "dtcp/addr.h"
#include "leases.h"

/* FNV-1a, 32 bits. */
static unsigned
bucket(const void *p, size_t n)
{
	const uint8_t *byte = p;
	uint32_t h = 2166136261U;

	for (; n > 0; n--)
		h = (h ^ *byte++) * 16777619U;
	return h % LEASES_BUCKETS;
}

static unsigned
bucket_of_id(uint32_t id)
{
	return bucket(&id, sizeof(id));
}

static unsigned
bucket_of_user(const char *user)
{
	return bucket(user, strlen(user));
}

static unsigned
bucket_of_pair(struct in_addr local4, struct in_addr client4)
{
	const uint64_t pair = (uint64_t)local4.s_addr << 32 | client4.s_addr;

	return bucket(&pair, sizeof(pair));
}

void
leases_add(struct leases *t, struct lease *s)
{
	LIST_INSERT_HEAD(&t->by_id[bucket_of_id(s->id)], s, by_id);
	LIST_INSERT_HEAD(&t->by_user[bucket_of_user(s->user)], s, by_user);
	LIST_INSERT_HEAD(
	    &t->by_pair[bucket_of_pair(s->local4, s->grant.client4)], s,
	    by_pair);
	t->n++;
	t->of_type[s->grant.type]++;
}

void
leases_remove(struct leases *t, struct lease *s)
{
	LIST_REMOVE(s, by_id);
	LIST_REMOVE(s, by_user);
	LIST_REMOVE(s, by_pair);
	t->n--;
	t->of_type[s->grant.type]--;
}

struct lease *
leases_of_connection(const struct leases *t, uint32_t id)
{
	struct lease *s;

	LIST_FOREACH (s, &t->by_id[bucket_of_id(id)], by_id)
		if (s->id == id)
			return s;
	return NULL;
}

struct lease *
leases_of_network(const struct leases *t, const char *user)
{
	struct lease *s;

	LIST_FOREACH (s, &t->by_user[bucket_of_user(user)], by_user)
		if (s->grant.type == TUNNEL_NETWORK &&
		    strcmp(s->user, user) == 0)
			return s;
	return NULL;
}

struct lease *
leases_of_pair(
    const struct leases *t, struct in_addr local4, struct in_addr client4)
{
	struct lease *s;

	LIST_FOREACH (s, &t->by_pair[bucket_of_pair(local4, client4)], by_pair)
		if (!s->grant.udp && addr4_equal(s->local4, local4) &&
		    addr4_equal(s->grant.client4, client4))
			return s;
	return NULL;
}

void
leases_each(const struct leases *t, bool (*visit)(void *arg, struct lease *s),
    void *arg)
{
	struct lease *s, *next;
	unsigned i;

	for (i = 0; i < LEASES_BUCKETS; i++) {
		for (s = LIST_FIRST(&t->by_id[i]); s != NULL; s = next) {
			next = LIST_NEXT(s, by_id);
			if (!visit(arg, s))
				return;
		}
	}
}
