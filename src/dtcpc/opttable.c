/* The options of dtcpc. */
#include <stddef.h>

#include "opttable.h"

static const struct cli_option options[OPT_COUNT] = {
    [OPT_NO_ADVERTISE] = {'a', "no-advertise", NULL, NULL,
	"send no router advertisements where -P would"},
    [OPT_ADDRESS] = {'A', "address", "address", NULL,
	"add an address to the tunnel interface: a comma-separated list of "
	"address, address/len or \"address -prefixlen len\", len 64 if not "
	"given"},
    [OPT_UDP_PORT] = {'b', "udp-port", "udp-port", NULL,
	"with -U: local UDP port (4028)"},
    [OPT_NAT_PORT] = {'B', "nat-port", "nat-port", NULL,
	"with -U: port that a NAT forwards to ours; the server is told this "
	"one"},
    [OPT_NO_CLONE] = {'c', "no-clone", NULL, NULL,
	"create no interface, use the one that -i names"},
    [OPT_DEBUG] = {'d', "debug", NULL, NULL, "log the protocol too"},
    [OPT_DAEMON] = {'D', "daemon", NULL, NULL, "become a daemon"},
    [OPT_PID_FILE] = {'f', "pid-file", "file", NULL,
	"pid file; it names the instance"},
    [OPT_FIB] = {'F', "fib", "fib", NULL,
	"routing table of the tunnel interface and of its routes (FreeBSD)"},
    [OPT_INTERFACE] = {'i', "interface", "if", NULL,
	"name of the tunnel interface"},
    [OPT_RECONNECT] = {'l', "reconnect", NULL, NULL,
	"connect again when the session is lost"},
    [OPT_MTU] = {'m', "mtu", "mtu", NULL, "MTU of the tunnel interface (1280)"},
    [OPT_NAT] = {'n', "nat", NULL, NULL,
	"accept that a NAT is between us and the server"},
    [OPT_KEEP_INTERFACE] = {'o', "keep-interface", NULL, NULL,
	"leave the interface there at exit, down and bare"},
    [OPT_PORT] = {'p', "port", "port", NULL, "TCP port of the server (20200)"},
    [OPT_PREFIX_DELEGATION] = {'P', "prefix-delegation", "prefix-delegation",
	NULL,
	"number interfaces from the delegated prefix and advertise it there: "
	"a comma-separated list of interface/SLA-id/host-id/length, SLA-id in "
	"hex (0), host-id of the form 0:0:0:1 (EUI-64), length 64 to 128 (64); "
	"the tunnel is \"tunnel\""},
    [OPT_ROUTE] = {'r', "route", "routecommand", NULL,
	"how the routes come about: static (the default route, or what -R "
	"says), solicit (from router advertisements), none; static unless "
	"given"},
    [OPT_DESTINATION] = {'R', "destination", "destination", NULL,
	"routes over the tunnel instead of the default route: a "
	"comma-separated list in the forms of -A, len 128 if not given, or "
	"the word default"},
    [OPT_TYPE] = {'t', "type", "tuntype", NULL,
	"tunnel to ask for: tunnelonly, host, network or its other name "
	"tunnelroute (tunnelonly)"},
    [OPT_USER] = {'u', "user", "user", NULL, "DTCP account (the login name)"},
    [OPT_UDP] = {'U', "udp", NULL, NULL,
	"carry IPv6 in UDP, which passes a NAT (with -n)"},
    [OPT_AUTH_FILE] = {'\0', "auth-file", "file", NULL,
	"where the password is (" DTCP_SYSCONFDIR "/dtcpc.auth)"},
    [OPT_DNSSL] = {'\0', "dnssl", "domain", NULL,
	"with -P: search domains to advertise, separated by commas"},
    [OPT_ENCAP] = {'\0', "encap", "how", NULL,
	"who encapsulates: kernel, user (this program), auto (kernel, else "
	"user) (auto)"},
    [OPT_METRIC] = {'\0', "metric", "metric", NULL,
	"metric of the routes, where the system has metrics (2048)"},
    [OPT_PING_INTERVAL] = {'\0', "ping-interval", "seconds", NULL,
	"time between two keep-alives (60)"},
    [OPT_PING_TIMEOUT] = {'\0', "ping-timeout", "seconds", NULL,
	"how long a keep-alive waits for its answer (20)"},
    [OPT_RDNSS] = {'\0', "rdnss", "address", NULL,
	"with -P: name servers to advertise, 3 at most, separated by commas"},
    [OPT_REPLACE_DEFAULT] = {'\0', "replace-default", NULL, NULL,
	"send everything through the tunnel, whatever default route there is: "
	"::/1 and 8000::/1"},
    [OPT_RETRY_MAX] = {'\0', "retry-max", "seconds", NULL,
	"longest wait between two attempts with -l (300)"},
    [OPT_RETRY_MIN] = {'\0', "retry-min", "seconds", NULL,
	"first wait; it doubles from one attempt to the next (1)"},
    [OPT_RUNAS] = {'\0', "runas", "user", NULL,
	"user, or uid:gid, of the processes that need no privileges (_dtcpc, "
	"else nobody)"},
    [OPT_STATE_DIR] = {'\0', "state-dir", "dir", NULL,
	"where the advertised prefixes are kept (" DTCP_STATEDIR ")"},
    [OPT_DRY_RUN] = {'\0', "dry-run", "reply", "[option ...]",
	"print what this reply of a server to the request would lead to, and "
	"do nothing"},
    [OPT_STATUS] = {'\0', "status", NULL, "[-f file]",
	"print the state of the instance that runs; exit 0: up, 3: not up, "
	"4: not running"},
    [OPT_HELP] = {'\0', "help", NULL, "", "print this"},
    [OPT_VERSION] = {'\0', "version", NULL, "", "print the version"},
};

_Static_assert(OPT_COUNT <= CLI_OPTIONS_MAX, "more than cli.h takes");

const struct cli dtcpc_cli = {.program = "dtcpc",
    .operand = "server",
    .options = options,
    .count = OPT_COUNT};
