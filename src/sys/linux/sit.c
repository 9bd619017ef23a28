/*
 * 6in4 by the kernel: sit devices, RFC 4213.
 *
 * With a TTL of its own (without one, traceroute(8) could not see beyond the
 * tunnel) a sit device always sets DF, whatever IFLA_IPTUN_PMTUDISC says; it
 * stops doing so where the path's MTU leaves less than 1280 for IPv6, so an
 * interface MTU of 1280 gets through wherever ICMP does.
 */
#include <errno.h>
#include <string.h>

#include "linux.h"

/* After <net/if.h>, which they stand aside for. */
#include <linux/if_link.h>
#include <linux/if_tunnel.h>

#define SIT_NAME "dtcp%d" /* the kernel fills in a number */

static void
put_outer(struct nl_request *r, struct in_addr local4, struct in_addr remote4)
{
	size_t info, data;

	info = nl_nest(r, IFLA_LINKINFO);
	nl_put_string(r, IFLA_INFO_KIND, "sit");
	data = nl_nest(r, IFLA_INFO_DATA);
	nl_put(r, IFLA_IPTUN_LOCAL, &local4, sizeof(local4));
	nl_put(r, IFLA_IPTUN_REMOTE, &remote4, sizeof(remote4));
	nl_put_u8(r, IFLA_IPTUN_TTL, LX_TTL);
	nl_put_u8(r, IFLA_IPTUN_PROTO, IPPROTO_IPV6);
	nl_nest_end(r, data);
	nl_nest_end(r, info);
}

static int
pair_taken(struct in_addr local4, struct in_addr remote4, struct err *e)
{
	char a[ADDR4_STRLEN], b[ADDR4_STRLEN];

	return err_set(e, EBUSY,
	    "another sit interface has the outer pair %s %s already",
	    addr4_format(local4, a), addr4_format(remote4, b));
}

/* Finds the one that carries the interim mark. */
struct interim {
	const struct lx *lx;
	struct link *found;
	bool any;
};

static int
interim_visit(void *arg, const struct link *l)
{
	struct interim *s = arg;

	if (l == NULL)
		s->any = false;
	else if (l->alias[0] == '\0' && link_is_ours(s->lx, l)) {
		*s->found = *l;
		s->any = true;
	}
	return 0;
}

static int
interim_find(struct lx *lx, struct link *l)
{
	struct interim s = {.lx = lx, .found = l};
	int error;

	error = link_scan(lx, interim_visit, &s);
	if (error != 0)
		return error;
	return s.any ? 0 : -ENODEV;
}

static int
make(struct lx *lx, const char *name, struct in_addr local4,
    struct in_addr remote4, struct err *e)
{
	struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	struct nl_request r;
	struct link other;
	int error;

	nl_begin(
	    &r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	nl_put_string(&r, IFLA_IFNAME, name[0] != '\0' ? name : SIT_NAME);
	nl_put_u32(&r, IFLA_GROUP, lx->group);
	put_outer(&r, local4, remote4);
	error = nl_request(&lx->nl, &r);
	if (error == 0)
		return 0;
	/* Two things can exist already, and one number says both. */
	if (error == -EEXIST &&
	    (name[0] == '\0' || link_by_name(lx, name, &other) == -ENODEV))
		return pair_taken(local4, remote4, e);
	if (error == -EOPNOTSUPP)
		return err_set(
		    e, EOPNOTSUPP, "the kernel has no sit (6in4) interfaces");
	return nl_fail(&lx->nl, e, error, "create sit interface %s", name);
}

int
sit_create(struct lx *lx, const char *name, struct in_addr local4,
    struct in_addr remote4, struct link *l, struct err *e)
{
	int error;

	/* One that a kill left half made would be taken for the new one. */
	while (interim_find(lx, l) == 0) {
		error = link_delete(lx, l->index);
		if (error != 0 && error != -ENODEV)
			return nl_fail(
			    &lx->nl, e, error, "remove interface %s", l->name);
	}
	error = make(lx, name, local4, remote4, e);
	if (error != 0)
		return error;
	error = interim_find(lx, l);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "find the new interface");
	error = link_set_tag(lx, l->index, lx->tag);
	if (error != 0) {
		(void)nl_fail(&lx->nl, e, error, "tag interface %s", l->name);
		(void)link_delete(lx, l->index);
	}
	return error;
}

int
sit_change(struct lx *lx, const struct link *l, struct in_addr local4,
    struct in_addr remote4, struct err *e)
{
	struct ifinfomsg body = {.ifi_index = (int)l->index};
	struct nl_request r;
	int error;

	if (addr4_equal(l->local4, local4) && addr4_equal(l->remote4, remote4))
		return 0;
	nl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	put_outer(&r, local4, remote4);
	error = nl_request(&lx->nl, &r);
	if (error == -EEXIST)
		return pair_taken(local4, remote4, e);
	if (error != 0)
		return nl_fail(
		    &lx->nl, e, error, "outer addresses of %s", l->name);
	return 0;
}
