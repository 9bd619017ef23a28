/*
 * The client's rules, by which inner packets may cross its tunnel
 * (docs/protocol.md), and the policy that they are for a relay with one far
 * end.  Pure.
 */
#include <string.h>

#include "dtcp/relay.h"

#define IP6_OFF_NEXT  6 /* RFC 8200 3 */
#define IP6_OFF_SRC   8
#define IP6_NEXT_NONE 59 /* RFC 8200 4.7 */

static struct in6_addr
source(const uint8_t *p)
{
	struct in6_addr a;

	memcpy(&a, p + IP6_OFF_SRC, sizeof(a));
	return a;
}

static bool
is_own(const struct relay_rules *r, const struct in6_addr *a)
{
	for (unsigned i = 0; i < r->nown && i < RELAY_OWN_MAX; i++)
		if (prefix6_contains(&r->own[i], a))
			return true;
	return false;
}

enum relay_verdict
relay_check_out(const struct relay_rules *r, const uint8_t *p)
{
	const struct in6_addr src = source(p);

	if (r->any_source || addr6_is_linklocal(&src) || is_own(r, &src))
		return RELAY_PASS;
	return RELAY_SOURCE;
}

enum relay_verdict
relay_check_in(const struct relay_rules *r, const uint8_t *p)
{
	const struct in6_addr src = source(p);

	if (r->udp && p[IP6_OFF_NEXT] == IP6_NEXT_NONE)
		return RELAY_KEEPALIVE;
	if (addr6_is_multicast(&src) || addr6_is_loopback(&src) ||
	    addr6_is_v4mapped(&src) || is_own(r, &src))
		return RELAY_SOURCE;
	return RELAY_PASS;
}

static enum relay_verdict
client_out(void *arg, const uint8_t *p, size_t n, struct relay_peer **peer)
{
	struct relay_client *c = arg;

	(void)n;
	*peer = &c->peer;
	return relay_check_out(&c->rules, p);
}

static enum relay_verdict
client_in(void *arg, struct relay_socket *s, const struct sockaddr_in *from,
    const uint8_t *p, size_t n, struct relay_peer **peer)
{
	struct relay_client *c = arg;

	(void)s;
	(void)from; /* it is connected */
	(void)n;
	*peer = &c->peer;
	return relay_check_in(&c->rules, p);
}

const struct relay_policy relay_client_policy = {
    .out = client_out, .in = client_in};
