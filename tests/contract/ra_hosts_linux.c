/* Two network namespaces with a pair of Ethernet devices. */
#include <net/if.h>

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ra_hosts.h"

static int ip_try(const char *fmt, ...)
    __attribute__((__format__(__printf__, 1, 2)));

static int
ip_try(const char *fmt, ...)
{
	char args[200], line[240];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	(void)snprintf(line, sizeof(line), "ip %s >/dev/null 2>&1", args);
	return system(line);
}

static int
new_host(struct host *h)
{
	if (unshare(CLONE_NEWNET) == -1)
		return -1;
	h->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return h->ns == -1 ? -1 : ip_try("link set lo up");
}

/* An address that is there at once, and a kernel that keeps quiet. */
static int
set_up(struct host *h, const char *ifname, const char *address)
{
	char path[80];
	int fd, error;

	(void)snprintf(
	    path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", ifname);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	error = write(fd, "0", 1) == 1 ? 0 : -1;
	(void)close(fd);
	if (error != 0 || ip_try("link set %s addrgenmode none", ifname) != 0 ||
	    ip_try("link set %s up", ifname) != 0 ||
	    ip_try("addr add %s/64 dev %s nodad", address, ifname) != 0)
		return -1;
	h->lan.ifindex = if_nametoindex(ifname);
	return addr6_parse(address, strlen(address), &h->lan.linklocal);
}

static int
join(struct host *us, struct host *them)
{
	if (new_host(us) != 0 || new_host(them) != 0 ||
	    ip_try("link add lan0 type veth peer name lan1 netns "
		   "/proc/%d/fd/%d",
		(int)getpid(), us->ns) != 0 ||
	    set_up(them, "lan0", "fe80::b") != 0 ||
	    setns(us->ns, CLONE_NEWNET) != 0)
		return -1;
	return set_up(us, "lan1", "fe80::a");
}

int
hosts_make(struct host *us, struct host *them)
{
	if (geteuid() == 0 && ip_try("-V") == 0 && join(us, them) == 0)
		return 0;
	fputs("skipped: needs root, ip(8) and network namespaces\n", stderr);
	return -1;
}

void
hosts_enter(const struct host *h)
{
	if (setns(h->ns, CLONE_NEWNET) == -1)
		abort();
}
