/*
 * Which packets pass, and whose they are.
 *
 * On the device that many share, an inner source has to be the tunnel's own,
 * and neither end may be link-local, as many are on that link, nor the
 * destination multicast.  A device of its own (type tunnelonly) has nobody to
 * be confused with: any source will do that makes sense.
 */
#include <stddef.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

#define IP6_OFF_NEXT  6 /* RFC 8200 3 */
#define IP6_OFF_SRC   8
#define IP6_OFF_DST   24
#define IP6_NEXT_NONE 59 /* RFC 8200 4.7 */

static struct in6_addr
address(const uint8_t *p, size_t at)
{
	struct in6_addr a;

	memcpy(&a, p + at, sizeof(a));
	return a;
}

/* ---- To a client */

static enum relay_verdict
out_shared(void *arg, const uint8_t *p, size_t n, struct relay_peer **peer)
{
	const struct gateway *gw = arg;
	const struct in6_addr src = address(p, IP6_OFF_SRC);
	const struct in6_addr dst = address(p, IP6_OFF_DST);

	(void)n;
	/* The kernel's redirects to better ways, which there are none of. */
	if (addr6_is_linklocal(&src))
		return RELAY_SOURCE;
	*peer = hub_find(gw->hub, &dst);
	return *peer != NULL ? RELAY_PASS : RELAY_NOWHERE;
}

static enum relay_verdict
out_own(void *arg, const uint8_t *p, size_t n, struct relay_peer **peer)
{
	struct tunnel *t = arg;

	(void)p;
	(void)n;
	*peer = &t->peer;
	return RELAY_PASS;
}

/* ---- From a client */

static bool
is_from(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return addr4_equal(a->sin_addr, b->sin_addr) &&
	    a->sin_port == b->sin_port;
}

static void
learn(struct tunnel *t, const struct sockaddr_in *from)
{
	char was[ADDR4_STRLEN], is[ADDR4_STRLEN];
	int level;

	if (is_from(&t->peer.addr, from))
		return;
	level = t->peer.addr.sin_addr.s_addr == INADDR_ANY ?
	    LOG_DEBUG :
	    tell_level(t->conn->gw, OFTEN_MOVED, LOG_INFO);
	log_msg(level, "udp=moved client4=%s from=%s:%u to=%s:%u",
	    addr4_format(t->conn->client4, (char[ADDR4_STRLEN]) {0}),
	    addr4_format(t->peer.addr.sin_addr, was),
	    (unsigned)ntohs(t->peer.addr.sin_port),
	    addr4_format(from->sin_addr, is), (unsigned)ntohs(from->sin_port));
	t->peer.addr = *from;
}

/*
 * Only who knows the key says where the client is; everything else has to come
 * from there.
 */
static enum relay_verdict
outer_udp(struct tunnel *t, const struct sockaddr_in *from, const uint8_t *p,
    size_t n)
{
	if (t->grant.has_key && relay_keepalive_has(p, n, t->grant.key)) {
		learn(t, from);
		return RELAY_KEEPALIVE;
	}
	if (!is_from(&t->peer.addr, from))
		return RELAY_SOURCE;
	return p[IP6_OFF_NEXT] == IP6_NEXT_NONE ? RELAY_KEEPALIVE : RELAY_PASS;
}

static enum relay_verdict
inner_shared(const struct tunnel *t, const uint8_t *p)
{
	const struct in6_addr src = address(p, IP6_OFF_SRC);
	const struct in6_addr dst = address(p, IP6_OFF_DST);

	/* First what any host says on its link, and means no harm by. */
	if (addr6_is_linklocal(&src) || addr6_is_linklocal(&dst) ||
	    addr6_is_multicast(&dst))
		return RELAY_NOWHERE;
	return hub_find(t->conn->gw->hub, &src) == &t->peer ? RELAY_PASS :
							      RELAY_SOURCE;
}

static enum relay_verdict
inner_own(const uint8_t *p)
{
	static const struct relay_rules nobodys;

	return relay_check_in(&nobodys, p);
}

static enum relay_verdict
inward(struct tunnel *t, const struct sockaddr_in *from, const uint8_t *p,
    size_t n, struct relay_peer **peer)
{
	enum relay_verdict v = RELAY_PASS;

	*peer = &t->peer;
	if (t->raw == NULL)
		v = outer_udp(t, from, p, n);
	if (v != RELAY_PASS)
		return v;
	return t->shared ? inner_shared(t, p) : inner_own(p);
}

/* From a socket that is read for the shared device. */
static enum relay_verdict
in_shared(void *arg, struct relay_socket *socket,
    const struct sockaddr_in *from, const uint8_t *p, size_t n,
    struct relay_peer **peer)
{
	struct tunnel *t;

	if (socket->udp)
		t = (struct tunnel *)((char *)socket -
		    offsetof(struct tunnel, udp));
	else
		t = raw_tunnel(arg, socket, from->sin_addr);
	/* Protocol 41 may as well be for a device of the kernel's. */
	return t != NULL ? inward(t, from, p, n, peer) : RELAY_SOURCE;
}

static enum relay_verdict
in_own(void *arg, struct relay_socket *socket, const struct sockaddr_in *from,
    const uint8_t *p, size_t n, struct relay_peer **peer)
{
	(void)socket; /* its own, for UDP */
	return inward(arg, from, p, n, peer);
}

void
packets_policy_shared(struct gateway *gw)
{
	gw->relay.policy.out = out_shared;
	gw->relay.policy.in = in_shared;
	gw->relay.policy.arg = gw;
}

void
packets_policy_own(struct tunnel *t)
{
	t->relay.policy.out = out_own;
	t->relay.policy.in = in_own;
	t->relay.policy.arg = t;
}
