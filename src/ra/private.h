/* What the files of router advertisements share. */
#ifndef DTCP_RA_PRIVATE_H
#define DTCP_RA_PRIVATE_H

#include "dtcp/ra.h"

/* ICMPv6 types, RFC 4861 4.1 and 4.2, and sizes before the options. */
#define RS_TYPE	     133
#define RA_TYPE	     134
#define RS_HEADER    8
#define RA_HEADER    16

/* Options, RFC 4861 4.6 and RFC 8106 5: the length counts units of 8. */
#define OPT_UNIT     8
#define OPT_SLLA     1
#define OPT_PREFIX   3
#define OPT_MTU	     5
#define OPT_RDNSS    25
#define OPT_DNSSL    31

#define PREFIX_UNITS 4 /* the length of a prefix option */
#define FLAG_ONLINK  0x80
#define FLAG_AUTO    0x40 /* autonomous address configuration */

/* ---- The prefixes of an interface: current ones first ---- */

bool ra_prefixes_any_current(const struct ra_iface *i);

/* Are these, in whatever order, the current ones? */
bool ra_prefixes_same(
    const struct ra_iface *i, const struct prefix6 *prefixes, unsigned n);

void ra_prefixes_replace(struct ra_iface *i, const struct prefix6 *prefixes,
    unsigned n, int64_t now);

/* True: there is a prefix more, or one that is withdrawn for longer. */
bool ra_prefixes_add_old(
    struct ra_iface *i, const struct ra_prefix *old, int64_t now);

/* Forget what has been withdrawn for long enough.  True: there was some. */
bool ra_prefixes_expire(struct ra_iface *i, int64_t now);

/* When that is next due; -1: never. */
int64_t ra_prefixes_deadline(const struct ra_iface *i);

/* Whatever is current has been announced now.  True: for the first time. */
bool ra_prefixes_announced(struct ra_iface *i);

/* Does h announce a current prefix, or what lies within one? */
bool ra_prefixes_contested(const struct ra_iface *i, const struct ra_heard *h);

/* Forget withdrawn ones that h announces.  True: there was some. */
bool ra_prefixes_taken_over(struct ra_iface *i, const struct ra_heard *h);

/* ---- The schedule ---- */

/* Before an event: nothing follows yet, but what time alone has changed. */
void ra_pass_time(struct ra_iface *i, int64_t now, struct ra_out *out);

/* After it.  changed: there is news for the hosts, beside the lifetime. */
void ra_settle(
    struct ra_iface *i, bool changed, int64_t now, struct ra_out *out);

/* Somebody solicited. */
void ra_answer(struct ra_iface *i, int64_t now);

/* Somebody else advertises. */
void ra_be_silent(struct ra_iface *i, enum ra_note why,
    const struct in6_addr *who, int64_t now, struct ra_out *out);

/* One that says we are no router any more, now. */
void ra_send_farewell(struct ra_iface *i, int64_t now, struct ra_out *out);

/* Nothing is due, apart from prefixes whose time will be over. */
void ra_rest(struct ra_iface *i);

#endif
