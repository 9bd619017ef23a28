/*
 * The root process: keeps the secret, owns the kernel, watches over the
 * engine and the diallers, writes log, status and undo files.  It never reads
 * a byte that came from the network.
 */
#ifndef DTCP_PRIV_H
#define DTCP_PRIV_H

#include <stdbool.h>

#include "dtcp/grant.h"
#include "dtcp/kernel.h"
#include "dtcp/os.h"
#include "dtcp/plan.h"
#include "dtcp/ra.h"
#include "dtcp/secret.h"

#define PRIV_PATH_MAX 256

struct priv_conf {
	const char *server;    /* name or IPv4 address to dial */
	const char *port;      /* decimal */
	enum tunnel_type type; /* -t */
	const char *user;      /* DTCP account */
	const char *auth_file; /* read again on SIGHUP */
	bool secret_from_file; /* the secret came from there */
	bool persist;	       /* -l: replace an engine that died */
	bool daemon;	       /* -D: children let go of the terminal */
	const char *pidfile;   /* names the instance */
	const char *tag;       /* "dtcp:<pidfile>" */
	char undofile[PRIV_PATH_MAX];
	char statusfile[PRIV_PATH_MAX];
	/* What was announced to LANs; outlives a restart of the machine. */
	char prefixfile[2 * PRIV_PATH_MAX];
	struct os_ids ids; /* whom the children run as */
	struct secret *secret;
	const struct plan_conf *plan;
	const struct ra_conf *ra;
	/*
	 * The engine's body, called in a child that has given up root and
	 * holds no descriptor but 0 to 2 and channel.  Does not return.
	 */
	void (*engine)(void *arg, int channel) __attribute__((__noreturn__));
	void *engine_arg;
	/* Called once the first engine runs: detach, tell who waits. */
	void (*ready)(void *arg);
	void *ready_arg;
};

/*
 * Run until a signal or the engine ends it; undo everything.  The kernel
 * stays the caller's, and so does conf->secret, which SIGHUP may replace.
 * Returns the exit status.
 */
int priv_run(struct priv_conf *conf, struct kernel *kernel);

#endif
