/*
 * A host once more: what is on it, but nothing of the processes that work on
 * it.  Whatever points from one thing to another points to the new ones.
 */
#include <stdlib.h>

#include "private.h"

#define THINGS 1024 /* links, addresses and prefixes of a host */

struct map {
	unsigned n;
	struct {
		const void *old;
		void *new;
	} of[THINGS];
};

static void
note(struct map *m, const void *old, void *new)
{
	if (m->n == THINGS)
		abort();
	m->of[m->n].old = old;
	m->of[m->n++].new = new;
}

static void *
new_of(const struct map *m, const void *old)
{
	unsigned i;

	for (i = 0; i < m->n; i++)
		if (m->of[i].old == old)
			return m->of[i].new;
	return NULL;
}

static void *
duplicate(struct map *m, const void *old, size_t size)
{
	void *new = model_alloc(size);

	memcpy(new, old, size);
	note(m, old, new);
	return new;
}

static struct ifaddr *
copy_ifaddr(struct map *m, const struct ifaddr *a)
{
	struct ifaddr *b = duplicate(m, a, sizeof(*a));

	b->refs = 0;
	b->prefix = new_of(m, a->prefix);
	return b;
}

static void
copy_parts(struct map *m, const struct link *l, struct link *to)
{
	struct prefix *p, *q;
	struct member *g, *e;
	struct ifaddr *a, *b;

	LIST_INIT(&to->prefixes);
	LIST_FOREACH (p, &l->prefixes, next) {
		q = duplicate(m, p, sizeof(*p));
		LIST_INSERT_HEAD(&to->prefixes, q, next);
	}
	LIST_INIT(&to->members);
	LIST_FOREACH (g, &l->members, next) {
		e = duplicate(m, g, sizeof(*g));
		LIST_INSERT_HEAD(&to->members, e, next);
	}
	TAILQ_INIT(&to->addrs);
	TAILQ_FOREACH (a, &l->addrs, next) {
		b = copy_ifaddr(m, a);
		b->refs++;
		TAILQ_INSERT_TAIL(&to->addrs, b, next);
	}
}

static void
copy_link(struct map *m, const struct link *l, struct fbm_host *to)
{
	struct link *new = duplicate(m, l, sizeof(*l));

	if (l->descr != NULL && (new->descr = strdup(l->descr)) == NULL)
		abort();
	new->device = NULL;
	copy_parts(m, l, new);
	TAILQ_INSERT_TAIL(&to->links, new, next);
}

/* Its address may have left the interface meanwhile. */
static void
copy_route(struct map *m, const struct route *r, struct fbm_host *to)
{
	struct route *new = model_alloc(sizeof(*new));

	*new = *r;
	new->ifp = new_of(m, r->ifp);
	if (r->ifa != NULL) {
		new->ifa = new_of(m, r->ifa);
		if (new->ifa == NULL)
			new->ifa = copy_ifaddr(m, r->ifa);
		new->ifa->refs++;
	}
	TAILQ_INSERT_TAIL(&to->routes, new, next);
}

static void
copy_group(struct map *m, const struct group *g, struct fbm_host *to)
{
	struct group *new = model_alloc(sizeof(*new));

	*new = *g;
	new->link = new_of(m, g->link);
	TAILQ_INSERT_TAIL(&to->groups, new, next);
}

struct fbm_host *
fbm_copy(struct fbm_host *h)
{
	struct fbm_host *to = model_alloc(sizeof(*to));
	struct map *m = model_alloc(sizeof(*m));
	struct link *l, *new;
	struct route *r;
	struct group *g;

	sock_reap(h);
	*to = *h;
	TAILQ_INIT(&to->links);
	TAILQ_INIT(&to->routes);
	TAILQ_INIT(&to->groups);
	TAILQ_INIT(&to->socks);
	to->fail_nth = to->lose = 0;
	to->seen = NULL;
	TAILQ_FOREACH (l, &h->links, next)
		copy_link(m, l, to);
	TAILQ_FOREACH (r, &h->routes, next)
		copy_route(m, r, to);
	TAILQ_FOREACH (g, &h->groups, next)
		copy_group(m, g, to);
	TAILQ_FOREACH (l, &h->links, next) {
		new = new_of(m, l);
		if (l->device != NULL)
			tun_last_close(to, new);
	}
	free(m);
	return to;
}
