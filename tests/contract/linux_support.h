/* What the tests of the Linux back-end alone have in common. */
#ifndef LINUX_SUPPORT_H
#define LINUX_SUPPORT_H

#include "contract.h"

#define SLOW_MS 5000 /* a bound for what takes no time */

/* Of the test that runs: a host, and a kernel with CONTRACT_TAG on it. */
extern struct kernel *kernel;
void linux_setup(void);
int linux_teardown(void **state); /* cmocka's */

/* A command of the shell; it must succeed. */
void run(const char *command);
/* Does that command's output hold what? */
bool says(const char *command, const char *what);

/* Is there something to read within ms? */
bool wakes(int ms);
/* Everything that is to be told now; how often kind was among it. */
unsigned told(enum kevent_kind kind);

#endif
