/*
 * The tun devices that a back-end has open, each one a tunnel in user space,
 * and the interfaces that it adopted: the same on every system.
 */
#ifndef DTCP_SYS_OPENED_H
#define DTCP_SYS_OPENED_H

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/kernel.h"
#include "indices.h"

struct opened_tun {
	uint32_t ifindex;
	int fd;
	unsigned features; /* enum user_feature */
	/* The device, where it may have another name than its interface. */
	char device[NETOP_NAMESIZE];
};

struct opened {
	unsigned ntuns, room;
	struct opened_tun *tuns;
	struct indices adopted; /* were there before us */
};

/*
 * Room for one more tunnel, so that adding it cannot fail: 0 or -ENOMEM.
 * Where that takes more memory, what is lost is to be dropped first.
 */
bool opened_is_full(const struct opened *);
int opened_reserve(struct opened *);
/* Valid until the next one is added or dropped. */
struct opened_tun *opened_add(struct opened *, uint32_t ifindex, int fd);
/* NULL: none of that index. */
struct opened_tun *opened_find(const struct opened *, uint32_t ifindex);
/* The descriptor is the caller's to close before. */
void opened_drop(struct opened *, struct opened_tun *);
void opened_free(struct opened *);

#endif
