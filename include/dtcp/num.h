/* Checked decimal numbers.  Pure. */
#ifndef DTCP_NUM_H
#define DTCP_NUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Exactly n bytes of decimal digits, min to max.  No sign, no blanks, no
 * leading zeros (but "0" itself).  Returns 0, -EINVAL or -ERANGE.
 */
int num_parse(
    const char *s, size_t n, uint32_t min, uint32_t max, uint32_t *out);

/* The two hex digits at s, of either case, as a byte; -1: they are none. */
int num_hex_byte(const char *s);

/*
 * Seconds with up to three decimals ("20", "0.05") to milliseconds; min and
 * max in milliseconds.  s is NUL-terminated.  Returns 0, -EINVAL or -ERANGE.
 */
int num_parse_seconds(const char *s, uint32_t min, uint32_t max, uint32_t *ms);

#endif
