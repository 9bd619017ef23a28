/*
 * Interfaces that are not ours: the LANs'.
 */
#include <errno.h>
#include <string.h>

#include "linux.h"

/* By that name itself: a second one (altname) is not what messages tell. */
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
	struct lx *lx = (struct lx *)k;
	int error;

	error = look_up(lx, ifname, ifindex);
	if (error == -ENODEV)
		return err_set(
		    e, ENODEV, "%s: there is no such interface", ifname);
	if (error != 0)
		return nl_fail(&lx->nl, e, error, "interface %s", ifname);
	return 0;
}

void
lan_learn(struct lx *lx)
{
	interest_learn_lans(&lx->watch.interest, look_up, lx);
	watch_refilter(&lx->watch);
}

void
lan_watch(struct kernel *k, uint8_t slot, const char *ifname)
{
	struct lx *lx = (struct lx *)k;

	interest_set_lan(&lx->watch.interest, slot, ifname, 0);
	/* It may come while it is looked up: hear of it before. */
	watch_refilter(&lx->watch);
	lan_learn(lx);
}
