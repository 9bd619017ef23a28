/*
 * A tun device that leaves segmentation and checksums to whoever has it open,
 * and says so in a virtio header in front of each packet.
 *
 * The header comes with how the device is opened, but the rest stays with a
 * device that outlives us, and a program that does not know of it would get
 * packets far too large.  The kernel does not tell what was set before: what a
 * new device has is what is given back.
 */
#include <sys/ioctl.h>

#include <linux/if_tun.h>

#include <errno.h>

#include "linux.h"

#define HDRLEN 10 /* without num_buffers: also what a new device has */

bool
vnet_offered(int fd)
{
	unsigned features;

	return ioctl(fd, TUNGETFEATURES, &features) == 0 &&
	    (features & IFF_VNET_HDR) != 0;
}

static int
set(int fd, int little_endian, unsigned long offload)
{
	const int hdrlen = HDRLEN;

	if (ioctl(fd, TUNSETVNETHDRSZ, &hdrlen) == -1 ||
	    ioctl(fd, TUNSETVNETLE, &little_endian) == -1 ||
	    ioctl(fd, TUNSETOFFLOAD, offload) == -1)
		return -errno;
	return 0;
}

int
vnet_begin(int fd)
{
	return set(fd, 1, TUN_F_CSUM | TUN_F_TSO6 | TUN_F_TSO_ECN);
}

void
vnet_end(int fd)
{
	(void)set(fd, 0, 0);
}
