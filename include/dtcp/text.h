/* Text from outside made fit for a log, a terminal and an error.  Pure. */
#ifndef DTCP_TEXT_H
#define DTCP_TEXT_H

#include <stddef.h>

/*
 * Encode n bytes as vis(3) does: printable ASCII and blanks as they are,
 * everything else as \n, \t, ... or \ooo.  The backslash itself is left
 * alone, so that encoding twice changes nothing.  dst gets at most size - 1
 * bytes, cut between two encoded characters, and a NUL; size must not be 0.
 * Returns the length of dst.
 */
size_t text_encode(char *dst, size_t size, const char *src, size_t n);

/* Append to the string in buf; what does not fit is left out whole. */
void text_append(char *buf, size_t size, const char *fmt, ...)
    __attribute__((__format__(__printf__, 3, 4)));

#endif
