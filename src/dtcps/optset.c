/* One option's argument, checked and put where it belongs. */
#include <errno.h>
#include <string.h>

#include "devices.h"
#include "dtcp/cli.h"
#include "dtcp/os.h"
#include "optset.h"

_Static_assert(BROKER_LISTEN_MAX == 8, "the texts say how many there can be");

static int
fail(const struct optset *p, enum opt i, const char *arg, const char *why)
{
	return cli_fail(&dtcps_cli, i, p->by_name, arg, why, p->e);
}

/* What a function of cli.h or devices.h has found. */
static int
checked(struct optset *p, enum opt i, const char *arg, const char *why)
{
	return why == NULL ? 0 : fail(p, i, arg, why);
}

static int
set_number(struct optset *p, enum opt i, const char *arg, uint32_t min,
    uint32_t max, uint32_t *out)
{
	char why[CLI_WHY_MAX];

	return checked(p, i, arg, cli_number(arg, min, max, out, why));
}

static int
set_port(struct optset *p, enum opt i, const char *arg, uint16_t *out)
{
	char why[CLI_WHY_MAX];

	return checked(p, i, arg, cli_port(arg, out, why));
}

static int
set_fib(struct optset *p, const char *arg)
{
	struct offer_conf *c = &p->o->broker.offer;
	char why[CLI_WHY_MAX];

	c->set_fib = true;
	return checked(p, OPT_FIB, arg, cli_fib(arg, os_fibs(), &c->fib, why));
}

static int
set_global(struct optset *p, const char *arg)
{
	struct offer_conf *c = &p->o->broker.offer;

	if (addr4_parse(arg, strlen(arg), &c->global4) != 0)
		return fail(p, OPT_GLOBAL_ADDRESS, arg, "not an IPv4 address");
	if (!addr4_is_unicast(c->global4))
		return fail(p, OPT_GLOBAL_ADDRESS, arg,
		    "not an address that clients can reach");
	c->has_global = true;
	return 0;
}

/* An empty one is that of a script whose variable is empty. */
static int
set_interfaces(struct optset *p, const char *arg)
{
	char item[CLI_ITEM_MAX], why[CLI_WHY_MAX];

	p->o->interfaces = arg[0] != '\0' ? arg : NULL;
	if (p->o->interfaces == NULL)
		return 0;
	return checked(p, OPT_INTERFACES, item, devices_check(arg, item, why));
}

static int
set_shared(struct optset *p, const char *arg)
{
	struct offer_conf *c = &p->o->broker.offer;

	if (!netop_ifname_ok(arg))
		return fail(p, OPT_UDP_INTERFACE, arg, "not an interface name");
	(void)strlcpy(c->shared, arg, sizeof(c->shared));
	return 0;
}

/* One of --listen. */
static const char *
add_listen(const char *item, struct broker_conf *b)
{
	struct in_addr a;

	if (addr4_parse(item, strlen(item), &a) != 0)
		return "not an IPv4 address";
	if (ntohl(a.s_addr) >> 28 >= 0xe)
		return "not an address of a host";
	for (unsigned i = 0; i < b->nlisten; i++)
		if (addr4_equal(b->listen4[i], a))
			return "named twice";
	if (b->nlisten == BROKER_LISTEN_MAX)
		return "more than 8 addresses";
	b->listen4[b->nlisten++] = a;
	return NULL;
}

static int
set_listen(struct optset *p, const char *arg)
{
	const char *why = NULL, *at = arg;
	char item[CLI_ITEM_MAX];

	while (why == NULL && at != NULL) {
		why = cli_item(arg, &at, item);
		if (why == NULL)
			why = add_listen(item, &p->o->broker);
	}
	return checked(p, OPT_LISTEN, item, why);
}

static int
set_path(struct optset *p, enum opt i, const char *arg, char *buf, size_t size)
{
	return checked(p, i, arg, cli_path(arg, buf, size));
}

static int
apply(struct optset *p, enum opt i, const char *arg)
{
	struct options *o = p->o;
	struct broker_conf *b = &o->broker;

	switch (i) {
	case OPT_PEER_PAIR:
		b->offer.network_pair = true;
		return 0;
	case OPT_UDP_PORT:
		return set_port(p, i, arg, &b->udp_port);
	case OPT_NO_CLONE:
		o->no_clone = true;
		return 0;
	case OPT_DEBUG:
		o->debug = true;
		return 0;
	case OPT_FOREGROUND:
		o->foreground = true;
		return 0;
	case OPT_PID_FILE:
		return set_path(p, i, arg, o->pidfile, sizeof(o->pidfile));
	case OPT_FIB:
		return set_fib(p, arg);
	case OPT_GLOBAL_ADDRESS:
		return set_global(p, arg);
	case OPT_INTERFACES:
		return set_interfaces(p, arg);
	case OPT_UDP_INTERFACE:
		return set_shared(p, arg);
	case OPT_KEEP_INTERFACES:
		b->offer.keep = true;
		return 0;
	case OPT_PORT:
		return set_port(p, i, arg, &b->port);
	case OPT_UDP:
		b->offer.udp = true;
		return 0;
	case OPT_ENCAP:
		return checked(p, i, arg,
		    cli_encap(
			arg, &b->offer.encap_kernel, &b->offer.encap_user));
	case OPT_LISTEN:
		return set_listen(p, arg);
	case OPT_MAX_SESSIONS:
		return set_number(
		    p, i, arg, 1, OPTIONS_MAX_SESSIONS, &b->max_sessions);
	case OPT_MTU:
		return set_number(
		    p, i, arg, PLAN_MTU_MIN, PLAN_MTU_MAX, &b->offer.mtu);
	case OPT_ROUTES:
		o->routes_given = true;
		return set_path(p, i, arg, o->routes, sizeof(o->routes));
	case OPT_RUNAS:
		o->runas = arg;
		return arg[0] != '\0' ?
		    0 :
		    fail(p, i, NULL, "needs a value that is not empty");
	case OPT_USERS:
		return set_path(p, i, arg, o->users, sizeof(o->users));
	case OPT_STATUS:
		o->action = ACTION_STATUS;
		return 0;
	case OPT_HELP:
		o->action = ACTION_HELP;
		return 0;
	case OPT_VERSION:
		o->action = ACTION_VERSION;
		return 0;
	case OPT_COUNT:
		break;
	}
	return fail(p, i, NULL, "no such option");
}

int
optset_apply(void *optset, size_t option, const char *value, bool by_name)
{
	struct optset *p = optset;

	p->by_name = by_name;
	p->given[option] = true;
	return apply(p, (enum opt)option, value);
}
