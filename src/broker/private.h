/* What the files of dtcps' root process share. */
#ifndef DTCP_BROKER_PRIVATE_H
#define DTCP_BROKER_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "desk.h"
#include "dtcp/broker.h"
#include "dtcp/child.h"

#define STOP_GUARD     (5 * 1000) /* ms, from SIGTERM to the end */
#define LOOK_GAP       1000 /* ms, from one look at the kernel to the next */
#define STATUS_GAP     1000 /* ms, from one status file to the next, but */
#define STATUS_AT_ONCE 10   /* may come at any time after a rest */

struct broker {
	struct broker_conf *conf;
	struct accounts **accounts;
	struct kernel *kernel;
	struct desk desk;

	struct child engine;
	struct child_starts starts;

	/* Due times, os_now_ms(); INT64_MAX: nothing is to be done. */
	int64_t look_due, status_due;
	int64_t looked;	  /* when last */
	int64_t reported; /* how far ahead status files are: report.c */
	time_t since;	  /* the engine's start */

	bool stopping;
	int64_t stop_deadline;
	bool done;
	int status; /* exit status, valid once done */
};

/* broker.c: something is wrong that a new engine may mend. */
void broker_begin_anew(struct broker *b, const char *reason);
void broker_fail(struct broker *b); /* the end, with exit status 1 */

/* request.c: messages to and from the engine. */
void tell_engine(void *arg, const struct msg *m);
void tell_engine_type(struct broker *b, enum msg_type type);
void engine_read(struct broker *b);
/* It gets the listening sockets.  0 or -errno. */
int engine_listen(struct broker *b, struct err *e);

/* act.c: signals, and the kernel's events. */
void broker_act_on_signals(struct broker *b);
void broker_act_on_kernel(struct broker *b);

/*
 * report.c: the status file.  Something in it changed: status_due.  A new one,
 * now.  And all is ready: a line for each address.
 */
void report_changed(struct broker *b, int64_t now);
void report_write(struct broker *b, int64_t now);
void report_begin(const struct broker *b);

#endif
