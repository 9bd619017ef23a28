/*
 * What each session was given, and how it is found.  (struct session is the
 * client's.)
 */
#ifndef DTCP_BROKER_LEASES_H
#define DTCP_BROKER_LEASES_H

#include <sys/queue.h>
#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/grant.h"
#include "dtcp/login.h"
#include "works.h"

struct lease {
	LIST_ENTRY(lease) by_id, by_user, by_pair;
	uint32_t id; /* the connection's */
	char user[LOGIN_USER_MAX + 1];
	struct in_addr local4; /* our outer address: grant's may be -g's */
	struct grant grant;
	enum carrier carrier;
	int64_t since; /* ms, os_now_ms() */
	/* What it holds. */
	int unit;	      /* -1: none */
	int name;	      /* which of -i its device is; -1: none of them */
	struct device device; /* its own */
	bool on_shared;	      /* it has something on the shared one */
	/* On the way to the engine; -1: none. */
	int tunfd, udpfd;
	unsigned tun_features, udp_features;
};

LIST_HEAD(lease_list, lease);

#define LEASES_BUCKETS 4096

struct leases {
	unsigned n;
	unsigned of_type[TUNNEL_NETWORK + 1];
	struct lease_list by_id[LEASES_BUCKETS];
	struct lease_list by_user[LEASES_BUCKETS];
	struct lease_list by_pair[LEASES_BUCKETS];
};

/* id, user, outer addresses and type are set, and stay as they are. */
void leases_add(struct leases *t, struct lease *s);
void leases_remove(struct leases *t, struct lease *s);

/* NULL: none. */
struct lease *leases_of_connection(const struct leases *t, uint32_t id);
/* That user's of type network. */
struct lease *leases_of_network(const struct leases *t, const char *user);
/* The one over protocol 41 between these two. */
struct lease *leases_of_pair(
    const struct leases *t, struct in_addr local4, struct in_addr client4);

/* Each of them; it may be removed meanwhile.  visit: false ends it. */
void leases_each(const struct leases *t,
    bool (*visit)(void *arg, struct lease *s), void *arg);

#endif
