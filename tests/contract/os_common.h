/* What the tests of dtcp/os.h share, and the cases that hold on any system. */
#ifndef OS_COMMON_H
#define OS_COMMON_H

#include <stdbool.h>
#include <unistd.h>

#include "dtcp/os.h"

#define ID 54321 /* nobody's */

extern const struct os_ids nobody_ids;

/*
 * For a child of in_child(), whose exit status tells on which line it failed:
 * it cannot write to a file, so there is no message.
 */
#define EXPECT(x)                                  \
	do {                                       \
		if (!(x))                          \
			_exit(__LINE__ % 255 + 1); \
	} while (0)

void in_child(void (*body)(void));

/* poll(2) for reading, for so many ms: 1 or 0. */
int readable(int fd, int ms);

/* A socket at a free port of 127.0.0.1, which sin becomes. */
struct sockaddr_in;
int at_loopback(int type, struct sockaddr_in *sin);

/* Directories in path that os_confine() could have left there. */
unsigned litter(const char *path);

/* os_ids_resolve(spec): the error, which names spec, or, with 0, the uid. */
void expect_ids(const char *spec, int error, uid_t uid);

void test_die_with_parent(void **state);
void test_timer(void **state);
void test_raise_files(void **state);

#endif
