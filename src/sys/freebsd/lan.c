/*
 * Interfaces that are not ours: the LANs'.
 */
#include <errno.h>
#include <string.h>

#include "freebsd.h"

/* A name that a request had to cut is none that an interface has. */
static int
look_up(void *arg, const char *ifname, uint32_t *ifindex)
{
	struct link l;
	int error;

	*ifindex = 0;
	error = link_by_name(arg, ifname, &l);
	if (error != 0)
		return error;
	if (strcmp(l.name, ifname) != 0)
		return -ENODEV;
	*ifindex = l.index;
	return 0;
}

int
lan_find(struct kernel *k, const char *ifname, uint32_t *ifindex, struct err *e)
{
	int error;

	error = look_up(k, ifname, ifindex);
	if (error == -ENODEV)
		return err_set(
		    e, ENODEV, "%s: there is no such interface", ifname);
	return error != 0 ? fb_fail(e, error, "interface %s", ifname) : 0;
}

void
lan_learn(struct fb *fb)
{
	interest_learn_lans(&fb->watch.interest, look_up, fb);
}

/* Announcements are heard from the start: none is missed meanwhile. */
void
lan_watch(struct kernel *k, uint8_t slot, const char *ifname)
{
	struct fb *fb = (struct fb *)k;

	interest_set_lan(&fb->watch.interest, slot, ifname, 0);
	lan_learn(fb);
}
