/* A set of interfaces, by index, that grows. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "indices.h"

static unsigned
find(const struct indices *s, uint32_t ifindex)
{
	unsigned i;

	for (i = 0; i < s->n; i++) {
		if (s->v[i] == ifindex)
			break;
	}
	return i;
}

bool
indices_has(const struct indices *s, uint32_t ifindex)
{
	return find(s, ifindex) < s->n;
}

int
indices_reserve(struct indices *s)
{
	unsigned room = s->room > 0 ? 2 * s->room : 1;
	uint32_t *v;

	if (s->n < s->room)
		return 0;
	v = realloc(s->v, room * sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	s->v = v;
	s->room = room;
	return 0;
}

bool
indices_add(struct indices *s, uint32_t ifindex)
{
	if (indices_has(s, ifindex))
		return false;
	s->v[s->n++] = ifindex;
	return true;
}

bool
indices_drop(struct indices *s, uint32_t ifindex)
{
	unsigned i = find(s, ifindex);

	if (i == s->n)
		return false;
	s->v[i] = s->v[--s->n];
	return true;
}

void
indices_free(struct indices *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}
