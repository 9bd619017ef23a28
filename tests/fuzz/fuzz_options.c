/*
 * Any words as a command line, one a NUL: refused with lines, or options
 * that keep within what the rest of the program relies upon.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/os.h"
#include "dtcpc/options.h"

#define WORDS_MAX 16
#define BYTES_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

static void
check_lans(const struct plan_conf *p)
{
	struct err e = {0};

	require(p->ndelegations <= PLAN_DELEGATIONS);
	require(p->lans[NETOP_SLOT_TUNNEL][0] == '\0');
	for (unsigned i = 0; i < p->ndelegations; i++)
		require(p->delegations[i].slot == NETOP_SLOT_TUNNEL ||
		    netop_ifname_ok(p->lans[p->delegations[i].slot]));
	for (unsigned i = 0; i < NETOP_SLOTS; i++)
		require(p->lans[i][0] == '\0' ||
		    strcmp(p->lans[i], p->ifname) != 0);
	require(plan_check_lans(p, &e) == 0);
}

/* Labels behind their lengths, names ended by an empty one. */
static void
check_domains(const struct ra_conf *ra)
{
	size_t at = 0;

	require(ra->nrdnss <= RA_RDNSS_MAX && ra->dnssllen <= RA_DNSSL_MAX);
	while (at < ra->dnssllen) {
		require(ra->dnssl[at] <= 63);
		at += 1U + ra->dnssl[at];
	}
	require(at == ra->dnssllen);
	require(at == 0 || ra->dnssl[at - 1] == 0);
}

/* The plan and the session agree. */
static void
check_udp(const struct options *o)
{
	const struct plan_conf *p = &o->plan;
	const struct session_conf *s = &o->session;

	require(s->udp == p->udp);
	require(!p->udp || (p->encap_user && p->mtu <= PLAN_MTU_MAX_UDP));
	require(s->udp || s->udp_announce == 0);
	require(!s->udp || s->nat || s->udp_announce != 0);
}

static void
check_good(const struct options *o)
{
	const struct plan_conf *p = &o->plan;
	const struct session_conf *s = &o->session;

	require(memchr(o->pidfile, '\0', sizeof(o->pidfile)) != NULL);
	require(memchr(o->auth_file, '\0', sizeof(o->auth_file)) != NULL);
	require(o->nfaults == 0);
	require(o->pidfile[0] == '/' && o->auth_file[0] == '/');
	require(p->mtu >= PLAN_MTU_MIN && p->mtu <= PLAN_MTU_MAX);
	require(p->metric > 0 && p->metric < PLAN_METRIC_REJECT);
	require(p->encap_kernel || p->encap_user);
	require(p->udp_port != 0);
	require(p->set_fib ? p->fib < os_fibs() : p->fib == os_fib());
	require(p->naddrs <= PLAN_ADDRS_MAX && p->nroutes <= PLAN_ROUTES_MAX);
	for (unsigned i = 0; i < p->naddrs; i++)
		require(prefix6_is_inner(&p->addrs[i]));
	for (unsigned i = 0; i < p->nroutes; i++)
		require(!prefix6_has_host_bits(&p->routes[i]));
	require(memchr(o->statedir, '\0', sizeof(o->statedir)) != NULL);
	require(o->statedir[0] == '/');
	check_domains(&o->ra);
	if (o->action == ACTION_RUN || o->action == ACTION_DRY_RUN)
		check_lans(p);
	if (o->action == ACTION_RUN || o->action == ACTION_DRY_RUN)
		check_udp(o);
	if (o->action != ACTION_RUN)
		return;
	require(s->retry_min > 0 && s->retry_min <= s->retry_max);
	require(s->ping_interval > 0 && s->ping_timeout > 0);
	require(s->user[0] != '\0' && o->server[0] != '\0');
	require(!p->adopt || p->ifname[0] != '\0');
}

static void
check_fault(const struct err *e)
{
	require(e->code == EINVAL && e->text[0] != '\0');
	require(strchr(e->text, '\n') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char bytes[BYTES_MAX + 1];
	char *argv[WORDS_MAX + 4] = {"dtcpc", "-u", "foo"};
	struct options o;
	struct err e = {0};
	int argc = 3;
	char *p;

	if (size > BYTES_MAX)
		return 0;
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	for (p = bytes; p < bytes + size && argc < WORDS_MAX + 3;
	     p += strlen(p) + 1)
		argv[argc++] = p;
	argv[argc] = NULL;
	if (options_parse(argc, argv, &o, &e) == 0) {
		check_good(&o);
		return 0;
	}
	check_fault(&e);
	require(o.nfaults <= OPTIONS_FAULTS_MAX);
	for (unsigned i = 0; i < o.nfaults; i++)
		check_fault(&o.faults[i]);
	return 0;
}
