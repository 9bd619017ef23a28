/* Cloners: interfaces made and destroyed by name. */
#include <stdio.h>
#include <stdlib.h>

#include "private.h"

#define UNIT_MAX 0x7fff

static bool
cloner_of(
    const struct fbm_host *h, const char *name, size_t len, enum kind *kind)
{
	const struct {
		const char *name;
		enum kind kind;
		bool there;
	} cloners[] = {
	    {"lo", KIND_LO, true},
	    {"gif", KIND_GIF, h->gif},
	    {"tun", KIND_TUN, h->tuntap},
	    {"tap", KIND_TAP, h->tuntap},
	};
	size_t i;

	for (i = 0; i < sizeof(cloners) / sizeof(cloners[0]); i++)
		if (strlen(cloners[i].name) == len &&
		    memcmp(cloners[i].name, name, len) == 0) {
			*kind = cloners[i].kind;
			return cloners[i].there;
		}
	return false;
}

/* A unit is taken as long as its interface lives, whatever its name. */
static bool
unit_taken(
    struct fbm_host *h, enum kind kind, int unit, const char *cloner, int len)
{
	char name[FB_IFNAMSIZ + 16];
	struct link *l;

	TAILQ_FOREACH (l, &h->links, next)
		if (l->kind == kind && l->unit == unit)
			return true;
	(void)snprintf(name, sizeof(name), "%.*s%d", len, cloner, unit);
	return link_named(h, name) != NULL;
}

int
clone_create(struct fbm_host *h, char *name)
{
	char copy[FB_IFNAMSIZ + 1] = "";
	size_t len, digits;
	enum kind kind;
	int unit = 0;

	memcpy(copy, name, FB_IFNAMSIZ);
	len = strcspn(copy, "0123456789");
	digits = strlen(copy + len);
	if (!cloner_of(h, copy, len, &kind) ||
	    strspn(copy + len, "0123456789") != digits || digits > 5 ||
	    (digits > 1 && copy[len] == '0'))
		return EINVAL;
	if (digits > 0) {
		unit = (int)strtol(copy + len, NULL, 10);
		if (unit > UNIT_MAX)
			return EINVAL;
		if (unit_taken(h, kind, unit, copy, (int)len))
			return EEXIST;
	} else {
		while (unit_taken(h, kind, unit, copy, (int)len))
			unit++;
	}
	memcpy(name, link_new(h, kind, unit)->name, FB_IFNAMSIZ);
	return 0;
}

int
clone_destroy(struct fbm_host *h, const char *name)
{
	struct link *l = link_named(h, name);

	if (l == NULL)
		return ENXIO;
	if (l == link_lo0(h))
		return EINVAL;
	if (l->device != NULL) {
		(void)fprintf(stderr,
		    "fbmodel: SIOCIFDESTROY of %s, whose device is open, "
		    "would wait for ever\n",
		    l->name);
		return EDEADLK;
	}
	if (l->kind == KIND_GIF)
		gif_delete_tunnel(h, l);
	link_detach(h, l);
	return 0;
}

void
fbm_destroy(struct fbm_host *h, const char *ifname)
{
	struct link *l;

	sock_reap(h);
	l = link_named(h, ifname);
	if (l == NULL)
		abort();
	if (l->device != NULL)
		l->doomed = true;
	else if (clone_destroy(h, ifname) != 0)
		abort();
}
