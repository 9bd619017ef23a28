/* The command line of dtcpc: see docs/dtcpc.8. */
#ifndef DTCPC_OPTIONS_H
#define DTCPC_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/err.h"
#include "dtcp/plan.h"
#include "dtcp/session.h"

enum action {
	ACTION_RUN,
	ACTION_HELP,	/* --help */
	ACTION_VERSION, /* --version */
	ACTION_STATUS,	/* --status */
	ACTION_DRY_RUN, /* --dry-run REPLY */
};

struct options {
	enum action action;
	const char *server;	     /* operand: name or IPv4 address */
	const char *port;	     /* -p, decimal */
	const char *pidfile;	     /* -f */
	const char *auth_file;	     /* --auth-file */
	const char *runas;	     /* --runas, NULL = default */
	const char *grant;	     /* --dry-run: the server's reply line */
	bool daemon;		     /* -D */
	bool debug;		     /* -d */
	struct session_conf session; /* -u -t -n -l, --ping-*, --retry-* */
	struct plan_conf plan;	     /* -i -c -o -m -A -R -r, ... */
};

/*
 * Parse argv.  Strings point into argv.  0, or -EINVAL (usage, exit 64) with
 * one line that names the option and what is wrong.
 */
int options_parse(int argc, char *argv[], struct options *o, struct err *e);

/* SYNOPSIS of the manual, and --help. */
void options_usage(void);
void options_help(void);

#endif
