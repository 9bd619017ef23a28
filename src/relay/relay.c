/* The relay as a whole; its two directions are out.c and in.c. */
#include <string.h>

#include "private.h"

void
relay_init(struct relay *r)
{
	memset(r, 0, sizeof(*r));
	r->tunfd = -1;
	r->outerfd = -1;
	r->mtu = RELAY_PACKET_MAX;
}

void
relay_new_socket(struct relay *r)
{
	r->tos = 0;
	r->tos_fixed = false;
	r->gso_size = 0;
	r->gso_pause = 0;
}
