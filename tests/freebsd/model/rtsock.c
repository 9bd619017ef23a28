/* Requests on routing sockets, and what every routing socket hears of them. */
#include <unistd.h>

#include "rtsock.h"

/* Reject and blackhole routes lead to lo0, whatever gateway was given. */
static int
to_lo0(struct fbm_host *h, struct request *q)
{
	uint32_t both = FB_RTF_REJECT | FB_RTF_BLACKHOLE;

	if ((q->r.flags & both) == 0)
		return 0;
	if ((q->r.flags & both) == both)
		return EINVAL;
	q->r.ifp = link_lo0(h);
	q->r.gw.family = q->r.dst.family;
	q->r.gw.ip =
	    ip_text(q->r.dst.family == FB_AF_INET ? "127.0.0.1" : "::1", 0);
	q->r.ifa = rib_best_ifa(q->r.ifp, &q->r.dst);
	q->has_gw = true;
	return q->r.ifa == NULL ? ENOTSUP : 0;
}

/* A gateway that is an address of the host itself is none. */
static int
resolve(struct fbm_host *h, struct request *q)
{
	uint32_t flags = q->r.flags;
	struct link *on;
	int error;

	if (q->r.ifp != NULL)
		return 0;
	if (q->r.gw.family != FB_AF_LINK && q->r.gw.family != q->r.dst.family)
		return EINVAL;
	if (q->r.gw.family != FB_AF_LINK &&
	    ifa_anywhere(h, &q->r.gw.ip, &on) != NULL)
		q->r.flags &= ~(uint32_t)FB_RTF_GATEWAY;
	error = rib_resolve(h, &q->r);
	q->r.flags = flags;
	return error;
}

static int
change(struct fbm_host *h, struct request *q, struct route **rp)
{
	struct route *r = rib_exact(h, q->r.fib, &q->r.dst, q->r.plen);
	int error;

	if (r == NULL)
		return ESRCH;
	if (q->has_gw) {
		error = resolve(h, q);
		if (error != 0)
			return error;
		if (q->r.ifa != NULL)
			q->r.ifa->refs++;
		if (r->ifa != NULL)
			ifa_release(r->ifa);
		r->gw = q->r.gw;
		r->ifp = q->r.ifp;
		r->ifa = q->r.ifa;
		r->flags &= ~(uint32_t)FB_RTF_GATEWAY;
		r->flags |= q->r.flags & FB_RTF_GATEWAY;
	}
	r->flags &= ~(uint32_t)RTF_FMASK_;
	r->flags |= q->r.flags & RTF_FMASK_;
	if ((q->header.inits & RTV_MTU_) != 0) {
		r->flags &= ~(uint32_t)RTF_FIXEDMTU_;
		r->flags |= q->r.flags & RTF_FIXEDMTU_;
		r->mtu = q->r.mtu;
	}
	if (r->mtu == 0 || r->mtu > r->ifp->mtu)
		r->mtu = r->ifp->mtu;
	*rp = r;
	return 0;
}

/* *out: the route that the answer describes. */
static int
act(struct fbm_host *h, struct request *q, uint8_t type, struct route *out)
{
	struct route *r = NULL;
	int error;

	switch (type) {
	case FB_RTM_ADD:
		if (!q->has_gw)
			return EINVAL;
		error = resolve(h, q);
		if (error == 0)
			error = rib_add(h, &q->r, &r);
		break;
	case FB_RTM_CHANGE:
		error = change(h, q, &r);
		break;
	case FB_RTM_DELETE:
		return rib_delete(h, &q->r, q->has_gw ? &q->r.gw : NULL, out);
	case FB_RTM_GET:
		r = q->masked ? rib_exact(h, q->r.fib, &q->r.dst, q->r.plen) :
				rib_match(h, q->r.fib, &q->r.dst);
		error = r == NULL ? ESRCH : 0;
		break;
	default:
		return EOPNOTSUPP;
	}
	if (error == 0)
		*out = *r;
	return error;
}

/* The answer where it worked: the route as it is, or was. */
static void
answer(
    struct msg *m, const struct request *q, const struct route *r, uint8_t type)
{
	struct fb_rt_msghdr header = q->header;
	bool more =
	    (header.addrs & (FB_RTA(FB_RTAX_IFP) | FB_RTA(FB_RTAX_IFA))) != 0;

	header.index = (uint16_t)r->ifp->index;
	header.flags = (int32_t)(r->flags | FB_RTF_DONE);
	memset(header.rmx, 0, sizeof(header.rmx));
	header.rmx[RMX_MTU_] = r->mtu;
	header.rmx[RMX_WEIGHT_] = 1;
	msg_begin(m, sizeof(header));
	msg_ip(m, FB_RTAX_DST, &r->dst);
	msg_gateway(m, FB_RTAX_GATEWAY, &r->gw);
	if (!r->host)
		msg_mask(m, FB_RTAX_NETMASK, r->dst.family, r->plen);
	if (more) {
		msg_link(m, FB_RTAX_IFP, r->ifp);
		if (r->ifa != NULL)
			msg_ip(m, FB_RTAX_IFA, &r->ifa->addr);
		else
			msg_link(m, FB_RTAX_IFA, r->ifp);
		if (r->ifa != NULL && (r->ifp->flags & FB_IFF_POINTOPOINT) != 0)
			msg_far(m, FB_RTAX_BRD, r->ifa);
	}
	msg_rt(m, &header, type);
	msg_round(m);
}

/* And where it did not: what was asked, tidied up. */
static void
refuse(struct msg *m, const struct request *q, uint8_t type)
{
	struct gateway gw = q->r.gw;
	int i;

	gw.type = 0;
	msg_begin(m, sizeof(q->header));
	msg_ip(m, FB_RTAX_DST, &q->r.dst);
	if (q->has_gw)
		msg_gateway(m, FB_RTAX_GATEWAY, &gw);
	if (!q->r.host)
		msg_mask(m, FB_RTAX_NETMASK, q->r.dst.family, q->r.plen);
	for (i = FB_RTAX_NETMASK + 1; i < FB_RTAX_MAX; i++)
		if (q->sa[i] != NULL)
			msg_raw(m, i, q->sa[i], q->sa[i][0]);
	msg_rt(m, &q->header, type);
	msg_round(m);
}

int
rtsock_output(struct fbm_host *h, struct sock *s, const void *buf, size_t len)
{
	const struct sock *except = s->loopback ? NULL : s;
	struct request q = {.masked = false};
	struct route r = {.fib = s->fib};
	struct msg m = {.len = len};
	struct fb_msghdr start;
	uint8_t type;
	int error;

	if (len < sizeof(long))
		return ENOBUFS;
	if (len > sizeof(m.buf))
		return EMSGSIZE;
	memcpy(&start, buf, sizeof(start));
	memcpy(m.buf, buf, len);
	type = start.type;
	/* What cannot be understood goes round as it came. */
	error = len < sizeof(q.header) || start.msglen != len ? EINVAL : 0;
	if (error == 0 && start.version != FB_RTM_VERSION)
		error = EPROTONOSUPPORT;
	if (error != 0) {
		sock_deliver(h, m.buf, m.len, 0, (int)s->fib, except);
		return error;
	}
	memcpy(&q.header, buf, sizeof(q.header));
	q.header.pid = (int32_t)getpid();
	error = request_parse(&q, buf, len, s->fib);
	if (error == 0 && type != FB_RTM_GET && !model_may(h))
		error = EPERM;
	q.header.error = error;
	if (error != 0) {
		memcpy(m.buf, &q.header, sizeof(q.header));
		sock_deliver(h, m.buf, m.len, 0, (int)s->fib, except);
		return error;
	}
	error = to_lo0(h, &q);
	if (error == 0)
		error = act(h, &q, type, &r);
	q.header.error = error;
	if (error == 0)
		answer(&m, &q, &r, type);
	else
		refuse(&m, &q, type);
	if (error == 0 && type == FB_RTM_DELETE)
		rib_forget(&r);
	sock_deliver(h, m.buf, m.len, q.r.dst.family, (int)s->fib, except);
	return error;
}
