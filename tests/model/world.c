/* The host that the model tests work on, the undo file in memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dtcp/log.h"
#include "world.h"

static void
quiet(void *arg, int level, const char *line)
{
	(void)arg;
	(void)level;
	(void)line;
}

void
world_quiet(void)
{
	log_set_sink(quiet, NULL);
}

/* ---- Options and grants ---- */

static void
adopt(struct plan_conf *c, const char *ifname)
{
	c->adopt = true;
	strlcpy(c->ifname, ifname, sizeof(c->ifname));
}

void
world_use_lans(struct plan_conf *c)
{
	strlcpy(c->lans[WORLD_SLOT_FOREIGN], WORLD_FOREIGN, NETOP_NAMESIZE);
	strlcpy(c->lans[WORLD_SLOT_LAN], WORLD_LAN, NETOP_NAMESIZE);
}

static const char *
user_variant(unsigned i, struct plan_conf *c, struct grant *g)
{
	c->encap_kernel = false;
	switch (i) {
	case 11:
		*g = sample_grant(TUNNEL_HOST);
		return "user-space, host";
	case 12:
		c->keep = true;
		return "user-space, -o";
	case 13:
		adopt(c, WORLD_USER);
		return "user-space, -c";
	case 14:
		adopt(c, WORLD_USER);
		c->set_fib = true;
		c->fib = 1;
		return "user-space, -F 1 -c";
	case 15:
		c->set_fib = true;
		c->fib = 1;
		c->addrs[c->naddrs++] = p6("2001:db8:2::1/64");
		return "user-space, -F 1 -A";
	case 16:
		strlcpy(c->ifname, "mine0", sizeof(c->ifname));
		return "user-space, -i mine0";
	default:
		world_use_lans(c);
		c->keep = true;
		return "user-space, -o, LANs";
	}
}

const char *
world_variant(unsigned i, struct plan_conf *c, struct grant *g)
{
	*c = sample_conf();
	*g = sample_grant(TUNNEL_NETWORK);
	switch (i) {
	case 0:
		*g = sample_grant(TUNNEL_ONLY);
		return "tunnelonly";
	case 1:
		*g = sample_grant(TUNNEL_HOST);
		return "host";
	case 2:
		return "network";
	case 3:
		c->addrs[c->naddrs++] = p6("2001:db8:2::1/64");
		c->addrs[c->naddrs++] = p6("2001:db8:2::2/128");
		return "-A";
	case 4:
		c->routes[c->nroutes++] = p6("2001:db8:5::/48");
		c->routes[c->nroutes++] = p6("2001:db8:6::/48");
		return "-R";
	case 5:
		c->replace_default = true;
		c->encap_kernel = false;
		return "--replace-default, user-space";
	case 6:
		c->keep = true;
		return "-o";
	case 7:
		*g = sample_grant(TUNNEL_HOST);
		c->route_mode = ROUTE_SOLICIT;
		adopt(c, WORLD_KERNEL);
		return "-c -i gif0";
	case 8:
		c->set_fib = true;
		c->fib = 1;
		adopt(c, WORLD_KERNEL);
		return "-F 1 -c -i gif0";
	case 9:
		c->set_fib = true;
		c->fib = 1;
		return "-F 1";
	case 10:
		strlcpy(c->ifname, "mine0", sizeof(c->ifname));
		return "-i mine0";
	case 17:
		world_use_lans(c);
		return "LANs";
	default:
		return user_variant(i, c, g);
	}
}

static struct netop
lan_addr(uint8_t slot, const struct prefix6 *p)
{
	struct netop op;

	memset(&op, 0, sizeof(op));
	op.kind = NETOP_ADDR;
	op.slot = slot;
	op.flags = NETOP_F_OPTIONAL;
	op.prefix = *p;
	return op;
}

struct netop
world_lan_addr(uint8_t slot, const char *prefix)
{
	const struct prefix6 p = p6(prefix);

	return lan_addr(slot, &p);
}

/* Subnet 1 of a prefix on slot 1, and so on; host 1. */
static void
add_lan_addrs(
    const struct plan_conf *c, const struct grant *g, struct plan *plan)
{
	struct prefix6 p;
	unsigned i;
	uint8_t slot;

	for (i = 0; i < g->nprefixes; i++) {
		for (slot = WORLD_SLOT_FOREIGN; slot <= WORLD_SLOT_LAN;
		     slot++) {
			if (c->lans[slot][0] == '\0')
				continue;
			assert_true(plan->n < PLAN_MAX);
			p = g->prefixes[i];
			p.addr.s6_addr[7] = slot;
			p.addr.s6_addr[15] = 1;
			p.len = 64;
			plan->ops[plan->n++] = lan_addr(slot, &p);
		}
	}
}

struct plan
world_plan_of(const struct plan_conf *c, const struct grant *g)
{
	struct err e = {0};
	struct plan p;

	if (plan_make(c, NULL, g, a4(SAMPLE_LOCAL), &p, &e) != 0)
		fail_msg("%s", e.text);
	add_lan_addrs(c, g, &p);
	return p;
}

/* ---- Between the executor and the back-end ---- */

static struct world *
world_of(struct kernel *k)
{
	return ((struct world_front *)k)->world;
}

static void
look(const struct world *w)
{
	if (w->look != NULL)
		w->look();
}

static int
prepare(
    struct kernel *k, const struct netop *op, struct netop *undo, struct err *e)
{
	struct world *w = world_of(k);
	int error = w->fail_prepare;

	w->fail_prepare = 0;
	if (error != 0)
		return err_set(e, error, "injected");
	return w->k->ops->prepare(w->k, op, undo, e);
}

static int
apply(struct kernel *k, struct netop *op, struct err *e)
{
	struct world *w = world_of(k);
	int rc;

	look(w);
	if (++w->applied == w->fail_at)
		return err_set(e, w->fail_error, "injected");
	rc = w->k->ops->apply(w->k, op, e);
	look(w);
	return rc;
}

static void
watch_lan(struct kernel *k, uint8_t slot, const char *ifname)
{
	struct world *w = world_of(k);

	w->k->ops->watch_lan(w->k, slot, ifname);
}

static int
find_link(
    struct kernel *k, const char *ifname, uint32_t *ifindex, struct err *e)
{
	struct world *w = world_of(k);

	return w->k->ops->find_link(w->k, ifname, ifindex, e);
}

static int
snapshot(struct kernel *k, struct snapshot *s, struct err *e)
{
	struct world *w = world_of(k);

	return w->k->ops->snapshot(w->k, s, e);
}

static const struct kernel_ops front_ops = {
    .name = "front",
    .prepare = prepare,
    .apply = apply,
    .watch_lan = watch_lan,
    .find_link = find_link,
    .snapshot = snapshot,
};

static int
save(void *arg, const struct journal *j, struct err *e)
{
	struct world *w = arg;

	if (++w->saves == w->fail_save)
		return err_set(e, ENOSPC, "disk full");
	w->nfile = j->n > 0 ? journal_encode(j, TAG, w->file) : 0;
	look(w);
	return 0;
}

static void
start_executor(struct world *w)
{
	w->front.kernel.ops = &front_ops;
	w->front.world = w;
	executor_init(&w->x, &w->front.kernel);
	w->x.save = save;
	w->x.save_arg = w;
	executor_set_lan(&w->x, WORLD_SLOT_FOREIGN, WORLD_FOREIGN);
	executor_set_lan(&w->x, WORLD_SLOT_LAN, WORLD_LAN);
	executor_set_lan(&w->x, WORLD_SLOT_NONE, WORLD_NONE);
}

/* ---- Worlds ---- */

void
world_new(struct world *w)
{
	memset(w, 0, sizeof(*w));
	world_host_new(w);
	start_executor(w);
	w->start = world_state_take(w);
}

void
world_free(struct world *w)
{
	world_state_free(w->start);
	world_host_free(w);
}

void
world_starts_here(struct world *w)
{
	world_state_free(w->start);
	w->start = world_state_take(w);
}

void
world_as_at_the_start(struct world *w)
{
	if (!world_state_is(w, w->start))
		fail_msg("the host is not what it was at the start");
}

void
world_apply(struct world *w, const struct plan *p)
{
	struct err e = {0};

	if (executor_apply(&w->x, p->ops, p->n, &e) != 0)
		fail_msg("%s", e.text);
}

void
world_fail(struct world *w, unsigned nth, int error)
{
	w->fail_at = w->applied + nth;
	w->fail_error = error;
}

const char *
world_ours(const struct world *w)
{
	assert_non_null(executor_tunnel(&w->x));
	return executor_tunnel(&w->x)->ifname;
}

/* What of the snapshot is not on others' interfaces. */
static unsigned
count_ours(const struct snapshot *s)
{
	unsigned i, n = s->nroutes;

	for (i = 0; i < s->nlinks; i++)
		n += !s->links[i].lan;
	for (i = 0; i < s->naddrs; i++)
		n += !snapshot_link(s, s->addrs[i].ifindex)->lan;
	return n;
}

/* What the executor says is in effect is, and the wanted all is. */
void
world_consistent(const struct world *w, const struct plan *want)
{
	struct snapshot s;
	unsigned i, k;

	assert_int_equal(w->k->ops->snapshot(w->k, &s, NULL), 0);
	for (i = 0; i < w->x.have.n; i++)
		assert_true(snapshot_has(&s, &w->x.have.ops[i]));
	assert_int_equal(w->x.have.n, want->n);
	for (i = 0; i < want->n; i++) {
		for (k = 0; k < w->x.have.n; k++) {
			if (netop_equal(&want->ops[i], &w->x.have.ops[k]))
				break;
		}
		assert_int_not_equal(k, w->x.have.n);
	}
	assert_true(count_ours(&s) <= w->x.have.n);
}

void
world_restarted(struct world *w)
{
	char tag[JOURNAL_TAG_MAX];
	struct err e = {0};

	w->fail_at = 0;
	start_executor(w);
	if (w->nfile > 0) {
		assert_int_equal(
		    journal_decode(w->file, w->nfile, &w->x.journal, tag, &e),
		    0);
		assert_string_equal(tag, TAG);
	}
	if (executor_undo(&w->x, &e) != 0)
		fail_msg("%s", e.text);
}

void
world_killed(struct world *w)
{
	struct world_state *s = world_state_take(w);

	world_go_back(w, s);
	world_state_free(s);
	world_restarted(w);
}

bool
world_remove_kept(struct world *w)
{
	char name[NETOP_NAMESIZE];

	if (!world_see_more(w, name))
		return false;
	if (!world_is_nobodys(w, name, true))
		return false;
	world_remove_link(w, name);
	return true;
}
