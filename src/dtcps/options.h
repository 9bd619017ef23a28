/* The command line of dtcps: see docs/dtcps.8. */
#ifndef DTCPS_OPTIONS_H
#define DTCPS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/broker.h"
#include "dtcp/err.h"
#include "dtcp/instance.h"

#define OPTIONS_PIDFILE	     DTCP_RUNDIR "/dtcps.pid" /* unless -f */
#define OPTIONS_MAX_SESSIONS 16000 /* the most of --max-sessions */

enum action {
	ACTION_RUN,
	ACTION_HELP,	/* --help */
	ACTION_VERSION, /* --version */
	ACTION_STATUS,	/* --status */
};

struct options {
	enum action action;
	const char *runas; /* --runas, NULL = default */
	bool foreground;   /* -D */
	bool debug;	   /* -d */
	/* Absolute, for the daemon leaves the directory it was started in. */
	char pidfile[INSTANCE_PIDFILE_MAX]; /* -f */
	char users[BROKER_PATH_MAX];	    /* --users */
	char routes[BROKER_PATH_MAX];	    /* --routes */
	bool routes_given;
	const char *interfaces; /* -i; NULL: no restriction */
	bool no_clone;		/* -c */
	/* Whatever else the options say; what they do not is empty. */
	struct broker_conf broker;
};

/*
 * Parse argv.  The pointers of o point into argv, the order of which may
 * change (getopt_long(3)).  0, or -EINVAL (usage, exit 64) with one line that
 * names the option and what is wrong.
 */
int options_parse(int argc, char *argv[], struct options *o, struct err *e);

#endif
