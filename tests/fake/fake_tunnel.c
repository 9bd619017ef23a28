/* The fake kernel's tunnels: made, adopted, destroyed, given back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

bool
fake_is_ours(const struct fake_kernel *fk, const struct fake_link *l)
{
	return strcmp(l->tag, fk->tag) == 0;
}

/* Somebody uses it: who adopted it would break that. */
static bool
is_configured(struct fake_host *h, const struct fake_link *l)
{
	unsigned i;

	if (l->local4.s_addr != 0 || l->remote4.s_addr != 0)
		return true;
	for (i = 0; i < h->state.naddrs; i++) {
		if (h->state.addrs[i].ifindex == l->ifindex &&
		    !addr6_is_linklocal(&h->state.addrs[i].prefix.addr))
			return true;
	}
	return false;
}

static uint8_t
encap_of(const struct fake_link *l)
{
	switch (l->kind) {
	case FAKE_SIT:
		return NETOP_F_KERNEL;
	case FAKE_TUN:
		return NETOP_F_USER;
	case FAKE_OTHER:
		break;
	}
	return 0;
}

int
fake_find_tunnel(struct fake_kernel *fk, const struct netop *op,
    struct fake_link **l, struct err *e)
{
	*l = op->ifname[0] != '\0' ? fake_link(fk->host, op->ifname) : NULL;
	if (*l == NULL) {
		if (op->flags & NETOP_F_ADOPT)
			return fake_refuse(op, ENODEV, "no such interface", e);
		return 0;
	}
	if (fake_is_ours(fk, *l))
		return fake_refuse(op, EEXIST, "ours already", e);
	if ((*l)->tag[0] != '\0')
		return fake_refuse(op, EBUSY, "another instance's", e);
	if ((encap_of(*l) & op->flags) == 0)
		return fake_refuse(op, EBUSY, "no such tunnel device", e);
	if (is_configured(fk->host, *l))
		return fake_refuse(op, EBUSY, "configured already", e);
	return 1;
}

bool
fake_pair_taken(const struct fake_host *h, const struct netop *op)
{
	const struct fake_link *l;
	unsigned i;

	for (i = 0; i < h->state.nlinks; i++) {
		l = &h->state.links[i];
		if (l->kind == FAKE_SIT && l->ifindex != op->ifindex &&
		    l->remote4.s_addr != INADDR_ANY &&
		    addr4_equal(l->local4, op->local4) &&
		    addr4_equal(l->remote4, op->remote4))
			return true;
	}
	return false;
}

static struct fake_link *
create(struct fake_host *h, const struct netop *op, enum fake_kind kind)
{
	char name[NETOP_NAMESIZE];
	unsigned i;

	if (op->ifname[0] != '\0')
		return fake_put_link(h, op->ifname, kind);
	for (i = 0; i <= FAKE_LINKS; i++) {
		snprintf(name, sizeof(name), "dtcp%u", i);
		if (fake_link(h, name) == NULL)
			return fake_put_link(h, name, kind);
	}
	return NULL;
}

int
fake_apply_tunnel(struct fake_kernel *fk, struct netop *op, struct err *e)
{
	struct fake_host *h = fk->host;
	struct fake_link *l;
	bool sit = (op->flags & NETOP_F_KERNEL) && !h->no_sit;
	bool tun = (op->flags & NETOP_F_USER) && !h->no_tun;
	int found;

	if ((found = fake_find_tunnel(fk, op, &l, e)) < 0)
		return found;
	if ((found == 1 ? l->kind == FAKE_SIT : sit) && fake_pair_taken(h, op))
		return fake_refuse(op, EBUSY, "another has that pair", e);
	if (found == 0) {
		if (!sit && !tun)
			return fake_refuse(
			    op, EOPNOTSUPP, "no such encapsulation here", e);
		l = create(h, op, sit ? FAKE_SIT : FAKE_TUN);
		if (l == NULL)
			return fake_refuse(op, ENOBUFS, "no room", e);
	}
	l->adopted = found == 1;
	strlcpy(l->tag, fk->tag, sizeof(l->tag));
	if (l->kind == FAKE_SIT) {
		l->local4 = op->local4;
		l->remote4 = op->remote4;
	}
	memcpy(op->ifname, l->ifname, sizeof(op->ifname));
	op->ifindex = l->ifindex;
	op->flags &= (uint8_t) ~(NETOP_F_KERNEL | NETOP_F_USER);
	op->flags |= encap_of(l);
	return 0;
}

static void
release(struct fake_host *h, struct fake_link *l, const struct netop *op)
{
	unsigned i;

	for (i = h->state.naddrs; i-- > 0;) {
		if (h->state.addrs[i].ifindex == l->ifindex)
			fake_drop_addr(h, &h->state.addrs[i]);
	}
	l->up = (op->flags & NETOP_F_ON) != 0;
	if (!l->up)
		fake_flush(h, l->ifindex);
	if (op->mtu != 0)
		l->mtu = op->mtu;
	l->local4.s_addr = l->remote4.s_addr = 0;
	l->tag[0] = '\0';
	l->adopted = false;
}

int
fake_end_tunnel(struct fake_kernel *fk, const struct netop *op, struct err *e)
{
	struct fake_host *h = fk->host;
	struct fake_link *l;
	unsigned i, done = 0;

	for (i = h->state.nlinks; i-- > 0;) {
		l = &h->state.links[i];
		if (!fake_is_ours(fk, l) ||
		    (op->ifname[0] != '\0' &&
			strcmp(op->ifname, l->ifname) != 0))
			continue;
		done++;
		if (op->kind == NETOP_TUNNEL_DESTROY)
			fake_drop_link(h, l);
		else
			release(h, l, op);
	}
	return done > 0 ? 0 : fake_refuse(op, ENOENT, "none of ours", e);
}
