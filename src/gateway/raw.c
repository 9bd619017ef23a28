/* Raw sockets of protocol 41: one for each address of ours, for all its far
 * ends, which are told apart by their addresses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "private.h"

static void
on_raw(evutil_socket_t fd, short what, void *arg)
{
	struct raw *raw = arg;
	int r;

	(void)fd;
	(void)what;
	r = relay_from_socket(&raw->gw->relay, &raw->socket);
	if (r < 0)
		traffic_all_lost(-r);
}

struct raw *
raw_find(struct gateway *gw, struct in_addr local4)
{
	struct raw *raw;

	SLIST_FOREACH (raw, &gw->raws, next)
		if (addr4_equal(raw->local4, local4))
			return raw;
	return NULL;
}

void
raw_open(struct gateway *gw, struct in_addr local4, int fd)
{
	struct raw *raw = calloc(1, sizeof(*raw));

	if (raw == NULL)
		_exit(1);
	raw->gw = gw;
	raw->local4 = local4;
	relay_socket_init(&raw->socket, fd, false, false, 0);
	gateway_watch(gw, &raw->event, fd, on_raw, raw);
	SLIST_INSERT_HEAD(&gw->raws, raw, next);
}

static struct tunnels *
bucket(struct gateway *gw, struct in_addr client4)
{
	/* Neighbours lie apart (Knuth's multiplier). */
	const uint32_t h = ntohl(client4.s_addr) * 2654435761U;

	return &gw->by_source[(h >> 16) & (RAW_BUCKETS - 1)];
}

struct tunnel *
raw_tunnel(
    struct gateway *gw, const struct relay_socket *s, struct in_addr client4)
{
	struct tunnel *t;

	LIST_FOREACH (t, bucket(gw, client4), by_source)
		if (&t->raw->socket == s &&
		    addr4_equal(t->grant.client4, client4))
			return t;
	return NULL;
}

int
raw_add(struct tunnel *t)
{
	struct gateway *gw = t->conn->gw;

	if (raw_tunnel(gw, &t->raw->socket, t->grant.client4) != NULL)
		return -EEXIST;
	LIST_INSERT_HEAD(bucket(gw, t->grant.client4), t, by_source);
	return 0;
}

void
raw_remove(struct tunnel *t)
{
	LIST_REMOVE(t, by_source);
}
