/*
 * Opening the FreeBSD back-end: what it needs, and whether that is there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "freebsd.h"

static void
close_socket(int fd)
{
	if (fd != -1)
		(void)call_close(fd);
}

void
fb_close(struct kernel *k)
{
	struct fb *fb = (struct fb *)k;

	while (fb->opened.ntuns > 0)
		tun_close(fb, fb->opened.tuns[0].ifindex);
	opened_free(&fb->opened);
	watch_close(fb);
	close_socket(fb->s4);
	close_socket(fb->s6);
	free(fb);
}

/* jail(8): only one with a network stack of its own can be configured. */
static int
check_permission(struct err *e)
{
	if (call_geteuid() != 0)
		return err_set(e, EPERM,
		    "not permitted to configure the network: run as root");
	if (fb_sysctl_u32("security.jail.jailed", 0) != 0 &&
	    fb_sysctl_u32("security.jail.vnet", 0) == 0)
		return err_set(e, EPERM,
		    "not permitted to configure the network: this jail "
		    "shares its host's (it needs vnet)");
	return 0;
}

static int
open_sockets(struct fb *fb, struct err *e)
{
	fb->s6 = call_socket(FB_AF_INET6, FB_SOCK_DGRAM, 0);
	if (fb->s6 == -1 && (errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT))
		return err_set(e, EAFNOSUPPORT, "the kernel has no IPv6");
	if (fb->s6 == -1)
		return err_sys(e, errno, "IPv6 socket");
	fb->s4 = call_socket(FB_AF_INET, FB_SOCK_DGRAM, 0);
	if (fb->s4 == -1)
		return err_sys(e, errno, "IPv4 socket");
	return 0;
}

int
kernel_open(const char *tag, struct kernel **out, struct err *e)
{
	struct fb *fb;
	int error;

	if (strlen(tag) >= sizeof(fb->tag) || tag[0] == '\0')
		return err_set(e, EINVAL,
		    "tag of interfaces: 1 to %zu bytes, not %zu",
		    sizeof(fb->tag) - 1, strlen(tag));
	if ((error = check_permission(e)) != 0)
		return error;
	fb = calloc(1, sizeof(*fb));
	if (fb == NULL)
		return err_sys(e, errno, "kernel back-end");
	fb->base.ops = &fb_ops;
	(void)strlcpy(fb->tag, tag, sizeof(fb->tag));
	fb->s4 = fb->s6 = -1;
	fb->watch.poller = -1;
	fb->own_fib = fb->fib = fb_sysctl_u32("net.my_fibnum", 0);
	if ((error = open_sockets(fb, e)) != 0 ||
	    (error = watch_open(fb, e)) != 0) {
		fb_close(&fb->base);
		return error;
	}
	*out = &fb->base;
	return 0;
}
