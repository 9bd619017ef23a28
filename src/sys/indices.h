/* A set of interfaces, by index, that grows. */
#ifndef DTCP_SYS_INDICES_H
#define DTCP_SYS_INDICES_H

#include <stdbool.h>
#include <stdint.h>

struct indices {
	unsigned n, room;
	uint32_t *v;
};

bool indices_has(const struct indices *, uint32_t ifindex);
/* Room for one more, so that adding it cannot fail: 0 or -ENOMEM. */
int indices_reserve(struct indices *);
/* They tell whether that changed anything. */
bool indices_add(struct indices *, uint32_t ifindex);
bool indices_drop(struct indices *, uint32_t ifindex);
void indices_free(struct indices *);

#endif
