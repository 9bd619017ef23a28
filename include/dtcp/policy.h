/*
 * What the root process lets the unprivileged one ask for.  Pure.
 */
#ifndef DTCP_POLICY_H
#define DTCP_POLICY_H

#include "dtcp/err.h"
#include "dtcp/netop.h"
#include "dtcp/plan.h"

struct policy {
	const struct plan_conf *conf; /* what the options allow */
	enum tunnel_type type;	      /* what was asked for */
	struct in_addr local4;	      /* our end of the live connection */
	/* Is a an address of this host?  NULL: local4 is the only one. */
	bool (*is_local4)(void *arg, struct in_addr a);
	void *arg;
};

/*
 * Only our own tunnel, named by slot alone; outer local end the live
 * connection's, remote end a unicast IPv4 that is not ours, UDP ports with -U
 * and never without, our end's that of -b; the name, encapsulations, MTU,
 * metric, routing table and flags that the options give (the interface's own
 * table only with -F); accept_ra on only with -r solicit; inner addresses from
 * 2000::/3 or fc00::/7, either a /128 with a peer or one of -A or -P; routes
 * that the options ask for (plan_routes()), or a reject route of /16 to /128
 * from 2000::/3 or fc00::/7 with PLAN_METRIC_REJECT; removals of these.  On
 * another interface nothing but the addresses that -P puts there, known by
 * length, host-id and SLA-id.  A peer only where a type can have one, a reject
 * route and what is of -P only for type network.  0, or -EPERM with a line that
 * names operation and rule.
 */
int policy_check(const struct policy *p, const struct netop *op, struct err *e);

/*
 * A whole list: each operation, and their order.  An interface that is up
 * listens to router advertisements unless it was told not to, and an address
 * brings it up by itself on some systems (FreeBSD): so neither UP nor ADDR
 * comes before ACCEPT_RA.  deaf: an ACCEPT_RA is in effect already.
 */
int policy_check_list(
    const struct policy *p, const struct plan *ops, bool deaf, struct err *e);

#endif
