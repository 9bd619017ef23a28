/* Between the files that put lists and messages into words. */
#ifndef OBSERVED_WORDS_H
#define OBSERVED_WORDS_H

#include "observed.h"

#define WORDS_MAX 160

/* "-": index 0; "?": an interface that nobody named. */
const char *name_of(uint32_t index);
void words_of(const uint8_t *sa, char *out, size_t size);
/* Where each address of a message stands; NULL: not there. */
void find_addrs(const uint8_t *p, const uint8_t *end, int addrs,
    const uint8_t *found[FB_RTAX_MAX]);

#endif
