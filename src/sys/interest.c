/*
 * Lists of what is our business, and of what has happened to it.
 */
#include <string.h>

#include "interest.h"

bool
interest_has_link(const struct interest *w, uint32_t ifindex)
{
	return indices_has(&w->links, ifindex);
}

bool
interest_add_link(struct interest *w, uint32_t ifindex)
{
	if (interest_has_link(w, ifindex))
		return false;
	if (indices_reserve(&w->links) != 0) {
		w->resync = true;
		return false;
	}
	return indices_add(&w->links, ifindex);
}

bool
interest_drop_link(struct interest *w, uint32_t ifindex)
{
	return indices_drop(&w->links, ifindex);
}

void
interest_free(struct interest *w)
{
	indices_free(&w->links);
}

static unsigned
find_route(
    const struct interest_routes *l, const struct prefix6 *dst, uint32_t metric)
{
	unsigned i;

	for (i = 0; i < l->n; i++) {
		if (l->r[i].metric == metric &&
		    prefix6_equal(&l->r[i].dst, dst))
			break;
	}
	return i;
}

static void
drop_route(struct interest_routes *l, unsigned i)
{
	l->n--;
	memmove(&l->r[i], &l->r[i + 1], (l->n - i) * sizeof(l->r[0]));
}

/* Where there is no room, the oldest goes: it is the least likely to matter. */
static void
put_route(struct interest_routes *l, const struct prefix6 *dst, uint32_t metric)
{
	if (l->n == INTEREST_ROUTES)
		drop_route(l, 0);
	l->r[l->n].dst = *dst;
	l->r[l->n++].metric = metric;
}

bool
interest_has_route(
    const struct interest_routes *l, const struct prefix6 *dst, uint32_t metric)
{
	return find_route(l, dst, metric) < l->n;
}

bool
interest_add_route(
    struct interest *w, const struct prefix6 *dst, uint32_t metric)
{
	unsigned i = find_route(&w->awaited, dst, metric);
	bool awaited = i < w->awaited.n;

	if (awaited)
		drop_route(&w->awaited, i);
	if (!interest_has_route(&w->ours, dst, metric))
		put_route(&w->ours, dst, metric);
	return awaited;
}

void
interest_drop_route(
    struct interest *w, const struct prefix6 *dst, uint32_t metric)
{
	unsigned i = find_route(&w->ours, dst, metric);

	if (i < w->ours.n)
		drop_route(&w->ours, i);
}

bool
interest_await_route(
    struct interest *w, const struct prefix6 *dst, uint32_t metric)
{
	/* That it is in ours does not mean that it is there. */
	if (interest_has_route(&w->awaited, dst, metric))
		return false;
	put_route(&w->awaited, dst, metric);
	return true;
}

static unsigned
count_addr4(const struct interest *w, struct in_addr a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->naddrs; i++)
		n += addr4_equal(w->addrs[i].addr, a);
	return n;
}

static struct interest_addr4 *
find_addr4(struct interest *w, uint32_t ifindex, struct in_addr a)
{
	for (unsigned i = 0; i < w->naddrs; i++) {
		if (w->addrs[i].ifindex == ifindex &&
		    addr4_equal(w->addrs[i].addr, a))
			return &w->addrs[i];
	}
	return NULL;
}

void
interest_forget_addrs4(struct interest *w)
{
	w->naddrs = 0;
	w->overflow = false;
}

void
interest_add_addr4(struct interest *w, uint32_t ifindex, struct in_addr a)
{
	if (find_addr4(w, ifindex, a) != NULL)
		return;
	if (w->naddrs == INTEREST_ADDRS4) {
		w->overflow = true;
		return;
	}
	w->addrs[w->naddrs++] = (struct interest_addr4) {
	    .ifindex = ifindex, .addr = a, .seen = true, .told = true};
}

bool
interest_note_addr4(struct interest *w, uint32_t ifindex, struct in_addr a,
    bool gone, struct kevent *ev)
{
	struct interest_addr4 *old;
	unsigned before;

	ev->kind = gone ? KEV_ADDR4_GONE : KEV_ADDR4_NEW;
	ev->addr4 = a;
	before = count_addr4(w, a);
	if (gone) {
		old = find_addr4(w, ifindex, a);
		if (old != NULL)
			*old = w->addrs[--w->naddrs];
	} else
		interest_add_addr4(w, ifindex, a);
	if (w->overflow)
		return true;
	return (before == 0) != (count_addr4(w, a) == 0);
}

void
interest_begin_addrs4(struct interest *w)
{
	for (unsigned i = 0; i < w->naddrs; i++)
		w->addrs[i].seen = false;
	w->overflow = false;
}

void
interest_see_addr4(struct interest *w, uint32_t ifindex, struct in_addr a)
{
	struct interest_addr4 *old = find_addr4(w, ifindex, a);

	if (old != NULL) {
		old->seen = true;
		return;
	}
	interest_add_addr4(w, ifindex, a);
	old = find_addr4(w, ifindex, a);
	if (old != NULL)
		old->told = false;
}

/* An address that moved to another interface is not gone. */
bool
interest_changed_addr4(struct interest *w, struct kevent *ev)
{
	struct in_addr a;
	unsigned others;

	for (unsigned i = 0; i < w->naddrs;) {
		struct interest_addr4 *o = &w->addrs[i];

		if (o->seen && o->told) {
			i++;
			continue;
		}
		a = o->addr;
		others = count_addr4(w, a) - 1;
		ev->kind = o->seen ? KEV_ADDR4_NEW : KEV_ADDR4_GONE;
		ev->addr4 = a;
		if (o->seen)
			o->told = true;
		else
			*o = w->addrs[--w->naddrs];
		if (others == 0)
			return true;
	}
	return false;
}

int
interest_next(struct interest *w, struct kevent *ev)
{
	memset(ev, 0, sizeof(*ev));
	if (w->resync) {
		/* Everything: nothing more to say about the rest. */
		w->resync = w->touched = false;
		ev->kind = KEV_RESYNC;
		return 1;
	}
	if (w->default4) {
		w->default4 = false;
		ev->kind = KEV_DEFAULT4;
		return 1;
	}
	if (w->touched) {
		w->touched = false;
		ev->kind = KEV_TOUCHED;
		return 1;
	}
	return 0;
}
