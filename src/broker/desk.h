/*
 * The desk where tunnels are had: checks logins, gives and takes back what a
 * session needs.  It knows no process and no clock; what the engine is to be
 * told goes through tell().
 */
#ifndef DTCP_BROKER_DESK_H
#define DTCP_BROKER_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/broker.h"
#include "dtcp/channel.h"
#include "leases.h"
#include "works.h"

#define DESK_RAW_MAX 64 /* addresses of ours with tunnels of protocol 41 */

/* Lines about refused logins: a number each second, then only how many. */
struct desk_lines {
	int64_t until; /* the present second's end */
	unsigned told, hidden;
};

struct desk {
	const struct broker_conf *conf;
	const struct accounts *accounts;
	struct works works;
	struct leases leases;
	struct offer_units units;
	uint8_t ports[65536 / 8];	/* UDP ports in use */
	bool names[BROKER_DEVICES_MAX]; /* which of -i are in use */
	bool no_kernel; /* this system has no tunnel device of its own */
	struct device shared;
	unsigned nraw;
	struct in_addr raw4[DESK_RAW_MAX]; /* the engine has a socket of it */
	unsigned long long logins, refused;
	struct desk_lines lines;
	void (*tell)(void *arg, const struct msg *m);
	void *tell_arg;
	/* dtcp/sockets.h, or what a test has instead. */
	int (*open_raw)(struct in_addr local4, struct err *e);
	int (*open_udp)(struct in_addr local4, uint16_t port,
	    unsigned *features, struct err *e);
};

/*
 * desk.c: sessions come and go.  Beside desk_init(), works and tell have to be
 * set.  now: os_now_ms().
 */
void desk_init(struct desk *d, const struct broker_conf *conf,
    const struct accounts *accounts);
/* Before the first login to a new engine.  0 or -errno. */
int desk_open(struct desk *d, struct err *e);
void desk_login(
    struct desk *d, uint32_t id, const struct login *l, int64_t now);
/* why: key=value words for the log, "reason=quit". */
void desk_logout(struct desk *d, uint32_t id, const char *why, int64_t now);
/*
 * Something changed in the kernel: sessions whose device went end.  False: the
 * shared one went.
 */
bool desk_look(struct desk *d, int64_t now);
/* The engine is gone: all sessions end, everything is undone. */
void desk_close(struct desk *d, const char *why, int64_t now);

/* check.c: may that connection have that?  0 or -errno, see MSG_REFUSED. */
int desk_check(
    struct desk *d, uint32_t id, const struct login *l, struct err *e);

/* carry.c: what carries a session's packets.  0 or -errno; all or nothing. */
int desk_carry(struct desk *d, struct lease *s, struct err *e);
/* It is no more.  False: something of it could not be taken away. */
bool desk_drop(struct desk *d, struct lease *s);
/* The device that many share, and the engine's descriptor of it. */
int desk_share(struct desk *d, struct err *e);
/* The engine gets what is the session's own, and the grant. */
void desk_hand_over(struct desk *d, struct lease *s);

/* ports.c: a socket at the lowest free port from -b on: s->grant.port4. */
int desk_open_port(struct desk *d, struct lease *s, struct err *e);
void desk_close_port(struct desk *d, struct lease *s);

/* lines.c: what the log says of a session. */
void desk_log_login(const struct desk *d, const struct lease *s);
void desk_log_logout(const struct lease *s, const char *why, int64_t now);
void desk_log_refused(
    struct desk *d, const struct login *l, const struct err *e, int64_t now);
/* How many were not told of, once their second is over.  When it will be. */
int64_t desk_log_hidden(struct desk *d, int64_t now);
void desk_log_counts(const struct desk *d);
/* "user=... type=... client4=..." and so on, what a login's line has. */
void desk_describe(
    const struct desk *d, const struct lease *s, char *buf, size_t size);

#endif
