/*
 * The relay's side of a tunnel in user space: a tun(4) device.
 *
 * Only with TUNSIFHEAD, four octets of address family in front of each
 * packet, does a tun device carry IPv6 at all (os_tun_family()).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "../user_fds.h"
#include "freebsd.h"

#define LOOKS	50
#define LOOK_MS 10
#define PATH	(sizeof("/dev/") + NETOP_NAMESIZE)

/* The device, by its own name.  The descriptor, or -1 with errno. */
static int
open_device(const char *device)
{
	char path[PATH];

	(void)snprintf(path, sizeof(path), "/dev/%s", device);
	return call_open(path);
}

static int
set_mode(int fd, int head)
{
	return fb_ioctl(fd, FB_TUNSIFHEAD, &head);
}

/* It is ours from here on, or an error. */
static int
attach(struct fb *fb, const char *device, uint32_t index, struct err *e)
{
	struct opened_tun *t;
	int fd;

	fd = open_device(device);
	if (fd == -1 && errno == EBUSY)
		return err_set(
		    e, EBUSY, "/dev/%s is in use by another program", device);
	if (fd == -1)
		return err_sys(e, errno,
		    "a user-space tunnel needs /dev/%s: open", device);
	tun_close(fb, index); /* a lost one, which had that index */
	t = opened_add(&fb->opened, index, fd);
	(void)strlcpy(t->device, device, sizeof(t->device));
	return 0;
}

static int
use_head(struct fb *fb, uint32_t index, struct err *e)
{
	const struct opened_tun *t = opened_find(&fb->opened, index);
	int error;

	error = set_mode(t->fd, 1);
	return error != 0 ?
	    fb_fail(e, error, "/dev/%s: TUNSIFHEAD", t->device) :
	    0;
}

void
tun_close(struct fb *fb, uint32_t ifindex)
{
	struct opened_tun *t = opened_find(&fb->opened, ifindex);

	if (t == NULL)
		return;
	(void)set_mode(t->fd, 0);
	(void)call_close(t->fd);
	opened_drop(&fb->opened, t);
}

/*
 * A program that was killed has left its mode to whoever opens the device
 * next.  Who has it open now has set it.
 */
int
tun_give_back(struct fb *fb, const struct link *l)
{
	const struct opened_tun *t = opened_find(&fb->opened, l->index);
	int fd, error;

	if (t != NULL) {
		error = set_mode(t->fd, 0);
		tun_close(fb, l->index);
		return error;
	}
	fd = open_device(l->name);
	if (fd == -1)
		return errno == EBUSY ? 0 : -errno;
	error = set_mode(fd, 0);
	(void)call_close(fd);
	return error;
}

/* The device keeps its unit's name, whatever the interface is called. */
int
tun_create(struct fb *fb, const char *name, struct link *l, struct err *e)
{
	char unit[FB_IFNAMSIZ];
	int error;

	error = link_create(fb, "tun", name, l, unit);
	if (error == -EOPNOTSUPP || error == -EPERM)
		return err_set(e, -error,
		    "the kernel has no tun(4) interfaces, and if_tuntap %s",
		    error == -EPERM ? "may not be loaded from here (in a "
				      "jail: load it on the host)" :
				      "cannot be loaded");
	if (error != 0)
		return fb_fail(e, error, "create tun interface %s", name);
	error = attach(fb, unit, l->index, e);
	if (error == 0)
		error = use_head(fb, l->index, e);
	if (error != 0) {
		tun_close(fb, l->index);
		(void)link_destroy(fb, l->name);
	}
	return error;
}

/* Which takes it down. */
static void
close_adopted(struct fb *fb, const struct link *l)
{
	tun_close(fb, l->index);
	if (l->flags & FB_IFF_UP)
		(void)link_set_up(fb, l->name, true);
}

int
tun_adopt(struct fb *fb, const struct link *l, struct err *e)
{
	int error;

	error = attach(fb, l->name, l->index, e);
	if (error != 0)
		return error;
	/* Nothing is changed before the tag is on: see tunnel.c. */
	error = tag_put(fb, l->name);
	if (error != 0)
		(void)fb_fail(e, error, "tag interface %s", l->name);
	else
		error = use_head(fb, l->index, e);
	if (error != 0) {
		close_adopted(fb, l);
		(void)tag_take(fb, l->name);
	}
	return error;
}

static bool
is_open(const char *device)
{
	int fd = open_device(device);

	if (fd == -1)
		return errno == EBUSY;
	(void)call_close(fd);
	return false;
}

/*
 * To destroy it then would wait, and nothing could end that.  Whoever has it
 * may have been told to let go of it, or be destroyed with it by somebody who
 * has waited for us; neither has an event for us, nor takes much time.
 */
bool
tun_in_use(struct fb *fb, const struct link *l)
{
	const struct opened_tun *t = opened_find(&fb->opened, l->index);
	char device[NETOP_NAMESIZE];
	struct link now;

	(void)strlcpy(device, t != NULL ? t->device : l->name, sizeof(device));
	tun_close(fb, l->index);
	for (int i = 0; i < LOOKS && is_open(device); i++) {
		if (link_by_index(fb, l->index, &now) == -ENODEV)
			return false;
		(void)poll(NULL, 0, LOOK_MS);
	}
	return is_open(device);
}

int
tun_open_device(struct kernel *k, uint32_t ifindex, int *fd, unsigned *features,
    struct err *e)
{
	const struct fb *fb = (const struct fb *)k;

	return user_open_tun(&fb->opened, ifindex, fd, features, e);
}

int
tun_open_user(struct kernel *k, const struct netop *outer, struct user_fds *fds,
    struct err *e)
{
	const struct fb *fb = (const struct fb *)k;

	return user_open(&fb->opened, outer, fds, e);
}
