/*
 * The LANs' interfaces among what is our business: known by name, as they come
 * and go, and by the index that goes with the name at the moment.
 */
#include <errno.h>
#include <string.h>

#include "interest.h"

void
interest_set_lan(
    struct interest *w, uint8_t slot, const char *ifname, uint32_t ifindex)
{
	struct interest_lan *l = &w->lans[slot];

	memset(l, 0, sizeof(*l));
	memcpy(l->ifname, ifname, strnlen(ifname, sizeof(l->ifname) - 1));
	l->ifindex = ifindex;
}

bool
interest_any_lan(const struct interest *w)
{
	for (unsigned i = 0; i < NETOP_SLOTS; i++) {
		if (w->lans[i].ifname[0] != '\0')
			return true;
	}
	return false;
}

void
interest_learn_lans(struct interest *w,
    int (*look_up)(void *arg, const char *ifname, uint32_t *ifindex), void *arg)
{
	struct interest_lan *l;
	int error;

	for (l = w->lans; l < w->lans + NETOP_SLOTS; l++) {
		if (l->ifname[0] == '\0')
			continue;
		error = look_up(arg, l->ifname, &l->ifindex);
		w->resync |= error != 0 && error != -ENODEV;
	}
}

uint8_t
interest_lan_slot(const struct interest *w, const char *ifname)
{
	for (uint8_t i = 0; i < NETOP_SLOTS; i++) {
		if (w->lans[i].ifname[0] != '\0' &&
		    strcmp(w->lans[i].ifname, ifname) == 0)
			return i;
	}
	return 0;
}

uint8_t
interest_lan_at(const struct interest *w, uint32_t ifindex)
{
	for (uint8_t i = 0; i < NETOP_SLOTS; i++) {
		if (w->lans[i].ifindex != 0 && w->lans[i].ifindex == ifindex)
			return i;
	}
	return 0;
}

/* By index first: an interface that was given another name is a LAN's no more.
 */
bool
interest_note_lan(
    struct interest *w, const char *ifname, uint32_t ifindex, bool gone)
{
	uint8_t had = interest_lan_at(w, ifindex);
	uint8_t has = gone ? 0 : interest_lan_slot(w, ifname);

	w->touched |= had != 0 || has != 0;
	if (had == has)
		return false;
	if (had != 0)
		w->lans[had].ifindex = 0;
	if (has != 0)
		w->lans[has].ifindex = ifindex;
	return true;
}
