/*
 * A model of a FreeBSD host.  DTCP_FREEBSD_RELEASE: 13 or 15, the latter
 * unless given.  With two routing tables, for what is to be tested of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"
#include "model/fbmodel.h"

static struct fbm_host *host;

bool
host_usable(void)
{
	return true;
}

void
host_new(void)
{
	const char *release = getenv("DTCP_FREEBSD_RELEASE");

	host = fbm_new(release != NULL && strcmp(release, "13") == 0 ? 13 : 15);
	assert_non_null(host);
	fbm_set_fibs(host, 2);
}

void
host_free(void)
{
	fbm_free(host);
	host = NULL;
}

bool
host_add_neighbour(const struct in6_addr *a)
{
	fbm_set_duplicate(host, a);
	return true;
}

void
host_end_dad(void)
{
	fbm_dad_done(host);
}
