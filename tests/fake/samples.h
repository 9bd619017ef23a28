/* Options and grants for tests: fixed ones, and any number of random ones. */
#ifndef FAKE_SAMPLES_H
#define FAKE_SAMPLES_H

#include "dtcp/plan.h"

#define SAMPLE_LOCAL  "192.0.2.1"
#define SAMPLE_REMOTE "198.51.100.1"

/* From text; they end the program where it is none. */
struct in_addr a4(const char *text);
struct in6_addr a6(const char *text);
struct prefix6 p6(const char *text);

/* The options' defaults: static default route, either encapsulation. */
struct plan_conf sample_conf(void);

/* tunnelonly, host (2001:db8:ffff::6 and ::5), network (2001:db8:1::/48). */
struct grant sample_grant(enum tunnel_type type);

/*
 * A LAN's interface on that slot, in the options of -P and as it is: index
 * slot + 1, hardware address 00:00:5e:00:53:slot.
 */
void sample_lan(struct plan_conf *c, struct lan lans[NETOP_SLOTS], uint8_t slot,
    const char *ifname);

/* An item of -P; host NULL: EUI-64. */
void sample_item(struct plan_conf *c, uint8_t slot, uint64_t sla,
    const char *host, uint8_t len);

/* A small generator: the same numbers for the same start.  Not 0. */
uint32_t sample_next(uint32_t *state);

/* Grants from a small world, so that two of them have things in common. */
struct grant sample_random_grant(uint32_t *state);

#endif
