/* The model tests' host on the fake kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_kernel.h"
#include "world.h"

struct world_state {
	struct fake_state fake;
};

static struct fake_host *
host_of(struct world *w)
{
	return (struct fake_host *)w->host;
}

bool
world_has_metrics(void)
{
	return true;
}

bool
world_down_flushes(void)
{
	return true;
}

/* An operation is one step. */
unsigned
world_unmarked_points(void)
{
	return 0;
}

static void
open_kernels(struct world *w)
{
	w->k = fake_open(host_of(w), TAG);
	w->other = fake_open(host_of(w), TAG_2);
	assert_non_null(w->k);
	assert_non_null(w->other);
}

static void
close_kernels(struct world *w)
{
	w->k->ops->close(w->k);
	w->other->ops->close(w->other);
}

void
world_host_new(struct world *w)
{
	struct fake_host *h = fake_host_new();
	struct netop theirs;

	assert_non_null(h);
	w->host = (struct world_host *)h;
	fake_add_link(h, WORLD_FOREIGN, FAKE_OTHER)->up = true;
	fake_add_addr(h, WORLD_FOREIGN, "2001:db8:a::1/64");
	fake_add_route(h, WORLD_FOREIGN, "::/0", 1024);
	fake_add_route(h, NULL, "2001:db8:b::/48", 1024);
	fake_add_link(h, WORLD_LAN, FAKE_OTHER)->up = true;
	fake_add_link(h, WORLD_KERNEL, FAKE_SIT)->up = true;
	fake_add_link(h, WORLD_USER, FAKE_TUN);
	open_kernels(w);
	memset(&theirs, 0, sizeof(theirs));
	theirs.kind = NETOP_TUNNEL;
	theirs.flags = NETOP_F_KERNEL;
	assert_int_equal(w->other->ops->apply(w->other, &theirs, NULL), 0);
}

void
world_host_free(struct world *w)
{
	close_kernels(w);
	fake_host_free(host_of(w));
}

struct world_state *
world_state_take(struct world *w)
{
	struct world_state *s = malloc(sizeof(*s));

	assert_non_null(s);
	s->fake = host_of(w)->state;
	return s;
}

void
world_state_free(struct world_state *s)
{
	free(s);
}

bool
world_state_is(struct world *w, const struct world_state *s)
{
	return fake_state_equal(&host_of(w)->state, &s->fake);
}

bool
world_state_same(struct world *w, const struct world_state *s)
{
	return world_state_is(w, s);
}

void
world_go_back(struct world *w, const struct world_state *s)
{
	close_kernels(w);
	host_of(w)->state = s->fake;
	open_kernels(w);
}

/* ---- Others ---- */

void
world_add_route(
    struct world *w, const char *ifname, const char *prefix, uint32_t metric)
{
	fake_add_route(host_of(w), ifname, prefix, metric);
}

void
world_add_marked_route(struct world *w, const char *prefix, uint32_t metric)
{
	struct prefix6 p = p6(prefix);

	fake_put_route(host_of(w), 0, &p, metric)->marked = true;
}

void
world_remove_route(struct world *w, const char *prefix, uint32_t metric)
{
	fake_remove_route(host_of(w), prefix, metric);
}

void
world_remove_addr(struct world *w, const char *ifname, const char *prefix)
{
	fake_remove_addr(host_of(w), ifname, prefix);
}

void
world_add_addr(struct world *w, const char *ifname, const char *prefix)
{
	fake_add_addr(host_of(w), ifname, prefix);
}

void
world_add_tunnel(struct world *w, const char *ifname)
{
	fake_add_link(host_of(w), ifname, FAKE_SIT);
}

void
world_add_lan(struct world *w, const char *ifname)
{
	fake_add_link(host_of(w), ifname, FAKE_OTHER)->up = true;
}

void
world_remove_link(struct world *w, const char *ifname)
{
	fake_remove_link(host_of(w), ifname);
}

void
world_rename_link(struct world *w, const char *ifname, const char *to)
{
	fake_rename_link(host_of(w), ifname, to);
}

void
world_set_duplicate(struct world *w, const char *prefix)
{
	fake_set_duplicate(host_of(w), prefix);
}

void
world_dad_done(struct world *w)
{
	fake_dad_done(host_of(w));
}

void
world_set_up(struct world *w, const char *ifname, bool up)
{
	fake_set_up(host_of(w), ifname, up);
}

static struct fake_link *
link_of(struct world *w, const char *ifname)
{
	struct fake_link *l = fake_link(host_of(w), ifname);

	assert_non_null(l);
	return l;
}

void
world_set_remote4(struct world *w, const char *ifname, const char *remote4)
{
	link_of(w, ifname)->remote4 = a4(remote4);
}

void
world_spoil(struct world *w, const char *ifname)
{
	struct fake_link *l = link_of(w, ifname);

	l->mtu = 4000;
	l->fib = 0;
	l->accept_ra = true;
}

bool
world_see_route(struct world *w, const char *prefix, uint32_t metric)
{
	struct prefix6 p = p6(prefix);

	return fake_route(host_of(w), &p, metric) != NULL;
}

bool
world_see_link(struct world *w, const char *ifname)
{
	return fake_link(host_of(w), ifname) != NULL;
}

bool
world_see_addr(struct world *w, const char *ifname, const char *prefix)
{
	struct prefix6 p = p6(prefix);

	return fake_addr(host_of(w), link_of(w, ifname)->ifindex, &p.addr) !=
	    NULL;
}

bool
world_see_more(struct world *w, char ifname[NETOP_NAMESIZE])
{
	const struct fake_state *now = &host_of(w)->state;
	unsigned i, k;

	for (i = 0; i < now->nlinks; i++) {
		for (k = 0; k < w->start->fake.nlinks; k++) {
			if (strcmp(now->links[i].ifname,
				w->start->fake.links[k].ifname) == 0)
				break;
		}
		if (k < w->start->fake.nlinks)
			continue;
		memcpy(ifname, now->links[i].ifname, NETOP_NAMESIZE);
		return true;
	}
	return false;
}

static bool
has_addr(const struct fake_state *st, uint32_t ifindex)
{
	unsigned i;

	for (i = 0; i < st->naddrs; i++) {
		if (st->addrs[i].ifindex == ifindex)
			return true;
	}
	return false;
}

bool
world_is_nobodys(struct world *w, const char *ifname, bool clean)
{
	const struct fake_link *l = link_of(w, ifname);

	return l->tag[0] == '\0' && !(clean && l->adopted) && !l->up &&
	    l->local4.s_addr == 0 && l->remote4.s_addr == 0 &&
	    !has_addr(&host_of(w)->state, l->ifindex);
}
