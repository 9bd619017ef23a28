/* What the root process lets the unprivileged one ask for. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/policy.h"
#include "samples.h"

#define OURS_TOO "203.0.113.5"

static bool
is_local4(void *arg, struct in_addr a)
{
	(void)arg;
	return addr4_equal(a, a4(OURS_TOO)) || addr4_equal(a, a4(SAMPLE_LOCAL));
}

static struct plan_conf conf;
static enum tunnel_type type;

static struct policy
sample(void)
{
	struct policy p;

	memset(&p, 0, sizeof(p));
	p.conf = &conf;
	p.type = type;
	p.local4 = a4(SAMPLE_LOCAL);
	p.is_local4 = is_local4;
	return p;
}

static int
setup(void **state)
{
	(void)state;
	conf = sample_conf();
	type = TUNNEL_NETWORK;
	conf.addrs[conf.naddrs++] = p6("2001:db8:2::1/64");
	return 0;
}

static struct netop
op_of(enum netop_kind kind, const char *prefix, unsigned flags)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	op.flags = (uint8_t)flags;
	if (prefix != NULL)
		op.prefix = p6(prefix);
	if (kind == NETOP_ROUTE || kind == NETOP_ROUTE_DEL)
		op.metric = flags & NETOP_F_REJECT ? PLAN_METRIC_REJECT :
						     PLAN_METRIC_DEFAULT;
	return op;
}

static struct netop
tunnel(enum netop_kind kind)
{
	struct netop op =
	    op_of(kind, NULL, kind == NETOP_TUNNEL ? NETOP_F_KERNEL : 0);

	op.local4 = a4(SAMPLE_LOCAL);
	op.remote4 = a4(SAMPLE_REMOTE);
	return op;
}

static struct netop
pair(const char *addr, const char *peer)
{
	struct netop op = op_of(NETOP_ADDR, addr, NETOP_F_PEER);

	op.peer = a6(peer);
	return op;
}

static void
allowed(struct netop op)
{
	struct policy p = sample();
	struct err e = {0};
	struct netop inv;

	if (policy_check(&p, &op, &e) != 0)
		fail_msg("%s", e.text);
	netop_inverse(&op, &inv);
	if (inv.kind != NETOP_NONE && op.kind != NETOP_TUNNEL)
		assert_int_equal(policy_check(&p, &inv, NULL), 0);
}

/* So is taking away what could not have been asked for. */
static void
denied(struct netop op)
{
	struct policy p = sample();
	struct err e = {0};
	char text[NETOP_TEXT_MAX];
	struct netop inv;

	if (policy_check(&p, &op, &e) != -EPERM)
		fail_msg("allowed: %s", netop_format(&op, text, sizeof(text)));
	assert_non_null(strstr(e.text, "refused: "));
	netop_inverse(&op, &inv);
	if (inv.kind == NETOP_ADDR_DEL || inv.kind == NETOP_ROUTE_DEL)
		assert_int_equal(policy_check(&p, &inv, NULL), -EPERM);
}

static int
check_list(const struct plan *p, bool deaf)
{
	struct policy policy = sample();
	struct err e = {0};
	int rc = policy_check_list(&policy, p, deaf, &e);

	assert_int_equal(rc != 0, strstr(e.text, "refused: ") != NULL);
	return rc;
}

static void
whole_plans(void **state)
{
	uint32_t seed = 7;
	struct grant g;
	struct plan p;
	unsigned i, k;

	(void)state;
	for (i = 0; i < 500; i++) {
		g = sample_random_grant(&seed);
		conf.replace_default = sample_next(&seed) % 2;
		conf.set_fib = sample_next(&seed) % 2;
		conf.fib = sample_next(&seed) % 2;
		assert_int_equal(
		    plan_make(&conf, NULL, &g, a4(SAMPLE_LOCAL), &p, NULL), 0);
		for (k = 0; k < p.n; k++)
			allowed(p.ops[k]);
		assert_int_equal(check_list(&p, false), 0);
	}
}

static void
tunnels(void **state)
{
	struct netop op = tunnel(NETOP_TUNNEL);

	(void)state;
	allowed(op);
	op.flags = NETOP_F_KERNEL | NETOP_F_USER;
	allowed(op);
	op.flags = 0;
	denied(op);
	op.flags = NETOP_F_KERNEL | NETOP_F_ADOPT;
	denied(op);
	op.flags = NETOP_F_KERNEL | NETOP_F_KEEP;
	denied(op);
	conf.keep = true;
	allowed(op);
	denied(tunnel(NETOP_TUNNEL));
	conf.keep = false;
	conf.encap_kernel = false;
	denied(tunnel(NETOP_TUNNEL));
	op = tunnel(NETOP_TUNNEL);
	op.flags = NETOP_F_USER;
	strlcpy(op.ifname, "eth0", sizeof(op.ifname));
	denied(op);
	strlcpy(conf.ifname, "eth0", sizeof(conf.ifname));
	allowed(op);
}

static void
outer_pairs(void **state)
{
	static const char *const bad[] = {
	    "0.0.0.0", "127.0.0.1", "224.0.0.1", SAMPLE_LOCAL, OURS_TOO};
	static const enum netop_kind kinds[] = {NETOP_TUNNEL, NETOP_OUTER};
	struct netop op;
	size_t i, k;

	(void)state;
	for (k = 0; k < 2; k++) {
		allowed(tunnel(kinds[k]));
		for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			op = tunnel(kinds[k]);
			op.remote4 = a4(bad[i]);
			denied(op);
		}
		op = tunnel(kinds[k]);
		op.local4 = a4("192.0.2.77");
		denied(op);
	}
}

static struct netop
over_udp(enum netop_kind kind, uint16_t lport, uint16_t rport)
{
	struct netop op = tunnel(kind);

	if (kind == NETOP_TUNNEL)
		op.flags = NETOP_F_USER;
	op.lport = lport;
	op.rport = rport;
	return op;
}

/* With -U and never without; the far end's is the server's choice. */
static void
udp_ports(void **state)
{
	static const enum netop_kind kinds[] = {NETOP_TUNNEL, NETOP_OUTER};
	struct netop op;
	size_t k;

	(void)state;
	for (k = 0; k < 2; k++) {
		conf.udp = false;
		denied(over_udp(kinds[k], 4028, 4029));
		denied(over_udp(kinds[k], 0, 4029));
		denied(over_udp(kinds[k], 4028, 0));
		allowed(over_udp(kinds[k], 0, 0));
		conf.udp = true;
		conf.udp_port = 4028;
		allowed(over_udp(kinds[k], 4028, 1));
		allowed(over_udp(kinds[k], 4028, 65535));
		denied(over_udp(kinds[k], 4029, 4029));
		denied(over_udp(kinds[k], 0, 0));
		denied(over_udp(kinds[k], 0, 4029));
		denied(over_udp(kinds[k], 4028, 0));
	}
	op = over_udp(NETOP_TUNNEL, 4028, 4029);
	op.flags |= NETOP_F_KERNEL;
	denied(op);
	op.flags = NETOP_F_KERNEL;
	denied(op);
}

static void
only_our_slot(void **state)
{
	static const enum netop_kind kinds[] = {
	    NETOP_UP, NETOP_DOWN, NETOP_TUNNEL_DESTROY, NETOP_TUNNEL_RELEASE};
	struct netop op;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		op = op_of(kinds[i], NULL, 0);
		allowed(op);
		op.slot = 1;
		denied(op);
		op.slot = 0;
		op.ifindex = 2;
		denied(op);
		op.ifindex = 0;
		strlcpy(op.ifname, "eth0", sizeof(op.ifname));
		denied(op);
	}
	denied(op_of(NETOP_NONE, NULL, 0));
	denied(op_of(NETOP_KINDS, NULL, 0));
	denied(op_of(NETOP_UP, NULL, NETOP_F_ON));
}

static void
settings(void **state)
{
	struct netop op = op_of(NETOP_MTU, NULL, 0);

	(void)state;
	op.mtu = 1280;
	allowed(op);
	op.mtu = 1281;
	denied(op);
	allowed(op_of(NETOP_ACCEPT_RA, NULL, 0));
	denied(op_of(NETOP_ACCEPT_RA, NULL, NETOP_F_ON));
	conf.route_mode = ROUTE_SOLICIT;
	allowed(op_of(NETOP_ACCEPT_RA, NULL, NETOP_F_ON));
}

static void
addresses(void **state)
{
	struct netop op;

	(void)state;
	allowed(pair("2001:db8::6/128", "2001:db8::5"));
	allowed(pair("fd00::6/128", "fd00::5"));
	denied(pair("2001:db8::6/64", "2001:db8::5"));
	denied(pair("2001:db8::6/128", "2001:db8::6"));
	denied(pair("2001:db8::6/128", "fe80::5"));
	denied(pair("::1/128", "2001:db8::5"));
	denied(pair("ff02::1/128", "2001:db8::5"));
	allowed(op_of(NETOP_ADDR, "2001:db8:2::1/64", 0));
	denied(op_of(NETOP_ADDR, "2001:db8:2::1/48", 0));
	denied(op_of(NETOP_ADDR, "2001:db8:2::2/64", 0));
	op = op_of(NETOP_ADDR, "fe80::1/64", 0);
	conf.addrs[conf.naddrs++] = op.prefix; /* not even then */
	denied(op);
}

static void
routes(void **state)
{
	struct netop op;

	(void)state;
	allowed(op_of(NETOP_ROUTE, "::/0", NETOP_F_OPTIONAL));
	denied(op_of(NETOP_ROUTE, "::/1", 0));
	denied(op_of(NETOP_ROUTE, "2001:db8::/32", 0));
	op = op_of(NETOP_ROUTE, "::/0", 0);
	op.metric = 1;
	denied(op);
	conf.replace_default = true;
	allowed(op_of(NETOP_ROUTE, "::/1", 0));
	allowed(op_of(NETOP_ROUTE, "8000::/1", 0));
	denied(op_of(NETOP_ROUTE, "::/0", 0));
	conf.routes[conf.nroutes++] = p6("2001:db8::/32");
	allowed(op_of(NETOP_ROUTE, "2001:db8::/32", 0));
	denied(op_of(NETOP_ROUTE, "2001:db8::/33", 0));
	denied(op_of(NETOP_ROUTE, "::/0", 0));
	conf.route_mode = ROUTE_NONE;
	denied(op_of(NETOP_ROUTE, "2001:db8::/32", 0));
	allowed(op_of(NETOP_ROUTE, "2001:db8:1::/48", NETOP_F_REJECT));
	denied(op_of(NETOP_ROUTE, "2001::/15", NETOP_F_REJECT));
	denied(op_of(NETOP_ROUTE, "::/0", NETOP_F_REJECT));
	denied(op_of(NETOP_ROUTE, "fe80::/64", NETOP_F_REJECT));
	denied(op_of(NETOP_ROUTE, "2001:db8:1::1/48", NETOP_F_REJECT));
	op = op_of(NETOP_ROUTE, "2001:db8:1::/48", NETOP_F_REJECT);
	op.metric = 1;
	denied(op);
}

static void
routing_tables(void **state)
{
	struct netop fib = op_of(NETOP_FIB, NULL, 0);
	struct netop def = op_of(NETOP_ROUTE, "::/0", 0);
	struct netop reject =
	    op_of(NETOP_ROUTE, "2001:db8:1::/48", NETOP_F_REJECT);

	(void)state;
	denied(fib); /* not asked for */
	conf.fib = fib.fib = def.fib = reject.fib = 2;
	denied(fib);
	allowed(def); /* this process's own */
	allowed(reject);
	conf.set_fib = true;
	allowed(fib);
	allowed(def);
	fib.fib = def.fib = reject.fib = 1;
	denied(fib);
	denied(def);
	denied(reject);
	fib.fib = def.fib = reject.fib = 0;
	denied(fib);
	denied(def);
	denied(reject);
}

/* What is up listens, unless it was told not to; an address may bring it up. */
static void
deaf_before_up(void **state)
{
	const struct netop early[] = {op_of(NETOP_UP, NULL, 0),
	    op_of(NETOP_ADDR, "2001:db8:2::1/64", 0),
	    pair("2001:db8::6/128", "2001:db8::5")};
	const struct netop deaf = op_of(NETOP_ACCEPT_RA, NULL, 0);
	struct plan p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(early) / sizeof(early[0]); i++) {
		p = (struct plan) {1, {early[i]}};
		assert_int_equal(check_list(&p, false), -EPERM);
		assert_int_equal(check_list(&p, true), 0);
		p = (struct plan) {2, {tunnel(NETOP_TUNNEL), early[i]}};
		/* A new tunnel was told nothing yet. */
		assert_int_equal(check_list(&p, true), -EPERM);
		p = (struct plan) {3, {tunnel(NETOP_TUNNEL), early[i], deaf}};
		assert_int_equal(check_list(&p, false), -EPERM);
		p = (struct plan) {3, {tunnel(NETOP_TUNNEL), deaf, early[i]}};
		assert_int_equal(check_list(&p, false), 0);
	}
	p.ops[1].flags = NETOP_F_ON; /* each of a list is looked at */
	assert_int_equal(check_list(&p, false), -EPERM);
}

/* A type has only what its grants can have. */
static void
types(void **state)
{
	struct netop inner = pair("2001:db8::6/128", "2001:db8::5");
	struct netop reject =
	    op_of(NETOP_ROUTE, "2001:db8:1::/48", NETOP_F_REJECT);

	(void)state;
	type = TUNNEL_HOST;
	allowed(inner);
	denied(reject);
	type = TUNNEL_ONLY;
	denied(inner);
	denied(reject);
	allowed(op_of(NETOP_ADDR, "2001:db8:2::1/64", 0)); /* -A */
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(whole_plans),
	    TEST(tunnels),
	    TEST(outer_pairs),
	    TEST(udp_ports),
	    TEST(only_our_slot),
	    TEST(settings),
	    TEST(addresses),
	    TEST(routes),
	    TEST(routing_tables),
	    TEST(deaf_before_up),
	    TEST(types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
