/*
 * What Linux tells its own way of a LAN's interface.
 */
#include <sys/socket.h>

#include <linux/if_packet.h>

#include <stdio.h>
#include <string.h>

#include "dtcp/os.h"

#include "../lan.h"
#include "linux.h"

bool
lan_is_link(const struct sockaddr *sa)
{
	return sa->sa_family == AF_PACKET;
}

void
lan_hwaddr(const struct sockaddr *sa, struct lan *l)
{
	struct sockaddr_ll ll;

	memcpy(&ll, sa, sizeof(ll));
	if (ll.sll_halen > sizeof(l->hwaddr))
		return;
	l->hwlen = ll.sll_halen;
	memcpy(l->hwaddr, ll.sll_addr, l->hwlen);
}

/* As sysctl(8) wants it: dots of an interface's name become slashes. */
static void
name_setting(const char *ifname, char sysctl[OS_SYSCTL_MAX])
{
	char name[NETOP_NAMESIZE];

	(void)strlcpy(name, ifname, sizeof(name));
	for (char *p = name; (p = strchr(p, '.')) != NULL;)
		*p = '/';
	(void)snprintf(
	    sysctl, OS_SYSCTL_MAX, "net.ipv6.conf.%s.forwarding", name);
}

/*
 * "all" decides what is passed on, wherever it comes in.  The interface's own
 * setting makes us a router to the hosts there: without it they would be told
 * that we are none.
 */
int
os_forwards(const char *ifname, char sysctl[OS_SYSCTL_MAX])
{
	int on;

	name_setting("all", sysctl);
	on = sysctl_get("all", "forwarding");
	if (on <= 0)
		return on;
	name_setting(ifname, sysctl);
	on = sysctl_get(ifname, "forwarding");
	return on <= 0 ? on : 1;
}
