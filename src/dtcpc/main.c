/*
 * dtcpc: the order of start.  Each step may refuse with one line and an exit
 * status of sysexits(3); what was done before is undone.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libutil.h>
#include <paths.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon.h"
#include "dtcp/digest.h"
#include "dtcp/engine.h"
#include "dtcp/executor.h"
#include "dtcp/kernel.h"
#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/priv.h"
#include "dtcp/secret.h"
#include "options.h"

/* What one instance holds from start to end. */
struct instance {
	const struct options *options;
	char ident[64];
	char tag[JOURNAL_TAG_MAX];
	struct engine_conf engine;
	struct priv_conf priv;
	struct kernel *kernel;
	struct pidfh *pidfh;
};

/* It fits: options_parse() has checked the length of the path. */
static void
join(char *buf, size_t size, const char *a, const char *b)
{
	strlcpy(buf, a, size);
	strlcat(buf, b, size);
}

/*
 * In a directory that instances share, so that the whole path of the pid file
 * is in the name: run-dtcpc.prefixes for /run/dtcpc.pid.
 */
static void
name_prefixfile(struct instance *in)
{
	char *to = in->priv.prefixfile, *name, *p;
	const size_t size = sizeof(in->priv.prefixfile);

	join(to, size, in->options->statedir, "/");
	name = to + strlen(to);
	(void)strlcat(to, in->options->pidfile + 1, size);
	for (p = name; *p != '\0'; p++)
		if (*p == '/')
			*p = '-';
	p = strrchr(name, '.');
	if (p != NULL && p != name && strcmp(p, ".pid") == 0)
		*p = '\0';
	(void)strlcat(to, ".prefixes", size);
}

/* The log names the instance: dtcpc-home for /var/run/dtcpc-home.pid. */
static void
name_instance(struct instance *in)
{
	const char *path = in->options->pidfile;
	const char *base = strrchr(path, '/');
	char *dot;

	strlcpy(in->ident, base != NULL ? base + 1 : path, sizeof(in->ident));
	dot = strrchr(in->ident, '.');
	if (dot != NULL && dot != in->ident && strcmp(dot, ".pid") == 0)
		*dot = '\0';
	join(in->tag, sizeof(in->tag), "dtcp:", path);
	join(in->priv.undofile, sizeof(in->priv.undofile), path, ".undo");
	join(in->priv.statusfile, sizeof(in->priv.statusfile), path, ".status");
	name_prefixfile(in);
}

/* Descriptors 0 to 2 exist, nothing else is inherited. */
static void
clean_descriptors(void)
{
	int fd;

	do
		fd = open(_PATH_DEVNULL, O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	closefrom(STDERR_FILENO + 1);
}

/* Root's alone: a lock that anybody could take would keep us from starting. */
static int
lock_pidfile(struct instance *in, struct err *e)
{
	const char *path = in->options->pidfile;
	pid_t other = 0;

	in->pidfh = pidfile_open(path, 0600, &other);
	if (in->pidfh != NULL)
		return 0;
	if (errno == EEXIST)
		return err_set(e, EEXIST, "%s: already running as pid %ld",
		    path, (long)other);
	return err_sys(e, errno, "cannot open the pid file %s", path);
}

static int
read_secret(struct instance *in, struct err *e)
{
	const struct options *o = in->options;
	struct priv_conf *p = &in->priv;
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

/* Until priv_run() lets them in where they are expected. */
static void
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Everything that can be refused before the network is touched. */
static int
prepare(struct instance *in, struct err *e)
{
	const struct options *o = in->options;
	int r;

	r = kernel_open(in->tag, &in->kernel, e);
	if (r == 0)
		r = os_ids_resolve(o->runas, &in->priv.ids, e);
	if (r == 0)
		r = digest_init(e);
	if (r == 0)
		r = lock_pidfile(in, e);
	/* Also if a LAN that it is about is not there, or has another name. */
	if (r == 0)
		r = undofile_replay(in->priv.undofile, in->tag, in->kernel, e);
	if (r == 0)
		r = lans_check(&o->plan, e);
	if (r == 0)
		r = read_secret(in, e);
	block_signals(); /* whoever reads the pid may send one */
	if (r == 0 && pidfile_write(in->pidfh) == -1)
		r = err_sys(
		    e, errno, "cannot write the pid file %s", o->pidfile);
	return r;
}

static void
release(struct instance *in)
{
	secret_free(in->priv.secret);
	if (in->kernel != NULL)
		in->kernel->ops->close(in->kernel);
	if (in->pidfh != NULL)
		(void)pidfile_remove(in->pidfh);
}

static void
ready(void *arg)
{
	struct instance *in = arg;

	if (!in->options->daemon)
		return;
	log_open(in->ident, false);
	daemon_ready(EX_OK);
}

static int
run(const struct options *o)
{
	struct instance in = {.options = o};
	struct err e = {0};
	int status;

	name_instance(&in);
	log_open(in.ident, true);
	log_set_debug(o->debug);
	clean_descriptors();
	(void)umask(022);
	if (chdir("/") == -1 || (o->daemon && daemon_fork(&e) != 0)) {
		log_msg(LOG_ERR, "%s", e.code != 0 ? e.text : "cannot start");
		return EXIT_FAILURE;
	}
	in.engine.session = &o->session;
	in.engine.plan = &o->plan;
	in.engine.ra = &o->ra;
	in.engine.server = o->server;
	in.priv.server = o->server;
	in.priv.port = o->port;
	in.priv.type = o->session.type;
	in.priv.user = o->session.user;
	in.priv.auth_file = o->auth_file;
	in.priv.persist = o->session.persist;
	in.priv.daemon = o->daemon;
	in.priv.pidfile = o->pidfile;
	in.priv.tag = in.tag;
	in.priv.plan = &o->plan;
	in.priv.ra = &o->ra;
	in.priv.engine = engine_main;
	in.priv.engine_arg = &in.engine;
	in.priv.ready = ready;
	in.priv.ready_arg = &in;
	if (prepare(&in, &e) == 0) {
		status = priv_run(&in.priv, in.kernel);
	} else {
		log_msg(LOG_ERR, "%s", e.text);
		status = e.code == EPERM || e.code == EACCES ? EX_NOPERM :
							       EXIT_FAILURE;
	}
	release(&in);
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
		options_usage();
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
		options_help();
		return EX_OK;
	case ACTION_VERSION:
		printf("dtcpc %s\n", DTCP_VERSION);
		return EX_OK;
	case ACTION_STATUS:
		return status_print(o.pidfile);
	case ACTION_DRY_RUN:
	case ACTION_RUN:
		break;
	}
	return o.action == ACTION_DRY_RUN ? dry_run(&o) : run(&o);
}
