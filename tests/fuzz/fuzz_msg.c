/*
 * Any bytes as a message between the processes: refused, or the very bytes
 * come back when it is encoded again.
 */
#include <stdlib.h>
#include <string.h>

#include "dtcp/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t buf[MSG_WIRE_MAX];
	struct msg m, again;
	size_t n;

	if (msg_decode(data, size, &m) != 0)
		return 0;
	if (m.fd != -1 || m.type == 0 || m.type >= MSG_TYPES)
		abort();
	n = msg_encode(&m, buf);
	if (n != size || msg_decode(buf, n, &again) != 0 ||
	    memcmp(&m, &again, sizeof(m)) != 0)
		abort();
	/* Only the operation may have more than one spelling. */
	if (m.op.kind == NETOP_NONE && memcmp(data, buf, n) != 0)
		abort();
	return 0;
}
