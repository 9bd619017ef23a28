/* What the tests of the Linux back-end alone have in common. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "linux_support.h"

struct kernel *kernel;

void
linux_setup(void)
{
	contract_host_new();
	kernel = contract_open(CONTRACT_TAG);
}

int
linux_teardown(void **state)
{
	(void)state;
	kernel->ops->close(kernel);
	contract_host_free();
	return 0;
}

void
run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

bool
says(const char *command, const char *what)
{
	char out[16384];
	size_t n;
	FILE *f;

	f = popen(command, "re");
	assert_non_null(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	(void)pclose(f);
	return strstr(out, what) != NULL;
}

bool
wakes(int ms)
{
	struct pollfd p = {
	    .fd = kernel->ops->watch_fd(kernel), .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

unsigned
told(enum kevent_kind kind)
{
	struct kevent ev;
	unsigned n = 0;
	int more;

	while ((more = kernel->ops->next_event(kernel, &ev)) == 1)
		n += ev.kind == kind;
	assert_int_equal(more, 0);
	return n;
}
