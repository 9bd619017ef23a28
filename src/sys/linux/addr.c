/*
 * Addresses by netlink.
 */
#include <linux/if_addr.h>

#include <errno.h>
#include <string.h>

#include "linux.h"

static bool
parse6(const struct ifaddrmsg *body, const struct nlattr *tb[], struct addr *a)
{
	struct in6_addr address;

	if (!nl_read(tb[IFA_ADDRESS], &address, sizeof(address)))
		return false;
	/* With a peer, LOCAL is ours and ADDRESS the far end's. */
	if (nl_read(tb[IFA_LOCAL], &a->addr6.addr, sizeof(a->addr6.addr))) {
		a->has_peer = !addr6_equal(&a->addr6.addr, &address);
		if (a->has_peer)
			a->peer = address;
	} else
		a->addr6.addr = address;
	a->addr6.len = body->ifa_prefixlen;
	return true;
}

bool
addr_parse(const struct nlmsghdr *h, struct addr *a)
{
	const struct nlattr *tb[IFA_FLAGS + 1];
	struct ifaddrmsg body;

	memset(a, 0, sizeof(*a));
	if ((h->nlmsg_type != RTM_NEWADDR && h->nlmsg_type != RTM_DELADDR) ||
	    !nl_attrs(h, sizeof(body), tb, IFA_FLAGS))
		return false;
	memcpy(&body, nl_body(h), sizeof(body));
	a->family = body.ifa_family;
	a->ifindex = body.ifa_index;
	a->flags = nl_u32(tb[IFA_FLAGS], body.ifa_flags);
	switch (body.ifa_family) {
	case AF_INET:
		return nl_read(tb[IFA_LOCAL], &a->addr4, sizeof(a->addr4));
	case AF_INET6:
		return parse6(&body, tb, a);
	default:
		return false;
	}
}

struct scan {
	addr_visit *visit;
	void *arg;
	uint32_t ifindex;
};

static int
scan_one(void *arg, const struct nlmsghdr *h)
{
	const struct scan *s = arg;
	struct addr a;

	if (h == NULL)
		return s->visit(s->arg, NULL);
	if (!addr_parse(h, &a) || (s->ifindex != 0 && a.ifindex != s->ifindex))
		return 0;
	return s->visit(s->arg, &a);
}

int
addr_scan(struct lx *lx, uint8_t family, uint32_t ifindex, addr_visit *visit,
    void *arg)
{
	struct ifaddrmsg body = {.ifa_family = family, .ifa_index = ifindex};
	struct scan s = {visit, arg, ifindex};
	struct nl_request r;

	nl_begin(&r, RTM_GETADDR, 0, &body, sizeof(body));
	return nl_dump(&lx->nl, &r, scan_one, &s);
}

/* Not by a dump: there may be thousands, one of each session. */
int
addr_exists(struct lx *lx, const struct netop *op)
{
	const struct ifaddrmsg body = {
	    .ifa_family = AF_INET6, .ifa_index = op->ifindex};
	struct nl_request r;
	int error;

	nl_begin(&r, RTM_GETADDR, 0, &body, sizeof(body));
	nl_put(&r, IFA_LOCAL, &op->prefix.addr, sizeof(op->prefix.addr));
	if (nl_get(&lx->nl, &r, &error) != NULL)
		return 1;
	return error == -EADDRNOTAVAIL ? 0 : error;
}

struct search {
	struct in_addr addr4;
	bool found;
};

static int
search4(void *arg, const struct addr *a)
{
	struct search *s = arg;

	if (a == NULL)
		s->found = false;
	else if (addr4_equal(a->addr4, s->addr4))
		s->found = true;
	return 0;
}

int
addr_is_local4(struct kernel *k, struct in_addr a)
{
	struct search s = {.addr4 = a};
	int error;

	error = addr_scan((struct lx *)k, AF_INET, 0, search4, &s);
	return error != 0 ? error : s.found;
}

static int
configured(void *arg, const struct addr *a)
{
	bool *any = arg;

	if (a == NULL)
		*any = false;
	else if (a->family == AF_INET)
		/* 169.254/16 is IPv4's link-local, RFC 3927. */
		*any |= ntohl(a->addr4.s_addr) >> 16 != 0xa9fe;
	else
		*any |= !addr6_is_linklocal(&a->addr6.addr);
	return 0;
}

int
addr_any(struct lx *lx, uint32_t ifindex)
{
	bool any;
	int error;

	error = addr_scan(lx, AF_INET, ifindex, configured, &any);
	if (error != 0 || any)
		return error != 0 ? error : 1;
	error = addr_scan(lx, AF_INET6, ifindex, configured, &any);
	return error != 0 ? error : any;
}

static int
request(struct lx *lx, const struct netop *op, uint16_t type, uint16_t flags)
{
	struct ifaddrmsg body = {.ifa_family = AF_INET6,
	    .ifa_prefixlen = op->prefix.len,
	    .ifa_index = op->ifindex};
	struct nl_request r;

	nl_begin(&r, type, flags, &body, sizeof(body));
	nl_put(&r, IFA_LOCAL, &op->prefix.addr, sizeof(op->prefix.addr));
	nl_put(&r, IFA_ADDRESS,
	    op->flags & NETOP_F_PEER ? &op->peer : &op->prefix.addr,
	    sizeof(op->peer));
	/* A point-to-point device has nobody to ask: no wait for DAD. */
	if (type == RTM_NEWADDR && op->slot == NETOP_SLOT_TUNNEL)
		nl_put_u32(&r, IFA_FLAGS, IFA_F_NODAD);
	return nl_request(&lx->nl, &r);
}

int
addr_add(struct lx *lx, const struct netop *op, struct err *e)
{
	char buf[PREFIX6_STRLEN];
	int error;

	error = request(lx, op, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "add address %s to %s",
		    prefix6_format(&op->prefix, buf), op->ifname);
	return 0;
}

int
addr_delete(struct lx *lx, const struct netop *op, struct err *e)
{
	char buf[PREFIX6_STRLEN];
	int error;

	error = request(lx, op, RTM_DELADDR, 0);
	/* ENXIO: IPv6 has left the interface, with all that was there. */
	if (error == -EADDRNOTAVAIL || error == -ENODEV || error == -ENXIO)
		error = -ENOENT;
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "remove address %s from %s",
		    prefix6_format(&op->prefix, buf), op->ifname);
	return 0;
}

/* The first address that is not link-local. */
struct first {
	struct netop op;
	bool found;
};

static int
first_visit(void *arg, const struct addr *a)
{
	struct first *f = arg;

	if (a == NULL)
		f->found = false;
	else if (!f->found && !addr6_is_linklocal(&a->addr6.addr)) {
		f->op.prefix = a->addr6;
		f->op.peer = a->peer;
		f->op.flags = a->has_peer ? NETOP_F_PEER : 0;
		f->found = true;
	}
	return 0;
}

int
addr_flush(struct lx *lx, const struct link *l, struct err *e)
{
	struct first f = {.op = {.ifindex = l->index}};
	int error;

	memcpy(f.op.ifname, l->name, sizeof(f.op.ifname));
	/* Bounded in case an address will not go or somebody adds more. */
	for (int i = 0; i < 1000; i++) {
		error = addr_scan(lx, AF_INET6, l->index, first_visit, &f);
		if (error != 0)
			return nl_fail(
			    &lx->nl, e, error, "addresses of %s", l->name);
		if (!f.found)
			return 0;
		error = addr_delete(lx, &f.op, e);
		if (error != 0 && error != -ENOENT)
			return error;
	}
	return err_set(
	    e, EBUSY, "addresses of %s: somebody keeps adding", l->name);
}
