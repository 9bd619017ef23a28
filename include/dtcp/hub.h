/*
 * Which far end an inner address belongs to: the forwarding table of a device
 * that many sessions share.  Pure but for the memory of the table.
 */
#ifndef DTCP_HUB_H
#define DTCP_HUB_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/addr.h"

struct relay_peer;
struct hub;

struct hub *hub_new(void); /* NULL with errno set */
void hub_free(struct hub *h);

/* -EEXIST: it is there already, -ENOMEM.  None that overlap are told apart but
 * by length: the longest counts. */
int hub_add(struct hub *h, const struct prefix6 *prefix, struct relay_peer *p);
void hub_remove(struct hub *h, const struct prefix6 *prefix);

/* Whose it is; NULL: nobody's. */
struct relay_peer *hub_find(const struct hub *h, const struct in6_addr *a);

#endif
