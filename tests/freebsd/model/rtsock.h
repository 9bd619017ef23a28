/* Between rtparse.c and rtsock.c. */
#ifndef FBMODEL_RTSOCK_H
#define FBMODEL_RTSOCK_H

#include "private.h"

/* A request taken apart. */
struct request {
	struct fb_rt_msghdr header;
	const uint8_t *sa[FB_RTAX_MAX]; /* NULL: not there */
	struct route r;			/* as far as it is said */
	bool masked;			/* a netmask was given */
	bool has_gw;
};

/* buf: at least a header.  0 or an errno; q is then not to be used. */
int request_parse(
    struct request *q, const uint8_t *buf, size_t len, unsigned fib);

#endif
