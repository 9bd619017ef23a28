/* What the files of the load generator share: see server_load.c. */
#ifndef SERVER_LOAD_H
#define SERVER_LOAD_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtcp/proto.h"

#define ECHO_OCTETS 104 /* an echo request as ping(8) makes it */

enum stage {
	FREE,
	GREETED, /* connecting, or waiting for the greeting */
	ASKED,
	UP,
};

struct session {
	unsigned number;
	struct in_addr own4;
	char user[16];
	enum stage stage;
	int tcp, udp; /* -1: none */
	struct proto_framer framer;
	struct grant grant;
	uint8_t echo[ECHO_OCTETS]; /* the request that was made last */
	uint16_t sequence;	   /* of it */
	bool answered;		   /* it was */
};

struct load {
	struct sockaddr_in server;
	enum tunnel_type type;
	bool over_udp; /* else protocol 41, by one socket for all */
	int raw;       /* -1: none */
	int epoll;
	unsigned n;
	struct session *sessions;
	/* How many are up, and how many on their way to that. */
	unsigned up, pending;
	/* Since the last command: "-ERR" at a login, connections that ended by
	 * themselves, answers to "ping". */
	unsigned refused, lost, pongs;
};

int64_t now_us(void);
_Noreturn void die(const char *what);

/* server_load_session.c: one connection. */
void session_open(struct load *l, struct session *s);
void session_read(struct load *l, struct session *s);
void session_ping(struct load *l, struct session *s);
void session_drop(struct load *l, struct session *s);

/*
 * server_load_packets.c: what goes through the tunnels.  A keep-alive tells
 * the server where the session's socket is.  packets_read() reads all that is
 * there, of one session or, where they share a socket, of all (s is not
 * looked at); it returns how many answers to their requests were among it.
 */
void packets_watch(struct load *l, int fd, const struct session *s);
void packets_open(struct load *l); /* protocol 41 */
void packets_open_udp(struct load *l, struct session *s);
void packets_keepalive(struct load *l, struct session *s);
void packets_make_echo(struct session *s);
void packets_send_echo(struct load *l, struct session *s);
unsigned packets_read(struct load *l, struct session *s);

#endif
