/* What the kernel announces to routing sockets. */
#include "private.h"

void
tell_link(struct fbm_host *h, const struct link *l)
{
	struct msg m;

	msg_begin(&m, sizeof(struct fb_if_msghdr));
	msg_ifinfo(&m, h, l);
	sock_deliver(h, m.buf, m.len, 0, -1, NULL);
}

void
tell_announce(struct fbm_host *h, const struct link *l, uint16_t what)
{
	struct fb_if_announcemsghdr a = {.msglen = sizeof(a),
	    .version = FB_RTM_VERSION,
	    .type = FB_RTM_IFANNOUNCE,
	    .index = (uint16_t)l->index,
	    .what = what};

	memcpy(a.name, l->name, sizeof(a.name));
	sock_deliver(h, &a, sizeof(a), 0, -1, NULL);
}

void
tell_addr(struct fbm_host *h, const struct link *l, const struct ifaddr *a,
    uint8_t type)
{
	struct msg m;

	msg_begin(&m, sizeof(struct fb_ifa_msghdr));
	msg_mask(&m, FB_RTAX_NETMASK, a->addr.family, a->plen);
	msg_link(&m, FB_RTAX_IFP, l);
	msg_ip(&m, FB_RTAX_IFA, &a->addr);
	msg_far(&m, FB_RTAX_BRD, a);
	msg_ifa(&m, l, a, type);
	sock_deliver(h, m.buf, m.len, a->addr.family, (int)l->fib, NULL);
}

void
tell_route(struct fbm_host *h, const struct route *r, uint8_t type)
{
	struct fb_rt_msghdr header = {.index = (uint16_t)r->ifp->index,
	    .flags = (int32_t)(r->flags | FB_RTF_DONE)};
	struct msg m;

	if (type == FB_RTM_DELETE)
		header.flags &= ~FB_RTF_UP;
	msg_begin(&m, sizeof(header));
	msg_ip(&m, FB_RTAX_DST, &r->dst);
	msg_gateway(&m, FB_RTAX_GATEWAY, &r->gw);
	if (!r->host)
		msg_mask(&m, FB_RTAX_NETMASK, r->dst.family, r->plen);
	msg_rt(&m, &header, type);
	sock_deliver(h, m.buf, m.len, r->dst.family, (int)r->fib, NULL);
}

void
tell_self(struct fbm_host *h, const struct link *l, const struct ifaddr *a,
    uint8_t type)
{
	struct fb_rt_msghdr header = {
	    .flags = FB_RTF_HOST | FB_RTF_STATIC | FB_RTF_PINNED | FB_RTF_DONE};
	struct msg m;

	if (type == FB_RTM_ADD) {
		header.flags |= FB_RTF_UP;
		header.index = (uint16_t)link_lo0(h)->index;
	}
	msg_begin(&m, sizeof(header));
	msg_ip(&m, FB_RTAX_DST, &a->addr);
	msg_self(&m, FB_RTAX_GATEWAY, l);
	msg_rt(&m, &header, type);
	sock_deliver(h, m.buf, m.len, a->addr.family, (int)l->fib, NULL);
}

/* Its header is as long as an interface's: struct ifma_msghdr is 16 octets. */
void
tell_member(struct fbm_host *h, const struct link *l, const struct ip *group,
    uint8_t type)
{
	struct {
		struct fb_msghdr start;
		int32_t addrs, flags;
		uint16_t index, spare;
	} header = {.start = {.version = FB_RTM_VERSION, .type = type},
	    .index = (uint16_t)l->index};
	struct msg m;

	msg_begin(&m, sizeof(header));
	msg_link(&m, FB_RTAX_IFP, l);
	msg_ip(&m, FB_RTAX_IFA, group);
	header.start.msglen = (uint16_t)m.len;
	header.addrs = m.addrs;
	memcpy(m.buf, &header, sizeof(header));
	sock_deliver(h, m.buf, m.len, group->family, -1, NULL);
}
