/* Each option once: what getopt_long(3), usage and help are made from. */
#ifndef DTCPC_OPTTABLE_H
#define DTCPC_OPTTABLE_H

/* In the order of the manual: by letter, then the ones without. */
enum opt {
	OPT_NO_ADVERTISE,
	OPT_ADDRESS,
	OPT_UDP_PORT,
	OPT_NAT_PORT,
	OPT_NO_CLONE,
	OPT_DEBUG,
	OPT_DAEMON,
	OPT_PID_FILE,
	OPT_FIB,
	OPT_INTERFACE,
	OPT_RECONNECT,
	OPT_MTU,
	OPT_NAT,
	OPT_KEEP_INTERFACE,
	OPT_PORT,
	OPT_PREFIX_DELEGATION,
	OPT_ROUTE,
	OPT_DESTINATION,
	OPT_TYPE,
	OPT_USER,
	OPT_UDP,
	OPT_AUTH_FILE,
	OPT_DNSSL,
	OPT_ENCAP,
	OPT_METRIC,
	OPT_PING_INTERVAL,
	OPT_PING_TIMEOUT,
	OPT_RDNSS,
	OPT_REPLACE_DEFAULT,
	OPT_RETRY_MAX,
	OPT_RETRY_MIN,
	OPT_RUNAS,
	OPT_STATE_DIR,
	OPT_DRY_RUN,
	OPT_STATUS,
	OPT_HELP,
	OPT_VERSION,
	OPT_COUNT
};

struct opt_desc {
	char letter;	  /* '\0': has none */
	const char *name; /* after "--" */
	const char *arg;  /* NULL: takes none */
	/* What follows on a synopsis line of its own; NULL: has none. */
	const char *tail;
	const char *help;
};

extern const struct opt_desc opt_table[OPT_COUNT];

#endif
