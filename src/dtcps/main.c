/*
 * dtcps: the order of start.  Each step may refuse with one line and an exit
 * status of sysexits(3); what was done before is undone.
 */
#include <sys/types.h>
#include <net/if.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "devices.h"
#include "dtcp/accounts.h"
#include "dtcp/broker.h"
#include "dtcp/daemon.h"
#include "dtcp/digest.h"
#include "dtcp/executor.h"
#include "dtcp/gateway.h"
#include "dtcp/instance.h"
#include "dtcp/kernel.h"
#include "dtcp/log.h"
#include "dtcp/os.h"
#include "options.h"
#include "opttable.h"

/* What is held from start to end. */
struct server {
	const struct options *options;
	struct instance instance;
	struct gateway_conf gateway;
	struct broker_conf broker;
	struct accounts *accounts;
	struct kernel *kernel;
};

static int
find_devices(struct server *s, struct err *e)
{
	const struct options *o = s->options;
	struct if_nameindex *there = if_nameindex();
	int r;

	if (there == NULL)
		return err_sys(e, errno, "cannot list the interfaces");
	r = devices_resolve(o->interfaces, o->no_clone, there, &s->broker, e);
	if_freenameindex(there);
	return r;
}

/* There need be no route table; but one that was named was meant to be. */
static int
read_accounts(struct server *s, struct err *e)
{
	const struct options *o = s->options;
	const struct offer_conf *c = &s->broker.offer;
	int r;

	if (o->routes_given && access(o->routes, F_OK) == -1)
		log_msg(LOG_WARNING,
		    "route table %s: %s; nobody has a prefix of their own",
		    o->routes, strerror(errno));
	r = accounts_load(o->users, o->routes,
	    c->has_prefix ? &c->prefix : NULL, &s->accounts, e);
	if (r == -ENOENT)
		return err_set(e, ENOENT,
		    "users file %s: there is none; \"dtcpauth -f %s --init\" "
		    "makes it",
		    o->users, o->users);
	return r;
}

/* Everything that can be refused before the network is touched. */
static int
prepare(struct server *s, struct err *e)
{
	struct instance *in = &s->instance;
	int r;

	r = kernel_open(in->tag, &s->kernel, e);
	if (r == 0)
		r = os_ids_resolve(s->options->runas, &s->broker.engine.ids, e);
	if (r == 0)
		r = digest_init(e);
	if (r == 0)
		r = instance_lock(in, e);
	/* What is left of an earlier run is nothing that -i could mean. */
	if (r == 0)
		r = undofile_replay(in->undofile, in->tag, s->kernel, e);
	if (r == 0)
		r = find_devices(s, e);
	if (r == 0)
		r = read_accounts(s, e);
	return r == 0 ? instance_write_pid(in, e) : r;
}

static void
release(struct server *s)
{
	accounts_free(s->accounts);
	if (s->kernel != NULL)
		s->kernel->ops->close(s->kernel);
	instance_end(&s->instance);
}

static void
ready(void *arg)
{
	const struct server *s = arg;

	instance_ready(&s->instance, !s->options->foreground);
}

static void
configure(struct server *s)
{
	const struct options *o = s->options;
	struct broker_conf *b = &s->broker;

	*b = o->broker;
	b->pidfile = o->pidfile;
	b->tag = s->instance.tag;
	strlcpy(b->undofile, s->instance.undofile, sizeof(b->undofile));
	strlcpy(b->statusfile, s->instance.statusfile, sizeof(b->statusfile));
	b->users_file = o->users;
	b->routes_file = o->routes;
	s->gateway.offer = &b->offer;
	s->gateway.max_sessions = b->max_sessions;
	b->engine.seal = OS_SEAL_SERVER;
	b->engine.daemon = !o->foreground;
	b->engine.body = gateway_main;
	b->engine.arg = &s->gateway;
	b->ready = ready;
	b->ready_arg = s;
}

static int
run(const struct options *o)
{
	struct server s = {.options = o};
	struct err e = {0};
	int status;

	instance_name(&s.instance, o->pidfile);
	if (instance_begin(&s.instance, !o->foreground, o->debug, &e) != 0) {
		log_msg(LOG_ERR, "%s", e.text);
		return EXIT_FAILURE;
	}
	configure(&s);
	if (prepare(&s, &e) == 0) {
		status = broker_run(&s.broker, &s.accounts, s.kernel);
	} else {
		log_msg(LOG_ERR, "%s", e.text);
		status = instance_exit_status(&e);
	}
	release(&s);
	daemon_ready(status);
	return status;
}

int
main(int argc, char *argv[])
{
	struct options o;
	struct err e = {0};

	os_title_init(argc, argv);
	if (options_parse(argc, argv, &o, &e) != 0) {
		fprintf(stderr, "dtcps: %s\n", e.text);
		return EX_USAGE;
	}
	switch (o.action) {
	case ACTION_HELP:
		cli_help(&dtcps_cli);
		return EX_OK;
	case ACTION_VERSION:
		printf("dtcps %s\n", DTCP_VERSION);
		return EX_OK;
	case ACTION_STATUS:
		return instance_status("dtcps", o.pidfile, OPTIONS_PIDFILE);
	case ACTION_RUN:
		break;
	}
	return run(&o);
}
