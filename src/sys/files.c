/* How many descriptors there may be: the same on every system. */
#include <sys/types.h>
#include <sys/resource.h>

#include <errno.h>

#include "dtcp/os.h"

int
os_raise_files(unsigned n, struct err *e)
{
	struct rlimit now, wanted;

	if (getrlimit(RLIMIT_NOFILE, &now) == -1)
		return err_sys(e, errno, "getrlimit RLIMIT_NOFILE");
	if (now.rlim_cur >= n)
		return 0;
	wanted.rlim_cur = n;
	wanted.rlim_max = now.rlim_max > n ? now.rlim_max : n;
	if (setrlimit(RLIMIT_NOFILE, &wanted) == -1)
		return err_sys(e, errno,
		    "%u open descriptors are needed, and the limit of %llu "
		    "cannot be raised",
		    n, (unsigned long long)now.rlim_cur);
	return 0;
}
