/* Each option once: an index in the table of dtcps_cli. */
#ifndef DTCPS_OPTTABLE_H
#define DTCPS_OPTTABLE_H

#include "dtcp/cli.h"

/* In the order of the manual: by letter, then the ones without. */
enum opt {
	OPT_PEER_PAIR,
	OPT_UDP_PORT,
	OPT_NO_CLONE,
	OPT_DEBUG,
	OPT_FOREGROUND,
	OPT_PID_FILE,
	OPT_FIB,
	OPT_GLOBAL_ADDRESS,
	OPT_INTERFACES,
	OPT_UDP_INTERFACE,
	OPT_KEEP_INTERFACES,
	OPT_PORT,
	OPT_UDP,
	OPT_ENCAP,
	OPT_LISTEN,
	OPT_MAX_SESSIONS,
	OPT_MTU,
	OPT_ROUTES,
	OPT_RUNAS,
	OPT_USERS,
	OPT_STATUS,
	OPT_HELP,
	OPT_VERSION,
	OPT_COUNT
};

extern const struct cli dtcps_cli;

#endif
