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

/* A number that may be negative.  0 or -errno. */
static int
read_value(const char *ifname, const char *name, int *value)
{
	char path[PATH_LEN], buf[16];
	const char *digits = buf;
	uint32_t size;
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
	if (n > 0 && buf[0] == '-') {
		digits++;
		n--;
	}
	if (num_parse(digits, (size_t)n, 0, INT32_MAX, &size) != 0)
		return -EINVAL;
	*value = digits == buf ? (int)size : -(int)size;
	return 0;
}

int
sysctl_get(const char *ifname, const char *name)
{
	int value = 0, error = read_value(ifname, name, &value);

	if (error != 0)
		return error;
	/* A negative one is as good as 0 to all who ask here. */
	return value < 0 ? 0 : value;
}

int
sysctl_set(const char *ifname, const char *name, int value, struct err *e)
{
	char path[PATH_LEN], buf[16];
	int fd, len, now = 0, error;

	error = read_value(ifname, name, &now);
	if (error == 0 && now == value)
		return 0;
	make_path(path, ifname, name);
	if (error == -ENOENT)
		return err_set(
		    e, ENOENT, "%s: no IPv6 on interface %s", path, ifname);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		return err_sys(e, errno, "write %d to %s", value, path);
	error = 0;
	len = snprintf(buf, sizeof(buf), "%d\n", value);
	if (write(fd, buf, (size_t)len) == -1)
		error = err_sys(e, errno, "write %d to %s", value, path);
	(void)close(fd);
	return error;
}

#define FORMER_KNOWN	0x100
#define FORMER_RA	0x00f
#define FORMER_DISABLED 0x010
#define FORMER_ASKS	16 /* the bits from here on: solicitations, plus 1 */
#define ASKS_MAX	0xff

/* How often the kernel solicits by itself; -1: for ever. */
static int
asks(const char *ifname)
{
	int value = -1;

	(void)read_value(ifname, "router_solicitations", &value);
	if (value < -1)
		return -1;
	return value < ASKS_MAX ? value : ASKS_MAX - 1;
}

uint32_t
sysctl_ra_former(const char *ifname)
{
	int ra = sysctl_get(ifname, "accept_ra");
	uint32_t former = FORMER_KNOWN;

	if (ra > 0)
		former |= (uint32_t)ra & FORMER_RA;
	if (sysctl_get(ifname, "disable_ipv6") > 0)
		former |= FORMER_DISABLED;
	return former | (uint32_t)(asks(ifname) + 1) << FORMER_ASKS;
}

int
sysctl_ra_restore(const char *ifname, uint32_t former, struct err *e)
{
	int error;

	error = sysctl_set(ifname, "router_solicitations",
	    (int)(former >> FORMER_ASKS & ASKS_MAX) - 1, e);
	if (error != 0)
		return error;
	error = sysctl_set(ifname, "accept_ra", (int)(former & FORMER_RA), e);
	if (error != 0)
		return error;
	return sysctl_set(
	    ifname, "disable_ipv6", (former & FORMER_DISABLED) != 0, e);
}

/*
 * Who accepts advertisements is not to solicit besides: that is the engine's
 * work, which it does anew after each grant.
 *
 * 1 would accept advertisements only as long as the interface does not forward,
 * which can be switched on at any time; 2 does so always.
 */
int
sysctl_accept_ra(const char *ifname, bool on, struct err *e)
{
	int error;

	if (on &&
	    (error = sysctl_set(ifname, "router_solicitations", 0, e)) != 0)
		return error;
	error = sysctl_set(ifname, "accept_ra", on ? 2 : 0, e);
	if (error != 0)
		return error;
	return sysctl_set(ifname, "disable_ipv6", 0, e);
}
