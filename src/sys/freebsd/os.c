/*
 * What FreeBSD does its own way apart from the network: clock, the end of a
 * child with its parent, paths, FIBs.
 */
#include <sys/types.h>
#include <sys/event.h>
#include <sys/procctl.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dtcp/os.h"

#define TIMER 1 /* the one in its kqueue */

/* 13 knows no CLOCK_BOOTTIME; in 14 it is another name for this one. */
int64_t
os_now_ms(void)
{
	struct timespec ts;

	/* Cannot fail: the clock is older than every kernel that runs this. */
	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* timerfd_create(2) is younger than what this has to run on. */
int
os_timer_open(void)
{
	int fd = kqueue();

	if (fd == -1)
		return -errno;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/*
 * The event is never taken out, so the kqueue stays readable until it is
 * deleted here.
 */
void
os_timer_set(int fd, int64_t ms)
{
	struct kevent kev;

	EV_SET(&kev, TIMER, EVFILT_TIMER, EV_DELETE, 0, 0, NULL);
	(void)kevent(fd, &kev, 1, NULL, 0, NULL); /* ENOENT: none was set */
	if (ms < 0)
		return;
	EV_SET(&kev, TIMER, EVFILT_TIMER, EV_ADD | EV_ONESHOT, NOTE_MSECONDS,
	    ms > 0 ? ms : 1, NULL);
	/* Cannot fail on a kqueue of our own and a time in range. */
	(void)kevent(fd, &kev, 1, NULL, 0, NULL);
}

int
os_record_end(void)
{
	return MSG_EOR;
}

void
os_die_with_parent(pid_t parent)
{
	int sig = SIGKILL;

	(void)procctl(P_PID, getpid(), PROC_PDEATHSIG_CTL, &sig);
	/* It may have died before the request was in place. */
	if (getppid() != parent)
		(void)kill(getpid(), SIGKILL);
}

/* setproctitle(3) needs no room here. */
void
os_title_init(int argc, char *argv[])
{
	(void)argc;
	(void)argv;
}

const char *
os_default_tunnel(void)
{
	return "gif0";
}

uint32_t
os_tun_family(void)
{
	return htonl(AF_INET6);
}

static uint32_t
number(const char *name)
{
	int value = 0;
	size_t len = sizeof(value);

	if (sysctlbyname(name, &value, &len, NULL, 0) == -1 || value < 0)
		return 0;
	return (uint32_t)value;
}

uint32_t
os_fibs(void)
{
	return number("net.fibs");
}

uint32_t
os_fib(void)
{
	return number("net.my_fibnum");
}
