/*
 * An interface that advertises, under a virtual clock: events one by one, and
 * what came of each.
 */
#ifndef RA_BED_H
#define RA_BED_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dtcp/ra.h"

#define BED_START     1000000 /* ms */
#define BED_LINKLOCAL "fe80::11"
#define BED_OTHER     "fe80::22" /* another router */
#define BED_PREFIX    "2001:db8:5:1::/64"
#define BED_PREFIX_2  "2001:db8:6:1::/64"

enum bed_random { BED_LOW, BED_HIGH, BED_ANY };

struct ra_bed {
	struct ra_iface i;
	struct ra_conf conf;
	struct lan lan;
	struct ra_out out; /* of the last event */
	int64_t now;
	enum bed_random random;
	uint32_t seed;
	/* Of all events. */
	unsigned nra, nrs;
	int64_t sent; /* the last advertisement; -1: none */
};

void bed_init(struct ra_bed *b);
/* The usual: sockets open, tunnel up, BED_PREFIX. */
void bed_start(struct ra_bed *b);
/* And, after the initial three, in steady state. */
void bed_steady(struct ra_bed *b);

struct prefix6 bed_prefix(const char *text);
uint32_t bed_bits(struct ra_bed *b, uint32_t below);

/* Events, now. */
void bed_open(struct ra_bed *b);
void bed_set(struct ra_bed *b, const char *prefix); /* NULL: none */
void bed_set_two(struct ra_bed *b, const char *one, const char *two);
/* Withdrawn until then; -1: announced. */
void bed_old(struct ra_bed *b, const char *prefix, int64_t until);
void bed_tunnel(struct ra_bed *b, bool up);
void bed_timer(struct ra_bed *b);
void bed_cease(struct ra_bed *b);
void bed_solicit(struct ra_bed *b);
/* An advertisement with one prefix (NULL: none), which lives valid s. */
void bed_advertise(
    struct ra_bed *b, const char *from, const char *prefix, uint8_t valid);
void bed_hear(
    struct ra_bed *b, const struct in6_addr *from, const uint8_t *p, size_t n);

/* To the deadline, and the timer; how long that took. */
int64_t bed_wait(struct ra_bed *b);
/* Through all deadlines until then; how many advertisements there were. */
unsigned bed_run(struct ra_bed *b, int64_t ms);

/* About out.  Lifetimes in s. */
void bed_expect_nothing(const struct ra_bed *b);
void bed_expect_ra(const struct ra_bed *b, uint16_t router_lifetime);
/* Its prefixes are these, in this order: current, then withdrawn ones. */
void bed_expect_prefixes(
    const struct ra_bed *b, const char *current, const char *withdrawn);

#endif
