/* The descriptors for the relay, from a back-end that has a tun device. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "user_fds.h"

int
user_open_tun(const struct opened *o, uint32_t ifindex, int *fd,
    unsigned *features, struct err *e)
{
	const struct opened_tun *t = opened_find(o, ifindex);

	if (t == NULL)
		return err_set(e, ENODEV,
		    "no user-space tunnel is open on interface %u", ifindex);
	*fd = fcntl(t->fd, F_DUPFD_CLOEXEC, 0);
	if (*fd == -1)
		return err_sys(e, errno, "duplicate the tun descriptor");
	*features = t->features;
	return 0;
}

int
user_open(const struct opened *o, const struct netop *outer,
    struct user_fds *fds, struct err *e)
{
	int error;

	error =
	    user_open_tun(o, outer->ifindex, &fds->tunfd, &fds->features, e);
	if (error != 0)
		return error;
	fds->outerfd = outer->rport != 0 ? udp_open(outer, &fds->features, e) :
					   raw41_open(outer, e);
	if (fds->outerfd >= 0)
		return 0;
	(void)close(fds->tunfd);
	return fds->outerfd;
}
