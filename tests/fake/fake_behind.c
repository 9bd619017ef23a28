/* What other programs do to the fake host. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"

static const struct in_addr no_addr4;

/* A test that names what is not there is broken: no use to go on. */
static void *
must(void *p, const char *what)
{
	if (p == NULL) {
		fprintf(stderr, "fake host: no %s\n", what);
		abort();
	}
	return p;
}

static struct prefix6
prefix_of(const char *text)
{
	struct prefix6 p;

	if (prefix6_parse(text, strlen(text), &p) != 0)
		must(NULL, text);
	return p;
}

static struct in_addr
addr4_of(const char *text)
{
	struct in_addr a;

	if (addr4_parse(text, strlen(text), &a) != 0)
		must(NULL, text);
	return a;
}

static void
touched(struct fake_host *h)
{
	fake_tell(h, KEV_TOUCHED, no_addr4);
}

struct fake_link *
fake_add_link(struct fake_host *h, const char *ifname, enum fake_kind kind)
{
	struct fake_link *l;

	l = must(fake_put_link(h, ifname, kind), "room for a link");
	touched(h);
	return l;
}

void
fake_add_addr(struct fake_host *h, const char *ifname, const char *prefix)
{
	struct fake_link *l = must(fake_link(h, ifname), ifname);
	struct prefix6 p = prefix_of(prefix);

	must(fake_put_addr(h, l->ifindex, &p), "room for an address");
	touched(h);
}

void
fake_add_route(struct fake_host *h, const char *ifname, const char *prefix,
    uint32_t metric)
{
	struct prefix6 p = prefix_of(prefix);
	struct fake_link *l = NULL;

	if (ifname != NULL)
		l = must(fake_link(h, ifname), ifname);
	must(fake_put_route(h, l == NULL ? 0 : l->ifindex, &p, metric),
	    "room for a route");
	touched(h);
}

void
fake_remove_link(struct fake_host *h, const char *ifname)
{
	fake_drop_link(h, must(fake_link(h, ifname), ifname));
	touched(h);
}

void
fake_rename_link(struct fake_host *h, const char *ifname, const char *to)
{
	struct fake_link *l = must(fake_link(h, ifname), ifname);

	if (fake_link(h, to) != NULL)
		must(NULL, "free name");
	strlcpy(l->ifname, to, sizeof(l->ifname));
	touched(h);
}

void
fake_set_duplicate(struct fake_host *h, const char *prefix)
{
	struct prefix6 p = prefix_of(prefix);

	if (h->nduplicates == FAKE_DUPLICATES)
		must(NULL, "room for a duplicate");
	h->duplicates[h->nduplicates++] = p.addr;
}

void
fake_dad_done(struct fake_host *h)
{
	struct fake_addr *a;
	unsigned i, k;

	for (i = 0; i < h->nduplicates; i++) {
		for (k = 0; k < h->state.naddrs; k++) {
			a = &h->state.addrs[k];
			if (fake_link_at(h, a->ifindex)->kind == FAKE_OTHER)
				a->duplicate |= addr6_equal(
				    &a->prefix.addr, &h->duplicates[i]);
		}
	}
	touched(h);
}

void
fake_remove_addr(struct fake_host *h, const char *ifname, const char *prefix)
{
	struct fake_link *l = must(fake_link(h, ifname), ifname);
	struct prefix6 p = prefix_of(prefix);

	fake_drop_addr(h, must(fake_addr(h, l->ifindex, &p.addr), prefix));
	touched(h);
}

void
fake_remove_route(struct fake_host *h, const char *prefix, uint32_t metric)
{
	struct prefix6 p = prefix_of(prefix);

	fake_drop_route(h, must(fake_route(h, &p, metric), prefix));
	touched(h);
}

void
fake_set_up(struct fake_host *h, const char *ifname, bool up)
{
	struct fake_link *l = must(fake_link(h, ifname), ifname);

	if (!up)
		fake_flush(h, l->ifindex);
	l->up = up;
	touched(h);
}

void
fake_add_local4(struct fake_host *h, const char *addr)
{
	struct in_addr a = addr4_of(addr);

	if (h->nlocal4 == FAKE_LOCAL4)
		must(NULL, "room for an IPv4 address");
	h->local4[h->nlocal4++] = a;
	fake_tell(h, KEV_ADDR4_NEW, a);
}

void
fake_remove_local4(struct fake_host *h, const char *addr)
{
	struct in_addr a = addr4_of(addr);
	unsigned i, kept = 0;

	for (i = 0; i < h->nlocal4; i++) {
		if (!addr4_equal(h->local4[i], a))
			h->local4[kept++] = h->local4[i];
	}
	if (kept == h->nlocal4)
		must(NULL, addr);
	h->nlocal4 = kept;
	fake_tell(h, KEV_ADDR4_GONE, a);
}
