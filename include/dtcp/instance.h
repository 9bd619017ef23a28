/*
 * An instance of a program: its pid file, which it keeps locked, and what is
 * called after it.  What every root process does before anything else.
 */
#ifndef DTCP_INSTANCE_H
#define DTCP_INSTANCE_H

#include <stdbool.h>

#include "dtcp/err.h"
#include "dtcp/journal.h"

/* The tag "dtcp:<pid file>" names it in kernel and undo file. */
#define INSTANCE_PIDFILE_MAX (JOURNAL_TAG_MAX - 5)
#define INSTANCE_PATH_MAX    256

struct pidfh;

struct instance {
	const char *pidfile;
	char ident[64]; /* in the log */
	char tag[JOURNAL_TAG_MAX];
	char undofile[INSTANCE_PATH_MAX];
	char statusfile[INSTANCE_PATH_MAX];
	struct pidfh *pidfh; /* once it is locked */
};

/* pidfile: absolute, shorter than INSTANCE_PIDFILE_MAX; it has to last. */
void instance_name(struct instance *in, const char *pidfile);

/*
 * Log under that name; hold no descriptor but 0 to 2; leave the directory and,
 * with daemon, the parent: daemon_fork().  0, or -errno with a line.
 */
int instance_begin(
    const struct instance *in, bool daemon, bool debug, struct err *e);

/* -EEXIST with the pid of who has the file; another -errno. */
int instance_lock(struct instance *in, struct err *e);

/*
 * Say who has it.  Signals wait from here on, for whoever reads the file may
 * send one, until signals_catch() lets them in.
 */
int instance_write_pid(struct instance *in, struct err *e);

/* A daemon leaves the terminal, and its log goes to syslog(3). */
void instance_ready(const struct instance *in, bool daemon);

/* The pid file goes, where it is ours. */
void instance_end(struct instance *in);

/* What to exit with after that error at the start: of sysexits(3), or 1. */
int instance_exit_status(const struct err *e);

/*
 * --status: print the status file of the instance that holds pidfile.  usual:
 * the path of who has no -f.
 * Returns the exit status: 0 up, 3 not up, 4 not running, 77 not permitted.
 */
int instance_status(
    const char *program, const char *pidfile, const char *usual);

#endif
