/* The command line of dtcpc: see docs/dtcpc.8. */
#ifndef DTCPC_OPTIONS_H
#define DTCPC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/err.h"
#include "dtcp/journal.h"
#include "dtcp/plan.h"
#include "dtcp/session.h"

/* The tag "dtcp:<pid file>" names the instance in kernel and undo file. */
#define OPTIONS_PIDFILE_MAX (JOURNAL_TAG_MAX - 5)
#define OPTIONS_PATH_MAX    256
#define OPTIONS_SERVER_MAX  255 /* bytes, the longest DNS name */

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
	char pidfile[OPTIONS_PIDFILE_MAX]; /* -f */
	char auth_file[OPTIONS_PATH_MAX];  /* --auth-file */
	struct session_conf session; /* -u -t -n -l, --ping-*, --retry-* */
	struct plan_conf plan;	     /* -i -c -o -m -A -R -r -F, ... */
	/* What options_unsupported() refuses. */
	bool udp;		/* -U */
	bool no_advertise;	/* -a */
	uint32_t udp_port;	/* -b, 0 = not given */
	uint32_t nat_port;	/* -B, 0 = not given */
	const char *delegation; /* -P, NULL = not given */
};

/*
 * Parse argv.  The pointers of o point into argv, the order of which may
 * change (getopt_long(3)).  0, or -EINVAL (usage, exit 64) with one line that
 * names the option and what is wrong.
 */
int options_parse(int argc, char *argv[], struct options *o, struct err *e);

/*
 * Options that are understood and whose work this version cannot do.  0, or
 * -ENOTSUP with one line that names the first of them (exit 64).
 */
int options_unsupported(const struct options *o, struct err *e);

/* SYNOPSIS of the manual, to stderr; with all options explained, to stdout. */
void options_usage(void);
void options_help(void);

/*
 * --status: print the status file of the instance that holds pidfile.
 * Returns the exit status: 0 up, 3 not up, 4 not running, 77 not permitted.
 */
int status_print(const char *pidfile);

/*
 * --dry-run: print the operations that o and the reply in it lead to, one a
 * line.  Returns the exit status: 0, or 1 after one line on stderr.
 */
int dry_run(const struct options *o);

#endif
