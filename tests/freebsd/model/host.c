/* Hosts, what may be set on them, and faults. */
#include <stdio.h>
#include <stdlib.h>

#include "private.h"

static struct fbm_host *current;

void *
model_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL) {
		perror("fbmodel");
		abort();
	}
	return p;
}

struct fbm_host *
model_host(void)
{
	return current;
}

struct fbm_host *
fbm_new_bare(int release)
{
	struct fbm_host *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->release = release;
	h->fibs = 1;
	h->gif = h->tuntap = h->kldload = true;
	h->dad_count = 1;
	TAILQ_INIT(&h->links);
	TAILQ_INIT(&h->routes);
	TAILQ_INIT(&h->groups);
	TAILQ_INIT(&h->socks);
	link_new(h, KIND_LO, 0);
	fbm_use(h);
	return h;
}

struct fbm_host *
fbm_new(int release)
{
	struct fbm_host *h = fbm_new_bare(release);

	if (h != NULL) {
		link_first_addr(h, link_lo0(h));
		link_came_up(h, link_lo0(h), 0);
	}
	return h;
}

void
fbm_free(struct fbm_host *h)
{
	struct sock *s;
	struct link *l;

	while ((s = TAILQ_FIRST(&h->socks)) != NULL) {
		if (s->tun != NULL)
			s->tun->device = NULL;
		sock_free(h, s);
	}
	while ((l = TAILQ_LAST(&h->links, links)) != NULL)
		link_detach(h, l);
	while (!TAILQ_EMPTY(&h->routes))
		rib_remove(h, TAILQ_FIRST(&h->routes));
	if (current == h)
		current = NULL;
	free(h);
}

void
fbm_use(struct fbm_host *h)
{
	current = h;
}

void
fbm_set_fibs(struct fbm_host *h, unsigned nfibs)
{
	h->fibs = nfibs;
}

void
fbm_set_fib(struct fbm_host *h, unsigned fib)
{
	h->fib = fib;
}

void
fbm_set_modules(struct fbm_host *h, bool gif, bool tuntap)
{
	h->gif = gif;
	h->tuntap = tuntap;
}

void
fbm_set_kldload(struct fbm_host *h, bool allowed)
{
	h->kldload = allowed;
}

void
fbm_set_jail(struct fbm_host *h, bool jailed, bool vnet)
{
	h->jailed = jailed;
	h->vnet = vnet;
}

void
fbm_set_forwarding(struct fbm_host *h, bool on)
{
	h->forwarding = on;
}

void
fbm_set_dad_count(struct fbm_host *h, int count)
{
	h->dad_count = count;
}

void
fbm_set_duplicate(struct fbm_host *h, const struct in6_addr *addr)
{
	if (h->nduplicates == sizeof(h->duplicates) / sizeof(h->duplicates[0]))
		abort();
	h->duplicates[h->nduplicates++] = *addr;
}

void
fbm_fail(struct fbm_host *h, unsigned long call, unsigned nth, int error)
{
	h->fail_call = call;
	h->fail_nth = nth;
	h->fail_error = error;
}

unsigned
fbm_calls(const struct fbm_host *h)
{
	return h->calls;
}

void
fbm_lose(struct fbm_host *h, unsigned n)
{
	h->lose = n;
}

void
fbm_on_change(
    struct fbm_host *h, void (*f)(void *arg, unsigned long call), void *arg)
{
	h->seen = f;
	h->seen_arg = arg;
}

void
model_changed(struct fbm_host *h, unsigned long call)
{
	if (h != NULL && h->seen != NULL)
		h->seen(h->seen_arg, call);
}

int
model_fault(struct fbm_host *h, unsigned long call, unsigned long more)
{
	h->calls++;
	if (h->fail_nth == 0 ||
	    (h->fail_call != FBM_ANY && h->fail_call != call &&
		(more == 0 || h->fail_call != more)))
		return 0;
	return --h->fail_nth == 0 ? h->fail_error : 0;
}

bool
model_may(const struct fbm_host *h)
{
	return !h->jailed || h->vnet;
}
