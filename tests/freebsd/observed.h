/*
 * Calls made, lists read and routing messages put into words, for tests that
 * run on a real FreeBSD as on the model.
 */
#ifndef OBSERVED_H
#define OBSERVED_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "sys/freebsd/calls.h"
#include "sys/freebsd/layout.h"

/* ---- The host: observed_model.c, observed_real.c ---- */

/* How many times the tests run, with which release each time. */
extern const int observed_releases[];
extern const unsigned observed_nreleases;

/* 0, or 77 where they cannot run. */
int observed_start(void);
/*
 * A host on which nothing is configured yet: lo0 down, without addresses (on
 * a real one, of which there is just the one, as far as that is so).
 */
void observed_host_new(int release);
void observed_host_free(void);
/* The model's alone. */
extern struct fbm_host *observed_host;

/* ---- Calls ---- */

/* Sockets of the host: for interfaces, and two for routing. */
struct observed {
	int release;
	int s4, s6;
	int route;  /* makes requests */
	int listen; /* hears */
	bool bare;  /* lo0 was not configured */
};
extern struct observed ob;

/* Of a group of tests: a host of ob.release, and the sockets. */
int observed_setup(void **state);
int observed_teardown(void **state);

/* The two records, each a group of that name; how many tests failed. */
int observed_life(const char *name);
int observed_calls(const char *name);

/* Each returns what the call did: -1 with errno, or 0 and more. */
int do_create(const char *cloner, char *name);
int do_destroy(const char *ifname);
int do_phyaddr(const char *ifname, const char *local, const char *remote);
int do_mtu(const char *ifname, int mtu);
int do_addr4(const char *ifname, const char *addr);
int do_delete4(const char *ifname, const char *addr);
/* peer NULL: none. */
int do_addr6(const char *ifname, const char *addr, const char *peer, int plen,
    int flags);
int do_delete6(const char *ifname, const char *addr);
int do_flags(const char *ifname, bool up);
int do_group(unsigned long request, const char *ifname, const char *group);
/* A request that takes a struct fb_ifreq with one number in it. */
int do_number(unsigned long request, const char *ifname, uint32_t n);
/* via: an interface's name, or an address. */
int do_route(int fd, uint8_t type, int flags, const char *dst, int plen,
    const char *via, uint64_t mtu);

/* Any other request with a struct fb_ifreq, which is filled. */
int if_request(unsigned long request, const char *ifname, struct fb_ifreq *r);
uint32_t if_index(const char *ifname); /* 0: not there */
uint32_t if_flags(const char *ifname);
uint32_t nd6_flags_of(const char *ifname);
int do_nd6(const char *ifname, uint32_t flags);
/* IN6_IFF_*; -1: not there. */
int addr6_flags(const char *ifname, const char *addr);
int sysctl_number(const char *name);

/* One line of the record: what was called, what it did. */
#define OK(call)	   observed_result(#call, (call), 0)
#define FAILS(call, error) observed_result(#call, (call), (error))
void observed_result(const char *what, long result, int error);

/* ---- What there is, and what was heard, in words ---- */

/* "2001:db8:3::/64 gw gif0 on gif0 0x100001 0xb7": the IPv6 routes. */
void check_routes(const char *const *lines, unsigned n);
/* The sum of the messages' lengths, and how many there are. */
size_t dump_length(unsigned *n);
/*
 * "RTM_ADD len 200 gif0 0x100045 0x3 errno 0" and so on: what was heard since
 * the last time.  A line that begins with "15 " is one that 14 and later say.
 * RTM_NEWMADDR and RTM_DELMADDR come at other moments there, and are only
 * counted.
 */
void check_messages(const char *const *lines, unsigned n);
void forget_messages(void);
/* The last answer of a type that the asking socket got; "": none. */
#define ANSWER_MAX 400
void read_answer(uint8_t type, char *out);
/* An interface by the name by which messages are to call it from now on. */
void name_index(uint32_t index, const char *name);

#define LINES(a) (a), (unsigned)(sizeof(a) / sizeof((a)[0]))

#endif
