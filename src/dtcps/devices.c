/* The list of -i: names, expressions, and what they come to. */
#include <sys/types.h>
#include <net/if.h>

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "devices.h"
#include "dtcp/netop.h"

#define DIGITS "0123456789"

_Static_assert(BROKER_DEVICES_MAX == 256, "the texts say how many");

static const char *const cloners[] = {"gif", "sit", "tun"};

const char *
devices_cloner(const char *ifname)
{
	size_t i, n;

	for (i = 0; i < sizeof(cloners) / sizeof(cloners[0]); i++) {
		n = strlen(cloners[i]);
		if (strncmp(ifname, cloners[i], n) == 0 &&
		    ifname[n + strspn(ifname + n, DIGITS)] == '\0')
			return cloners[i];
	}
	return NULL;
}

static bool
is_cloner(const char *item)
{
	const char *cloner = devices_cloner(item);

	return cloner != NULL && strcmp(cloner, item) == 0;
}

/* A dot alone makes none: names have dots, too. */
static bool
is_expression(const char *item)
{
	return strpbrk(item, "[]()*+?|^$") != NULL;
}

/* Anchored, for a whole name; that of a cloner is for all of its kind. */
static int
compile(const char *item, regex_t *re)
{
	char text[CLI_ITEM_MAX + 16];

	(void)snprintf(text, sizeof(text), "^(%s)%s$", item,
	    is_cloner(item) ? "[0-9]+" : "");
	return regcomp(re, text, REG_EXTENDED | REG_NOSUB);
}

/* Repetitions by number and references back can take any time and memory. */
static const char *
check_expression(const char *item, char why[CLI_WHY_MAX])
{
	regex_t re;
	int r;

	if (strpbrk(item, "{}\\") != NULL)
		return "braces and backslashes are not taken";
	r = compile(item, &re);
	if (r != 0) {
		(void)regerror(r, &re, why, CLI_WHY_MAX);
		return why;
	}
	regfree(&re);
	return NULL;
}

const char *
devices_check(const char *list, char item[CLI_ITEM_MAX], char why[CLI_WHY_MAX])
{
	const char *at = list, *wrong = NULL;
	unsigned n;

	for (n = 0; wrong == NULL && at != NULL; n++) {
		wrong = cli_item(list, &at, item);
		if (wrong != NULL)
			break;
		if (is_cloner(item) && (n > 0 || at != NULL))
			wrong = "means any of its kind, so it stands alone";
		else if (is_expression(item))
			wrong = check_expression(item, why);
		else if (!netop_ifname_ok(item))
			wrong = "not an interface name";
		else if (n == BROKER_DEVICES_MAX)
			wrong = "more than 256 interfaces";
	}
	return wrong;
}

bool
devices_any(const char *list)
{
	const char *at = list;
	char item[CLI_ITEM_MAX];

	return list == NULL ||
	    (cli_item(list, &at, item) == NULL && is_cloner(item));
}

static bool
matches(const char *item, const char *ifname)
{
	regex_t re;
	bool yes;

	if (!is_expression(item) && !is_cloner(item))
		return strcmp(item, ifname) == 0;
	if (compile(item, &re) != 0)
		return false;
	yes = regexec(&re, ifname, 0, NULL, 0) == 0;
	regfree(&re);
	return yes;
}

bool
devices_names(const char *list, const char *ifname)
{
	const char *at = list;
	char item[CLI_ITEM_MAX];

	if (devices_any(list))
		return false;
	while (at != NULL)
		if (cli_item(list, &at, item) == NULL && matches(item, ifname))
			return true;
	return false;
}

/* A name that is there already, by another item, is not there twice. */
static int
add(struct broker_conf *conf, const char *ifname, bool adopt, struct err *e)
{
	unsigned i;

	for (i = 0; i < conf->ndevices; i++)
		if (strcmp(conf->devices[i], ifname) == 0)
			return 0;
	if (i == BROKER_DEVICES_MAX)
		return err_set(e, ENOSPC, "-i: more than 256 interfaces");
	(void)strlcpy(conf->devices[i], ifname, sizeof(conf->devices[i]));
	conf->adopt[i] = adopt;
	conf->ndevices++;
	return 0;
}

/* One that exists is used as it is, so that it is there afterwards, too. */
static int
resolve_item(const char *item, bool no_clone, const struct if_nameindex *there,
    struct broker_conf *conf, struct err *e)
{
	bool found = false;
	int r = 0;

	for (; there->if_index != 0 && r == 0; there++) {
		if (!matches(item, there->if_name))
			continue;
		found = true;
		r = add(conf, there->if_name, true, e);
	}
	if (found || r != 0)
		return r;
	if (!no_clone && !is_expression(item))
		return add(conf, item, false, e);
	return err_set(e, ENODEV, "-i %.80s: no such interface", item);
}

int
devices_resolve(const char *list, bool no_clone,
    const struct if_nameindex *there, struct broker_conf *conf, struct err *e)
{
	const char *at = list;
	char item[CLI_ITEM_MAX];
	int r = 0;

	conf->ndevices = 0;
	if (devices_any(list) && !no_clone)
		return 0;
	while (at != NULL && r == 0) {
		(void)cli_item(list, &at, item);
		r = resolve_item(item, no_clone, there, conf, e);
	}
	return r;
}
