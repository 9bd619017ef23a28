/*
 * Interfaces by netlink: look up, change, delete.
 */
#include <errno.h>
#include <string.h>

#include "linux.h"

/* After <net/if.h>, which they stand aside for. */
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/if_tunnel.h>

static void
parse_kind(const struct nlattr *info, struct link *l)
{
	const struct nlattr *tb[IFLA_INFO_DATA + 1];
	const struct nlattr *data[IFLA_IPTUN_MAX + 1];
	const struct nlattr *tun[IFLA_TUN_MAX + 1];
	uint8_t type;
	char kind[16];

	nl_nested(info, tb, IFLA_INFO_DATA);
	nl_string(tb[IFLA_INFO_KIND], kind, sizeof(kind));
	if (strcmp(kind, "sit") == 0) {
		l->kind = LINK_SIT;
		nl_nested(tb[IFLA_INFO_DATA], data, IFLA_IPTUN_MAX);
		(void)nl_read(
		    data[IFLA_IPTUN_LOCAL], &l->local4, sizeof(l->local4));
		(void)nl_read(
		    data[IFLA_IPTUN_REMOTE], &l->remote4, sizeof(l->remote4));
	} else if (strcmp(kind, "tun") == 0) {
		nl_nested(tb[IFLA_INFO_DATA], tun, IFLA_TUN_MAX);
		/* A tap device is of this kind, too. */
		if (!nl_read(tun[IFLA_TUN_TYPE], &type, sizeof(type)) ||
		    type == IFF_TUN)
			l->kind = LINK_TUN;
	}
}

static bool
parse(const struct nlmsghdr *h, struct link *l)
{
	const struct nlattr *tb[IFLA_GROUP + 1];
	struct ifinfomsg body;

	memset(l, 0, sizeof(*l));
	if (h->nlmsg_type != RTM_NEWLINK ||
	    !nl_attrs(h, sizeof(body), tb, IFLA_GROUP))
		return false;
	memcpy(&body, nl_body(h), sizeof(body));
	l->index = (uint32_t)body.ifi_index;
	l->flags = body.ifi_flags;
	l->mtu = nl_u32(tb[IFLA_MTU], 0);
	l->group = nl_u32(tb[IFLA_GROUP], 0);
	nl_string(tb[IFLA_IFNAME], l->name, sizeof(l->name));
	nl_string(tb[IFLA_IFALIAS], l->alias, sizeof(l->alias));
	parse_kind(tb[IFLA_LINKINFO], l);
	return true;
}

static void
ask(struct nl_request *r, uint32_t index, const char *name)
{
	struct ifinfomsg body = {.ifi_index = (int)index};

	nl_begin(r, RTM_GETLINK, 0, &body, sizeof(body));
	nl_put_u32(r, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	if (name != NULL)
		nl_put_string(r, IFLA_IFNAME, name);
}

static int
look_up(struct lx *lx, uint32_t index, const char *name, struct link *l)
{
	const struct nlmsghdr *h;
	struct nl_request r;
	int error;

	ask(&r, index, name);
	h = nl_get(&lx->nl, &r, &error);
	if (h == NULL)
		return error;
	return parse(h, l) ? 0 : -EBADMSG;
}

int
link_by_index(struct lx *lx, uint32_t index, struct link *l)
{
	if (index == 0)
		return -ENODEV;
	return look_up(lx, index, NULL, l);
}

int
link_by_name(struct lx *lx, const char *name, struct link *l)
{
	if (!netop_ifname_ok(name))
		return -EINVAL;
	return look_up(lx, 0, name, l);
}

struct scan {
	link_visit *visit;
	void *arg;
};

static int
scan_one(void *arg, const struct nlmsghdr *h)
{
	const struct scan *s = arg;
	struct link l;

	if (h == NULL)
		return s->visit(s->arg, NULL);
	return parse(h, &l) ? s->visit(s->arg, &l) : 0;
}

int
link_scan(struct lx *lx, link_visit *visit, void *arg)
{
	struct scan s = {visit, arg};
	struct nl_request r;

	ask(&r, 0, NULL);
	return nl_dump(&lx->nl, &r, scan_one, &s);
}

bool
link_is_ours(const struct lx *lx, const struct link *l)
{
	if (l->alias[0] == '\0')
		return l->kind == LINK_SIT && l->group == lx->group;
	return strcmp(l->alias, lx->tag) == 0;
}

static void
change(struct nl_request *r, uint16_t type, uint32_t index)
{
	struct ifinfomsg body = {.ifi_index = (int)index};

	nl_begin(r, type, 0, &body, sizeof(body));
}

int
link_set_up(struct lx *lx, uint32_t index, bool up)
{
	struct ifinfomsg body = {.ifi_index = (int)index,
	    .ifi_flags = up ? IFF_UP : 0,
	    .ifi_change = IFF_UP};
	struct nl_request r;

	nl_begin(&r, RTM_SETLINK, 0, &body, sizeof(body));
	return nl_request(&lx->nl, &r);
}

int
link_set_mtu(struct lx *lx, uint32_t index, uint32_t mtu)
{
	struct nl_request r;

	change(&r, RTM_SETLINK, index);
	nl_put_u32(&r, IFLA_MTU, mtu);
	return nl_request(&lx->nl, &r);
}

int
link_set_tag(struct lx *lx, uint32_t index, const char *tag)
{
	struct nl_request r;

	change(&r, RTM_SETLINK, index);
	nl_put(&r, IFLA_IFALIAS, tag, strlen(tag));
	nl_put_u32(&r, IFLA_GROUP, 0);
	return nl_request(&lx->nl, &r);
}

int
link_delete(struct lx *lx, uint32_t index)
{
	struct nl_request r;

	if (index == 0)
		return -ENODEV;
	change(&r, RTM_DELLINK, index);
	return nl_request(&lx->nl, &r);
}

int
link_set_group(struct lx *lx, uint32_t index, uint32_t group)
{
	struct nl_request r;

	change(&r, RTM_SETLINK, index);
	nl_put_u32(&r, IFLA_GROUP, group);
	return nl_request(&lx->nl, &r);
}

int
link_delete_group(struct lx *lx, uint32_t group)
{
	struct nl_request r;

	change(&r, RTM_DELLINK, 0);
	nl_put_u32(&r, IFLA_GROUP, group);
	return nl_request(&lx->nl, &r);
}
