/*
 * The system calls themselves.
 */
#include <sys/types.h>
#include <sys/event.h>
#include <sys/ioctl.h>
#include <sys/linker.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/sysctl.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"

int
call_socket(int domain, int type, int protocol)
{
	return socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}

int
call_setsockopt(int fd, int level, int name, const void *value, size_t len)
{
	return setsockopt(fd, level, name, value, (socklen_t)len);
}

int
call_open(const char *path)
{
	return open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

int
call_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

ssize_t
call_read(int fd, void *buf, size_t len)
{
	return read(fd, buf, len);
}

ssize_t
call_write(int fd, const void *buf, size_t len)
{
	return write(fd, buf, len);
}

int
call_close(int fd)
{
	return close(fd);
}

/* No child inherits it, kqueue(2). */
int
call_poller(void)
{
	int fd = kqueue();

	if (fd != -1)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

int
call_poller_add(int poller, int fd)
{
	struct kevent change;

	EV_SET(&change, fd, EVFILT_READ, EV_ADD, 0, 0, NULL);
	return kevent(poller, &change, 1, NULL, 0, NULL);
}

/* What is ready still is found so again at once. */
void
call_poller_settle(int poller)
{
	const struct timespec now = {0, 0};
	struct kevent ready[2];

	(void)kevent(poller, NULL, 0, ready, 2, &now);
}

int
call_sysctl(const int *mib, unsigned n, void *out, size_t *len)
{
	return sysctl(mib, n, out, len, NULL, 0);
}

int
call_sysctlbyname(const char *name, void *out, size_t *len)
{
	return sysctlbyname(name, out, len, NULL, 0);
}

uid_t
call_geteuid(void)
{
	return geteuid();
}

/* What kldload(2) returns else is the file's number, of no use here. */
int
call_kldload(const char *module)
{
	return kldload(module) == -1 ? -1 : 0;
}
