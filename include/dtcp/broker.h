/*
 * The root process of dtcps: keeps the accounts, checks logins, owns the
 * kernel and opens the sockets.  It reads nothing that came from the network
 * but a user's name and a digest, both bounded and printable.
 */
#ifndef DTCP_BROKER_H
#define DTCP_BROKER_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/accounts.h"
#include "dtcp/child.h"
#include "dtcp/kernel.h"
#include "dtcp/offer.h"

#define BROKER_PATH_MAX	   256
#define BROKER_LISTEN_MAX  8
#define BROKER_DEVICES_MAX 256	/* names of -i */
#define BROKER_SESSIONS	   5000 /* --max-sessions, unless given */

struct broker_conf {
	const char *pidfile; /* names the instance */
	const char *tag;     /* "dtcp:<pidfile>" */
	char undofile[BROKER_PATH_MAX];
	char statusfile[BROKER_PATH_MAX];
	const char *users_file; /* both read again on SIGHUP */
	const char *routes_file;
	unsigned nlisten; /* --listen; at least one */
	struct in_addr listen4[BROKER_LISTEN_MAX];
	uint16_t port;	   /* -p */
	uint16_t udp_port; /* -b: the first one */
	unsigned max_sessions;
	struct offer_conf offer;
	/*
	 * -i: names of devices to make (or, with -c, to use) for sessions that
	 * have one of their own; none: any number, named by the system.
	 * Expressions (regex(3)) have been resolved, and are in adopt.
	 */
	unsigned ndevices;
	char devices[BROKER_DEVICES_MAX][NETOP_NAMESIZE];
	bool adopt[BROKER_DEVICES_MAX];
	struct child_engine engine;
	/* Called once the engine runs and listens: detach, tell who waits. */
	void (*ready)(void *arg);
	void *ready_arg;
};

/*
 * Run until a signal ends it; undo everything.  *accounts was loaded before
 * and is replaced on SIGHUP; both it and the kernel stay the caller's.
 * Returns the exit status.
 */
int broker_run(struct broker_conf *conf, struct accounts **accounts,
    struct kernel *kernel);

#endif
