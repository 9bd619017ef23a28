/* The command line: the table of options, then what has to agree. */
#include <errno.h>
#include <string.h>

#include "devices.h"
#include "dtcp/os.h"
#include "options.h"
#include "optset.h"

static void
set_defaults(struct options *o)
{
	struct broker_conf *b = &o->broker;

	memset(o, 0, sizeof(*o));
	o->action = ACTION_RUN;
	strlcpy(o->pidfile, OPTIONS_PIDFILE, sizeof(o->pidfile));
	strlcpy(o->users, DTCP_SYSCONFDIR "/dtcps.users", sizeof(o->users));
	strlcpy(o->routes, DTCP_SYSCONFDIR "/dtcps.routes", sizeof(o->routes));
	b->port = 20200;
	b->udp_port = PLAN_UDP_PORT;
	b->max_sessions = BROKER_SESSIONS;
	b->offer.encap_user = true;
	b->offer.mtu = PLAN_MTU_DEFAULT;
	b->offer.fib = os_fib();
}

/* Any address is all of them: the others are among them. */
static int
check_listen(struct broker_conf *b, struct err *e)
{
	const struct in_addr any = {.s_addr = htonl(INADDR_ANY)};

	if (b->nlisten == 0)
		b->listen4[b->nlisten++] = any;
	for (unsigned i = 0; i < b->nlisten && b->nlisten > 1; i++)
		if (addr4_equal(b->listen4[i], any))
			return err_set(e, EINVAL,
			    "--listen 0.0.0.0: has all addresses, so name no "
			    "others");
	return 0;
}

static int
check_udp(const struct optset *p, struct err *e)
{
	const struct broker_conf *b = &p->o->broker;
	const struct offer_conf *c = &b->offer;

	if (!c->udp && p->given[OPT_UDP_PORT])
		return err_set(e, EINVAL, "-b needs -U");
	if (!c->udp && !c->encap_user && c->shared[0] != '\0')
		return err_set(e, EINVAL,
		    "-I and --encap kernel without -U exclude each other: "
		    "every tunnel is an interface of the kernel's then");
	if (!c->udp)
		return 0;
	if (c->mtu > PLAN_MTU_MAX_UDP)
		return err_set(e, EINVAL, "--mtu %u: with -U at most %d",
		    c->mtu, PLAN_MTU_MAX_UDP);
	if (b->udp_port + b->max_sessions - 1 > UINT16_MAX)
		return err_set(e, EINVAL,
		    "-b %u: no ports for %u sessions up to 65535; see "
		    "--max-sessions",
		    b->udp_port, b->max_sessions);
	return 0;
}

/*
 * Only the packets that pass through here have their inner source looked at, so
 * that is what happens unless somebody asks for the kernel, as -i does.
 */
static void
choose_encap(const struct optset *p)
{
	const struct options *o = p->o;

	if (!p->given[OPT_ENCAP] &&
	    (o->no_clone || !devices_any(o->interfaces)))
		p->o->broker.offer.encap_kernel = true;
}

static int
check_interfaces(struct options *o, struct err *e)
{
	const char *usual = os_default_tunnel();

	if (o->no_clone && devices_any(o->interfaces)) {
		if (usual == NULL)
			return err_set(e, EINVAL,
			    "-c needs -i here: which interfaces to use");
		if (o->interfaces == NULL)
			o->interfaces = devices_cloner(usual);
	}
	if (o->interfaces != NULL && o->broker.offer.shared[0] != '\0' &&
	    devices_names(o->interfaces, o->broker.offer.shared))
		return err_set(e, EINVAL,
		    "-I %s: is for one session alone, by -i",
		    o->broker.offer.shared);
	return 0;
}

/* What has to agree between the options. */
static int
check_together(const struct optset *p, struct err *e)
{
	struct options *o = p->o;
	const struct offer_conf *c = &o->broker.offer;
	int r;

	if (c->network_pair && !c->has_prefix)
		return err_set(e, EINVAL,
		    "-a needs a prefix, to have addresses for the pairs from");
	if ((r = check_listen(&o->broker, e)) == 0 &&
	    (r = check_interfaces(o, e)) == 0) {
		choose_encap(p);
		r = check_udp(p, e);
	}
	return r;
}

static int
set_prefix(struct options *o, int argc, char *argv[], struct err *e)
{
	struct offer_conf *c = &o->broker.offer;

	if (argc == 0)
		return 0;
	if (argc > 1)
		return err_set(
		    e, EINVAL, "one prefix only: %.64s is too many", argv[1]);
	c->has_prefix = true;
	return offer_prefix_parse(argv[0], &c->prefix, e);
}

int
options_parse(int argc, char *argv[], struct options *o, struct err *e)
{
	struct optset p = {.o = o, .e = e};
	int first, r;

	set_defaults(o);
	r = cli_parse(&dtcps_cli, argc, argv, optset_apply, &p, &first, e);
	if (r != 0 || o->action != ACTION_RUN)
		return r;
	r = set_prefix(o, argc - first, argv + first, e);
	return r == 0 ? check_together(&p, e) : r;
}
