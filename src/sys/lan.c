/*
 * The LANs' interfaces, which are not ours.
 */
#include <errno.h>
#include <string.h>

#include "lan.h"

int
lan_check(const struct netop *op, struct err *e)
{
	char text[NETOP_TEXT_MAX];

	if (op->slot == NETOP_SLOT_TUNNEL || op->kind == NETOP_ADDR ||
	    op->kind == NETOP_ADDR_DEL)
		return 0;
	return err_set(e, EPERM, "%s: slot %u is a LAN's interface, not ours",
	    netop_format(op, text, sizeof(text)), op->slot);
}

bool
lan_is_meant(const struct netop *op, const char *name)
{
	return op->kind == NETOP_ADDR_DEL || strcmp(name, op->ifname) == 0;
}
