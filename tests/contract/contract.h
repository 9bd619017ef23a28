/*
 * One file of cases for every kernel back-end.  cases.c holds the cases; each
 * back-end's own file (fake.c, linux.c) supplies what is declared here under
 * "The back-end's side" and is linked with it into test_contract_<name>.
 *
 * Hooks that fail end the test (cmocka's fail_msg()), unless they say
 * otherwise.  "Behind the back" means: not through struct kernel, as another
 * program would do it, so that what struct kernel reports is checked against
 * somebody else's eyes.
 *
 * The names of interfaces are such that any system takes them; where a clone
 * is named by the system (FreeBSD: gif0, tun0), the hook renames it.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stdbool.h>

#include "dtcp/kernel.h"

#define CONTRACT_LOCAL	  "192.0.2.1"	 /* on the host from the start */
#define CONTRACT_LOCAL_2  "192.0.2.9"	 /* likewise */
#define CONTRACT_REMOTE	  "198.51.100.1" /* never on the host */
#define CONTRACT_REMOTE_2 "198.51.100.2"
#define CONTRACT_SPARE	  "203.0.113.7" /* comes and goes, see below */
#define CONTRACT_TAG	  "dtcp:/run/contract.pid"
#define CONTRACT_TAG_2	  "dtcp:/run/contract-2.pid"

/* ---- The back-end's side ---- */

/*
 * Before all tests, from main(): 0, or 77 where they cannot run here (the
 * program then exits with it).  Standing: root, namespaces, ...
 */
int contract_start(void);

/*
 * Before each test a host of its own (Linux: a fresh network namespace) with
 * CONTRACT_LOCAL and CONTRACT_LOCAL_2 on an interface that is up and is no
 * tunnel, and nothing else; after it the host goes.  What loading modules
 * leaves (sit0) is there before the test starts.
 */
void contract_host_new(void);
void contract_host_free(void);

/* NETOP_F_KERNEL and NETOP_F_USER, as far as this host can. */
uint8_t contract_encaps(void);

/* Has a route a metric here?  Where not, those of the hooks mean nothing. */
bool contract_has_metrics(void);
/* Routing tables that an interface can be put into: 1 where there is one. */
unsigned contract_fibs(void);

/* A kernel whose objects carry tag.  The test closes it. */
struct kernel *contract_open(const char *tag);

/* Make foreign things, behind the back. */

/*
 * An interface that is no tunnel, or (encap: NETOP_F_KERNEL, NETOP_F_USER)
 * one that a tunnel could adopt: down, without outer pair, addresses or tag,
 * MTU 1480.  (Linux: a sit device has a remote end from the start; without a
 * local one that is no pair.)
 */
void contract_add_link(const char *ifname, uint8_t encap);
void contract_add_outer(const char *ifname); /* LOCAL_2 to REMOTE_2 */
void contract_set_up(const char *ifname, bool up);
void contract_add_addr(const char *ifname, const char *prefix);
/*
 * On the link of an interface that is no tunnel there is a host that has that
 * address; false: there is none to be had.  Then wait until duplicate address
 * detection has come to its end there.
 */
bool contract_add_neighbour(const char *ifname, const char *prefix);
void contract_await_dad(const char *ifname);
/* It is up, and stays so. */
void contract_rename_link(const char *ifname, const char *to);
/* ifname NULL: unreachable.  Not with our mark, in table 0. */
void contract_add_route(
    const char *ifname, const char *prefix, uint32_t metric);

/*
 * Take things away behind the back, ours or not.  They must be there.  A route
 * lies in table 0, and is named by its metric only where there are metrics.
 */
void contract_remove_link(const char *ifname);
/*
 * Can an interface of ours be removed like that?  FreeBSD would wait until
 * nobody has a tun device open.
 */
bool contract_can_remove(uint8_t encap);
void contract_remove_addr(const char *ifname, const char *prefix);
void contract_remove_route(
    const char *ifname, const char *prefix, uint32_t metric);

/* CONTRACT_SPARE comes to the interface with CONTRACT_LOCAL, and goes. */
void contract_add_spare4(void);
void contract_remove_spare4(void);
/* An IPv4 default route appears. */
void contract_add_default4(void);

/* Look behind the back. */
struct contract_link {
	bool up;
	uint32_t mtu;
	uint32_t fib;
	bool accept_ra;
	char local4[ADDR4_STRLEN]; /* "" where there is no outer pair */
	char remote4[ADDR4_STRLEN];
};
/* False where there is no such interface; l may be NULL. */
bool contract_see_link(const char *ifname, struct contract_link *l);
/* peer: NULL where there is none. */
bool contract_see_addr(
    const char *ifname, const char *prefix, const char *peer);
bool contract_see_route(
    const char *ifname, const char *prefix, uint32_t metric);
/* Likewise, in another table than 0. */
bool contract_see_route_in(
    uint32_t fib, const char *ifname, const char *prefix, uint32_t metric);
/* Interfaces of the host, of whatever kind. */
unsigned contract_count_links(void);

/* ---- cases.c ---- */

/* Runs all cases once an encapsulation; the program's exit status. */
int contract_run(const char *name);

#endif
