/* The tests' host is the one they run on. */
#include <unistd.h>

#include <stdio.h>

#include "observed.h"

const int observed_releases[] = {0};
const unsigned observed_nreleases = 1;

int
observed_start(void)
{
	if (geteuid() == 0)
		return 0;
	(void)fprintf(stderr, "only root can make interfaces\n");
	return 77;
}

void
observed_host_new(int release)
{
	(void)release;
	ob.release = sysctl_number("kern.osreldate") / 100000;
}

void
observed_host_free(void)
{
}
