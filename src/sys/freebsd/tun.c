/*
 * The relay's side of a tunnel in user space: a tun(4) device.
 *
 * Only with TUNSIFHEAD, four octets of address family in front of each
 * packet, does a tun device carry IPv6 at all (os_tun_family()).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../outer.h"
#include "freebsd.h"

static void
device_of(const char *ifname, char path[FB_PATH])
{
	(void)snprintf(path, FB_PATH, "/dev/%s", ifname);
}

static int
set_mode(int fd, int head)
{
	return fb_ioctl(fd, FB_TUNSIFHEAD, &head);
}

/* It is ours from here on, or an error. */
static int
attach(struct fb *fb, const char *path, uint32_t index, struct err *e)
{
	int fd;

	fd = call_open(path);
	if (fd == -1 && errno == EBUSY)
		return err_set(
		    e, EBUSY, "%s is in use by another program", path);
	if (fd == -1)
		return err_sys(
		    e, errno, "a user-space tunnel needs %s: open", path);
	fb->tunfd = fd;
	fb->tunindex = index;
	(void)strlcpy(fb->tunpath, path, sizeof(fb->tunpath));
	return 0;
}

static int
use_head(struct fb *fb, struct err *e)
{
	int error;

	error = set_mode(fb->tunfd, 1);
	return error != 0 ? fb_fail(e, error, "%s: TUNSIFHEAD", fb->tunpath) :
			    0;
}

void
tun_close(struct fb *fb)
{
	if (fb->tunfd != -1) {
		(void)set_mode(fb->tunfd, 0);
		(void)call_close(fb->tunfd);
	}
	fb->tunfd = -1;
	fb->tunindex = 0;
}

/*
 * A program that was killed has left its mode to whoever opens the device
 * next.  Who has it open now has set it.
 */
int
tun_give_back(struct fb *fb, const struct link *l)
{
	char path[FB_PATH];
	int fd, error;

	if (l->index == fb->tunindex) {
		error = set_mode(fb->tunfd, 0);
		tun_close(fb);
		return error;
	}
	device_of(l->name, path);
	fd = call_open(path);
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
	char unit[FB_IFNAMSIZ], path[FB_PATH];
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
	device_of(unit, path);
	error = attach(fb, path, l->index, e);
	if (error == 0)
		error = use_head(fb, e);
	if (error != 0) {
		tun_close(fb);
		(void)link_destroy(fb, l->name);
	}
	return error;
}

/* Which takes it down. */
static void
close_adopted(struct fb *fb, const struct link *l)
{
	tun_close(fb);
	if (l->flags & FB_IFF_UP)
		(void)link_set_up(fb, l->name, true);
}

int
tun_adopt(struct fb *fb, const struct link *l, struct err *e)
{
	char path[FB_PATH];
	int error;

	device_of(l->name, path);
	error = attach(fb, path, l->index, e);
	if (error != 0)
		return error;
	/* Nothing is changed before the tag is on: see tunnel.c. */
	error = tag_put(fb, l->name);
	if (error != 0)
		(void)fb_fail(e, error, "tag interface %s", l->name);
	else
		error = use_head(fb, e);
	if (error != 0) {
		close_adopted(fb, l);
		(void)tag_take(fb, l->name);
	}
	return error;
}

/* To destroy it then would wait, and nothing could end that. */
bool
tun_in_use(struct fb *fb, const struct link *l)
{
	char path[FB_PATH];
	int fd;

	if (l->index == fb->tunindex)
		(void)strlcpy(path, fb->tunpath, sizeof(path));
	else
		device_of(l->name, path);
	if (l->index == fb->tunindex)
		tun_close(fb);
	fd = call_open(path);
	if (fd == -1)
		return errno == EBUSY;
	(void)call_close(fd);
	return false;
}

int
tun_open_user(struct kernel *k, const struct netop *outer, struct user_fds *fds,
    struct err *e)
{
	const struct fb *fb = (const struct fb *)k;

	return user_open(fb->tunfd, 0, outer, fds, e);
}
