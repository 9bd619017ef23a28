/* The calls of calls.h: descriptors, faults, and who is to answer. */
#include <unistd.h>

#include "sys/freebsd/calls.h"

#include "private.h"

/* A result as of a system call: error is an errno, or 0. */
static int
result(int error)
{
	if (error == 0)
		return 0;
	errno = error;
	return -1;
}

/* The host, after what was closed meanwhile; *error: do not go on. */
static struct fbm_host *
enter(unsigned long call, unsigned long more, int *error)
{
	struct fbm_host *h = model_host();

	if (h == NULL) {
		*error = ENXIO;
		return NULL;
	}
	sock_reap(h);
	*error = model_fault(h, call, more);
	return h;
}

static int
check_socket(int domain, int type)
{
	switch (domain) {
	case FB_AF_INET:
	case FB_AF_INET6:
		return type == FB_SOCK_DGRAM ? 0 : EPROTOTYPE;
	case FB_AF_ROUTE:
		return type == FB_SOCK_RAW ? 0 : EPROTOTYPE;
	default:
		return EAFNOSUPPORT;
	}
}

int
call_socket(int domain, int type, int protocol)
{
	struct sock *s;
	int error, fd = -1;
	struct fbm_host *h = enter(FBM_SOCKET, 0, &error);

	if (error == 0)
		error = check_socket(domain, type);
	if (error == 0)
		error = sock_open(h, domain, protocol, &s, &fd);
	return error != 0 ? result(error) : fd;
}

int
call_setsockopt(int fd, int level, int name, const void *value, size_t len)
{
	int error, n;
	struct fbm_host *h = enter(FBM_SETSOCKOPT, 0, &error);
	struct sock *s;

	if (error != 0)
		return result(error);
	if ((s = sock_of(h, fd)) == NULL)
		return result(EBADF);
	if (s->domain == 0)
		return result(ENOTSOCK);
	if (level != FB_SOL_SOCKET)
		return result(ENOPROTOOPT);
	if (len < sizeof(n))
		return result(EINVAL);
	memcpy(&n, value, sizeof(n));
	return result(sock_option(h, s, name, n));
}

int
call_open(const char *path)
{
	int error, fd = -1;
	struct fbm_host *h = enter(FBM_OPEN, 0, &error);

	if (error == 0)
		error = tun_open(h, path, &fd);
	model_changed(h, FBM_OPEN);
	return error != 0 ? result(error) : fd;
}

int
call_ioctl(int fd, unsigned long request, void *arg)
{
	int error;
	struct fbm_host *h = enter(FBM_IOCTL, request, &error);
	struct sock *s;

	if (error != 0)
		return result(error);
	if ((s = sock_of(h, fd)) == NULL)
		return result(EBADF);
	if (s->domain == 0)
		error = tun_ioctl(h, s, request, arg);
	else
		error = if_ioctl(h, s, request, arg);
	model_changed(h, request);
	return result(error);
}

ssize_t
call_read(int fd, void *buf, size_t len)
{
	int error;
	struct fbm_host *h = enter(FBM_READ, 0, &error);
	struct sock *s;
	ssize_t n;

	if (error != 0)
		return result(error);
	if ((s = sock_of(h, fd)) == NULL)
		return result(EBADF);
	if (s->domain == 0)
		return read(fd, buf, len);
	if (s->domain != FB_AF_ROUTE)
		return result(EAGAIN);
	n = sock_read(s, fd, buf, len);
	return n < 0 ? result((int)-n) : n;
}

ssize_t
call_write(int fd, const void *buf, size_t len)
{
	const struct fb_msghdr *m = buf;
	unsigned long type =
	    len >= sizeof(*m) ? FBM_RTM | (unsigned long)m->type : 0;
	int error;
	struct fbm_host *h = enter(FBM_WRITE, type, &error);
	struct sock *s;

	if (error != 0)
		return result(error);
	if ((s = sock_of(h, fd)) == NULL)
		return result(EBADF);
	if (s->domain == 0)
		return write(fd, buf, len);
	if (s->domain != FB_AF_ROUTE)
		return result(EDESTADDRREQ);
	error = rtsock_output(h, s, buf, len);
	model_changed(h, type);
	return error != 0 ? result(error) : (ssize_t)len;
}

int
call_close(int fd)
{
	int error = close(fd);

	if (model_host() != NULL)
		sock_reap(model_host());
	model_changed(model_host(), FBM_CLOSE);
	return error;
}

int
call_sysctl(const int *mib, unsigned n, void *out, size_t *len)
{
	int error;
	struct fbm_host *h = enter(FBM_SYSCTL, 0, &error);

	if (error == 0)
		error = dump_sysctl(h, mib, n, out, len);
	return result(error);
}

int
call_sysctlbyname(const char *name, void *out, size_t *len)
{
	int error;
	struct fbm_host *h = enter(FBM_SYSCTLBYNAME, 0, &error);

	if (error == 0)
		error = name_sysctl(h, name, out, len);
	return result(error);
}

int
call_kldload(const char *module)
{
	int error;
	struct fbm_host *h = enter(FBM_KLDLOAD, 0, &error);

	if (error == 0)
		error = kld_load(h, module);
	model_changed(h, FBM_KLDLOAD);
	return result(error);
}

/* Root, whoever runs the tests; a host that is a jail may say otherwise. */
uid_t
call_geteuid(void)
{
	return 0;
}
