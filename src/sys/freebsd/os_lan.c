/*
 * What FreeBSD tells its own way of a LAN's interface.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include <net/if.h>
#include <net/if_dl.h>

#include <errno.h>
#include <string.h>

#include "dtcp/os.h"

#include "../lan.h"

bool
lan_is_link(const struct sockaddr *sa)
{
	return sa->sa_family == AF_LINK;
}

/* Of variable size: sdl_data holds the name, and then the address. */
void
lan_hwaddr(const struct sockaddr *sa, struct lan *l)
{
	const struct sockaddr_dl *dl = (const void *)sa;

	if (dl->sdl_alen > sizeof(l->hwaddr))
		return;
	l->hwlen = dl->sdl_alen;
	memcpy(l->hwaddr, dl->sdl_data + dl->sdl_nlen, l->hwlen);
}

/* One setting for all interfaces. */
int
os_forwards(const char *ifname, char sysctl[OS_SYSCTL_MAX])
{
	int on = 0;
	size_t size = sizeof(on);

	(void)ifname;
	(void)strlcpy(sysctl, "net.inet6.ip6.forwarding", OS_SYSCTL_MAX);
	if (sysctlbyname(sysctl, &on, &size, NULL, 0) == -1)
		return -errno;
	return on != 0;
}
