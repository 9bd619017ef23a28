/*
 * One end of a tunnel in user space, for the benchmark: device and socket as
 * the kernel back-end makes them, and the relay in a loop, with every check.
 * Prints a line when it runs; ends, with the relay's counters, on a signal.
 */
#include <sys/types.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dtcp/kernel.h"
#include "dtcp/num.h"
#include "dtcp/os.h"
#include "dtcp/relay.h"

#define MTU_MIN 1280 /* RFC 8200 5 */

static const char usage[] =
    "usage: relay_end name local4 remote4 port|0 mtu address/length\n"
    "       port 0: protocol 41\n";

struct conf {
	struct netop tunnel;
	uint32_t mtu;
	struct prefix6 own;
};

struct end {
	struct relay relay;
	struct relay_socket outer;
	struct relay_client client;
};

static volatile sig_atomic_t stopped;

static void
stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static _Noreturn void
die(const struct err *e)
{
	(void)fprintf(stderr, "relay_end: %s\n", e->text);
	exit(EXIT_FAILURE);
}

static void
apply(struct kernel *k, struct netop *op, const struct netop *tunnel)
{
	struct err e;

	if (tunnel != NULL) {
		op->ifindex = tunnel->ifindex;
		(void)memcpy(op->ifname, tunnel->ifname, sizeof(op->ifname));
	}
	if (k->ops->apply(k, op, &e) != 0)
		die(&e);
}

/* As plan_make() would have it. */
static void
set_up(struct kernel *k, struct conf *c)
{
	struct netop size = {.kind = NETOP_MTU, .mtu = c->mtu};
	struct netop up = {.kind = NETOP_UP};
	struct netop addr = {.kind = NETOP_ADDR, .prefix = c->own};

	apply(k, &c->tunnel, NULL);
	apply(k, &size, &c->tunnel);
	apply(k, &up, &c->tunnel);
	apply(k, &addr, &c->tunnel);
}

static void
start(struct kernel *k, const struct conf *c, struct end *end)
{
	struct relay *r = &end->relay;
	struct relay_rules *rules = &end->client.rules;
	struct user_fds fds;
	struct err e;

	if (k->ops->open_user(k, &c->tunnel, &fds, &e) != 0)
		die(&e);
	relay_init(r);
	r->tunfd = fds.tunfd;
	r->features = fds.features;
	r->tun_family = os_tun_family();
	r->mtu = c->mtu;
	r->policy = relay_client_policy;
	r->policy.arg = &end->client;
	relay_socket_init(
	    &end->outer, fds.outerfd, c->tunnel.rport != 0, true, fds.features);
	end->client.peer.socket = &end->outer;
	rules->udp = end->outer.udp;
	rules->nown = 1;
	rules->own[0] = c->own;
	rules->own[0].len = 128;
	(void)printf("vnet=%d gso=%d gro=%d\n", (fds.features & USER_VNET) != 0,
	    (fds.features & USER_GSO) != 0, (fds.features & USER_GRO) != 0);
	(void)fflush(stdout);
}

/* Signals come in while it waits, and at no other time. */
static void
run(struct end *end)
{
	struct relay *r = &end->relay;
	struct pollfd p[] = {
	    {.fd = r->tunfd, .events = POLLIN},
	    {.fd = end->outer.fd, .events = POLLIN},
	};
	sigset_t none;
	int error = 0;

	(void)sigemptyset(&none);
	while (!stopped && error >= 0) {
		if (ppoll(p, 2, NULL, &none) <= 0)
			continue;
		if (p[0].revents != 0)
			error = relay_from_tun(r);
		if (p[1].revents != 0 && error >= 0)
			error = relay_from_socket(r, &end->outer);
	}
	if (error < 0)
		(void)fprintf(
		    stderr, "relay_end: relay: %s\n", strerror(-error));
}

static void
tell(const struct relay_stats *s)
{
	(void)fprintf(stderr, "in=%ju out=%ju gso-refused=%ju",
	    (uintmax_t)s->packets_in, (uintmax_t)s->packets_out,
	    (uintmax_t)s->gso_refused);
	for (unsigned v = 0; v < RELAY_VERDICTS; v++) {
		if (s->drops_in[v] != 0 || s->drops_out[v] != 0)
			(void)fprintf(stderr, " %s=%ju/%ju",
			    relay_verdict_name(v), (uintmax_t)s->drops_in[v],
			    (uintmax_t)s->drops_out[v]);
	}
	(void)fprintf(stderr, "\n");
}

static void
parse(struct conf *c, int argc, char *argv[])
{
	uint32_t port;

	memset(c, 0, sizeof(*c));
	c->tunnel.kind = NETOP_TUNNEL;
	c->tunnel.flags = NETOP_F_USER;
	if (argc != 7 || !netop_ifname_ok(argv[1]) ||
	    addr4_parse(argv[2], strlen(argv[2]), &c->tunnel.local4) != 0 ||
	    addr4_parse(argv[3], strlen(argv[3]), &c->tunnel.remote4) != 0 ||
	    num_parse(argv[4], strlen(argv[4]), 0, UINT16_MAX, &port) != 0 ||
	    num_parse(argv[5], strlen(argv[5]), MTU_MIN, UINT16_MAX, &c->mtu) !=
		0 ||
	    prefix6_parse(argv[6], strlen(argv[6]), &c->own) != 0) {
		(void)fputs(usage, stderr);
		exit(EXIT_FAILURE);
	}
	(void)memcpy(c->tunnel.ifname, argv[1], strlen(argv[1]));
	c->tunnel.lport = c->tunnel.rport = (uint16_t)port;
}

static void
catch_signals(void)
{
	sigset_t both;

	(void)sigemptyset(&both);
	(void)sigaddset(&both, SIGTERM);
	(void)sigaddset(&both, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &both, NULL);
	(void)signal(SIGTERM, stop);
	(void)signal(SIGINT, stop);
}

int
main(int argc, char *argv[])
{
	struct conf c;
	struct kernel *k;
	static struct end end;
	struct err e;

	parse(&c, argc, argv);
	catch_signals();
	if (kernel_open("dtcp:bench", &k, &e) != 0)
		die(&e);
	set_up(k, &c);
	start(k, &c, &end);
	run(&end);
	relay_stats_add(&end.relay.stats, &end.client.peer.stats);
	tell(&end.relay.stats);
	k->ops->close(k);
	return stopped ? EXIT_SUCCESS : EXIT_FAILURE;
}
