/*
 * What FreeBSD 13.2 and 15.1 kernels did, call by call and message by message,
 * as it was recorded on them: the same calls in the same order, with the same
 * results, routes and routing messages.  On the kernel model this shows that
 * the model is true; on a real FreeBSD (with nothing configured yet, gif and
 * tun in the kernel) that the record still is.
 */
#include <stdio.h>

#include "observed.h"

int
main(void)
{
	char name[64];
	int failed, status = observed_start();
	unsigned i;

	if (status != 0)
		return status;
	for (failed = 0, i = 0; i < observed_nreleases; i++) {
		ob.release = observed_releases[i];
		(void)snprintf(name, sizeof(name), "life_%d", ob.release);
		failed += observed_life(name);
		ob.release = observed_releases[i];
		(void)snprintf(name, sizeof(name), "calls_%d", ob.release);
		failed += observed_calls(name);
	}
	return failed == 0 ? 0 : 1;
}
