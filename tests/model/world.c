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
		c->adopt = true;
		c->route_mode = ROUTE_SOLICIT;
		strlcpy(c->ifname, "gif0", sizeof(c->ifname));
		return "-c -i gif0";
	case 8:
		c->adopt = true;
		c->set_fib = true;
		c->fib = 1;
		strlcpy(c->ifname, "gif0", sizeof(c->ifname));
		return "-F 1 -c -i gif0";
	default:
		strlcpy(c->ifname, "mine0", sizeof(c->ifname));
		return "-i mine0";
	}
}

static int
save(void *arg, const struct journal *j, struct err *e)
{
	struct world *w = arg;

	if (++w->saves == w->fail_save)
		return err_set(e, ENOSPC, "disk full");
	w->nfile = j->n > 0 ? journal_encode(j, TAG, w->file) : 0;
	return 0;
}

void
world_new(struct world *w)
{
	struct netop theirs;

	memset(w, 0, sizeof(*w));
	assert_non_null(w->h = fake_host_new());
	fake_add_link(w->h, "eth0", FAKE_OTHER)->up = true;
	fake_add_addr(w->h, "eth0", "2001:db8:a::1/64");
	fake_add_route(w->h, "eth0", "::/0", 1024);
	fake_add_route(w->h, NULL, "2001:db8:b::/48", 1024);
	fake_add_link(w->h, "gif0", FAKE_SIT);
	w->other = fake_open(w->h, TAG_2);
	memset(&theirs, 0, sizeof(theirs));
	theirs.kind = NETOP_TUNNEL;
	theirs.flags = NETOP_F_KERNEL;
	assert_int_equal(w->other->ops->apply(w->other, &theirs, NULL), 0);
	w->k = fake_open(w->h, TAG);
	executor_init(&w->x, w->k);
	w->x.save = save;
	w->x.save_arg = w;
	w->start = w->h->state;
}

void
world_free(struct world *w)
{
	w->k->ops->close(w->k);
	w->other->ops->close(w->other);
	fake_host_free(w->h);
}

void
world_as_at_the_start(const struct world *w)
{
	assert_true(fake_state_equal(&w->h->state, &w->start));
}

struct plan
world_plan_of(const struct plan_conf *c, const struct grant *g)
{
	struct err e = {0};
	struct plan p;

	if (plan_make(c, g, a4(SAMPLE_LOCAL), &p, &e) != 0)
		fail_msg("%s", e.text);
	return p;
}

void
world_apply(struct world *w, const struct plan *p)
{
	struct err e = {0};

	if (executor_apply(&w->x, p->ops, p->n, &e) != 0)
		fail_msg("%s", e.text);
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
	assert_true(s.nlinks + s.naddrs + s.nroutes <= w->x.have.n);
}

/* The program is gone; the next start finds the file. */
void
world_killed(struct world *w)
{
	char tag[JOURNAL_TAG_MAX];
	struct err e = {0};

	w->h->fail_at = 0;
	executor_init(&w->x, w->k);
	w->x.save = save;
	w->x.save_arg = w;
	if (w->nfile > 0) {
		assert_int_equal(
		    journal_decode(w->file, w->nfile, &w->x.journal, tag, &e),
		    0);
		assert_string_equal(tag, TAG);
	}
	if (executor_undo(&w->x, &e) != 0)
		fail_msg("%s", e.text);
}
