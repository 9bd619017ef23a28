/*
 * Whatever a tun device may give: refused, or cut as it should be.  In front
 * of the packet: its virtio header, the MTU, what is put right, and how much
 * is put behind it, in 256 octets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offload_model.h"

#define FRONT	   (VNET_HDRLEN + 4)
#define FIX_LENGTH 1
#define FIX_CSUM   2 /* of TCP in the usual place */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fix(struct vnet_hdr *h, uint8_t *p, size_t n, uint8_t what)
{
	if ((what & FIX_LENGTH) != 0 && n >= IP6LEN)
		offload_put16(p + 4, (unsigned)(n - IP6LEN));
	if ((what & FIX_CSUM) == 0 || n < IP6LEN + TCPLEN)
		return;
	h->flags |= VNET_F_NEEDS_CSUM;
	h->csum_start = IP6LEN;
	h->csum_offset = 16;
	offload_put16(p + IP6LEN + 16, offload_pseudo(p, n - IP6LEN, 6));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t p[OFFLOAD_MTU_MAX + 4096];
	struct vnet_hdr h;
	const char *wrong;
	size_t n, more;

	if (size < FRONT || size - FRONT > 4096)
		return -1;
	vnet_get(&h, data);
	n = size - FRONT;
	memcpy(p, data + FRONT, n);
	more = data[VNET_HDRLEN + 3] * (size_t)256;
	memset(p + n, 0x33, more);
	n += more;
	fix(&h, p, n, data[VNET_HDRLEN + 2]);
	wrong = offload_cut(&h, p, n, offload_get16(data + VNET_HDRLEN), NULL);
	if (wrong != NULL) {
		fprintf(stderr, "not %s\n", wrong);
		abort();
	}
	return 0;
}
