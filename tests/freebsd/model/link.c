/* Interfaces: there, up, down, gone. */
#include <stdio.h>
#include <stdlib.h>

#include "private.h"

/* name: as it stands in requests, perhaps without a NUL. */
struct link *
link_named(struct fbm_host *h, const char *name)
{
	struct link *l;

	TAILQ_FOREACH (l, &h->links, next)
		if (strncmp(l->name, name, sizeof(l->name)) == 0)
			return l;
	return NULL;
}

struct link *
link_at(struct fbm_host *h, uint32_t index)
{
	struct link *l;

	TAILQ_FOREACH (l, &h->links, next)
		if (l->index == index)
			return l;
	return NULL;
}

struct link *
link_lo0(struct fbm_host *h)
{
	return TAILQ_FIRST(&h->links);
}

uint8_t
link_type(const struct link *l)
{
	switch (l->kind) {
	case KIND_LO:
		return FB_IFT_LOOP;
	case KIND_GIF:
		return FB_IFT_GIF;
	case KIND_TUN:
		return FB_IFT_PPP;
	case KIND_TAP:
		return FB_IFT_ETHER;
	}
	abort();
}

/* A gif runs while its own end of the pair is an address of the host. */
static bool
runs(struct fbm_host *h, const struct link *l)
{
	struct ip local = ip_of4(l->local4);
	struct link *on;

	if (l->kind != KIND_GIF)
		return l->running;
	return l->outer && ifa_anywhere(h, &local, &on) != NULL;
}

uint32_t
link_flags(struct fbm_host *h, const struct link *l)
{
	return l->flags | (runs(h, l) ? IFF_RUNNING_ : 0);
}

static const struct {
	const char *cloner;
	uint32_t flags, mtu, nd6;
} kinds[] = {
    [KIND_LO] = {"lo", FB_IFF_LOOPBACK | FB_IFF_MULTICAST, 16384,
	FB_ND6_IFF_PERFORMNUD | FB_ND6_IFF_AUTO_LINKLOCAL},
    [KIND_GIF] = {"gif", FB_IFF_POINTOPOINT | FB_IFF_MULTICAST, 1280,
	FB_ND6_IFF_PERFORMNUD | FB_ND6_IFF_IFDISABLED |
	    FB_ND6_IFF_AUTO_LINKLOCAL},
    [KIND_TUN] = {"tun", FB_IFF_POINTOPOINT | FB_IFF_MULTICAST, 1500,
	FB_ND6_IFF_PERFORMNUD | FB_ND6_IFF_IFDISABLED |
	    FB_ND6_IFF_AUTO_LINKLOCAL},
    [KIND_TAP] = {"tap", IFF_BROADCAST_ | IFF_SIMPLEX_ | FB_IFF_MULTICAST, 1500,
	FB_ND6_IFF_PERFORMNUD | FB_ND6_IFF_IFDISABLED |
	    FB_ND6_IFF_AUTO_LINKLOCAL},
};

/* Of FreeBSD's range; the kernel makes the last octets from name and host. */
static void
set_hwaddr(struct link *l)
{
	const uint8_t hwaddr[HWADDR_LEN_] = {
	    0x58, 0x9c, 0xfc, 0x10, (uint8_t)(l->unit >> 8), (uint8_t)l->unit};

	memcpy(l->hwaddr, hwaddr, sizeof(hwaddr));
	l->hwlen = sizeof(hwaddr);
}

struct link *
link_new(struct fbm_host *h, enum kind kind, int unit)
{
	struct link *l = model_alloc(sizeof(*l));

	l->kind = kind;
	l->unit = unit;
	(void)snprintf(
	    l->name, sizeof(l->name), "%s%d", kinds[kind].cloner, unit);
	/* The lowest that is free, also if another one had it just now. */
	for (l->index = 1; link_at(h, l->index) != NULL;)
		l->index++;
	l->flags = kinds[kind].flags;
	l->mtu = kinds[kind].mtu;
	l->nd6 = kinds[kind].nd6;
	l->tunnelfib = h->fib;
	if (kind == KIND_TAP)
		set_hwaddr(l);
	TAILQ_INIT(&l->addrs);
	LIST_INIT(&l->prefixes);
	LIST_INIT(&l->members);
	TAILQ_INSERT_TAIL(&h->links, l, next);
	(void)group_add(h, l, "all");
	(void)group_add(h, l, kinds[kind].cloner);
	tell_announce(h, l, FB_IFAN_ARRIVAL);
	return l;
}

void
link_state(struct fbm_host *h, struct link *l, uint8_t state)
{
	if (l->state == state)
		return;
	l->state = state;
	tell_link(h, l);
}

void
link_up(struct fbm_host *h, struct link *l)
{
	l->flags |= FB_IFF_UP;
	tell_link(h, l);
	nd6_up(h, l);
}

void
link_down(struct fbm_host *h, struct link *l)
{
	l->flags &= ~(uint32_t)FB_IFF_UP;
	tell_link(h, l);
}

void
link_first_addr(struct fbm_host *h, struct link *l)
{
	l->flags |= FB_IFF_UP;
	if (l->kind == KIND_GIF)
		return;
	l->running = true;
	if (l->kind == KIND_LO)
		link_state(h, l, LINK_UP_);
}

/* 14 and later announce it once more. */
void
link_came_up(struct fbm_host *h, struct link *l, uint32_t before)
{
	if ((before & FB_IFF_UP) != 0 || (l->flags & FB_IFF_UP) == 0)
		return;
	if (h->release < 14)
		nd6_up(h, l);
	else
		link_up(h, l);
}

void
link_purge(struct fbm_host *h, struct link *l)
{
	struct ifaddr *a;

	while ((a = TAILQ_FIRST(&l->addrs)) != NULL) {
		if (a->addr.family == FB_AF_INET) {
			struct fb_sockaddr_in sin = {.len = sizeof(sin),
			    .family = FB_AF_INET,
			    .addr = ip_plain4(&a->addr)};

			(void)in4_delete(h, l, &sin);
		} else {
			in6_purge(h, l, a);
		}
	}
}

void
link_detach(struct fbm_host *h, struct link *l)
{
	l->flags |= IFF_DYING_;
	group_remove_all(h, l);
	link_down(h, l);
	link_purge(h, l);
	while (!LIST_EMPTY(&l->prefixes))
		nd6_drop_prefix(h, l, LIST_FIRST(&l->prefixes));
	tell_announce(h, l, FB_IFAN_DEPARTURE);
	rib_flush(h, l);
	TAILQ_REMOVE(&h->links, l, next);
	free(l->descr);
	free(l);
}

/* name: a string. */
int
link_rename(struct fbm_host *h, struct link *l, const char *name)
{
	if (strlen(name) >= sizeof(l->name))
		return ENAMETOOLONG;
	if (name[0] == '\0')
		return EINVAL;
	if (strcmp(name, l->name) == 0)
		return 0;
	if (link_named(h, name) != NULL)
		return EEXIST;
	tell_announce(h, l, FB_IFAN_DEPARTURE);
	memset(l->name, 0, sizeof(l->name));
	memcpy(l->name, name, strlen(name));
	tell_announce(h, l, FB_IFAN_ARRIVAL);
	return 0;
}
