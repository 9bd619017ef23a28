/*
 * IPv6 routes by netlink, in the main table.
 *
 * Two routes to one destination with one metric through different interfaces
 * are one multipath route to the kernel, so every addition is exclusive.
 */
#include <errno.h>
#include <string.h>

#include "linux.h"

bool
route_parse(const struct nlmsghdr *h, struct route *r)
{
	const struct nlattr *tb[RTA_TABLE + 1];
	struct rtmsg body;

	memset(r, 0, sizeof(*r));
	if ((h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE) ||
	    !nl_attrs(h, sizeof(body), tb, RTA_TABLE))
		return false;
	memcpy(&body, nl_body(h), sizeof(body));
	if (body.rtm_family != AF_INET6 || body.rtm_dst_len > 128 ||
	    (body.rtm_flags & RTM_F_CLONED) != 0)
		return false;
	r->type = body.rtm_type;
	r->protocol = body.rtm_protocol;
	r->table = nl_u32(tb[RTA_TABLE], body.rtm_table);
	r->ifindex = nl_u32(tb[RTA_OIF], 0);
	r->metric = nl_u32(tb[RTA_PRIORITY], 0);
	r->dst.len = body.rtm_dst_len;
	if (tb[RTA_DST] != NULL)
		return nl_read(tb[RTA_DST], &r->dst.addr, sizeof(r->dst.addr));
	return true;
}

struct scan {
	route_visit *visit;
	void *arg;
	uint8_t protocol;
};

static int
scan_one(void *arg, const struct nlmsghdr *h)
{
	const struct scan *s = arg;
	struct route r;

	if (h == NULL)
		return s->visit(s->arg, NULL);
	if (!route_parse(h, &r) || r.table != RT_TABLE_MAIN ||
	    (s->protocol != 0 && r.protocol != s->protocol))
		return 0;
	return s->visit(s->arg, &r);
}

int
route_scan(struct lx *lx, uint8_t protocol, route_visit *visit, void *arg)
{
	struct rtmsg body = {.rtm_family = AF_INET6,
	    .rtm_table = RT_TABLE_MAIN,
	    .rtm_protocol = protocol};
	struct scan s = {visit, arg, protocol};
	struct nl_request r;

	nl_begin(&r, RTM_GETROUTE, 0, &body, sizeof(body));
	return nl_dump(&lx->nl, &r, scan_one, &s);
}

struct search {
	struct prefix6 dst;
	uint32_t metric;
	bool found;
};

static int
search_visit(void *arg, const struct route *r)
{
	struct search *s = arg;

	if (r == NULL)
		s->found = false;
	else if (r->metric == s->metric && prefix6_equal(&r->dst, &s->dst))
		s->found = true;
	return 0;
}

/*
 * Would a packet to the first address of dst take a route to a larger network,
 * or none?  Then there is none to dst, and no table, which may be that of the
 * whole Internet, need be read through.  (A route that is there but not in use
 * is overlooked: the addition finds it.)
 */
static bool
has_larger_only(struct lx *lx, const struct prefix6 *dst)
{
	const struct rtmsg body = {.rtm_family = AF_INET6,
	    .rtm_dst_len = 128,
	    .rtm_flags = RTM_F_FIB_MATCH};
	const struct nlmsghdr *h;
	struct nl_request r;
	struct route found;
	int error;

	nl_begin(&r, RTM_GETROUTE, 0, &body, sizeof(body));
	nl_put(&r, RTA_DST, &dst->addr, sizeof(dst->addr));
	h = nl_get(&lx->nl, &r, &error);
	if (h == NULL)
		return error == -ENETUNREACH;
	return route_parse(h, &found) && found.table == RT_TABLE_MAIN &&
	    found.dst.len < dst->len;
}

/* What would stand in the way of an exclusive addition: anyone's route. */
static int
route_exists(struct lx *lx, const struct netop *op)
{
	struct search s = {.dst = op->prefix, .metric = op->metric};
	int error;

	prefix6_mask(&s.dst);
	if (has_larger_only(lx, &s.dst))
		return 0;
	error = route_scan(lx, 0, search_visit, &s);
	return error != 0 ? error : s.found;
}

int
route_stands(struct lx *lx, const struct netop *op)
{
	int found = route_exists(lx, op);

	/* Once more: it may have gone before it was watched. */
	if (found == 1 && watch_await(lx, &op->prefix, op->metric))
		found = route_exists(lx, op);
	return found;
}

/*
 * The kernel keeps an unreachable route on lo.  Deletion names mark,
 * interface and metric, so that it never hits someone else's.
 */
static int
request(struct lx *lx, const struct netop *op, uint16_t type, uint16_t flags)
{
	struct rtmsg body = {.rtm_family = AF_INET6,
	    .rtm_dst_len = op->prefix.len,
	    .rtm_table = RT_TABLE_MAIN,
	    .rtm_protocol = LX_PROTOCOL,
	    .rtm_scope = RT_SCOPE_UNIVERSE,
	    .rtm_type = RTN_UNICAST};
	struct prefix6 dst = op->prefix;
	uint32_t oif = op->ifindex;
	struct nl_request r;

	prefix6_mask(&dst);
	if (op->flags & NETOP_F_REJECT) {
		body.rtm_type = RTN_UNREACHABLE;
		oif = LX_LOOPBACK;
	}
	nl_begin(&r, type, flags, &body, sizeof(body));
	nl_put(&r, RTA_DST, &dst.addr, sizeof(dst.addr));
	nl_put_u32(&r, RTA_OIF, oif);
	nl_put_u32(&r, RTA_PRIORITY, op->metric);
	return nl_request(&lx->nl, &r);
}

int
route_add(struct lx *lx, const struct netop *op, struct err *e)
{
	const uint16_t flags = NLM_F_CREATE | NLM_F_EXCL;
	char buf[PREFIX6_STRLEN];
	int error;

	error = request(lx, op, RTM_NEWROUTE, flags);
	/* Likewise, for one that came since prepare(). */
	if (error == -EEXIST && watch_await(lx, &op->prefix, op->metric))
		error = request(lx, op, RTM_NEWROUTE, flags);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "add route to %s metric %u",
		    prefix6_format(&op->prefix, buf), op->metric);
	watch_route(lx, &op->prefix, op->metric);
	return 0;
}

int
route_delete(struct lx *lx, const struct netop *op, struct err *e)
{
	char buf[PREFIX6_STRLEN];
	int error;

	interest_drop_route(&lx->watch.interest, &op->prefix, op->metric);
	error = request(lx, op, RTM_DELROUTE, 0);
	if (error == -ESRCH || error == -ENODEV)
		error = -ENOENT;
	if (error != 0)
		return nl_fail(&lx->nl, e, error,
		    "remove route to %s metric %u",
		    prefix6_format(&op->prefix, buf), op->metric);
	return 0;
}
