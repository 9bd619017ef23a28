/* Requests on routing sockets taken apart. */
#include "rtsock.h"

#define SA_HEAD 2 /* length and family */

/* What a sockaddr of length 0 counts as. */
static const uint8_t nothing[16] = {sizeof(nothing), FB_AF_INET};

/* Where each sockaddr stands.  One of length 0 ends the list. */
static int
find_addrs(struct request *q, const uint8_t *p, size_t left)
{
	size_t room;
	int i;

	for (i = 0; i < FB_RTAX_MAX && left > 0; i++) {
		if ((q->header.addrs & FB_RTA(i)) == 0)
			continue;
		if (p[0] > left)
			return EINVAL;
		if (p[0] == 0) {
			q->sa[i] = nothing;
			return 0;
		}
		if (p[0] < SA_HEAD)
			return EINVAL;
		q->sa[i] = p;
		room = (p[0] + (size_t)FB_SA_ALIGN - 1) / FB_SA_ALIGN *
		    FB_SA_ALIGN;
		if (room > left)
			room = left;
		p += room;
		left -= room;
	}
	return 0;
}

static int
read_ip(const uint8_t *sa, struct ip *ip)
{
	struct fb_sockaddr_in6 sin6;
	struct fb_sockaddr_in sin;

	if (sa[1] == FB_AF_INET6) {
		if (sa[0] < sizeof(sin6))
			return EINVAL;
		memcpy(&sin6, sa, sizeof(sin6));
		*ip = ip_of6(&sin6.addr, sin6.scope_id);
		return 0;
	}
	if (sa[1] != FB_AF_INET)
		return EAFNOSUPPORT;
	if (sa[0] < offsetof(struct fb_sockaddr_in, zero))
		return EINVAL;
	memcpy(&sin, sa, offsetof(struct fb_sockaddr_in, zero));
	*ip = ip_of4(sin.addr);
	return 0;
}

/* Its sockaddr may be cut behind the last octet that is not 0. */
static int
read_mask(struct request *q)
{
	int family = q->r.dst.family;
	size_t offset = family == FB_AF_INET ?
	    offsetof(struct fb_sockaddr_in, addr) :
	    offsetof(struct fb_sockaddr_in6, addr);
	size_t size = (size_t)ip_bits(family) / 8, len;
	const uint8_t *sa = q->sa[FB_RTAX_NETMASK];
	uint8_t mask[16] = {0};

	q->r.plen = ip_bits(family);
	if (sa == NULL)
		return 0;
	if (sa[0] < offset)
		return EINVAL;
	len = sa[0] - offset;
	memcpy(mask, sa + offset, len < size ? len : size);
	q->r.plen = ip_masklen(mask, size);
	return q->r.plen < 0 ? EINVAL : 0;
}

static int
read_gateway(struct request *q)
{
	const uint8_t *sa = q->sa[FB_RTAX_GATEWAY];
	struct fb_sockaddr_dl sdl = {.len = 0};

	if (sa == NULL)
		return 0;
	q->has_gw = true;
	q->r.gw.family = sa[1];
	if (sa[1] != FB_AF_LINK)
		return read_ip(sa, &q->r.gw.ip);
	if (sa[0] < offsetof(struct fb_sockaddr_dl, data))
		return EINVAL;
	memcpy(&sdl, sa, offsetof(struct fb_sockaddr_dl, data));
	q->r.gw.index = sdl.index;
	return 0;
}

int
request_parse(struct request *q, const uint8_t *buf, size_t len, unsigned fib)
{
	int error;

	error = find_addrs(q, buf + sizeof(q->header), len - sizeof(q->header));
	if (error == 0 && q->sa[FB_RTAX_DST] == NULL)
		error = EINVAL;
	if (error == 0)
		error = read_ip(q->sa[FB_RTAX_DST], &q->r.dst);
	if (error == 0)
		error = read_mask(q);
	if (error == 0)
		error = read_gateway(q);
	if (error != 0)
		return error;
	q->masked = q->sa[FB_RTAX_NETMASK] != NULL;
	q->r.fib = fib;
	q->r.host = q->r.plen == ip_bits(q->r.dst.family);
	ip_mask(&q->r.dst, q->r.plen);
	q->r.flags =
	    (uint32_t)q->header.flags & RTF_KEPT_ & ~(uint32_t)FB_RTF_HOST;
	if (q->r.host)
		q->r.flags |= FB_RTF_HOST;
	if ((q->header.inits & RTV_MTU_) != 0 && q->header.rmx[RMX_MTU_] != 0) {
		q->r.mtu = (uint32_t)q->header.rmx[RMX_MTU_];
		q->r.flags |= RTF_FIXEDMTU_;
	}
	return 0;
}
