/* Interface groups: names for any number of interfaces. */
#include <stdlib.h>

#include "private.h"

static struct group *
find(struct fbm_host *h, const struct link *l, const char *name)
{
	struct group *g;

	TAILQ_FOREACH (g, &h->groups, next)
		if (g->link == l &&
		    strncmp(g->name, name, sizeof(g->name)) == 0)
			return g;
	return NULL;
}

bool
group_has(struct fbm_host *h, const struct link *l, const char *name)
{
	return find(h, l, name) != NULL;
}

/* name: FB_IFNAMSIZ octets at most, like all names in requests. */
int
group_add(struct fbm_host *h, struct link *l, const char *name)
{
	size_t len = strnlen(name, FB_IFNAMSIZ - 1);
	struct group *g;

	if (len > 0 && name[len - 1] >= '0' && name[len - 1] <= '9')
		return EINVAL;
	if (find(h, l, name) != NULL)
		return EEXIST;
	g = model_alloc(sizeof(*g));
	memcpy(g->name, name, len);
	g->link = l;
	TAILQ_INSERT_TAIL(&h->groups, g, next);
	return 0;
}

static void
remove_member(struct fbm_host *h, struct group *g)
{
	TAILQ_REMOVE(&h->groups, g, next);
	free(g);
}

int
group_remove(struct fbm_host *h, struct link *l, const char *name)
{
	struct group *g = find(h, l, name);

	if (g == NULL)
		return ENOENT;
	remove_member(h, g);
	return 0;
}

void
group_remove_all(struct fbm_host *h, struct link *l)
{
	struct group *g = TAILQ_FIRST(&h->groups), *following;

	for (; g != NULL; g = following) {
		following = TAILQ_NEXT(g, next);
		if (g->link == l)
			remove_member(h, g);
	}
}

int
group_members(struct fbm_host *h, struct fb_ifgroupreq *r)
{
	bool ask = r->len == 0;
	uint32_t left = r->len;
	struct fb_ifg_req *out = r->u.groups;
	struct group *g;
	unsigned n = 0;

	TAILQ_FOREACH (g, &h->groups, next) {
		if (strncmp(g->name, r->name, sizeof(g->name)) != 0)
			continue;
		n++;
		if (ask)
			continue;
		if (left < sizeof(*out))
			return EINVAL;
		memset(out, 0, sizeof(*out));
		memcpy(out->member, g->link->name, sizeof(out->member));
		out++;
		left -= (uint32_t)sizeof(*out);
	}
	if (ask)
		r->len = n * (uint32_t)sizeof(*out);
	return n > 0 ? 0 : ENOENT;
}
