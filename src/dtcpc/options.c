/* The command line: getopt_long(3) over the table, then what has to agree. */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/os.h"
#include "options.h"
#include "optlan.h"
#include "optset.h"

static void
set_defaults(struct options *o)
{
	memset(o, 0, sizeof(*o));
	o->action = ACTION_RUN;
	o->port = "20200";
	strlcpy(o->pidfile, OPTIONS_PIDFILE, sizeof(o->pidfile));
	strlcpy(
	    o->auth_file, DTCP_SYSCONFDIR "/dtcpc.auth", sizeof(o->auth_file));
	strlcpy(o->statedir, DTCP_STATEDIR, sizeof(o->statedir));
	o->session.type = TUNNEL_ONLY;
	o->session.ping_interval = SESSION_PING_INTERVAL;
	o->session.ping_timeout = SESSION_PING_TIMEOUT;
	o->session.retry_min = SESSION_RETRY_MIN;
	o->session.retry_max = SESSION_RETRY_MAX;
	o->plan.encap_kernel = true;
	o->plan.encap_user = true;
	o->plan.udp_port = PLAN_UDP_PORT;
	o->plan.mtu = PLAN_MTU_DEFAULT;
	o->plan.metric = PLAN_METRIC_DEFAULT;
	o->plan.fib = os_fib();
	o->plan.route_mode = ROUTE_STATIC;
	o->ra.advertise = true;
}

/* The account of whoever started us, where -u does not say. */
static int
default_user(struct options *o, struct err *e)
{
	const char *name = getlogin();
	const struct passwd *pw;

	if (name == NULL && (pw = getpwuid(getuid())) != NULL)
		name = pw->pw_name;
	if (name == NULL || cli_word(name, PROTO_USER_MAX) != NULL)
		return err_set(e, EINVAL, "-u is needed: no login name");
	strlcpy(o->session.user, name, sizeof(o->session.user));
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
	wrong = cli_word(argv[0], OPTIONS_SERVER_MAX);
	if (wrong == NULL && strchr(argv[0], ':') != NULL)
		wrong =
		    "neither a name nor an IPv4 address, which it has to be";
	if (wrong != NULL)
		return err_set(e, EINVAL, "server %.80s: %s", argv[0], wrong);
	o->server = argv[0];
	return 0;
}

/* Where only one bound of the waits is given, the default other follows. */
static void
match_retries(struct session_conf *s, const bool given[OPT_COUNT])
{
	if (s->retry_min <= s->retry_max)
		return;
	if (!given[OPT_RETRY_MIN])
		s->retry_min = s->retry_max;
	else if (!given[OPT_RETRY_MAX])
		s->retry_max = s->retry_min;
}

/* As with the items that could not be read: a line for each. */
static int
check_lan(struct options *o, unsigned item, struct err *e)
{
	struct err fault;

	if (plan_check_lan(&o->plan, item, &fault) == 0)
		return 0;
	if (o->nfaults < OPTIONS_FAULTS_MAX) {
		o->faults[o->nfaults++] = fault;
		return 0;
	}
	*e = fault;
	return -fault.code;
}

/*
 * -P may come before -i on the command line.  Without -i, the name that -c
 * would take stands for the tunnel.
 */
static int
check_lans(struct options *o, struct err *e)
{
	struct plan_conf *p = &o->plan;
	const char *tunnel =
	    p->ifname[0] != '\0' ? p->ifname : os_default_tunnel();
	const char *dns = o->ra.nrdnss > 0 ? "--rdnss" :
	    o->ra.dnssllen > 0		   ? "--dnssl" :
					     NULL;
	unsigned i;
	int r = 0;

	if (dns != NULL && !o->ra.advertise)
		return err_set(e, EINVAL, "-a and %s exclude each other", dns);
	if (p->ndelegations == 0 && o->nfaults == 0)
		return dns == NULL ? 0 : err_set(e, EINVAL, "%s needs -P", dns);
	if (o->session.type != TUNNEL_NETWORK)
		return err_set(e, EINVAL,
		    "-P needs -t network: no other type delegates a prefix");
	if (tunnel != NULL)
		value_lan_is_tunnel(p, tunnel);
	for (i = 0; i < p->ndelegations && r == 0; i++)
		r = check_lan(o, i, e);
	return r;
}

/*
 * A port that nobody outside can reach is not announced: behind a NAT the
 * server finds out, unless the NAT forwards one.
 */
static int
check_udp(struct options *o, struct err *e)
{
	const struct plan_conf *p = &o->plan;
	struct session_conf *s = &o->session;

	if (!p->udp)
		return 0;
	if (!p->encap_user)
		return err_set(e, EINVAL,
		    "-U and --encap kernel exclude each other: dtcpc carries "
		    "the packets of a UDP tunnel itself");
	if (p->mtu > PLAN_MTU_MAX_UDP)
		return err_set(e, EINVAL, "-m %u: with -U at most %d", p->mtu,
		    PLAN_MTU_MAX_UDP);
	s->udp = true;
	if (o->nat_port != 0)
		s->udp_announce = o->nat_port;
	else if (!s->nat)
		s->udp_announce = p->udp_port;
	return 0;
}

/* What has to agree between the options. */
static int
check_together(struct options *o, struct err *e)
{
	struct plan_conf *p = &o->plan;
	int r;

	if (o->session.retry_min > o->session.retry_max)
		return err_set(e, EINVAL, "--retry-min is above --retry-max");
	if (p->adopt && p->ifname[0] == '\0') {
		/* The default one is the kernel's, which has no UDP. */
		if (os_default_tunnel() == NULL || p->udp)
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
	r = check_udp(o, e);
	return r != 0 ? r : check_lans(o, e);
}

static int
parse(int argc, char *argv[], struct options *o, struct err *e)
{
	struct optset p = {.o = o, .e = e};
	int first, r;

	set_defaults(o);
	r = cli_parse(&dtcpc_cli, argc, argv, optset_apply, &p, &first, e);
	if (r != 0)
		return r;
	if (o->action == ACTION_HELP || o->action == ACTION_VERSION ||
	    o->action == ACTION_STATUS)
		return 0;
	if (o->session.user[0] == '\0' && o->action == ACTION_RUN &&
	    (r = default_user(o, e)) != 0)
		return r;
	match_retries(&o->session, p.given);
	r = check_together(o, e);
	if (r == 0 && o->action == ACTION_RUN)
		r = check_server(o, argc - first, argv + first, e);
	return r;
}

int
options_parse(int argc, char *argv[], struct options *o, struct err *e)
{
	int r = parse(argc, argv, o, e);

	if (r == 0 && o->nfaults > 0) {
		*e = o->faults[--o->nfaults];
		r = -e->code;
	}
	return r;
}
