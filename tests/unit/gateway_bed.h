/*
 * The engine of dtcps as a process of its own, with this one as its root
 * process and as its clients, which have addresses of 127/8.  Its clock can be
 * moved on.
 */
#ifndef GATEWAY_BED_H
#define GATEWAY_BED_H

#include <stdbool.h>

#include "dtcp/channel.h"

#define BED_USER "demo"

int bed_setup(void **state);
int bed_teardown(void **state); /* it has to be there until then */
void bed_exits(int wanted);	/* in place of that */

void bed_skip(int64_t ms); /* on its clock */

/* A client from 127.0.0.host; the greeting has been read. */
int bed_client(unsigned host);
/* The same, without that. */
int bed_connect(unsigned host);
void bed_say(int fd, const char *text);
/* The next line without its CRLF, or "" at the end. */
const char *bed_line(int fd);
void bed_hears(int fd, const char *line);
void bed_ended(int fd);	   /* nothing but the end comes */
bool bed_is_quiet(int fd); /* nothing is there now */
/* After it has done all that it was told before. */
void bed_settle(void);

/* As the root process. */
void bed_tell(const struct msg *m);
void bed_tell_fd(enum msg_type type, uint32_t id, int fd); /* closes fd */
void bed_asked(enum msg_type type, struct msg *m); /* the next but logs */
void bed_logged(const char *words);		   /* is the next of them */
void bed_login(int fd, const char *rest, struct msg *m); /* up to MSG_LOGIN */
void bed_refuse(uint32_t id, int code, bool kept);
/* Of that unit: 2001:db8::<4n+2>. */
void bed_grant(struct msg *m, uint32_t id, enum carrier carrier, unsigned unit);

/* A socket pair: the returned end is the test's, *theirs the engine's. */
int bed_pair(int *theirs);

#endif
