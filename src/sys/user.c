/* The descriptors for the relay, from a back-end that has a tun device. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "outer.h"

int
user_open(int tunfd, unsigned features, const struct netop *outer,
    struct user_fds *fds, struct err *e)
{
	int error;

	if (tunfd == -1)
		return err_set(e, ENODEV, "no user-space tunnel is open");
	fds->features = features;
	fds->outerfd = outer->rport != 0 ? udp_open(outer, &fds->features, e) :
					   raw41_open(outer, e);
	if (fds->outerfd < 0)
		return fds->outerfd;
	fds->tunfd = fcntl(tunfd, F_DUPFD_CLOEXEC, 0);
	if (fds->tunfd != -1)
		return 0;
	error = err_sys(e, errno, "duplicate the tun descriptor");
	(void)close(fds->outerfd);
	return error;
}
