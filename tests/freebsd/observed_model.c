/* The tests' host is a kernel model, of each release in turn. */
#include "fbmodel.h"
#include "observed.h"

const int observed_releases[] = {13, 15};
const unsigned observed_nreleases = 2;

struct fbm_host *observed_host;

int
observed_start(void)
{
	return 0;
}

void
observed_host_new(int release)
{
	observed_host = fbm_new_bare(release);
	assert_non_null(observed_host);
}

void
observed_host_free(void)
{
	fbm_free(observed_host);
}
