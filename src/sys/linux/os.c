/*
 * What Linux does its own way apart from the network: clock, the end of a child
 * with its parent, paths.
 */
#include <sys/prctl.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dtcp/os.h"

int64_t
os_now_ms(void)
{
	struct timespec ts;

	/* Cannot fail: the clock is older than every kernel that runs this. */
	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int
os_timer_open(void)
{
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);

	return fd == -1 ? -errno : fd;
}

void
os_timer_set(int fd, int64_t ms)
{
	struct itimerspec it = {.it_value.tv_sec = 0};

	if (ms >= 0) {
		it.it_value.tv_sec = ms / 1000;
		it.it_value.tv_nsec = (ms % 1000) * 1000000;
		if (ms == 0) /* all zeros would be never */
			it.it_value.tv_nsec = 1;
	}
	/* Cannot fail on a timer of our own and a time in range. */
	(void)timerfd_settime(fd, 0, &it, NULL);
}

void
os_die_with_parent(pid_t parent)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* It may have died before the request was in place. */
	if (getppid() != parent)
		(void)kill(getpid(), SIGKILL);
}

/* A record always comes whole, or with MSG_TRUNC; MSG_EOR is not told. */
int
os_record_end(void)
{
	return 0;
}

/* There are no rights on descriptors; seal.c bars the calls instead. */
int
os_limit_fd(int fd, enum os_fd_use use, struct err *e)
{
	(void)fd;
	(void)use;
	(void)e;
	return 0;
}

void
os_title_init(int argc, char *argv[])
{
	setproctitle_init(argc, argv, environ);
}

/* Linux' tables are chosen by rules, not by an interface or a process. */
uint32_t
os_fibs(void)
{
	return 0;
}

uint32_t
os_fib(void)
{
	return 0;
}

/* No tunnel device is there of its own accord that could be meant. */
const char *
os_default_tunnel(void)
{
	return NULL;
}

/* IFF_NO_PI: bare packets. */
uint32_t
os_tun_family(void)
{
	return 0;
}
