/*
 * Routing messages laid out: a header, and behind it sockaddrs, each of which
 * takes a multiple of 8 octets, in the order of their RTAX_* numbers.
 */
#include <stdlib.h>

#include "private.h"

void
msg_begin(struct msg *m, size_t hdrlen)
{
	memset(m, 0, sizeof(*m));
	m->len = hdrlen;
}

void
msg_raw(struct msg *m, int rtax, const void *sa, size_t len)
{
	size_t room = (len + FB_SA_ALIGN - 1) / FB_SA_ALIGN * FB_SA_ALIGN;

	if (m->len + room > sizeof(m->buf))
		abort();
	memcpy(m->buf + m->len, sa, len);
	m->len += room;
	m->addrs |= FB_RTA(rtax);
}

void
msg_empty(struct msg *m, int rtax)
{
	static const uint8_t nothing[FB_SA_ALIGN];

	msg_raw(m, rtax, nothing, sizeof(nothing));
}

static void
msg_in(struct msg *m, int rtax, struct in_addr a)
{
	struct fb_sockaddr_in sin = {
	    .len = sizeof(sin), .family = FB_AF_INET, .addr = a};

	msg_raw(m, rtax, &sin, sizeof(sin));
}

void
msg_ip(struct msg *m, int rtax, const struct ip *ip)
{
	struct fb_sockaddr_in6 sin6 = {
	    .len = sizeof(sin6), .family = FB_AF_INET6};

	if (ip->family == FB_AF_INET) {
		msg_in(m, rtax, ip_plain4(ip));
	} else {
		sin6.addr = ip_plain6(ip, &sin6.scope_id);
		msg_raw(m, rtax, &sin6, sizeof(sin6));
	}
}

void
msg_mask(struct msg *m, int rtax, int family, int plen)
{
	struct fb_sockaddr_in6 sin6 = {
	    .len = sizeof(sin6), .family = FB_AF_INET6};
	struct ip mask = ip_netmask(family, plen);

	if (family == FB_AF_INET) {
		msg_in(m, rtax, ip_plain4(&mask));
	} else {
		memcpy(&sin6.addr, mask.o, sizeof(sin6.addr));
		msg_raw(m, rtax, &sin6, sizeof(sin6));
	}
}

/* l: whose name and hardware address are in it, or NULL. */
static void
msg_dl(struct msg *m, int rtax, uint8_t len, uint32_t index, uint8_t type,
    const struct link *l)
{
	struct fb_sockaddr_dl sdl = {.len = len,
	    .family = FB_AF_LINK,
	    .index = (uint16_t)index,
	    .type = type};
	uint8_t sa[SDL_LINK_] = {0}; /* an interface's own is longer */

	if (l != NULL) {
		sdl.nlen = (uint8_t)strlen(l->name);
		sdl.alen = l->hwlen;
		memcpy(sdl.data, l->name, sdl.nlen);
		memcpy(sdl.data + sdl.nlen, l->hwaddr, sdl.alen);
	}
	memcpy(sa, &sdl, sizeof(sdl));
	msg_raw(m, rtax, sa, len);
}

void
msg_gateway(struct msg *m, int rtax, const struct gateway *gw)
{
	if (gw->family == FB_AF_LINK)
		msg_dl(m, rtax, SDL_SHORT_, gw->index, gw->type, NULL);
	else
		msg_ip(m, rtax, &gw->ip);
}

void
msg_link(struct msg *m, int rtax, const struct link *l)
{
	msg_dl(m, rtax, SDL_LINK_, l->index, link_type(l), l);
}

/* As the gateway of the route to an address of the host itself. */
void
msg_self(struct msg *m, int rtax, const struct link *l)
{
	msg_dl(m, rtax, SDL_LONG_, l->index, link_type(l), NULL);
}

void
msg_far(struct msg *m, int rtax, const struct ifaddr *a)
{
	if (a->has_dst)
		msg_ip(m, rtax, &a->dst);
	else if (a->brd)
		msg_empty(m, rtax);
}

static void
put_header(struct msg *m, const void *header, size_t size, uint8_t type)
{
	struct fb_msghdr start = {.msglen = (uint16_t)m->len,
	    .version = FB_RTM_VERSION,
	    .type = type};

	memcpy(m->buf, header, size);
	memcpy(m->buf, &start, sizeof(start));
}

void
msg_rt(struct msg *m, const struct fb_rt_msghdr *h, uint8_t type)
{
	struct fb_rt_msghdr header = *h;

	header.addrs = m->addrs;
	put_header(m, &header, sizeof(header), type);
}

void
msg_ifinfo(struct msg *m, struct fbm_host *h, const struct link *l)
{
	struct fb_if_msghdr header = {.addrs = m->addrs,
	    .flags = (int32_t)link_flags(h, l),
	    .index = (uint16_t)l->index,
	    .data = {.type = link_type(l),
		.link_state = l->state,
		.datalen = sizeof(struct fb_if_data),
		.mtu = l->mtu}};

	put_header(m, &header, sizeof(header), FB_RTM_IFINFO);
}

void
msg_ifa(
    struct msg *m, const struct link *l, const struct ifaddr *a, uint8_t type)
{
	/* The kernel's IFA_ROUTE and IFA_RTSELF. */
	struct fb_ifa_msghdr header = {.addrs = m->addrs,
	    .flags = (a->route ? FB_RTF_UP : 0) | (a->self ? FB_RTF_HOST : 0),
	    .index = (uint16_t)l->index};

	put_header(m, &header, sizeof(header), type);
}

void
msg_round(struct msg *m)
{
	m->len = (m->len + 7) / 8 * 8;
}
