/*
 * The relay's side of a tunnel in user space: a tun device.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/if_tun.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../user_fds.h"
#include "linux.h"

#define TUN_DEVICE "/dev/net/tun"
#define TUN_NAME   "dtcp%d" /* the kernel fills in a number */

/*
 * Attach to the device of that name, or make it; ifr tells its name and flags.
 * The descriptor, or -errno.
 */
static int
attach(const char *name, int flags, struct ifreq *ifr, struct err *e)
{
	int fd, error;

	memset(ifr, 0, sizeof(*ifr));
	fd = open(TUN_DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return err_sys(
		    e, errno, "a user-space tunnel needs " TUN_DEVICE ": open");
	if (!vnet_offered(fd))
		flags &= ~IFF_VNET_HDR;
	(void)strlcpy(ifr->ifr_name, name, sizeof(ifr->ifr_name));
	ifr->ifr_flags = (short)(IFF_TUN | IFF_NO_PI | flags);
	if (ioctl(fd, TUNSETIFF, ifr) == -1) {
		error = err_sys(e, errno, TUN_DEVICE ": interface %s", name);
		(void)close(fd);
		return error;
	}
	return fd;
}

void
tun_close(struct lx *lx, uint32_t ifindex)
{
	struct opened_tun *t = opened_find(&lx->opened, ifindex);

	if (t == NULL)
		return;
	if (t->features & USER_VNET)
		vnet_end(t->fd);
	(void)close(t->fd);
	opened_drop(&lx->opened, t);
}

/*
 * It is tagged before anything else is changed, and before it is made
 * persistent: a kill in between leaves nothing, or what the next start
 * recognises.
 */
static int
open_tagged(
    struct lx *lx, const char *name, int flags, struct link *l, struct err *e)
{
	struct opened_tun *t;
	struct ifreq ifr;
	int fd, error;

	fd = attach(name, flags, &ifr, e);
	if (fd < 0)
		return fd;
	error = link_by_name(lx, ifr.ifr_name, l);
	if (error == 0)
		error = link_set_tag(lx, l->index, lx->tag);
	if (error != 0) {
		(void)nl_fail(
		    &lx->nl, e, error, "tag interface %s", ifr.ifr_name);
		(void)close(fd);
		return error;
	}
	tun_close(lx, l->index); /* a lost one, which had that index */
	t = opened_add(&lx->opened, l->index, fd);
	if ((ifr.ifr_flags & IFF_VNET_HDR) == 0)
		return 0;
	t->features = USER_VNET;
	error = vnet_begin(fd);
	if (error != 0) {
		(void)err_sys(e, -error, "offload of interface %s", l->name);
		tun_close(lx, l->index);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* With offload where the kernel has it. */
static int
open_best(
    struct lx *lx, const char *name, int flags, struct link *l, struct err *e)
{
	int error;

	error = open_tagged(lx, name, flags | IFF_VNET_HDR, l, e);
	if (error == -EOPNOTSUPP)
		error = open_tagged(lx, name, flags, l, e);
	return error;
}

int
tun_create(
    struct lx *lx, const char *name, bool keep, struct link *l, struct err *e)
{
	int error;

	error = open_best(
	    lx, name[0] != '\0' ? name : TUN_NAME, IFF_TUN_EXCL, l, e);
	if (error != 0)
		return error;
	if (keep &&
	    ioctl(opened_find(&lx->opened, l->index)->fd, TUNSETPERSIST, 1) ==
		-1) {
		error = err_sys(e, errno, "make %s persistent", l->name);
		tun_close(lx, l->index);
	}
	return error;
}

int
tun_adopt(struct lx *lx, const struct link *l, struct err *e)
{
	struct link now;
	int error;

	error = open_best(lx, l->name, 0, &now, e);
	if (error != 0)
		(void)link_set_tag(lx, l->index, "");
	return error;
}

/*
 * A program that was killed has left its settings to whoever opens the device
 * next.  Who has it open now is another one, and has made its own.
 */
int
tun_give_back(struct lx *lx, const struct link *l, struct err *e)
{
	struct ifreq ifr;
	int fd;

	tun_close(lx, l->index);
	fd = attach(l->name, 0, &ifr, e);
	if (fd < 0)
		return fd == -EBUSY ? 0 : fd;
	vnet_end(fd);
	(void)close(fd);
	return 0;
}

int
tun_open_device(struct kernel *k, uint32_t ifindex, int *fd, unsigned *features,
    struct err *e)
{
	const struct lx *lx = (const struct lx *)k;

	return user_open_tun(&lx->opened, ifindex, fd, features, e);
}

int
tun_open_user(struct kernel *k, const struct netop *outer, struct user_fds *fds,
    struct err *e)
{
	const struct lx *lx = (const struct lx *)k;

	return user_open(&lx->opened, outer, fds, e);
}
