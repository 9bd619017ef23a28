/* Any traffic, coalesced and segmented again: the same, in the same order. */
#include <stdio.h>
#include <stdlib.h>

#include "offload_model.h"

#define SCRIPT_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *wrong;

	if (size > SCRIPT_MAX)
		return -1;
	wrong = offload_script(data, size, NULL);
	if (wrong != NULL) {
		fprintf(stderr, "not %s\n", wrong);
		abort();
	}
	return 0;
}
