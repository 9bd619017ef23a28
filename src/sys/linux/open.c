/*
 * Opening the Linux back-end: what it needs, and whether that is there.
 */
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "linux.h"

static int
check_permission(struct err *e)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	memset(caps, 0, sizeof(caps));
	if (syscall(SYS_capget, &head, caps) == -1)
		return err_sys(e, errno, "capget");
	if ((caps[CAP_TO_INDEX(CAP_NET_ADMIN)].effective &
		CAP_TO_MASK(CAP_NET_ADMIN)) == 0)
		return err_set(e, EPERM,
		    "not permitted to configure the network: run as root "
		    "(CAP_NET_ADMIN)");
	return 0;
}

/* Also loads the module, where it is one. */
static int
check_ipv6(struct err *e)
{
	int fd;

	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd != -1)
		(void)close(fd);
	else if (errno != EAFNOSUPPORT)
		return err_sys(e, errno, "IPv6 socket");
	if (fd == -1 || access("/proc/sys/net/ipv6", F_OK) == -1)
		return err_set(e, EAFNOSUPPORT, "the kernel has no IPv6");
	return 0;
}

/* FNV-1a, 24 bits of it: see LX_GROUP. */
static uint32_t
interim_group(const char *tag)
{
	uint32_t h = 2166136261U;

	for (; *tag != '\0'; tag++)
		h = (h ^ (uint8_t)*tag) * 16777619U;
	return LX_GROUP | ((h ^ h >> 24) & 0xffffffU);
}

int
kernel_open(const char *tag, struct kernel **out, struct err *e)
{
	struct lx *lx;
	int error;

	if (strlen(tag) >= sizeof(lx->tag) || tag[0] == '\0')
		return err_set(e, EINVAL,
		    "tag of interfaces: 1 to %zu bytes, not %zu",
		    sizeof(lx->tag) - 1, strlen(tag));
	if ((error = check_permission(e)) != 0 || (error = check_ipv6(e)) != 0)
		return error;
	lx = calloc(1, sizeof(*lx));
	if (lx == NULL)
		return err_sys(e, errno, "kernel back-end");
	lx->base.ops = &lx_ops;
	(void)strlcpy(lx->tag, tag, sizeof(lx->tag));
	lx->group = interim_group(tag);
	lx->nl.fd = lx->watch.fd = -1;
	if ((error = nl_open(&lx->nl, e)) != 0 ||
	    (error = watch_open(lx, e)) != 0) {
		lx_close(&lx->base);
		return error;
	}
	*out = &lx->base;
	return 0;
}
