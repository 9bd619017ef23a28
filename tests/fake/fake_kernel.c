/* The fake kernel's ops table, snapshots and events. */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

bool
fake_is_lan(const struct fake_kernel *fk, const struct fake_link *l)
{
	unsigned i;

	for (i = 0; i < NETOP_SLOTS; i++) {
		if (strcmp(fk->lans[i], l->ifname) == 0)
			return true;
	}
	return false;
}

static void
fake_watch_lan(struct kernel *k, uint8_t slot, const char *ifname)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;

	strlcpy(fk->lans[slot], ifname, sizeof(fk->lans[slot]));
}

static int
fake_find_link(
    struct kernel *k, const char *ifname, uint32_t *ifindex, struct err *e)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;
	const struct fake_link *l = fake_link(fk->host, ifname);

	if (l == NULL)
		return err_set(
		    e, ENODEV, "%s: there is no such interface", ifname);
	*ifindex = l->ifindex;
	return 0;
}

static int
fake_snapshot(struct kernel *k, struct snapshot *s, struct err *e)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;
	const struct fake_state *st = &fk->host->state;
	unsigned i;

	_Static_assert(FAKE_ADDRS <= SNAP_ADDRS && FAKE_ROUTES <= SNAP_ROUTES,
	    "a snapshot holds all");
	(void)e;
	memset(s, 0, sizeof(*s));
	for (i = 0; i < st->nlinks; i++) {
		const struct fake_link *l = &st->links[i];
		struct snap_link *o = &s->links[s->nlinks];

		if (!fake_is_ours(fk, l) && !fake_is_lan(fk, l))
			continue;
		if (s->nlinks == SNAP_LINKS) {
			s->truncated = true;
			break;
		}
		memcpy(o->ifname, l->ifname, sizeof(o->ifname));
		o->ifindex = l->ifindex;
		o->lan = !fake_is_ours(fk, l);
		o->mtu = l->mtu;
		o->fib = l->fib;
		o->up = l->up;
		o->user = l->kind == FAKE_TUN;
		o->accept_ra = l->accept_ra;
		o->local4 = l->local4;
		o->remote4 = l->remote4;
		s->nlinks++;
	}
	for (i = 0; i < st->naddrs; i++) {
		const struct fake_addr *a = &st->addrs[i];
		struct snap_addr *o = &s->addrs[s->naddrs];

		if (snapshot_link(s, a->ifindex) == NULL ||
		    addr6_is_linklocal(&a->prefix.addr))
			continue;
		o->ifindex = a->ifindex;
		o->has_peer = a->has_peer;
		o->prefix = a->prefix;
		o->peer = a->peer;
		o->tentative = o->duplicate = a->duplicate;
		s->naddrs++;
	}
	for (i = 0; i < st->nroutes; i++) {
		const struct fake_route *r = &st->routes[i];
		struct snap_route *o = &s->routes[s->nroutes];

		if (!r->marked ||
		    (r->ifindex != 0 && snapshot_link(s, r->ifindex) == NULL))
			continue;
		o->ifindex = r->ifindex;
		o->metric = r->metric;
		o->fib = r->fib;
		o->dst = r->dst;
		s->nroutes++;
	}
	return 0;
}

static int
fake_local4(struct kernel *k, struct in_addr a)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;

	return fake_is_local4(fk->host, a) ? 1 : 0;
}

/* A datagram socket whose other end is closed: silent, and not empty. */
static int
silent_fd(int *fd, struct err *e)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		pair) != 0)
		return err_sys(e, errno, "socketpair");
	(void)close(pair[1]);
	*fd = pair[0];
	return 0;
}

static int
fake_open_tun(struct kernel *k, uint32_t ifindex, int *fd, unsigned *features,
    struct err *e)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;
	const struct fake_link *l = fake_link_at(fk->host, ifindex);

	if (l == NULL || l->kind != FAKE_TUN || !fake_is_ours(fk, l))
		return err_set(e, ENODEV, "no tun device of ours");
	*features = 0;
	return silent_fd(fd, e);
}

static int
fake_open_user(struct kernel *k, const struct netop *outer,
    struct user_fds *fds, struct err *e)
{
	int error;

	error =
	    fake_open_tun(k, outer->ifindex, &fds->tunfd, &fds->features, e);
	if (error != 0)
		return error;
	error = silent_fd(&fds->outerfd, e);
	if (error != 0)
		(void)close(fds->tunfd);
	return error;
}

static int
fake_watch_fd(struct kernel *k)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;

	if (fk->watch[0] == -1 && pipe(fk->watch) != 0)
		return -errno;
	return fk->watch[0];
}

static int
fake_next_event(struct kernel *k, struct kevent *ev)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;
	char c;

	if (fk->nevents == 0)
		return 0;
	*ev = fk->events[0];
	fk->nevents--;
	memmove(
	    fk->events, fk->events + 1, fk->nevents * sizeof(fk->events[0]));
	return read(fk->watch[0], &c, 1) == 1 ? 1 : -EIO;
}

void
fake_tell(struct fake_host *h, enum kevent_kind kind, struct in_addr addr4)
{
	struct fake_kernel *fk;
	unsigned i;

	for (i = 0; i < h->nkernels; i++) {
		fk = h->kernels[i];
		if (fk->watch[0] == -1)
			continue;
		if (fk->nevents == FAKE_EVENTS) {
			/* As a full socket buffer does: that it was full. */
			fk->events[FAKE_EVENTS - 1].kind = KEV_RESYNC;
			continue;
		}
		fk->events[fk->nevents].kind = kind;
		fk->events[fk->nevents++].addr4 = addr4;
		if (write(fk->watch[1], "", 1) != 1)
			abort();
	}
}

static void
fake_close(struct kernel *k)
{
	struct fake_kernel *fk = (struct fake_kernel *)k;
	struct fake_host *h = fk->host;
	unsigned i, kept = 0;

	for (i = 0; i < h->nkernels; i++) {
		if (h->kernels[i] != fk)
			h->kernels[kept++] = h->kernels[i];
	}
	h->nkernels = kept;
	if (fk->watch[0] != -1) {
		(void)close(fk->watch[0]);
		(void)close(fk->watch[1]);
	}
	free(fk);
}

static const struct kernel_ops fake_ops = {
    .name = "fake",
    .prepare = fake_prepare,
    .apply = fake_apply,
    .watch_lan = fake_watch_lan,
    .find_link = fake_find_link,
    .snapshot = fake_snapshot,
    .is_local4 = fake_local4,
    .open_user = fake_open_user,
    .open_tun = fake_open_tun,
    .watch_fd = fake_watch_fd,
    .next_event = fake_next_event,
    .close = fake_close,
};

struct kernel *
fake_open(struct fake_host *h, const char *tag)
{
	struct fake_kernel *fk;

	if (h->nkernels == FAKE_KERNELS ||
	    (fk = calloc(1, sizeof(*fk))) == NULL)
		return NULL;
	fk->kernel.ops = &fake_ops;
	fk->host = h;
	fk->watch[0] = fk->watch[1] = -1;
	strlcpy(fk->tag, tag, sizeof(fk->tag));
	h->kernels[h->nkernels++] = fk;
	return &fk->kernel;
}
