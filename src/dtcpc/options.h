/* The command line of dtcpc: see docs/dtcpc.8. */
#ifndef DTCPC_OPTIONS_H
#define DTCPC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/err.h"
#include "dtcp/instance.h"
#include "dtcp/plan.h"
#include "dtcp/ra.h"
#include "dtcp/session.h"

#define OPTIONS_PIDFILE	   DTCP_RUNDIR "/dtcpc.pid" /* unless -f */
#define OPTIONS_PATH_MAX   256
#define OPTIONS_SERVER_MAX 255 /* bytes, the longest DNS name */

#define OPTIONS_FAULTS_MAX 8 /* lines about -P, beside another one */

enum action {
	ACTION_RUN,
	ACTION_HELP,	/* --help */
	ACTION_VERSION, /* --version */
	ACTION_STATUS,	/* --status */
	ACTION_DRY_RUN, /* --dry-run REPLY */
};

struct options {
	enum action action;
	const char *server; /* operand: name or IPv4 address */
	const char *port;   /* -p, decimal */
	const char *runas;  /* --runas, NULL = default */
	const char *grant;  /* --dry-run: the server's reply line */
	bool daemon;	    /* -D */
	bool debug;	    /* -d */
	/* Absolute, for the daemon leaves the directory it was started in. */
	char pidfile[INSTANCE_PIDFILE_MAX]; /* -f */
	char auth_file[OPTIONS_PATH_MAX];   /* --auth-file */
	struct session_conf session;	    /* -u -t -n -l -U, --ping-*, ... */
	char statedir[OPTIONS_PATH_MAX];    /* --state-dir */
	struct plan_conf plan; /* -i -c -o -m -A -P -R -r -F -U -b */
	struct ra_conf ra;     /* -a --rdnss --dnssl */
	uint16_t nat_port;     /* -B, 0 = not given */
	/* What is wrong with -P, an item each; where options_parse() fails. */
	unsigned nfaults;
	struct err faults[OPTIONS_FAULTS_MAX];
};

/*
 * Parse argv.  The pointers of o point into argv, the order of which may
 * change (getopt_long(3)).  0, or -EINVAL (usage, exit 64) with one line in e
 * that names the option and what is wrong, and more such lines, to be read
 * before it, in o->faults.
 */
int options_parse(int argc, char *argv[], struct options *o, struct err *e);

/* The interfaces of -P as they are now, by slot.  0, or -errno with a line. */
int lans_look(
    const struct plan_conf *c, struct lan lans[NETOP_SLOTS], struct err *e);

/*
 * Tell, a line each, of every interface of -P that is not there, and of every
 * one that lacks the hardware address that an item takes its EUI-64 from.
 */
void lans_faults(const struct plan_conf *c, const struct lan lans[NETOP_SLOTS],
    void (*tell)(void *arg, const char *line), void *arg);

/*
 * Look, and be content only without any such fault.  0, or -errno with the
 * last of the lines; those before it are logged.
 */
int lans_check(const struct plan_conf *c, struct err *e);

/*
 * --dry-run: print the operations that o and the reply in it lead to, one a
 * line, and on stderr what of -P is left out for want of an interface.  Returns
 * the exit status: 0, or 1 after one line on stderr.
 */
int dry_run(const struct options *o);

#endif
