/* What the cases have in common: a host, a kernel, and how to work with it. */
#ifndef CONTRACT_SUPPORT_H
#define CONTRACT_SUPPORT_H

#include "contract.h"

#define DONE_MAX 32

/* Of the test that runs. */
struct contract_env {
	uint8_t encap; /* the one this round is about */
	struct kernel *k;
	struct netop tunnel; /* as apply() left it */
	unsigned ndone;
	struct netop done[DONE_MAX]; /* what undoes what was done */
};
extern struct contract_env env;

/* cmocka's. */
int contract_setup(void **state);
int contract_teardown(void **state);

/* A TUNNEL of this round's encapsulation; ifname "": the system's choice. */
struct netop tunnel_op(const char *ifname, unsigned flags);
/* An operation on the tunnel; prefix may be NULL. */
struct netop tunnel_on(enum netop_kind kind, const char *prefix);
struct netop addr_op(const char *prefix, const char *peer);
struct netop route_op(const char *prefix, uint32_t metric);
struct netop reject_op(const char *prefix);
/* op in that routing table; a FIB that puts the tunnel there. */
struct netop in_fib(struct netop op, uint32_t fib);
struct netop fib_op(uint32_t fib);

/*
 * prepare() and apply(), as the executor does it; the undo goes to env.done.
 * Checks that prepare() changed nothing, and that the undo can be written
 * down.  Returns the first error.
 */
int try_op(struct kernel *k, struct netop *op);
/* Likewise, and it must succeed. */
void do_op(struct netop op);
/* A removal: no prepare(). */
int remove_op(struct netop op);

/* Make the tunnel, and with up also accept_ra off, MTU 1280 and up. */
void make_tunnel(const char *ifname, unsigned flags);
void make_tunnel_up(void);
/* Likewise, in that routing table. */
void make_tunnel_up_in(uint32_t fib);
/* Undo all that was done, newest first. */
void undo_all(void);

void get_snapshot(struct kernel *k, struct snapshot *s);

/*
 * Take all events that wait; settle: and those that come a little later, of
 * what was done before.  Then wait for one of a kind (bounded).
 */
void drain_events(void);
void settle_events(void);
void await_event(enum kevent_kind kind, const char *addr4);

#endif
