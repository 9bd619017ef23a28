/*
 * The LANs' interfaces, which are not ours: what systems share.
 */
#ifndef DTCP_SYS_LAN_H
#define DTCP_SYS_LAN_H

#include <sys/types.h>
#include <sys/socket.h>

#include <stdbool.h>

#include "dtcp/err.h"
#include "dtcp/lan.h"
#include "dtcp/netop.h"

/*
 * On a LAN's slot addresses come and go, and nothing else is changed.
 * 0, or -EPERM with a line.
 */
int lan_check(const struct netop *op, struct err *e);

/*
 * On a LAN's slot: is the interface of op's index, of that name, the one that
 * op means?  What is added goes to the one that has the name; what is taken
 * away is where it was added, whatever that is called by now.
 */
bool lan_is_meant(const struct netop *op, const char *name);

/*
 * The address of a link itself, among those of getifaddrs(3), is of a family
 * that each system has for itself: src/sys/<os>/os_lan.c, called by os_lan.c.
 * lan_hwaddr(): the hardware address, of whatever length that fits.
 */
bool lan_is_link(const struct sockaddr *sa);
void lan_hwaddr(const struct sockaddr *sa, struct lan *l);

#endif
