/* Operations off the wire: what is taken comes back the same. */
#include <stdlib.h>
#include <string.h>

#include "dtcp/netop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t in[NETOP_WIRE_SIZE] = {0}, out[NETOP_WIRE_SIZE];
	char text[NETOP_TEXT_MAX];
	struct netop op, back, inv;

	memcpy(in, data, size < sizeof(in) ? size : sizeof(in));
	if (netop_decode(in, &op) != 0)
		return 0;
	netop_encode(&op, out);
	if (memcmp(in, out, sizeof(out)) != 0 ||
	    netop_decode(out, &back) != 0 || !netop_equal(&op, &op) ||
	    !netop_equal(&op, &back))
		abort();
	if (strlen(netop_format(&op, text, sizeof(text))) == 0)
		abort();
	netop_inverse(&op, &inv);
	netop_encode(&inv, out);
	if (netop_decode(out, &back) != 0)
		abort();
	return 0;
}
