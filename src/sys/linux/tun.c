/*
 * 6in4 by the relay: a tun device, and a raw socket for the outer packets.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if_tun.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../raw41.h"
#include "linux.h"

#define TUN_DEVICE "/dev/net/tun"
#define TUN_NAME   "dtcp%d" /* the kernel fills in a number */

/* Attach to the device of that name, or make it; ifr tells its name. */
static int
attach(struct lx *lx, const char *name, int flags, struct ifreq *ifr,
    struct err *e)
{
	int fd, error;

	fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return err_sys(
		    e, errno, "a user-space tunnel needs " TUN_DEVICE ": open");
	memset(ifr, 0, sizeof(*ifr));
	(void)strlcpy(ifr->ifr_name, name, sizeof(ifr->ifr_name));
	ifr->ifr_flags = (short)(IFF_TUN | IFF_NO_PI | flags);
	if (ioctl(fd, TUNSETIFF, ifr) == -1) {
		error = err_sys(e, errno, TUN_DEVICE ": interface %s", name);
		(void)close(fd);
		return error;
	}
	lx->tunfd = fd;
	return 0;
}

void
tun_close(struct lx *lx)
{
	if (lx->tunfd != -1)
		(void)close(lx->tunfd);
	lx->tunfd = -1;
	lx->tunindex = 0;
}

/*
 * The tag comes before persistence: a kill in between leaves nothing, one
 * thereafter what the next start recognises.
 */
int
tun_create(
    struct lx *lx, const char *name, bool keep, struct link *l, struct err *e)
{
	struct ifreq ifr;
	int error;

	error = attach(
	    lx, name[0] != '\0' ? name : TUN_NAME, IFF_TUN_EXCL, &ifr, e);
	if (error != 0)
		return error;
	error = link_by_name(lx, ifr.ifr_name, l);
	if (error == 0)
		error = link_set_tag(lx, l->index, lx->tag);
	if (error != 0) {
		(void)nl_fail(
		    &lx->nl, e, error, "tag interface %s", ifr.ifr_name);
		tun_close(lx);
		return error;
	}
	if (keep && ioctl(lx->tunfd, TUNSETPERSIST, 1) == -1) {
		error = err_sys(e, errno, "make %s persistent", l->name);
		tun_close(lx);
		return error;
	}
	lx->tunindex = l->index;
	return 0;
}

int
tun_adopt(struct lx *lx, const struct link *l, struct err *e)
{
	struct ifreq ifr;
	int error;

	error = attach(lx, l->name, 0, &ifr, e);
	if (error != 0)
		return error;
	error = link_set_tag(lx, l->index, lx->tag);
	if (error != 0) {
		(void)nl_fail(&lx->nl, e, error, "tag interface %s", l->name);
		tun_close(lx);
		return error;
	}
	lx->tunindex = l->index;
	return 0;
}

int
tun_open_user(struct kernel *k, const struct netop *outer, int *tunfd,
    int *rawfd, struct err *e)
{
	struct lx *lx = (struct lx *)k;
	int fd, raw, error;

	if (lx->tunfd == -1)
		return err_set(e, ENODEV, "no user-space tunnel is open");
	raw = raw41_open(outer->local4, outer->remote4, e);
	if (raw < 0)
		return raw;
	fd = fcntl(lx->tunfd, F_DUPFD_CLOEXEC, 0);
	if (fd == -1) {
		error = err_sys(e, errno, "duplicate the tun descriptor");
		(void)close(raw);
		return error;
	}
	*tunfd = fd;
	*rawfd = raw;
	return 0;
}
