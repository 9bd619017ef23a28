/*
 * Everything on a host in words.  Interfaces go by their names and not by
 * their indexes, so that one which was made anew is the same.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>

#include "private.h"

#define IP_TEXT	  (INET6_ADDRSTRLEN + 1)
#define LINES_MAX 1024

static const char *
words(const struct ip *ip, char buf[IP_TEXT])
{
	struct in6_addr a6;
	struct in_addr a4;
	uint32_t zone;

	if (ip->family == FB_AF_INET) {
		a4 = ip_plain4(ip);
		(void)inet_ntop(AF_INET, &a4, buf, IP_TEXT);
	} else {
		a6 = ip_plain6(ip, &zone);
		(void)inet_ntop(AF_INET6, &a6, buf, IP_TEXT);
	}
	return buf;
}

/* What the kernel makes by itself on an interface that is up. */
static const char *
whose(const struct ip *ip)
{
	return ip_linklocal(ip) ? "own" : "set";
}

static void
print_groups(FILE *f, const struct fbm_host *h, const struct link *l)
{
	const struct group *g;

	fputs(" groups", f);
	TAILQ_FOREACH (g, &h->groups, next)
		if (g->link == l)
			fprintf(f, " %.16s", g->name);
}

static void
print_link(FILE *f, struct fbm_host *h, const struct link *l)
{
	char a[INET_ADDRSTRLEN], b[INET_ADDRSTRLEN];

	fprintf(f, "set %.16s: flags 0x%x mtu %u fib %u %u nd6 0x%x state %s",
	    l->name, (unsigned)l->flags, (unsigned)l->mtu, (unsigned)l->fib,
	    (unsigned)l->tunnelfib, (unsigned)l->nd6,
	    l->state == LINK_UP_ ? "up" : "down");
	if (l->kind == KIND_TUN)
		fprintf(f, " head %d%s", l->ifhead, l->running ? " runs" : "");
	if (l->device != NULL)
		fputs(" open", f);
	if (l->outer)
		fprintf(f, " outer %s %s",
		    inet_ntop(AF_INET, &l->local4, a, sizeof(a)),
		    inet_ntop(AF_INET, &l->remote4, b, sizeof(b)));
	print_groups(f, h, l);
	if (l->descr != NULL)
		fprintf(f, " descr %s", l->descr);
	fputc('\n', f);
}

static void
print_parts(FILE *f, const struct link *l)
{
	char buf[IP_TEXT], far[IP_TEXT];
	const struct ifaddr *a;
	const struct prefix *p;
	const struct member *m;

	TAILQ_FOREACH (a, &l->addrs, next) {
		fprintf(f, "%s %.16s address %s/%d", whose(&a->addr), l->name,
		    words(&a->addr, buf), a->plen);
		if (a->has_dst)
			fprintf(f, " to %s", words(&a->dst, far));
		fprintf(f, " flags 0x%x route %d self %d\n",
		    (unsigned)a->flags6, a->route, a->self);
	}
	LIST_FOREACH (p, &l->prefixes, next)
		fprintf(f, "%s %.16s prefix %s/%d of %u on-link %d\n",
		    whose(&p->ip), l->name, words(&p->ip, buf), p->plen,
		    p->addrs, p->onlink);
	LIST_FOREACH (m, &l->members, next)
		fprintf(f, "%s %.16s member %s of %u\n", whose(&m->group),
		    l->name, words(&m->group, buf), m->refs);
}

/* Link-local ones belong to the interface of their zone. */
static const char *
route_link(struct fbm_host *h, const struct route *r)
{
	const struct link *l = r->ifp;
	uint32_t zone = 0;

	if (r->dst.family == FB_AF_INET6)
		(void)ip_plain6(&r->dst, &zone);
	if (zone != 0 && link_at(h, zone) != NULL)
		l = link_at(h, zone);
	return l->name;
}

static void
print_route(FILE *f, struct fbm_host *h, const struct route *r)
{
	char dst[IP_TEXT], gw[IP_TEXT] = "";
	const struct link *l;

	fprintf(f, "%s %.16s route %s/%d fib %u flags 0x%x mtu %u on %.16s",
	    whose(&r->dst), route_link(h, r), words(&r->dst, dst), r->plen,
	    r->fib, (unsigned)r->flags, (unsigned)r->mtu, r->ifp->name);
	if (r->gw.family == FB_AF_LINK) {
		l = link_at(h, r->gw.index);
		fprintf(f, " by %.16s", l != NULL ? l->name : "nothing");
	} else if (r->gw.family != 0) {
		fprintf(f, " by %s", words(&r->gw.ip, gw));
	}
	fputc('\n', f);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In place of what is as long as before. */
static void
sort_lines(char *text, size_t len)
{
	char *lines[LINES_MAX], *copy = model_alloc(len + 1), *p, *rest;
	unsigned n = 0, i;

	memcpy(copy, text, len);
	for (p = copy; *p != '\0'; p = rest) {
		rest = p + strcspn(p, "\n");
		if (n == LINES_MAX)
			abort();
		lines[n++] = p;
		*rest++ = '\0';
	}
	qsort(lines, n, sizeof(lines[0]), compare);
	for (i = 0, p = text; i < n; i++)
		p += sprintf(p, "%s\n", lines[i]);
	free(copy);
}

char *
fbm_text(struct fbm_host *h)
{
	struct route *r;
	struct link *l;
	size_t len = 0;
	char *text = NULL;
	FILE *f;

	sock_reap(h);
	if ((f = open_memstream(&text, &len)) == NULL)
		abort();
	TAILQ_FOREACH (l, &h->links, next) {
		print_link(f, h, l);
		print_parts(f, l);
	}
	TAILQ_FOREACH (r, &h->routes, next)
		print_route(f, h, r);
	if (fclose(f) != 0)
		abort();
	sort_lines(text, len);
	return text;
}
