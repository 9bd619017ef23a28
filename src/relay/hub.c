/*
 * A hash table of prefixes with open addressing.  Few lengths are in use at
 * once, so a lookup tries each of them, the longest first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/hub.h"

#define SIZE_MIN   64 /* places; always a power of two */
#define LENGTHS	   129
#define MULTIPLIER 0x9e3779b97f4a7c15 /* 2^64 by the golden ratio */

struct place {
	struct prefix6 prefix;
	struct relay_peer *peer; /* NULL: free */
};

struct hub {
	struct place *places;
	size_t size;
	size_t used;
	size_t count[LENGTHS]; /* prefixes of each length */
	uint8_t lengths[LENGTHS];
	unsigned nlengths; /* in use, the longest first */
};

struct hub *
hub_new(void)
{
	struct hub *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->size = SIZE_MIN;
	h->places = calloc(h->size, sizeof(*h->places));
	if (h->places == NULL) {
		free(h);
		return NULL;
	}
	return h;
}

void
hub_free(struct hub *h)
{
	if (h == NULL)
		return;
	free(h->places);
	free(h);
}

/* The upper bits of a product depend on all bits of what was multiplied. */
static uint64_t
mix(uint64_t v)
{
	v *= MULTIPLIER;
	return v ^ v >> 32;
}

/* Where it would be, if that were free. */
static size_t
home(const struct hub *h, const struct prefix6 *p)
{
	uint64_t half[2];

	memcpy(half, &p->addr, sizeof(half));
	return mix(mix(mix(half[0]) + half[1]) + p->len) & (h->size - 1);
}

/* Where it is, or the free place where it belongs. */
static size_t
look(const struct hub *h, const struct prefix6 *p)
{
	size_t at = home(h, p);

	while (h->places[at].peer != NULL &&
	    !prefix6_equal(&h->places[at].prefix, p))
		at = (at + 1) & (h->size - 1);
	return at;
}

static struct prefix6
masked(const struct in6_addr *a, uint8_t len)
{
	struct prefix6 p = {.addr = *a, .len = len};

	prefix6_mask(&p);
	return p;
}

static int
grow(struct hub *h)
{
	struct hub larger = *h;

	larger.size = 2 * h->size;
	larger.places = calloc(larger.size, sizeof(*larger.places));
	if (larger.places == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < h->size; i++)
		if (h->places[i].peer != NULL)
			larger.places[look(&larger, &h->places[i].prefix)] =
			    h->places[i];
	free(h->places);
	*h = larger;
	return 0;
}

static void
count_up(struct hub *h, uint8_t len)
{
	unsigned at = 0;

	if (h->count[len]++ > 0)
		return;
	while (at < h->nlengths && h->lengths[at] > len)
		at++;
	memmove(&h->lengths[at + 1], &h->lengths[at], h->nlengths - at);
	h->lengths[at] = len;
	h->nlengths++;
}

static void
count_down(struct hub *h, uint8_t len)
{
	unsigned at = 0;

	if (--h->count[len] > 0)
		return;
	while (h->lengths[at] != len)
		at++;
	h->nlengths--;
	memmove(&h->lengths[at], &h->lengths[at + 1], h->nlengths - at);
}

int
hub_add(struct hub *h, const struct prefix6 *prefix, struct relay_peer *p)
{
	const struct prefix6 key = masked(&prefix->addr, prefix->len);
	size_t at = look(h, &key);

	if (h->places[at].peer != NULL)
		return -EEXIST;
	/* At most half of the places are taken, so that ways are short. */
	if (2 * (h->used + 1) > h->size) {
		if (grow(h) != 0)
			return -ENOMEM;
		at = look(h, &key);
	}
	h->places[at] = (struct place) {.prefix = key, .peer = p};
	h->used++;
	count_up(h, key.len);
	return 0;
}

/*
 * A free place ends the way to those behind it: each that came past it moves
 * up, and leaves the next one to fill.
 */
static void
close_gap(struct hub *h, size_t gap)
{
	const size_t mask = h->size - 1;
	size_t at, from;

	for (at = (gap + 1) & mask; h->places[at].peer != NULL;
	     at = (at + 1) & mask) {
		from = home(h, &h->places[at].prefix);
		if (((at - from) & mask) < ((at - gap) & mask))
			continue;
		h->places[gap] = h->places[at];
		gap = at;
	}
	h->places[gap].peer = NULL;
}

void
hub_remove(struct hub *h, const struct prefix6 *prefix)
{
	const struct prefix6 key = masked(&prefix->addr, prefix->len);
	const size_t at = look(h, &key);

	if (h->places[at].peer == NULL)
		return;
	close_gap(h, at);
	h->used--;
	count_down(h, key.len);
}

struct relay_peer *
hub_find(const struct hub *h, const struct in6_addr *a)
{
	struct prefix6 key;
	size_t at;

	for (unsigned i = 0; i < h->nlengths; i++) {
		key = masked(a, h->lengths[i]);
		at = look(h, &key);
		if (h->places[at].peer != NULL)
			return h->places[at].peer;
	}
	return NULL;
}
