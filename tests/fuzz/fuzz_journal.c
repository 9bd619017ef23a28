/* The undo file: what is taken is exactly what was written. */
#include <stdlib.h>
#include <string.h>

#include "dtcp/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[JOURNAL_WIRE_MAX];
	char tag[JOURNAL_TAG_MAX];
	struct journal j;
	struct err e = {0};
	unsigned i, before;

	if (journal_decode(data, size, &j, tag, &e) != 0) {
		if (e.text[0] == '\0' || j.n != 0)
			abort();
		return 0;
	}
	if (journal_encode(&j, tag, out) != size ||
	    memcmp(data, out, size) != 0)
		abort();
	for (i = 0; i < j.n; i++) {
		if (!netop_is_inverse(j.entries[i].kind) &&
		    !netop_is_value(j.entries[i].kind))
			abort();
	}
	while ((before = j.n) > 0) {
		struct netop op = j.entries[before - 1];

		if (!journal_discharge(&j, &op) || j.n >= before)
			journal_pop(&j);
		if (j.n >= before)
			abort();
	}
	return 0;
}
