/* What the cases have in common. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "dtcp/plan.h"
#include "support.h"

#define AWAIT_MS  5000
#define SETTLE_MS 200 /* of silence */

struct contract_env env;

int
contract_setup(void **state)
{
	(void)state;
	env.ndone = 0;
	memset(&env.tunnel, 0, sizeof(env.tunnel));
	contract_host_new();
	env.k = contract_open(CONTRACT_TAG);
	return env.k == NULL ? -1 : 0;
}

int
contract_teardown(void **state)
{
	(void)state;
	if (env.k != NULL)
		env.k->ops->close(env.k);
	env.k = NULL;
	contract_host_free();
	return 0;
}

static void
prefix_of(const char *text, struct prefix6 *p)
{
	assert_int_equal(prefix6_parse(text, strlen(text), p), 0);
}

struct netop
tunnel_op(const char *ifname, unsigned flags)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = NETOP_TUNNEL;
	op.flags = (uint8_t)(flags | env.encap);
	strlcpy(op.ifname, ifname, sizeof(op.ifname));
	addr4_parse(CONTRACT_LOCAL, strlen(CONTRACT_LOCAL), &op.local4);
	addr4_parse(CONTRACT_REMOTE, strlen(CONTRACT_REMOTE), &op.remote4);
	return op;
}

struct netop
tunnel_on(enum netop_kind kind, const char *prefix)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = kind;
	memcpy(op.ifname, env.tunnel.ifname, sizeof(op.ifname));
	op.ifindex = env.tunnel.ifindex;
	if (prefix != NULL)
		prefix_of(prefix, &op.prefix);
	return op;
}

struct netop
addr_op(const char *prefix, const char *peer)
{
	struct netop op = tunnel_on(NETOP_ADDR, prefix);

	if (peer != NULL) {
		op.flags = NETOP_F_PEER;
		assert_int_equal(addr6_parse(peer, strlen(peer), &op.peer), 0);
	}
	return op;
}

struct netop
route_op(const char *prefix, uint32_t metric)
{
	struct netop op = tunnel_on(NETOP_ROUTE, prefix);

	op.flags = NETOP_F_OPTIONAL;
	op.metric = metric;
	return op;
}

struct netop
reject_op(const char *prefix)
{
	struct netop op = route_op(prefix, PLAN_METRIC_REJECT);

	op.flags |= NETOP_F_REJECT;
	op.ifindex = 0;
	memset(op.ifname, 0, sizeof(op.ifname));
	return op;
}

struct netop
in_fib(struct netop op, uint32_t fib)
{
	op.fib = fib;
	return op;
}

struct netop
fib_op(uint32_t fib)
{
	return in_fib(tunnel_on(NETOP_FIB, NULL), fib);
}

void
get_snapshot(struct kernel *k, struct snapshot *s)
{
	struct err e = {0};

	memset(s, 0xa5, sizeof(*s)); /* whatever was in it must not matter */
	if (k->ops->snapshot(k, s, &e) != 0)
		fail_msg("snapshot: %s", e.text);
	assert_false(s->truncated);
}

static void
check_undo(const struct netop *undo)
{
	uint8_t buf[NETOP_WIRE_SIZE];
	struct netop back;

	assert_true(undo->kind == NETOP_NONE || netop_is_value(undo->kind) ||
	    netop_is_inverse(undo->kind));
	netop_encode(undo, buf);
	assert_int_equal(netop_decode(buf, &back), 0);
	assert_true(netop_equal(undo, &back));
}

/* An error has a line; what its line says is for people. */
static void
check_error(const struct netop *op, int rc, const struct err *e)
{
	char text[NETOP_TEXT_MAX];

	if (rc > 0 || (rc < 0 && e->text[0] == '\0'))
		fail_msg("%s: %d without a line",
		    netop_format(op, text, sizeof(text)), rc);
}

int
try_op(struct kernel *k, struct netop *op)
{
	struct snapshot before, after;
	struct netop undo;
	struct err e = {0};
	int rc;

	memset(&undo, 0, sizeof(undo));
	get_snapshot(k, &before);
	rc = k->ops->prepare(k, op, &undo, &e);
	check_error(op, rc, &e);
	get_snapshot(k, &after);
	assert_true(snapshot_equal(&before, &after));
	if (rc != 0)
		return rc;
	check_undo(&undo);
	rc = k->ops->apply(k, op, &e);
	check_error(op, rc, &e);
	if (rc != 0) {
		get_snapshot(k, &after);
		assert_true(snapshot_equal(&before, &after));
		return rc;
	}
	if (op->kind == NETOP_TUNNEL) {
		memcpy(undo.ifname, op->ifname, sizeof(undo.ifname));
		undo.ifindex = op->ifindex;
	}
	assert_true(env.ndone < DONE_MAX);
	if (undo.kind != NETOP_NONE)
		env.done[env.ndone++] = undo;
	get_snapshot(k, &after);
	if (!snapshot_has(&after, op))
		fail_msg("done, and not there");
	return 0;
}

void
do_op(struct netop op)
{
	char text[NETOP_TEXT_MAX];
	int rc = try_op(env.k, &op);

	if (rc != 0)
		fail_msg("%s: %s", netop_format(&op, text, sizeof(text)),
		    strerror(-rc));
}

int
remove_op(struct netop op)
{
	struct err e = {0};
	int rc = env.k->ops->apply(env.k, &op, &e);

	check_error(&op, rc, &e);
	return rc;
}

void
make_tunnel(const char *ifname, unsigned flags)
{
	struct netop op = tunnel_op(ifname, flags);
	int rc = try_op(env.k, &op);

	if (rc != 0)
		fail_msg("tunnel: %s", strerror(-rc));
	assert_true(netop_ifname_ok(op.ifname));
	assert_int_not_equal(op.ifindex, 0);
	assert_int_equal(op.flags & (NETOP_F_KERNEL | NETOP_F_USER), env.encap);
	env.tunnel = op;
}

void
make_tunnel_up(void)
{
	make_tunnel_up_in(0);
}

void
make_tunnel_up_in(uint32_t fib)
{
	struct netop mtu;

	make_tunnel("", 0);
	if (fib != 0)
		do_op(fib_op(fib));
	do_op(tunnel_on(NETOP_ACCEPT_RA, NULL));
	mtu = tunnel_on(NETOP_MTU, NULL);
	mtu.mtu = 1280;
	do_op(mtu);
	do_op(tunnel_on(NETOP_UP, NULL));
}

void
undo_all(void)
{
	char text[NETOP_TEXT_MAX];
	struct netop op;
	int rc;

	while (env.ndone > 0) {
		op = env.done[--env.ndone];
		rc = remove_op(op);
		if (rc != 0 && rc != -ENOENT)
			fail_msg("undo %s: %s",
			    netop_format(&op, text, sizeof(text)),
			    strerror(-rc));
	}
}

void
drain_events(void)
{
	struct kevent ev;
	int rc;

	assert_true(env.k->ops->watch_fd(env.k) >= 0);
	while ((rc = env.k->ops->next_event(env.k, &ev)) == 1)
		continue;
	assert_int_equal(rc, 0);
}

void
settle_events(void)
{
	struct pollfd pfd = {.events = POLLIN};

	do {
		drain_events();
		pfd.fd = env.k->ops->watch_fd(env.k);
	} while (poll(&pfd, 1, SETTLE_MS) == 1);
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool
is_awaited(const struct kevent *ev, enum kevent_kind kind, const char *addr4)
{
	char text[ADDR4_STRLEN];

	return ev->kind == kind &&
	    (addr4 == NULL ||
		strcmp(addr4_format(ev->addr4, text), addr4) == 0);
}

void
await_event(enum kevent_kind kind, const char *addr4)
{
	struct pollfd pfd = {.events = POLLIN};
	int64_t left, end = now_ms() + AWAIT_MS;
	struct kevent ev;
	int rc;

	pfd.fd = env.k->ops->watch_fd(env.k);
	while ((left = end - now_ms()) > 0) {
		if (poll(&pfd, 1, (int)left) != 1)
			break;
		while ((rc = env.k->ops->next_event(env.k, &ev)) == 1) {
			if (is_awaited(&ev, kind, addr4))
				return;
		}
		assert_int_equal(rc, 0);
	}
	fail_msg("no event of kind %d", kind);
}
