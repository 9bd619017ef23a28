/*
 * The desk of dtcps on the fake kernel: a host with interfaces of others, two
 * users with prefixes and one without, and an engine that only counts what it
 * is told.
 */
#ifndef MODEL_DESK_BED_H
#define MODEL_DESK_BED_H

#include "broker/desk.h"
#include "fake_kernel.h"
#include "samples.h"

#define BED_TAG	   "dtcp:/run/dtcps.pid"
#define BED_LOCAL4 "192.0.2.1"
#define BED_SIT	   "gif0" /* there from the start, to be adopted */
#define BED_SIT_2  "gif1"
#define BED_TUN	   "tun0" /* up */
#define BED_IDS	   12

struct bed;

/* Between the desk and the fake: takes pictures. */
struct bed_front {
	struct kernel kernel;
	struct bed *bed;
};

struct bed {
	struct fake_host *host;
	struct kernel *k;
	struct bed_front front;
	struct broker_conf conf;
	struct accounts *accounts;
	struct desk desk;
	struct fake_state start;
	uint8_t file[JOURNAL_WIRE_MAX]; /* the undo file */
	size_t nfile;
	unsigned fail_save; /* the one to fail; 0: none */
	unsigned told[MSG_TYPES];
	int refused; /* of the last MSG_REFUSED: code */
	bool kept;
	struct grant granted; /* of the last MSG_GRANT */
	int64_t now;
	void (*look)(void); /* before and after each operation and save */
};

/* Types host and network with UDP; either encapsulation. */
void bed_new(struct bed *b);
void bed_free(struct bed *b);
/* -i: the next name. */
void bed_name(struct bed *b, const char *ifname, bool adopt);
void bed_open(struct bed *b);
/* All goes, and the host is what it was. */
void bed_close(struct bed *b);

/* A login of users "anna", "bert" (prefixes) or "carl"; nothing is said yet. */
struct login bed_login_of(
    const char *user, unsigned type, bool udp, unsigned n);
/* 0, or the errno with which it was refused.  n: of the client's address. */
int bed_login(struct bed *b, uint32_t id, const char *user, unsigned type,
    bool udp, unsigned n);

/* What is in the kernel is what the sessions have, and nothing else. */
void bed_consistent(struct bed *b);

/* What a kill at this point leaves, and a start that follows. */
void bed_restart(struct bed *b);

#endif
