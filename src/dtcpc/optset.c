/* One option's argument, checked and put where it belongs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/cli.h"
#include "dtcp/num.h"
#include "dtcp/os.h"
#include "optlan.h"
#include "optset.h"
#include "optvalue.h"

#define SPAN_MIN   10		      /* ms */
#define SPAN_MAX   (24 * 3600 * 1000) /* ms, a day */
#define METRIC_MAX (PLAN_METRIC_REJECT - 1)

static int
fail(const struct optset *p, enum opt i, const char *arg, const char *why)
{
	return cli_fail(&dtcpc_cli, i, p->by_name, arg, why, p->e);
}

/* What a function of cli.h, optvalue.h or optlan.h has found. */
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
set_span(struct optset *p, enum opt i, const char *arg, uint32_t *ms)
{
	if (num_parse_seconds(arg, SPAN_MIN, SPAN_MAX, ms) == 0)
		return 0;
	return fail(p, i, arg,
	    "not a number of seconds from 0.01 to 86400, with three decimals "
	    "at most");
}

/* A word that is kept as it is. */
static int
set_text(struct optset *p, enum opt i, const char *arg, const char **out)
{
	if (arg[0] == '\0')
		return fail(p, i, NULL, "needs a value that is not empty");
	*out = arg;
	return 0;
}

static int
set_interface(struct optset *p, const char *arg)
{
	if (!netop_ifname_ok(arg))
		return fail(p, OPT_INTERFACE, arg, "not an interface name");
	(void)strlcpy(p->o->plan.ifname, arg, sizeof(p->o->plan.ifname));
	return 0;
}

/* Each item that is wrong has its line; no more than there is room for. */
static int
set_lans(struct optset *p, const char *arg)
{
	struct options *o = p->o;
	struct optset one = *p;
	char item[CLI_ITEM_MAX];
	const char *why, *at = arg;

	while (at != NULL) {
		why = cli_item(arg, &at, item);
		if (why == NULL)
			why = value_lan(item, &o->plan);
		if (why == NULL)
			continue;
		if (o->nfaults == OPTIONS_FAULTS_MAX)
			return fail(p, OPT_PREFIX_DELEGATION, item, why);
		one.e = &o->faults[o->nfaults++];
		(void)fail(&one, OPT_PREFIX_DELEGATION, item, why);
	}
	return 0;
}

static int
set_udp_port(struct optset *p, enum opt i, const char *arg, uint16_t *out)
{
	char why[CLI_WHY_MAX];

	return checked(p, i, arg, cli_port(arg, out, why));
}

static int
set_port(struct optset *p, const char *arg)
{
	uint32_t port;

	p->o->port = arg;
	return set_number(p, OPT_PORT, arg, 1, UINT16_MAX, &port);
}

static int
set_fib(struct optset *p, const char *arg)
{
	struct plan_conf *c = &p->o->plan;
	char why[CLI_WHY_MAX];

	c->set_fib = true;
	return checked(p, OPT_FIB, arg, cli_fib(arg, os_fibs(), &c->fib, why));
}

static int
set_route(struct optset *p, const char *arg)
{
	enum route_mode *mode = &p->o->plan.route_mode;

	if (strcmp(arg, "static") == 0)
		*mode = ROUTE_STATIC;
	else if (strcmp(arg, "solicit") == 0)
		*mode = ROUTE_SOLICIT;
	else if (strcmp(arg, "none") == 0)
		*mode = ROUTE_NONE;
	else
		return fail(p, OPT_ROUTE, arg, "not static, solicit or none");
	return 0;
}

static int
set_user(struct optset *p, const char *arg)
{
	struct session_conf *s = &p->o->session;
	const char *why = cli_word(arg, PROTO_USER_MAX);

	if (why != NULL)
		return fail(p, OPT_USER, arg, why);
	(void)strlcpy(s->user, arg, sizeof(s->user));
	return 0;
}

static int
apply(struct optset *p, enum opt i, const char *arg)
{
	struct options *o = p->o;
	char item[CLI_ITEM_MAX] = "";

	switch (i) {
	case OPT_NO_ADVERTISE:
		o->ra.advertise = false;
		return 0;
	case OPT_ADDRESS:
		return checked(p, i, arg, value_addresses(arg, &o->plan));
	case OPT_UDP_PORT:
		return set_udp_port(p, i, arg, &o->plan.udp_port);
	case OPT_NAT_PORT:
		return set_udp_port(p, i, arg, &o->nat_port);
	case OPT_NO_CLONE:
		o->plan.adopt = true;
		return 0;
	case OPT_DEBUG:
		o->debug = true;
		return 0;
	case OPT_DAEMON:
		o->daemon = true;
		return 0;
	case OPT_PID_FILE:
		return checked(
		    p, i, arg, cli_path(arg, o->pidfile, sizeof(o->pidfile)));
	case OPT_FIB:
		return set_fib(p, arg);
	case OPT_INTERFACE:
		return set_interface(p, arg);
	case OPT_RECONNECT:
		o->session.persist = true;
		return 0;
	case OPT_MTU:
		return set_number(
		    p, i, arg, PLAN_MTU_MIN, PLAN_MTU_MAX, &o->plan.mtu);
	case OPT_NAT:
		o->session.nat = true;
		return 0;
	case OPT_KEEP_INTERFACE:
		o->plan.keep = true;
		return 0;
	case OPT_PORT:
		return set_port(p, arg);
	case OPT_PREFIX_DELEGATION:
		return set_lans(p, arg);
	case OPT_ROUTE:
		return set_route(p, arg);
	case OPT_DESTINATION:
		return checked(p, i, arg, value_routes(arg, &o->plan));
	case OPT_TYPE:
		if (proto_type_parse(arg, &o->session.type) != 0)
			return fail(p, i, arg,
			    "not tunnelonly, host, network or tunnelroute");
		return 0;
	case OPT_USER:
		return set_user(p, arg);
	case OPT_UDP:
		o->plan.udp = true;
		return 0;
	case OPT_AUTH_FILE:
		return checked(p, i, arg,
		    cli_path(arg, o->auth_file, sizeof(o->auth_file)));
	case OPT_ENCAP:
		return checked(p, i, arg,
		    cli_encap(arg, &o->plan.encap_kernel, &o->plan.encap_user));
	case OPT_METRIC:
		return set_number(p, i, arg, 1, METRIC_MAX, &o->plan.metric);
	case OPT_PING_INTERVAL:
		return set_span(p, i, arg, &o->session.ping_interval);
	case OPT_PING_TIMEOUT:
		return set_span(p, i, arg, &o->session.ping_timeout);
	case OPT_REPLACE_DEFAULT:
		o->plan.replace_default = true;
		return 0;
	case OPT_RETRY_MAX:
		return set_span(p, i, arg, &o->session.retry_max);
	case OPT_RETRY_MIN:
		return set_span(p, i, arg, &o->session.retry_min);
	case OPT_RDNSS:
		return checked(p, i, item, value_rdnss(arg, &o->ra, item));
	case OPT_DNSSL:
		return checked(p, i, item, value_dnssl(arg, &o->ra, item));
	case OPT_STATE_DIR:
		return checked(
		    p, i, arg, cli_path(arg, o->statedir, sizeof(o->statedir)));
	case OPT_RUNAS:
		return set_text(p, i, arg, &o->runas);
	case OPT_DRY_RUN:
		o->action = ACTION_DRY_RUN;
		return set_text(p, i, arg, &o->grant);
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
