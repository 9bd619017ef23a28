/* What an interface announces and withdraws. */
#include <string.h>

#include "private.h"

bool
ra_prefixes_any_current(const struct ra_iface *i)
{
	return i->nprefixes > 0 && !i->prefixes[0].withdrawn;
}

static struct ra_prefix *
find(struct ra_iface *i, const struct prefix6 *prefix)
{
	for (unsigned k = 0; k < i->nprefixes; k++)
		if (prefix6_equal(&i->prefixes[k].prefix, prefix))
			return &i->prefixes[k];
	return NULL;
}

static bool
is_current(const struct ra_iface *i, const struct prefix6 *prefix)
{
	for (unsigned k = 0; k < i->nprefixes; k++)
		if (prefix6_equal(&i->prefixes[k].prefix, prefix))
			return !i->prefixes[k].withdrawn;
	return false;
}

static bool
is_among(
    const struct prefix6 *prefix, const struct prefix6 *prefixes, unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		if (prefix6_equal(&prefixes[k], prefix))
			return true;
	return false;
}

bool
ra_prefixes_same(
    const struct ra_iface *i, const struct prefix6 *prefixes, unsigned n)
{
	for (unsigned k = 0; k < n; k++)
		if (!is_current(i, &prefixes[k]))
			return false;
	for (unsigned k = 0; k < i->nprefixes; k++)
		if (!i->prefixes[k].withdrawn &&
		    !is_among(&i->prefixes[k].prefix, prefixes, n))
			return false;
	return true;
}

/* A withdrawn one, in place of the one that has waited longest if need be. */
static void
add_withdrawn(struct ra_iface *i, const struct ra_prefix *x)
{
	struct ra_prefix *oldest = NULL;

	if (i->nprefixes < RA_PREFIXES_MAX) {
		i->prefixes[i->nprefixes++] = *x;
		return;
	}
	for (unsigned k = 0; k < i->nprefixes; k++)
		if (i->prefixes[k].withdrawn &&
		    (oldest == NULL || i->prefixes[k].until < oldest->until))
			oldest = &i->prefixes[k];
	if (oldest != NULL && oldest->until < x->until)
		*oldest = *x;
}

void
ra_prefixes_replace(
    struct ra_iface *i, const struct prefix6 *prefixes, unsigned n, int64_t now)
{
	struct ra_iface before = *i;
	const struct ra_prefix *known;
	struct ra_prefix x;

	i->nprefixes = 0;
	for (unsigned k = 0; k < n && i->nprefixes < RA_PREFIXES_MAX; k++) {
		if (is_among(&prefixes[k], prefixes, k))
			continue;
		known = find(&before, &prefixes[k]);
		i->prefixes[i->nprefixes++] = (struct ra_prefix) {
		    .prefix = prefixes[k],
		    .announced = known != NULL && known->announced,
		};
	}
	for (unsigned k = 0; k < before.nprefixes; k++) {
		x = before.prefixes[k];
		if (!x.announced || is_current(i, &x.prefix))
			continue;
		if (!x.withdrawn) {
			x.withdrawn = true;
			x.until = now + (int64_t)RA_VALID * 1000;
		}
		add_withdrawn(i, &x);
	}
}

static bool
add_old_withdrawn(
    struct ra_iface *i, const struct prefix6 *prefix, int64_t until)
{
	struct ra_prefix x = {.prefix = *prefix,
	    .withdrawn = true,
	    .announced = true,
	    .until = until};
	struct ra_prefix *known = find(i, prefix);

	if (known == NULL) {
		add_withdrawn(i, &x);
		return find(i, prefix) != NULL;
	}
	known->announced = true;
	if (!known->withdrawn || known->until >= until)
		return false;
	known->until = until;
	return true;
}

/* Withdrawn for a moment, by which it is known as one that was announced. */
static bool
add_old_current(struct ra_iface *i, const struct prefix6 *prefix, int64_t now)
{
	struct prefix6 current[RA_PREFIXES_MAX];
	unsigned n = 0;

	(void)add_old_withdrawn(i, prefix, now + (int64_t)RA_VALID * 1000);
	for (unsigned k = 0; k < i->nprefixes; k++)
		if (!i->prefixes[k].withdrawn)
			current[n++] = i->prefixes[k].prefix;
	if (n == RA_PREFIXES_MAX || is_among(prefix, current, n))
		return false;
	current[n++] = *prefix;
	ra_prefixes_replace(i, current, n, now);
	return true;
}

bool
ra_prefixes_add_old(
    struct ra_iface *i, const struct ra_prefix *old, int64_t now)
{
	int64_t longest = now + (int64_t)RA_VALID * 1000;

	if (!old->withdrawn)
		return add_old_current(i, &old->prefix, now);
	if (old->until <= now)
		return false;
	return add_old_withdrawn(
	    i, &old->prefix, old->until < longest ? old->until : longest);
}

/* Forget the withdrawn ones of which gone(arg) is true.  Were there any? */
static bool
forget(struct ra_iface *i,
    bool (*gone)(const struct ra_prefix *x, const void *arg), const void *arg)
{
	unsigned kept = 0, before = i->nprefixes;

	for (unsigned k = 0; k < before; k++)
		if (!i->prefixes[k].withdrawn || !gone(&i->prefixes[k], arg))
			i->prefixes[kept++] = i->prefixes[k];
	i->nprefixes = kept;
	return kept != before;
}

static bool
is_over(const struct ra_prefix *x, const void *now)
{
	return x->until <= *(const int64_t *)now;
}

bool
ra_prefixes_expire(struct ra_iface *i, int64_t now)
{
	return forget(i, is_over, &now);
}

/* A wider one, such as ::/0, makes nobody a router for this one. */
static bool
is_announced_in(const struct ra_prefix *x, const void *heard)
{
	const struct ra_heard *h = heard;

	for (unsigned k = 0; k < h->nprefixes; k++)
		if (h->prefixes[k].len >= x->prefix.len &&
		    prefix6_contains(&x->prefix, &h->prefixes[k].addr))
			return true;
	return false;
}

bool
ra_prefixes_taken_over(struct ra_iface *i, const struct ra_heard *h)
{
	return forget(i, is_announced_in, h);
}

bool
ra_prefixes_contested(const struct ra_iface *i, const struct ra_heard *h)
{
	for (unsigned k = 0; k < i->nprefixes; k++)
		if (!i->prefixes[k].withdrawn &&
		    is_announced_in(&i->prefixes[k], h))
			return true;
	return false;
}

int64_t
ra_prefixes_deadline(const struct ra_iface *i)
{
	int64_t first = -1;

	for (unsigned k = 0; k < i->nprefixes; k++)
		if (i->prefixes[k].withdrawn &&
		    (first == -1 || i->prefixes[k].until < first))
			first = i->prefixes[k].until;
	return first;
}

bool
ra_prefixes_announced(struct ra_iface *i)
{
	bool first = false;

	for (unsigned k = 0; k < i->nprefixes; k++) {
		first = first || !i->prefixes[k].announced;
		i->prefixes[k].announced = true;
	}
	return first;
}
