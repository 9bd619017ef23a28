/*
 * Router advertisements (RFC 4861 6.2, RFC 8106, RFC 9096) and solicitations:
 * building, reading, and when to send them.  Pure but for ra_socket_*().
 *
 * Times are milliseconds of os_now_ms(); -1 is never.
 */
#ifndef DTCP_RA_H
#define DTCP_RA_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/addr.h"
#include "dtcp/err.h"
#include "dtcp/lan.h"

#define RA_PREFIXES_MAX 32 /* current and withdrawn, of an interface */
#define RA_RDNSS_MAX	3
#define RA_DNSSL_MAX	120  /* octets, as encoded */
#define RA_PACKET_MAX	1240 /* fits an IPv6 packet of 1280 octets */
#define RS_PACKET_MAX	24
#define RA_RECV_MAX	1500 /* no longer one is looked at */

#define RA_PREFERRED	(45 * 60) /* s, RFC 9096 4: also router and DNS */
#define RA_VALID	(90 * 60) /* s */

/* What the options say: --rdnss, --dnssl, -a. */
struct ra_conf {
	bool advertise; /* not -a */
	unsigned nrdnss;
	struct in6_addr rdnss[RA_RDNSS_MAX];
	size_t dnssllen;
	uint8_t dnssl[RA_DNSSL_MAX]; /* RFC 8106 5.2: domain names as in DNS,
				      * one after the other, no padding */
};

/* A prefix that an interface announces, or withdraws until a time. */
struct ra_prefix {
	struct prefix6 prefix; /* without host bits */
	bool withdrawn;
	bool announced; /* hosts may have it: it has to be withdrawn */
	int64_t until;	/* withdrawn: from then on nothing is said of it */
};

/* One advertisement. */
struct ra_params {
	const struct ra_conf *conf;
	uint8_t hwlen;
	uint8_t hwaddr[LAN_HWADDR_MAX];
	uint32_t mtu;		  /* octets: the tunnel's */
	uint16_t router_lifetime; /* s */
	uint32_t dns_lifetime;	  /* s */
	unsigned nprefixes;
	struct ra_prefix prefixes[RA_PREFIXES_MAX];
};

/*
 * The ICMPv6 message, RFC 4861 4.2, checksum 0 (the kernel's): source
 * link-layer address (of 6 octets; others are left out), MTU, a prefix option
 * each (on-link; autonomous where it is a /64; lifetimes RA_PREFERRED and
 * RA_VALID, or both 0 if withdrawn, flags unchanged), RDNSS, DNSSL.  Returns
 * its size; everything that fits struct ra_params fits.
 */
size_t ra_build(const struct ra_params *p, uint8_t buf[RA_PACKET_MAX]);

/* A solicitation, RFC 4861 4.1, with our link-layer address if it has 6. */
size_t rs_build(const struct lan *l, uint8_t buf[RS_PACKET_MAX]);

enum ra_kind { RA_NONE, RA_SOLICITATION, RA_ADVERTISEMENT };

/* What was heard, checked as RFC 4861 6.1.1 and 6.1.2 say. */
struct ra_heard {
	enum ra_kind kind;
	struct in6_addr from;
	uint16_t router_lifetime; /* ADVERTISEMENT */
	/*
	 * ADVERTISEMENT: the first of the prefixes, without host bits; those
	 * that say nothing to a host are left out: withdrawn ones (a valid
	 * lifetime of 0), and those neither on-link nor autonomous.
	 */
	unsigned nprefixes;
	struct prefix6 prefixes[RA_PREFIXES_MAX];
};

/*
 * Read n octets of ICMPv6 that came from from with that hop limit (-1: not
 * known).  0, or -EBADMSG for whatever has to be discarded silently.
 */
int ra_parse(const uint8_t *p, size_t n, const struct in6_addr *from,
    int hoplimit, struct ra_heard *h);

/* ---- When to send: one interface */

enum ra_state {
	RA_OFF,	      /* no sockets, or nothing to say */
	RA_LISTENING, /* 4 s after a solicitation: is there another one? */
	RA_ADVERTISING,
	RA_SILENT, /* somebody else advertises; look again later */
};

enum ra_note {
	RA_NOTE_NONE,
	RA_NOTE_BEGINS,	     /* advertising begins, also after silence */
	RA_NOTE_SAME_HOST,   /* silent: another program on this host does it */
	RA_NOTE_SAME_PREFIX, /* silent: another router, for our prefix: who */
};

/* What follows from an event: send these, say that, write it down. */
struct ra_out {
	size_t rslen; /* 0: none */
	uint8_t rs[RS_PACKET_MAX];
	size_t ralen; /* 0: none */
	uint8_t ra[RA_PACKET_MAX];
	enum ra_note note;
	struct in6_addr who;
	/*
	 * The prefixes, or which of them have been announced: worth writing
	 * down.  Not with -a.
	 */
	bool changed;
};

/* lo <= result <= hi, in ms. */
typedef int64_t ra_random(void *arg, int64_t lo, int64_t hi);

struct ra_iface {
	const struct ra_conf *conf;
	uint32_t mtu;
	ra_random *random;
	void *arg;

	enum ra_state state;
	bool ready; /* the sockets are there */
	struct lan lan;
	bool tunnel_up;
	int64_t tunnel_lost;	  /* when, -1: long ago or never up */
	int64_t next;		  /* the next advertisement, or look */
	int64_t last_sent;	  /* -1: none yet */
	int64_t farewell;	  /* SILENT: the one that ends ours; -1: none */
	unsigned initial;	  /* how many of the first three are left */
	bool answering;		  /* next is the answer to a solicitation */
	int64_t told;		  /* that somebody else does: when, -1: not */
	bool known;		  /* hosts may have us as their router */
	uint16_t router_lifetime; /* s, after the latest event */
	unsigned nprefixes;
	struct ra_prefix prefixes[RA_PREFIXES_MAX];
	/* What we sent last, which a bridge may send back to us. */
	size_t lastlen;
	uint8_t last[RA_PACKET_MAX];
};

/*
 * Each of these, but init and deadline, sets *out, whatever was in it.
 *
 * Nothing is sent before ra_iface_open(), or as long as there is no prefix,
 * current or withdrawn, or conf->advertise is false.  Then: one solicitation,
 * 4 s of listening, three advertisements at most 16 s apart (RFC 4861 6.2.4),
 * then one each 200 to 600 s at random; never two within 3 s, answers to
 * solicitations included, which come, to all nodes, 0 to 0.5 s after the
 * first one.  A change of prefixes or of the tunnel begins the three anew,
 * at once or as soon as the 3 s are over.
 */
void ra_iface_init(struct ra_iface *i, const struct ra_conf *conf, uint32_t mtu,
    ra_random *random, void *arg);

/* The sockets on lan are there; once more: they are new ones. */
void ra_iface_open(
    struct ra_iface *i, const struct lan *lan, int64_t now, struct ra_out *out);
/* The sockets are gone, and the interface or its address with them. */
void ra_iface_close(struct ra_iface *i);

/*
 * The prefixes of the LAN from now on, RA_PREFIXES_MAX at most.  One that was
 * announced and is not among them is withdrawn for RA_VALID; one that is back
 * is not withdrawn any more.  Where too many are to be withdrawn, those that
 * have waited longest are forgotten.  The same as before: nothing happens.
 */
void ra_iface_set(struct ra_iface *i, const struct prefix6 *prefixes,
    unsigned n, int64_t now, struct ra_out *out);

/*
 * What an earlier run left behind, which made us the router of hosts there:
 * as ra_iface_cease() sees it, we still are.  What it announced is current and
 * announced; what it withdrew (until says until when) is withdrawn for as long,
 * but for RA_VALID at most, unless it is current.
 */
void ra_iface_old(struct ra_iface *i, const struct ra_prefix *old, unsigned n,
    int64_t now, struct ra_out *out);

/*
 * The tunnel works, or not.  30 s after it was lost, and before it has been up
 * for the first time, the router lifetime is 0; prefixes stay.
 */
void ra_iface_tunnel(
    struct ra_iface *i, bool up, int64_t now, struct ra_out *out);

/*
 * Something was heard; p and n: the message itself, by which our own is known
 * again.  An advertisement from our own link-local address, or with a prefix
 * that is one of ours or lies within it, makes us silent, for 10 to 12 minutes
 * from the last one on; then it begins anew.  The note says so once an hour, as
 * long as it lasts.  In the second case one advertisement with router lifetime
 * 0 ends ours; it leaves out the current prefixes, for the other router has
 * them too.  A prefix that we withdraw and another router announces is not ours
 * to withdraw any more.
 */
void ra_iface_heard(struct ra_iface *i, const struct ra_heard *h,
    const uint8_t *p, size_t n, int64_t now, struct ra_out *out);

/* Of two times, either of which may be -1. */
int64_t ra_sooner(int64_t a, int64_t b);

/* When ra_iface_timer() is due; -1: never. */
int64_t ra_iface_deadline(const struct ra_iface *i);
void ra_iface_timer(struct ra_iface *i, int64_t now, struct ra_out *out);

/*
 * The end: where we may be somebody's router, one advertisement with router
 * lifetime 0 and DNS lifetimes 0, at once.  Then as after close.
 */
void ra_iface_cease(struct ra_iface *i, int64_t now, struct ra_out *out);

/* ---- Soliciting on the tunnel, -r solicit: three times, 4 s apart */

enum rs_next { RS_NOTHING, RS_SEND, RS_GIVE_UP };

struct rs_sender {
	unsigned left;	  /* solicitations still to be sent */
	int64_t deadline; /* -1: over, or not begun */
};

void rs_begin(struct rs_sender *s, int64_t now); /* the first is due now */
void rs_end(struct rs_sender *s);		 /* heard, or not wanted */
/* What to do at that time: nothing before the deadline. */
enum rs_next rs_timer(struct rs_sender *s, int64_t now);

/* ---- Sockets, RFC 3542.  Root's work */

enum ra_socket {
	RA_SOCKET_LISTEN,    /* hears RS and RA on that interface */
	RA_SOCKET_ADVERTISE, /* connected to ff02::1, is not looped back */
	RA_SOCKET_SOLICIT,   /* connected to ff02::2, heard on this host too */
	RA_SOCKETS
};

/*
 * A raw ICMPv6 socket on the interface, non-blocking and close-on-exec, hop
 * limit 255; those that send are bound to its link-local address.  The
 * descriptor, or -errno with a line; -EADDRNOTAVAIL: the address cannot be
 * used yet.
 */
int ra_socket_open(enum ra_socket which, const struct lan *lan, struct err *e);

/*
 * Receive one message from LISTEN: its size, 0 for one that is not of that
 * interface or too long, -EAGAIN, or another -errno.  hoplimit -1: not told.
 */
int ra_socket_recv(int fd, uint32_t ifindex, uint8_t buf[RA_RECV_MAX],
    struct in6_addr *from, int *hoplimit);

#endif
