/*
 * Tables of the kernel by sysctl(3), each read as a whole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "freebsd.h"

#define TRIES	 8		      /* it may grow between two calls */
#define SLACK	 4096		      /* octets, for what comes meanwhile */
#define DUMP_MAX (256U * 1024 * 1024) /* a full table takes a fifth of it */

int
dump_take(struct dump *d, int family, int op, uint32_t arg, uint32_t fib)
{
	int mib[] = {
	    FB_CTL_NET, FB_AF_ROUTE, 0, family, op, (int)arg, (int)fib};
	unsigned n = op == FB_NET_RT_DUMP ? 7 : 6;
	uint8_t *more;
	size_t len, size;
	int error;

	memset(d, 0, sizeof(*d));
	for (int i = 0; i < TRIES; i++) {
		if (call_sysctl(mib, n, NULL, &len) == -1)
			break;
		if (len > DUMP_MAX) {
			errno = EOVERFLOW;
			break;
		}
		len += SLACK;
		more = realloc(d->buf, len);
		if (more == NULL)
			break;
		d->buf = more;
		size = len;
		if (call_sysctl(mib, n, d->buf, &len) == -1) {
			if (errno != ENOMEM)
				break;
		} else if (len < size) {
			d->len = len;
			return 0;
		} else
			/* Newer kernels cut what does not fit, silently. */
			errno = ENOMEM;
	}
	error = errno;
	dump_free(d);
	return -error;
}

int
dump_next(struct dump *d, struct rtmsg *m)
{
	int n;

	if (d->at == d->len)
		return 0;
	n = rtmsg_decode(d->buf + d->at, d->len - d->at, m);
	if (n < 0)
		return n;
	d->at += (size_t)n;
	return 1;
}

void
dump_free(struct dump *d)
{
	free(d->buf);
	memset(d, 0, sizeof(*d));
}
