/*
 * A LAN's interface as it is at the moment: what getifaddrs(3) says on every
 * system, and whether its link-local address can be used.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <ifaddrs.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/addr.h"
#include "dtcp/os.h"

#include "lan.h"

/* Linux: without an address where the link has none (a tun device). */
static bool
is_link(const struct ifaddrs *a)
{
	return a->ifa_addr == NULL || lan_is_link(a->ifa_addr);
}

static void
see_link(const struct ifaddrs *a, struct lan *l)
{
	static const uint8_t none[LAN_HWADDR_MAX];

	if (a->ifa_addr != NULL)
		lan_hwaddr(a->ifa_addr, l);
	l->ifindex = if_nametoindex(a->ifa_name);
	l->up = (a->ifa_flags & IFF_UP) != 0;
	if ((l->hwlen != 6 && l->hwlen != 8) ||
	    memcmp(l->hwaddr, none, l->hwlen) == 0)
		l->hwlen = 0;
	memset(l->hwaddr + l->hwlen, 0, sizeof(l->hwaddr) - l->hwlen);
}

/*
 * 1, 0 or -errno.  No system lets a socket be bound to an address that has not
 * passed duplicate address detection yet, or has failed it.
 */
static int
is_usable(const struct sockaddr_in6 *sin6, struct err *e)
{
	int fd, rc;

	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_sys(e, errno, "IPv6 socket");
	rc = bind(fd, (const struct sockaddr *)sin6, sizeof(*sin6));
	(void)close(fd);
	return rc == 0;
}

/* The first link-local one that can be used. */
static int
see_addr(const struct ifaddrs *a, struct lan *l, struct err *e)
{
	struct sockaddr_in6 sin6;
	int usable;

	memcpy(&sin6, a->ifa_addr, sizeof(sin6));
	if (!addr6_is_linklocal(&sin6.sin6_addr) ||
	    !addr6_is_unspecified(&l->linklocal))
		return 0;
	/* BSDs of old keep the interface's index in there. */
	memset(&sin6.sin6_addr.s6_addr[2], 0, 6);
	sin6.sin6_scope_id = l->ifindex;
	sin6.sin6_port = 0;
	usable = is_usable(&sin6, e);
	if (usable == 1)
		l->linklocal = sin6.sin6_addr;
	return usable < 0 ? usable : 0;
}

static bool
is_inet6(const struct ifaddrs *a)
{
	return a->ifa_addr != NULL && a->ifa_addr->sa_family == AF_INET6;
}

int
os_lan_look(const char *ifname, struct lan *l, struct err *e)
{
	const uint8_t slot = l->slot;
	struct ifaddrs *all, *a;
	int error = 0;

	memset(l, 0, sizeof(*l));
	l->slot = slot;
	if (getifaddrs(&all) == -1)
		return err_sys(e, errno, "getifaddrs for %s", ifname);
	for (a = all; a != NULL; a = a->ifa_next) {
		if (strcmp(a->ifa_name, ifname) == 0 && is_link(a))
			see_link(a, l);
	}
	for (a = all; a != NULL && error == 0; a = a->ifa_next) {
		if (strcmp(a->ifa_name, ifname) == 0 && is_inet6(a))
			error = see_addr(a, l, e);
	}
	freeifaddrs(all);
	return error;
}
