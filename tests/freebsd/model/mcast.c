/*
 * Multicast groups: each IPv6 address joins three, each interface one for
 * IPv4.  They are counted, and announced when the first joins and the last
 * leaves.
 */
#include <stdlib.h>

#include "private.h"

static void
join(struct fbm_host *h, struct link *l, const struct ip *group)
{
	struct member *m;

	LIST_FOREACH (m, &l->members, next)
		if (ip_equal(&m->group, group)) {
			m->refs++;
			return;
		}
	m = model_alloc(sizeof(*m));
	m->group = *group;
	m->refs = 1;
	LIST_INSERT_HEAD(&l->members, m, next);
	tell_member(h, l, group, RTM_NEWMADDR_);
}

static void
leave(struct fbm_host *h, struct link *l, const struct ip *group)
{
	struct member *m;

	LIST_FOREACH (m, &l->members, next)
		if (ip_equal(&m->group, group))
			break;
	if (m == NULL || --m->refs > 0)
		return;
	tell_member(h, l, group, RTM_DELMADDR_);
	LIST_REMOVE(m, next);
	free(m);
}

/* Solicited nodes, all nodes of the link, all nodes of the interface. */
static void
for_groups(struct fbm_host *h, struct link *l, const struct ifaddr *a,
    void (*f)(struct fbm_host *, struct link *, const struct ip *))
{
	struct ip group = ip_text("ff02::1:ff00:0", l->index);

	memcpy(group.o + 13, a->addr.o + 13, 3);
	f(h, l, &group);
	group = ip_text("ff02::1", l->index);
	f(h, l, &group);
	group = ip_text("ff01::1", l->index);
	f(h, l, &group);
}

void
mcast_join(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	if ((l->flags & FB_IFF_MULTICAST) == 0)
		return;
	a->joined = true;
	for_groups(h, l, a, join);
}

void
mcast_leave(struct fbm_host *h, struct link *l, struct ifaddr *a)
{
	if (!a->joined)
		return;
	a->joined = false;
	for_groups(h, l, a, leave);
}

void
mcast_join4(struct fbm_host *h, struct link *l)
{
	struct ip group = ip_text("224.0.0.1", 0);

	if ((l->flags & FB_IFF_MULTICAST) != 0)
		join(h, l, &group);
}

void
mcast_leave4(struct fbm_host *h, struct link *l)
{
	struct ip group = ip_text("224.0.0.1", 0);

	leave(h, l, &group);
}
