/* What the two files of the test freebsd_os share. */
#ifndef FREEBSD_OS_H
#define FREEBSD_OS_H

#include <unistd.h>

#include "dtcp/os.h"

#define ID 54321 /* nobody's */

extern const struct os_ids nobody_ids;

/* In a child, which reports by its exit status on which line it failed. */
#define EXPECT(x)                                  \
	do {                                       \
		if (!(x))                          \
			_exit(__LINE__ % 255 + 1); \
	} while (0)

void in_child(void (*body)(void));

/* poll(2) for reading, for so many ms: 1 or 0. */
int readable(int fd, int ms);

/* freebsd_caps.c */
void test_seal(void **state);
void test_seal_without_channel(void **state);
void test_limit_stream(void **state);
void test_limit_packets(void **state);
void test_limit_timer(void **state);
void test_rights_travel(void **state);

#endif
