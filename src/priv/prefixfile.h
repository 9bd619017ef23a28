/*
 * The file of the prefixes that were announced to LANs: what the next run has
 * to withdraw if they are not granted again (RFC 9096 3.5).  Text, a line
 * each, for the file outlives the version that wrote it:
 *
 *	dtcpc prefixes 1
 *	<interface> <prefix>/<len> <seconds since 1970, or 0>
 *	end
 *
 * The number is the time until which a prefix is withdrawn; 0: announced.
 */
#ifndef DTCP_PRIV_PREFIXFILE_H
#define DTCP_PRIV_PREFIXFILE_H

#include <stdint.h>

#include "dtcp/addr.h"
#include "dtcp/err.h"
#include "dtcp/netop.h"
#include "dtcp/ra.h"

#define PREFIXFILE_MAX ((NETOP_SLOTS - 1) * RA_PREFIXES_MAX)

struct prefix_record {
	char ifname[NETOP_NAMESIZE];
	struct prefix6 prefix;
	uint32_t until; /* seconds since 1970 (to 2106); 0: announced */
};

/*
 * Write n records; makes the directory where it is missing; none: the file is
 * removed.  0 or -errno.
 */
int prefixfile_write(
    const char *path, const struct prefix_record *r, unsigned n, struct err *e);

/*
 * 0, -ENOENT (there is none), -EBADMSG (damaged: not exactly as above), or
 * as ownfile_read().
 */
int prefixfile_read(const char *path, struct prefix_record r[PREFIXFILE_MAX],
    unsigned *n, struct err *e);

#endif
