/* The options of dtcps. */
#include <stddef.h>

#include "opttable.h"

static const struct cli_option options[OPT_COUNT] = {
    [OPT_PEER_PAIR] = {'a', "peer-pair", NULL, NULL,
	"give tunnels of type network a pair of addresses, too"},
    [OPT_UDP_PORT] = {'b', "udp-port", "udp-port", NULL,
	"with -U: the first of the local UDP ports, one a session (4028)"},
    [OPT_NO_CLONE] = {'c', "no-clone", NULL, NULL,
	"create no tunnel interface, use those that -i names"},
    [OPT_DEBUG] = {'d', "debug", NULL, NULL, "log the protocol too"},
    [OPT_FOREGROUND] = {'D', "foreground", NULL, NULL,
	"do not become a daemon"},
    [OPT_PID_FILE] = {'f', "pid-file", "file", NULL,
	"pid file; it names the instance"},
    [OPT_FIB] = {'F', "fib", "fib", NULL,
	"routing table of the tunnel interfaces and of the routes (FreeBSD)"},
    [OPT_GLOBAL_ADDRESS] = {'g', "global-address", "address", NULL,
	"IPv4 address that clients are told, where a static NAT gives this "
	"host another one"},
    [OPT_INTERFACES] = {'i', "interfaces", "interfaces", NULL,
	"tunnel interfaces: a comma-separated list of names, to be created, "
	"and of regular expressions, for what exists (any number of new ones)"},
    [OPT_UDP_INTERFACE] = {'I', "udp-interface", "udp-interface", NULL,
	"name of the interface that sessions share whose packets this program "
	"carries"},
    [OPT_KEEP_INTERFACES] = {'o', "keep-interfaces", NULL, NULL,
	"leave the interfaces there at exit, down and bare"},
    [OPT_PORT] = {'p', "port", "port", NULL, "TCP port (20200)"},
    [OPT_UDP] = {'U', "udp", NULL, NULL,
	"offer tunnels over UDP, which pass a NAT"},
    [OPT_ENCAP] = {'\0', "encap", "how", NULL,
	"who encapsulates what is not UDP: kernel, user (this program), auto "
	"(kernel, else user) (user; with -i or -c, auto)"},
    [OPT_LISTEN] = {'\0', "listen", "address", NULL,
	"IPv4 addresses to listen on, 8 at most, separated by commas (any)"},
    [OPT_MAX_SESSIONS] = {'\0', "max-sessions", "number", NULL,
	"tunnels at a time, 16000 at most (5000)"},
    [OPT_MTU] = {'\0', "mtu", "mtu", NULL,
	"MTU of the tunnel interfaces (1280)"},
    [OPT_ROUTES] = {'\0', "routes", "file", NULL,
	"who has which prefixes (" DTCP_SYSCONFDIR "/dtcps.routes)"},
    [OPT_RUNAS] = {'\0', "runas", "user", NULL,
	"user, or uid:gid, of the process that needs no privileges (_dtcpc, "
	"else nobody)"},
    [OPT_USERS] = {'\0', "users", "file", NULL,
	"users and passwords (" DTCP_SYSCONFDIR "/dtcps.users)"},
    [OPT_STATUS] = {'\0', "status", NULL, "[-f file]",
	"print the state of the instance that runs; exit 0: up, 3: not up, "
	"4: not running"},
    [OPT_HELP] = {'\0', "help", NULL, "", "print this"},
    [OPT_VERSION] = {'\0', "version", NULL, "", "print the version"},
};

_Static_assert(OPT_COUNT <= CLI_OPTIONS_MAX, "more than cli.h takes");

const struct cli dtcps_cli = {.program = "dtcps",
    .operand = "[prefix]",
    .options = options,
    .count = OPT_COUNT};
