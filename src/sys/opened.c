/* Tun devices that are open, interfaces that were adopted: see opened.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "opened.h"

bool
opened_is_full(const struct opened *o)
{
	return o->ntuns == o->room;
}

int
opened_reserve(struct opened *o)
{
	unsigned room = o->room > 0 ? 2 * o->room : 1;
	struct opened_tun *tuns;

	if (opened_is_full(o)) {
		tuns = realloc(o->tuns, room * sizeof(*tuns));
		if (tuns == NULL)
			return -ENOMEM;
		o->tuns = tuns;
		o->room = room;
	}
	return indices_reserve(&o->adopted);
}

struct opened_tun *
opened_add(struct opened *o, uint32_t ifindex, int fd)
{
	struct opened_tun *t = &o->tuns[o->ntuns++];

	memset(t, 0, sizeof(*t));
	t->ifindex = ifindex;
	t->fd = fd;
	return t;
}

struct opened_tun *
opened_find(const struct opened *o, uint32_t ifindex)
{
	unsigned i;

	for (i = 0; i < o->ntuns; i++) {
		if (o->tuns[i].ifindex == ifindex)
			return &o->tuns[i];
	}
	return NULL;
}

void
opened_drop(struct opened *o, struct opened_tun *t)
{
	*t = o->tuns[--o->ntuns];
}

void
opened_free(struct opened *o)
{
	free(o->tuns);
	indices_free(&o->adopted);
	memset(o, 0, sizeof(*o));
}
