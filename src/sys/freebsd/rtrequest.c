/*
 * Routing messages: encoding of what we ask.
 */
#include <string.h>

#include "rtmsg.h"

static size_t
put(uint8_t *p, const void *sa, size_t len)
{
	memset(p, 0, rtmsg_padded(len));
	memcpy(p, sa, len);
	return rtmsg_padded(len);
}

static size_t
put_in6(uint8_t *p, const struct in6_addr *a)
{
	struct fb_sockaddr_in6 sin6 = {
	    .len = sizeof(sin6), .family = FB_AF_INET6, .addr = *a};

	return put(p, &sin6, sizeof(sin6));
}

static size_t
put_link(uint8_t *p, uint32_t ifindex)
{
	struct fb_sockaddr_dl sdl = {.len = sizeof(sdl),
	    .family = FB_AF_LINK,
	    .index = (uint16_t)ifindex};

	return put(p, &sdl, sizeof(sdl));
}

size_t
rtmsg_encode(const struct rtrequest *r, uint8_t buf[RTMSG_REQUEST_MAX])
{
	struct prefix6 dst = r->dst, mask = {.len = r->dst.len};
	struct fb_rt_msghdr h = {.version = FB_RTM_VERSION,
	    .type = r->type,
	    .seq = r->seq,
	    .flags = FB_RTF_UP | FB_RTF_STATIC | FB_RTF_PROTO2,
	    .addrs = FB_RTA(FB_RTAX_DST)};
	size_t n = sizeof(h);

	_Static_assert(sizeof(h) + 2 * 32 + 56 == RTMSG_REQUEST_MAX,
	    "the longest request fits");
	prefix6_mask(&dst);
	n += put_in6(buf + n, &dst.addr);
	if (r->type != FB_RTM_GET) {
		h.addrs |= FB_RTA(FB_RTAX_GATEWAY);
		if (r->reject) {
			h.flags |= FB_RTF_REJECT;
			n += put_in6(buf + n, &in6addr_loopback);
		} else
			n += put_link(buf + n, r->ifindex);
	}
	if (r->dst.len == 128)
		h.flags |= FB_RTF_HOST;
	else {
		memset(&mask.addr, 0xff, sizeof(mask.addr));
		prefix6_mask(&mask);
		h.addrs |= FB_RTA(FB_RTAX_NETMASK);
		n += put_in6(buf + n, &mask.addr);
	}
	h.msglen = (uint16_t)n;
	memcpy(buf, &h, sizeof(h));
	return n;
}
