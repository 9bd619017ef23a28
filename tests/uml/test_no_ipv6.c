/* On a kernel without IPv6: one clear line, nothing else. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/kernel.h"

int
main(void)
{
	struct kernel *k = NULL;
	struct err e = {0};
	int error;

	error = kernel_open("dtcp:/run/no-ipv6.pid", &k, &e);
	printf("%d: %s\n", error, e.text);
	if (error != -EAFNOSUPPORT || k != NULL ||
	    strcmp(e.text, "the kernel has no IPv6") != 0)
		return 1;
	return 0;
}
