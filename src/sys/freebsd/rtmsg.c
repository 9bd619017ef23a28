/*
 * Routing messages: decoding of what the kernel says.  Every length in one is
 * checked before it is believed.
 */
#include <errno.h>
#include <string.h>

#include "rtmsg.h"

#define IN6_OFF (offsetof(struct fb_sockaddr_in6, addr))
#define IN4_OFF (offsetof(struct fb_sockaddr_in, addr))

size_t
rtmsg_padded(size_t len)
{
	if (len == 0)
		return FB_SA_ALIGN;
	return (len + FB_SA_ALIGN - 1) / FB_SA_ALIGN * FB_SA_ALIGN;
}

/* The addresses of a message, by their number; len 0: not there. */
struct sockaddrs {
	const uint8_t *sa[FB_RTAX_MAX];
	size_t len[FB_RTAX_MAX];
};

/* The last one may come without its padding. */
static int
split(const uint8_t *p, size_t n, int32_t addrs, struct sockaddrs *out)
{
	size_t len;
	int i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < FB_RTAX_MAX; i++) {
		if ((addrs & FB_RTA(i)) == 0)
			continue;
		if (n == 0)
			return -EBADMSG;
		len = p[0];
		if (len == 1 || len > n)
			return -EBADMSG;
		out->sa[i] = p;
		out->len[i] = len;
		len = rtmsg_padded(len);
		if (len > n)
			len = n;
		p += len;
		n -= len;
	}
	return 0;
}

static uint8_t
family_of(const struct sockaddrs *s, int i)
{
	return s->len[i] >= 2 ? s->sa[i][1] : 0;
}

/* The address within; a short one ends in zeros, route(4). */
static void
address_of(const struct sockaddrs *s, int i, size_t off, void *out, size_t size)
{
	size_t n = s->len[i] > off ? s->len[i] - off : 0;

	memset(out, 0, size);
	if (n > 0)
		memcpy(out, s->sa[i] + off, n < size ? n : size);
}

/*
 * The kernel keeps a link-local address's interface within the address, and
 * not all that it says is rid of that.
 */
static void
address6_of(const struct sockaddrs *s, int i, struct in6_addr *out)
{
	address_of(s, i, IN6_OFF, out, sizeof(*out));
	if (addr6_is_linklocal(out))
		out->s6_addr[2] = out->s6_addr[3] = 0;
}

/* Its netmask's family says nothing: it may be 0 or the destination's. */
static int
masklen(const struct sockaddrs *s, size_t off, size_t size, uint8_t *len)
{
	uint8_t mask[sizeof(struct in6_addr)];
	size_t bits = size * 8, i;

	address_of(s, FB_RTAX_NETMASK, off, mask, size);
	for (i = 0; i < bits; i++) {
		if ((mask[i / 8] & 0x80 >> i % 8) == 0)
			break;
	}
	*len = (uint8_t)i;
	for (; i < bits; i++) {
		if (mask[i / 8] & 0x80 >> i % 8)
			return -EBADMSG;
	}
	return 0;
}

/* Only a host route comes without a netmask. */
static int
route_dst(const struct sockaddrs *s, struct rtmsg *m)
{
	bool host = s->sa[FB_RTAX_NETMASK] == NULL;
	struct in_addr dst4;
	uint8_t len = 0;
	int error;

	if (host && (m->flags & FB_RTF_HOST) == 0)
		return 0;
	switch (family_of(s, FB_RTAX_DST)) {
	case FB_AF_INET6:
		m->dst.len = 128;
		if (!host &&
		    (error = masklen(s, IN6_OFF, sizeof(struct in6_addr),
			 &m->dst.len)) != 0)
			return error;
		address6_of(s, FB_RTAX_DST, &m->dst.addr);
		m->family = FB_AF_INET6;
		break;
	case FB_AF_INET:
		if (!host &&
		    (error = masklen(
			 s, IN4_OFF, sizeof(struct in_addr), &len)) != 0)
			return error;
		address_of(s, FB_RTAX_DST, IN4_OFF, &dst4, sizeof(dst4));
		m->default4 = !host && len == 0 && dst4.s_addr == INADDR_ANY;
		m->family = FB_AF_INET;
		break;
	}
	return 0;
}

/*
 * The head of a message, of whatever kind, and the addresses behind it; which
 * there are, the head says at addrs_at.
 */
static int
take_head(const uint8_t *p, size_t n, void *head, size_t size, size_t addrs_at,
    struct sockaddrs *s)
{
	int32_t addrs;

	if (n < size)
		return -EBADMSG;
	memcpy(head, p, size);
	memcpy(&addrs, p + addrs_at, sizeof(addrs));
	return split(p + size, n - size, addrs, s);
}

static int
decode_route(const uint8_t *p, size_t n, struct rtmsg *m)
{
	struct fb_rt_msghdr h;
	struct sockaddrs s;
	uint16_t index;
	int error;

	error = take_head(
	    p, n, &h, sizeof(h), offsetof(struct fb_rt_msghdr, addrs), &s);
	if (error != 0)
		return error;
	m->ifindex = h.index;
	m->flags = (uint32_t)h.flags;
	m->pid = h.pid;
	m->seq = h.seq;
	m->error = h.error;
	if (family_of(&s, FB_RTAX_GATEWAY) == FB_AF_LINK) {
		address_of(&s, FB_RTAX_GATEWAY,
		    offsetof(struct fb_sockaddr_dl, index), &index,
		    sizeof(index));
		m->gateway = index;
	}
	return route_dst(&s, m);
}

/* A point-to-point address has its far end where others have a broadcast. */
static int
decode_addr(const uint8_t *p, size_t n, struct rtmsg *m)
{
	struct fb_ifa_msghdr h;
	struct sockaddrs s;
	int error;

	error = take_head(
	    p, n, &h, sizeof(h), offsetof(struct fb_ifa_msghdr, addrs), &s);
	if (error != 0)
		return error;
	m->ifindex = h.index;
	switch (family_of(&s, FB_RTAX_IFA)) {
	case FB_AF_INET:
		address_of(
		    &s, FB_RTAX_IFA, IN4_OFF, &m->addr4, sizeof(m->addr4));
		m->family = FB_AF_INET;
		break;
	case FB_AF_INET6:
		error = masklen(
		    &s, IN6_OFF, sizeof(struct in6_addr), &m->addr6.len);
		if (error != 0)
			return error;
		address6_of(&s, FB_RTAX_IFA, &m->addr6.addr);
		m->has_peer = family_of(&s, FB_RTAX_BRD) == FB_AF_INET6;
		if (m->has_peer)
			address6_of(&s, FB_RTAX_BRD, &m->peer);
		m->family = FB_AF_INET6;
		break;
	}
	return 0;
}

/* The name, which only a list brings, stands in the link's own address. */
static int
decode_link(const uint8_t *p, size_t n, struct rtmsg *m)
{
	struct fb_if_msghdr h;
	struct fb_sockaddr_dl sdl;
	struct sockaddrs s;
	size_t len;
	int error;

	error = take_head(
	    p, n, &h, sizeof(h), offsetof(struct fb_if_msghdr, addrs), &s);
	if (error != 0)
		return error;
	m->ifindex = h.index;
	m->flags = (uint32_t)h.flags;
	m->iftype = h.data.type;
	m->mtu = h.data.mtu;
	if (family_of(&s, FB_RTAX_IFP) != FB_AF_LINK)
		return 0;
	len = s.len[FB_RTAX_IFP];
	memset(&sdl, 0, sizeof(sdl));
	memcpy(&sdl, s.sa[FB_RTAX_IFP], len < sizeof(sdl) ? len : sizeof(sdl));
	if (sdl.nlen >= FB_IFNAMSIZ ||
	    offsetof(struct fb_sockaddr_dl, data) + sdl.nlen > len)
		return -EBADMSG;
	memcpy(m->ifname, sdl.data, sdl.nlen);
	return 0;
}

static int
decode_announce(const uint8_t *p, size_t n, struct rtmsg *m)
{
	struct fb_if_announcemsghdr h;

	if (n < sizeof(h))
		return -EBADMSG;
	memcpy(&h, p, sizeof(h));
	if (memchr(h.name, '\0', sizeof(h.name)) == NULL)
		return -EBADMSG;
	m->ifindex = h.index;
	memcpy(m->ifname, h.name, strlen(h.name));
	m->departure = h.what == FB_IFAN_DEPARTURE;
	return 0;
}

static int
decode_body(uint8_t type, const uint8_t *p, size_t n, struct rtmsg *m)
{
	m->type = type;
	switch (type) {
	case FB_RTM_ADD:
	case FB_RTM_DELETE:
	case FB_RTM_CHANGE:
	case FB_RTM_GET:
		return decode_route(p, n, m);
	case FB_RTM_NEWADDR:
	case FB_RTM_DELADDR:
		return decode_addr(p, n, m);
	case FB_RTM_IFINFO:
		return decode_link(p, n, m);
	case FB_RTM_IFANNOUNCE:
		return decode_announce(p, n, m);
	default:
		m->type = 0;
		return 0;
	}
}

int
rtmsg_decode(const uint8_t *buf, size_t n, struct rtmsg *m)
{
	struct fb_msghdr h;
	int error;

	memset(m, 0, sizeof(*m));
	if (n < sizeof(h))
		return -EBADMSG;
	memcpy(&h, buf, sizeof(h));
	if (h.msglen < sizeof(h) || h.msglen > n)
		return -EBADMSG;
	/* Of another version we know the length and no more. */
	error = h.version == FB_RTM_VERSION ?
	    decode_body(h.type, buf, h.msglen, m) :
	    0;
	if (error != 0) {
		memset(m, 0, sizeof(*m));
		return error;
	}
	return h.msglen;
}
