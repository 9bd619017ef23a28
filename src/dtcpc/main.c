/*
 * dtcpc: the order of start.  Each step may refuse with one line and an exit
 * status of sysexits(3); what was done before is undone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "dtcp/daemon.h"
#include "dtcp/digest.h"
#include "dtcp/engine.h"
#include "dtcp/executor.h"
#include "dtcp/instance.h"
#include "dtcp/kernel.h"
#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/priv.h"
#include "dtcp/secret.h"
#include "options.h"
#include "opttable.h"

/* What is held from start to end. */
struct client {
	const struct options *options;
	struct instance instance;
	struct engine_conf engine;
	struct priv_conf priv;
	struct kernel *kernel;
};

/*
 * In a directory that instances share, so that the whole path of the pid file
 * is in the name: run-dtcpc.prefixes for /run/dtcpc.pid.
 */
static void
name_prefixfile(struct client *c)
{
	char *to = c->priv.prefixfile, *name, *p;
	const size_t size = sizeof(c->priv.prefixfile);

	strlcpy(to, c->options->statedir, size);
	strlcat(to, "/", size);
	name = to + strlen(to);
	(void)strlcat(to, c->options->pidfile + 1, size);
	for (p = name; *p != '\0'; p++)
		if (*p == '/')
			*p = '-';
	p = strrchr(name, '.');
	if (p != NULL && p != name && strcmp(p, ".pid") == 0)
		*p = '\0';
	(void)strlcat(to, ".prefixes", size);
}

static int
read_secret(struct client *c, struct err *e)
{
	const struct options *o = c->options;
	struct priv_conf *p = &c->priv;
	struct err why;
	int r;

	p->secret = secret_new();
	if (p->secret == NULL)
		return err_sys(e, errno, "cannot make room for the password");
	r = secret_from_file(
	    p->secret, o->auth_file, o->server, o->session.user, e);
	p->secret_from_file = r == 0;
	if (r != -ENOENT)
		return r;
	why = *e;
	/* Whoever redirects the input, as a boot script, has nobody to ask. */
	r = -ENOTTY;
	if (isatty(STDIN_FILENO))
		r = secret_from_terminal(
		    p->secret, o->server, o->session.user, e);
	if (r == -ENOTTY)
		return err_set(e, ENOTTY,
		    "no password for %s at %s, and no terminal to ask on: %s",
		    o->session.user, o->server, why.text);
	return r;
}

/* Everything that can be refused before the network is touched. */
static int
prepare(struct client *c, struct err *e)
{
	const struct options *o = c->options;
	struct instance *in = &c->instance;
	int r;

	r = kernel_open(in->tag, &c->kernel, e);
	if (r == 0)
		r = os_ids_resolve(o->runas, &c->priv.ids, e);
	if (r == 0)
		r = digest_init(e);
	if (r == 0)
		r = instance_lock(in, e);
	/* Also if a LAN that it is about is not there, or has another name. */
	if (r == 0)
		r = undofile_replay(in->undofile, in->tag, c->kernel, e);
	if (r == 0)
		r = lans_check(&o->plan, e);
	if (r == 0)
		r = read_secret(c, e);
	return r == 0 ? instance_write_pid(in, e) : r;
}

static void
release(struct client *c)
{
	secret_free(c->priv.secret);
	if (c->kernel != NULL)
		c->kernel->ops->close(c->kernel);
	instance_end(&c->instance);
}

static void
ready(void *arg)
{
	const struct client *c = arg;

	instance_ready(&c->instance, c->options->daemon);
}

static void
configure(struct client *c)
{
	const struct options *o = c->options;
	struct priv_conf *p = &c->priv;

	c->engine.session = &o->session;
	c->engine.plan = &o->plan;
	c->engine.ra = &o->ra;
	c->engine.server = o->server;
	p->server = o->server;
	p->port = o->port;
	p->type = o->session.type;
	p->user = o->session.user;
	p->auth_file = o->auth_file;
	p->persist = o->session.persist;
	p->daemon = o->daemon;
	p->pidfile = o->pidfile;
	p->tag = c->instance.tag;
	strlcpy(p->undofile, c->instance.undofile, sizeof(p->undofile));
	strlcpy(p->statusfile, c->instance.statusfile, sizeof(p->statusfile));
	name_prefixfile(c);
	p->plan = &o->plan;
	p->ra = &o->ra;
	p->engine = engine_main;
	p->engine_arg = &c->engine;
	p->ready = ready;
	p->ready_arg = c;
}

static int
run(const struct options *o)
{
	struct client c = {.options = o};
	struct err e = {0};
	int status;

	instance_name(&c.instance, o->pidfile);
	if (instance_begin(&c.instance, o->daemon, o->debug, &e) != 0) {
		log_msg(LOG_ERR, "%s", e.text);
		return EXIT_FAILURE;
	}
	configure(&c);
	if (prepare(&c, &e) == 0) {
		status = priv_run(&c.priv, c.kernel);
	} else {
		log_msg(LOG_ERR, "%s", e.text);
		status = instance_exit_status(&e);
	}
	release(&c);
	daemon_ready(status);
	return status;
}

/* What is wrong, a line each; the whole usage for no words at all. */
static int
usage_error(const struct options *o, const struct err *e, bool whole)
{
	unsigned i;

	for (i = 0; i < o->nfaults; i++)
		fprintf(stderr, "dtcpc: %s\n", o->faults[i].text);
	fprintf(stderr, "dtcpc: %s\n", e->text);
	if (whole)
		cli_usage(&dtcpc_cli, stderr);
	return EX_USAGE;
}

int
main(int argc, char *argv[])
{
	struct options o;
	struct err e = {0};

	os_title_init(argc, argv);
	if (options_parse(argc, argv, &o, &e) != 0)
		return usage_error(&o, &e, argc == 1);
	switch (o.action) {
	case ACTION_HELP:
		cli_help(&dtcpc_cli);
		return EX_OK;
	case ACTION_VERSION:
		printf("dtcpc %s\n", DTCP_VERSION);
		return EX_OK;
	case ACTION_STATUS:
		return instance_status("dtcpc", o.pidfile, OPTIONS_PIDFILE);
	case ACTION_DRY_RUN:
	case ACTION_RUN:
		break;
	}
	return o.action == ACTION_DRY_RUN ? dry_run(&o) : run(&o);
}
