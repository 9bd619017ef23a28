/*
 * Refused logins by source address, so that guessing passwords is slow whoever
 * tries, with a bound on what is remembered.  Pure.
 */
#ifndef DTCP_ATTEMPTS_H
#define DTCP_ATTEMPTS_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#define ATTEMPTS_MAX   20	   /* in a row, from one address */
#define ATTEMPTS_EVERY (30 * 1000) /* ms; one is forgotten as often */
#define ATTEMPTS_TABLE 4096	   /* addresses; the least guilty makes room */

struct attempt {
	struct in_addr addr4;
	int64_t clean; /* when all is forgotten; 0: the place is free */
};

/* Zeroed is empty. */
struct attempts {
	unsigned n;
	struct attempt table[ATTEMPTS_TABLE];
};

/* A login from there was refused. */
void attempts_failed(struct attempts *a, struct in_addr addr4, int64_t now);

/* Were there so many that it is not listened to at the moment? */
bool attempts_blocked(
    const struct attempts *a, struct in_addr addr4, int64_t now);

#endif
