/*
 * Calls with their failures as the rest of the program knows them.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "freebsd.h"

/* ENXIO is what BSD says where no such interface exists. */
int
fb_ioctl(int fd, unsigned long request, void *arg)
{
	if (call_ioctl(fd, request, arg) != -1)
		return 0;
	return errno == ENXIO ? -ENODEV : -errno;
}

int
fb_fail(struct err *e, int error, const char *fmt, ...)
{
	char what[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_sys(e, -error, "%s", what);
}

uint32_t
fb_sysctl_u32(const char *name, uint32_t fallback)
{
	uint32_t value;
	size_t len = sizeof(value);

	if (call_sysctlbyname(name, &value, &len) == -1 || len != sizeof(value))
		return fallback;
	return value;
}
