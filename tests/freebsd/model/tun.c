/*
 * tun(4): the device side.  What the process writes comes out of the kernel's
 * end of the pair, which fbm_link() shows to tests, and the other way round.
 */
#include <stdlib.h>

#include "private.h"

/* The interface of a device, which keeps its first name after a rename. */
static struct link *
by_device(struct fbm_host *h, const char *name)
{
	char first[FB_IFNAMSIZ + 8];
	struct link *l;

	TAILQ_FOREACH (l, &h->links, next) {
		if (l->kind != KIND_TUN)
			continue;
		(void)snprintf(first, sizeof(first), "tun%d", l->unit);
		if (strcmp(first, name) == 0 || strcmp(l->name, name) == 0)
			return l;
	}
	return NULL;
}

/* Opening one that is not there makes it. */
static int
open_new(struct fbm_host *h, const char *name, struct link **lp)
{
	char ifname[FB_IFNAMSIZ] = "";

	if (strncmp(name, "tun", 3) != 0 || strlen(name) >= sizeof(ifname) ||
	    strspn(name + 3, "0123456789") != strlen(name + 3) || !model_may(h))
		return ENOENT;
	memcpy(ifname, name, strlen(name));
	if (clone_create(h, ifname) != 0)
		return ENOENT;
	*lp = link_named(h, ifname);
	return 0;
}

int
tun_open(struct fbm_host *h, const char *path, int *fd)
{
	struct link *l = NULL;
	struct sock *s;
	int error;

	if (strncmp(path, "/dev/", 5) != 0 || !h->tuntap)
		return ENOENT;
	if (strcmp(path + 5, "tun") != 0)
		l = by_device(h, path + 5);
	if (l == NULL && (error = open_new(h, path + 5, &l)) != 0)
		return error;
	if (l->device != NULL)
		return EBUSY;
	error = sock_open(h, 0, 0, &s, fd);
	if (error != 0)
		return error;
	s->tun = l;
	l->device = s;
	link_state(h, l, LINK_UP_);
	return 0;
}

void
tun_last_close(struct fbm_host *h, struct link *l)
{
	l->device = NULL;
	if ((l->flags & FB_IFF_UP) != 0)
		link_down(h, l);
	if (l->running) {
		l->running = false;
		link_purge(h, l);
	}
	link_state(h, l, LINK_DOWN_);
	if (l->doomed)
		link_detach(h, l);
}

/* Its last descriptor was closed. */
void
tun_closed(struct fbm_host *h, struct sock *s)
{
	struct link *l = s->tun;

	s->tun = NULL;
	tun_last_close(h, l);
}

static int
set_mode(struct link *l, int mode)
{
	if ((l->flags & FB_IFF_UP) != 0)
		return EBUSY;
	switch (mode & ~FB_IFF_MULTICAST) {
	case FB_IFF_POINTOPOINT:
	case IFF_BROADCAST_:
		l->flags &= ~(uint32_t)(IFF_BROADCAST_ | FB_IFF_POINTOPOINT |
		    FB_IFF_MULTICAST);
		l->flags |= (uint32_t)mode;
		return 0;
	default:
		return EINVAL;
	}
}

int
tun_ioctl(
    struct fbm_host *h, struct sock *s, unsigned long request, const void *arg)
{
	int value;

	(void)h;
	if (s->tun == NULL)
		return ENXIO;
	memcpy(&value, arg, sizeof(value));
	switch (request) {
	case FB_TUNSIFHEAD:
		s->tun->ifhead = value != 0;
		return 0;
	case FB_TUNSIFMODE:
		return set_mode(s->tun, value);
	default:
		return ENOTTY;
	}
}
