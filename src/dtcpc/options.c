/* The command line: getopt_long(3) over the table, then what has to agree. */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/num.h"
#include "dtcp/os.h"
#include "options.h"
#include "opttable.h"
#include "optvalue.h"

#define LONG_BASE   256 /* getopt_long(3) values: LONG_BASE + enum opt */
#define MTU_MIN	    1280
#define MTU_MAX	    65515 /* an IPv4 packet less its header, RFC 4213 3.2 */
#define SPAN_MIN    10	  /* ms */
#define SPAN_MAX    (24 * 3600 * 1000)
#define FIB_MAX	    65535
#define METRIC_MAX  0x7ffffffeU /* below the unreachable routes' */
#define SHORTS_SIZE (2 * OPT_COUNT + 2)

static void
make_getopt(char shorts[SHORTS_SIZE], struct option longs[OPT_COUNT + 1])
{
	size_t i, n = 0;

	shorts[n++] = ':';
	for (i = 0; i < OPT_COUNT; i++) {
		const struct opt_desc *d = &opt_table[i];

		longs[i] = (struct option) {.name = d->name,
		    .has_arg = d->arg != NULL ? required_argument : no_argument,
		    .val = LONG_BASE + (int)i};
		if (d->letter == '\0')
			continue;
		shorts[n++] = d->letter;
		if (d->arg != NULL)
			shorts[n++] = ':';
	}
	shorts[n] = '\0';
	memset(&longs[OPT_COUNT], 0, sizeof(longs[OPT_COUNT]));
}

static enum opt
opt_of(int c)
{
	size_t i;

	if (c >= LONG_BASE)
		return (enum opt)(c - LONG_BASE);
	for (i = 0; i < OPT_COUNT; i++)
		if (opt_table[i].letter == c)
			return (enum opt)i;
	return OPT_COUNT;
}

static const char *
value_number(const char *arg, uint32_t min, uint32_t max, uint32_t *out)
{
	return num_parse(arg, strlen(arg), min, max, out) == 0 ?
	    NULL :
	    "not a number in its range";
}

static const char *
value_span(const char *arg, uint32_t *ms)
{
	return num_parse_seconds(arg, SPAN_MIN, SPAN_MAX, ms) == 0 ?
	    NULL :
	    "not a number of seconds from 0.01 to 86400";
}

static const char *
value_encap(const char *arg, struct plan_conf *c)
{
	bool is_auto = strcmp(arg, "auto") == 0;

	c->encap_kernel = is_auto || strcmp(arg, "kernel") == 0;
	c->encap_user = is_auto || strcmp(arg, "user") == 0;
	return c->encap_kernel || c->encap_user ?
	    NULL :
	    "must be auto, kernel or user";
}

static const char *
value_route_mode(const char *arg, enum route_mode *mode)
{
	if (strcmp(arg, "static") == 0)
		*mode = ROUTE_STATIC;
	else if (strcmp(arg, "solicit") == 0)
		*mode = ROUTE_SOLICIT;
	else if (strcmp(arg, "none") == 0)
		*mode = ROUTE_NONE;
	else
		return "must be static, solicit or none";
	return NULL;
}

static const char *
value_ifname(const char *arg, char ifname[NETOP_NAMESIZE])
{
	if (!netop_ifname_ok(arg))
		return "not an interface name of 1 to 15 bytes";
	strlcpy(ifname, arg, NETOP_NAMESIZE);
	return NULL;
}

static const char *
value_user(const char *arg, char user[PROTO_USER_MAX + 1])
{
	const char *wrong = value_word(arg, PROTO_USER_MAX);

	if (wrong == NULL)
		strlcpy(user, arg, PROTO_USER_MAX + 1);
	return wrong;
}

static const char *
value_fib(const char *arg, int32_t *fib)
{
	uint32_t v;
	const char *wrong = value_number(arg, 0, FIB_MAX, &v);

	if (wrong == NULL)
		*fib = (int32_t)v;
	return wrong;
}

static const char *
value_port(const char *arg, const char **port)
{
	uint32_t v;

	*port = arg;
	return value_number(arg, 1, 65535, &v);
}

/* One option.  NULL, or what is wrong with its argument. */
static const char *
set_option(struct options *o, enum opt opt, char *arg)
{
	switch (opt) {
	case OPT_NO_ADVERTISE:
		o->no_advertise = true;
		return NULL;
	case OPT_ADDRESS:
		return value_addresses(arg, &o->plan);
	case OPT_UDP_PORT:
		return value_number(arg, 1, 65535, &o->udp_port);
	case OPT_NAT_PORT:
		return value_number(arg, 1, 65535, &o->nat_port);
	case OPT_NO_CLONE:
		o->plan.adopt = true;
		return NULL;
	case OPT_DEBUG:
		o->debug = true;
		return NULL;
	case OPT_DAEMON:
		o->daemon = true;
		return NULL;
	case OPT_PID_FILE:
		return value_path(arg, o->pidfile, sizeof(o->pidfile));
	case OPT_FIB:
		return value_fib(arg, &o->fib);
	case OPT_INTERFACE:
		return value_ifname(arg, o->plan.ifname);
	case OPT_RECONNECT:
		o->session.persist = true;
		return NULL;
	case OPT_MTU:
		return value_number(arg, MTU_MIN, MTU_MAX, &o->plan.mtu);
	case OPT_NAT:
		o->session.nat = true;
		return NULL;
	case OPT_KEEP_INTERFACE:
		o->plan.keep = true;
		return NULL;
	case OPT_PORT:
		return value_port(arg, &o->port);
	case OPT_PREFIX_DELEGATION:
		o->delegation = arg;
		return *arg == '\0' ? "needs a list" : NULL;
	case OPT_ROUTE:
		return value_route_mode(arg, &o->plan.route_mode);
	case OPT_DESTINATION:
		return value_routes(arg, &o->plan);
	case OPT_TYPE:
		return proto_type_parse(arg, &o->session.type) == 0 ?
		    NULL :
		    "must be tunnelonly, host or network";
	case OPT_USER:
		return value_user(arg, o->session.user);
	case OPT_UDP:
		o->udp = true;
		return NULL;
	case OPT_AUTH_FILE:
		return value_path(arg, o->auth_file, sizeof(o->auth_file));
	case OPT_ENCAP:
		return value_encap(arg, &o->plan);
	case OPT_METRIC:
		return value_number(arg, 1, METRIC_MAX, &o->plan.metric);
	case OPT_PING_INTERVAL:
		return value_span(arg, &o->session.ping_interval);
	case OPT_PING_TIMEOUT:
		return value_span(arg, &o->session.ping_timeout);
	case OPT_REPLACE_DEFAULT:
		o->plan.replace_default = true;
		return NULL;
	case OPT_RETRY_MAX:
		return value_span(arg, &o->session.retry_max);
	case OPT_RETRY_MIN:
		return value_span(arg, &o->session.retry_min);
	case OPT_RUNAS:
		o->runas = arg;
		return value_word(arg, PROTO_USER_MAX);
	case OPT_DRY_RUN:
		o->action = ACTION_DRY_RUN;
		o->grant = arg;
		return NULL;
	case OPT_STATUS:
		o->action = ACTION_STATUS;
		return NULL;
	case OPT_HELP:
		o->action = ACTION_HELP;
		return NULL;
	case OPT_VERSION:
		o->action = ACTION_VERSION;
		return NULL;
	case OPT_COUNT:
		break;
	}
	return "is unknown";
}

static void
set_defaults(struct options *o)
{
	memset(o, 0, sizeof(*o));
	o->action = ACTION_RUN;
	o->port = "20200";
	o->fib = -1;
	strlcpy(o->pidfile, os_default_pidfile(), sizeof(o->pidfile));
	strlcpy(
	    o->auth_file, DTCP_SYSCONFDIR "/dtcpc.auth", sizeof(o->auth_file));
	o->session.type = TUNNEL_ONLY;
	o->session.ping_interval = SESSION_PING_INTERVAL;
	o->session.ping_timeout = SESSION_PING_TIMEOUT;
	o->session.retry_min = SESSION_RETRY_MIN;
	o->session.retry_max = SESSION_RETRY_MAX;
	o->plan.encap_kernel = true;
	o->plan.encap_user = true;
	o->plan.mtu = PLAN_MTU_DEFAULT;
	o->plan.metric = PLAN_METRIC_DEFAULT;
	o->plan.route_mode = ROUTE_STATIC;
}

/* The account of whoever started us, where -u does not say. */
static int
default_user(struct options *o, struct err *e)
{
	const char *name = getlogin();
	const struct passwd *pw;

	if (name == NULL && (pw = getpwuid(getuid())) != NULL)
		name = pw->pw_name;
	if (name == NULL || value_user(name, o->session.user) != NULL)
		return err_set(e, EINVAL, "-u is needed: no login name");
	return 0;
}

static int
check_server(struct options *o, int argc, char *argv[], struct err *e)
{
	const char *wrong;

	if (argc == 0)
		return err_set(e, EINVAL, "no server named");
	if (argc > 1)
		return err_set(
		    e, EINVAL, "one server only: %.64s is too many", argv[1]);
	wrong = value_word(argv[0], OPTIONS_SERVER_MAX);
	if (wrong != NULL)
		return err_set(e, EINVAL, "server: %s", wrong);
	o->server = argv[0];
	return 0;
}

/* What has to agree between the options. */
static int
check_together(struct options *o, struct err *e)
{
	struct plan_conf *p = &o->plan;

	if (o->session.retry_min > o->session.retry_max)
		return err_set(e, EINVAL, "--retry-min is above --retry-max");
	if (p->adopt && p->ifname[0] == '\0') {
		if (os_default_tunnel() == NULL)
			return err_set(e, EINVAL,
			    "-c needs -i here: which interface to use");
		strlcpy(p->ifname, os_default_tunnel(), sizeof(p->ifname));
	}
	if (p->replace_default && p->nroutes > 0)
		return err_set(
		    e, EINVAL, "--replace-default and -R exclude each other");
	if (p->route_mode != ROUTE_STATIC &&
	    (p->replace_default || p->nroutes > 0))
		return err_set(
		    e, EINVAL, "-R and --replace-default need -r static");
	return 0;
}

int
options_parse(int argc, char *argv[], struct options *o, struct err *e)
{
	char shorts[SHORTS_SIZE];
	struct option longs[OPT_COUNT + 1];
	int c, r;

	set_defaults(o);
	make_getopt(shorts, longs);
	opterr = 0;
	optind = 0; /* from the beginning, glibc and BSD alike */
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const char *word = argv[optind - 1], *wrong;
		const struct opt_desc *d;
		enum opt opt;

		if (c == '?')
			return optopt != 0 && optopt < LONG_BASE ?
			    err_set(e, EINVAL, "unknown option -%c", optopt) :
			    err_set(e, EINVAL, "unknown option %.64s", word);
		if (c == ':')
			return err_set(
			    e, EINVAL, "option %.64s needs a value", word);
		opt = opt_of(c);
		d = &opt_table[opt];
		wrong = set_option(o, opt, optarg);
		if (wrong == NULL)
			continue;
		return c < LONG_BASE ?
		    err_set(e, EINVAL, "-%c %.64s: %s", c, optarg, wrong) :
		    err_set(
			e, EINVAL, "--%s %.64s: %s", d->name, optarg, wrong);
	}
	if (o->action == ACTION_HELP || o->action == ACTION_VERSION ||
	    o->action == ACTION_STATUS)
		return 0;
	if (o->session.user[0] == '\0' && o->action == ACTION_RUN &&
	    (r = default_user(o, e)) != 0)
		return r;
	r = check_together(o, e);
	if (r == 0 && o->action == ACTION_RUN)
		r = check_server(o, argc - optind, argv + optind, e);
	return r;
}

int
options_unsupported(const struct options *o, struct err *e)
{
	const char *what = NULL;

	if (o->udp || o->udp_port != 0 || o->nat_port != 0)
		what = o->udp ? "-U" : o->udp_port != 0 ? "-b" : "-B";
	else if (o->delegation != NULL || o->no_advertise)
		what = o->delegation != NULL ? "-P" : "-a";
	else if (o->plan.route_mode == ROUTE_SOLICIT)
		what = "-r solicit";
	else if (o->fib >= 0)
		what = "-F";
	if (what == NULL)
		return 0;
	return err_set(e, ENOTSUP, "%s is not supported by this version", what);
}
