/* Single numbers of sysctl(3), and kldload(2). */
#include "private.h"

static bool
value_of(const struct fbm_host *h, const char *name, int *value)
{
	const struct {
		const char *name;
		int value;
	} table[] = {
	    {"security.jail.jailed", h->jailed},
	    {"security.jail.vnet", h->vnet},
	    {"net.fibs", (int)h->fibs},
	    {"net.my_fibnum", (int)h->fib},
	    {"net.inet6.ip6.forwarding", h->forwarding},
	    {"net.inet6.ip6.dad_count", h->dad_count},
	    {"kern.osreldate", h->release >= 15 ? 1501000 : 1302001},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(name, table[i].name) == 0) {
			*value = table[i].value;
			return true;
		}
	return false;
}

int
name_sysctl(struct fbm_host *h, const char *name, void *out, size_t *len)
{
	size_t room = *len;
	int value;

	if (!value_of(h, name, &value))
		return ENOENT;
	*len = sizeof(value);
	if (out == NULL)
		return 0;
	if (room < sizeof(value))
		return ENOMEM;
	memcpy(out, &value, sizeof(value));
	return 0;
}

int
kld_load(struct fbm_host *h, const char *module)
{
	bool *loaded;

	if (h->jailed || !h->kldload)
		return EPERM;
	if (strcmp(module, "if_gif") == 0)
		loaded = &h->gif;
	else if (strcmp(module, "if_tuntap") == 0)
		loaded = &h->tuntap;
	else
		return ENOENT;
	if (*loaded)
		return EEXIST;
	*loaded = true;
	return 0;
}
