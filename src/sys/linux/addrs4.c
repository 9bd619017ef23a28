/*
 * The IPv4 addresses that this host has, so that only what really came or
 * went is told: a renewed DHCP lease repeats an address, and two interfaces
 * may have the same one.
 */
#include <string.h>

#include "linux.h"

static unsigned
count(const struct lx_watch *w, struct in_addr a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->naddrs; i++)
		n += addr4_equal(w->addrs[i].addr, a);
	return n;
}

static struct lx_addr4 *
find(struct lx_watch *w, const struct addr *a)
{
	for (unsigned i = 0; i < w->naddrs; i++) {
		if (w->addrs[i].ifindex == a->ifindex &&
		    addr4_equal(w->addrs[i].addr, a->addr4))
			return &w->addrs[i];
	}
	return NULL;
}

static void
add(struct lx_watch *w, const struct addr *a)
{
	if (find(w, a) != NULL)
		return;
	if (w->naddrs == LX_ADDRS4) {
		w->addrs_overflow = true;
		return;
	}
	w->addrs[w->naddrs].ifindex = a->ifindex;
	w->addrs[w->naddrs++].addr = a->addr4;
}

static int
learn(void *arg, const struct addr *a)
{
	struct lx_watch *w = arg;

	if (a == NULL) {
		w->naddrs = 0;
		w->addrs_overflow = false;
	} else
		add(w, a);
	return 0;
}

int
addrs4_learn(struct lx *lx)
{
	return addr_scan(lx, AF_INET, 0, learn, &lx->watch);
}

bool
addrs4_note(
    struct lx_watch *w, const struct addr *a, bool gone, struct kevent *ev)
{
	struct lx_addr4 *old;
	unsigned before;

	ev->kind = gone ? KEV_ADDR4_GONE : KEV_ADDR4_NEW;
	ev->addr4 = a->addr4;
	before = count(w, a->addr4);
	if (gone) {
		old = find(w, a);
		if (old != NULL)
			*old = w->addrs[--w->naddrs];
	} else
		add(w, a);
	if (w->addrs_overflow)
		return true;
	return (before == 0) != (count(w, a->addr4) == 0);
}
