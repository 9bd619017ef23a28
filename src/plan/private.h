/* What the files of this folder share. */
#ifndef PLAN_PRIVATE_H
#define PLAN_PRIVATE_H

#include "dtcp/plan.h"
#include "dtcp/policy.h"

/* An address can be on this host once, whatever its length or peer. */
bool plan_has_addr(const struct plan *p, const struct in6_addr *a);

#define LAN_BIT 64 /* SLA-ids end there, host-ids begin */

/*
 * An address of an item of -P: prefix, SLA-id and the low 64 bits (NULL: 0)
 * put together.
 */
struct prefix6 lan_join(const struct delegation *d,
    const struct prefix6 *prefix, const uint8_t *host);

/* -P against a grant that grant_check() took.  0, or -EINVAL with a line. */
int lan_check_grant(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct err *e);

/* The pair's far end must not be an address of -P. */
int lan_check_far_end(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct err *e);

/* The addresses of -P; lan_check_grant() has bounded them. */
void lan_add(const struct plan_conf *c, const struct lan *lans,
    const struct grant *g, struct plan *p);

/* Is all of a delegated prefix one connected subnet of -P? */
bool lan_has_subnet(const struct plan *p, const struct prefix6 *prefix);

/* NULL, or why op, an address without a peer, is none of -P on its slot. */
const char *policy_lan_address(const struct policy *p, const struct netop *op);

/* NULL, or why op must not be done to an interface that is not the tunnel. */
const char *policy_lan_rule(const struct policy *p, const struct netop *op);

#endif
