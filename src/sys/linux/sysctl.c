/*
 * net.ipv6.conf: the settings of an interface that netlink cannot change.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/num.h"

#include "linux.h"

#define CONF	 "/proc/sys/net/ipv6/conf"
#define PATH_LEN 128

/* interface and name are checked: no slash gets in. */
static void
make_path(char path[PATH_LEN], const char *ifname, const char *name)
{
	(void)snprintf(path, PATH_LEN, CONF "/%s/%s", ifname, name);
}

int
sysctl_get(const char *ifname, const char *name)
{
	char path[PATH_LEN], buf[16];
	uint32_t value;
	ssize_t n;
	int fd, error;

	make_path(path, ifname, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return -errno;
	n = read(fd, buf, sizeof(buf));
	error = n == -1 ? -errno : 0;
	(void)close(fd);
	if (error != 0)
		return error;
	if (n > 0 && buf[n - 1] == '\n')
		n--;
	/* A negative one is as good as 0 to all that we ask about. */
	if (num_parse(buf, (size_t)n, 0, INT32_MAX, &value) != 0)
		return 0;
	return (int)value;
}

int
sysctl_set(const char *ifname, const char *name, int value, struct err *e)
{
	char path[PATH_LEN], buf[16];
	int fd, now, len, error = 0;

	now = sysctl_get(ifname, name);
	if (now == value)
		return 0;
	make_path(path, ifname, name);
	if (now == -ENOENT)
		return err_set(
		    e, ENOENT, "%s: no IPv6 on interface %s", path, ifname);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		return err_sys(e, errno, "write %d to %s", value, path);
	len = snprintf(buf, sizeof(buf), "%d\n", value);
	if (write(fd, buf, (size_t)len) == -1)
		error = err_sys(e, errno, "write %d to %s", value, path);
	(void)close(fd);
	return error;
}

#define FORMER_KNOWN	0x100
#define FORMER_RA	0x00f
#define FORMER_DISABLED 0x010

uint32_t
sysctl_ra_former(const char *ifname)
{
	int ra = sysctl_get(ifname, "accept_ra");
	uint32_t former = FORMER_KNOWN;

	if (ra > 0)
		former |= (uint32_t)ra & FORMER_RA;
	if (sysctl_get(ifname, "disable_ipv6") > 0)
		former |= FORMER_DISABLED;
	return former;
}

int
sysctl_ra_restore(const char *ifname, uint32_t former, struct err *e)
{
	int error;

	error = sysctl_set(ifname, "accept_ra", (int)(former & FORMER_RA), e);
	if (error != 0)
		return error;
	return sysctl_set(
	    ifname, "disable_ipv6", (former & FORMER_DISABLED) != 0, e);
}

/*
 * 1 accepts advertisements unless the interface forwards, 2 always; whoever
 * asks for it wants it in both cases, and no more than needed is written.
 */
int
sysctl_accept_ra(const char *ifname, bool on, struct err *e)
{
	int error, want = 0;

	if (on && sysctl_get(ifname, "accept_ra") == 2)
		want = 2;
	else if (on)
		want = sysctl_get(ifname, "forwarding") > 0 ? 2 : 1;
	error = sysctl_set(ifname, "accept_ra", want, e);
	if (error != 0)
		return error;
	return sysctl_set(ifname, "disable_ipv6", 0, e);
}
