/*
 * Any bytes as what a FreeBSD kernel sent: a message is refused or lies within
 * what was read, and what is decoded of it is within its bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "sys/freebsd/rtmsg.h"

#define INPUT_MAX 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct rtmsg *m)
{
	if (m->dst.len > 128 || m->addr6.len > 128 ||
	    strnlen(m->ifname, sizeof(m->ifname)) == sizeof(m->ifname))
		abort();
	if (m->family != 0 && m->family != FB_AF_INET &&
	    m->family != FB_AF_INET6)
		abort();
	if (m->default4 && m->family != FB_AF_INET)
		abort();
}

/* What was understood of a request of ours is what it was made of. */
static void
check_again(const struct rtmsg *m)
{
	struct rtrequest r = {.type = m->type,
	    .seq = m->seq,
	    .dst = m->dst,
	    .ifindex = m->gateway,
	    .reject = (m->flags & FB_RTF_REJECT) != 0};
	uint8_t buf[RTMSG_REQUEST_MAX];
	struct rtmsg again;
	size_t n;

	if ((m->type != FB_RTM_ADD && m->type != FB_RTM_DELETE) ||
	    m->family != FB_AF_INET6)
		return;
	prefix6_mask(&r.dst);
	n = rtmsg_encode(&r, buf);
	if (n > sizeof(buf) || rtmsg_decode(buf, n, &again) != (int)n ||
	    !prefix6_equal(&again.dst, &r.dst) || again.seq != m->seq)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtmsg m;
	uint8_t *copy;
	size_t at = 0;
	int n;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	/* To the octet, so that reading on is seen. */
	copy = malloc(size);
	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	while ((n = rtmsg_decode(copy + at, size - at, &m)) > 0) {
		at += (size_t)n;
		if (at > size)
			abort();
		check(&m);
		check_again(&m);
	}
	free(copy);
	return 0;
}
