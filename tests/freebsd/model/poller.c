/*
 * call_poller(): kqueue(2) as far as it is used, by what this system has of
 * the kind.  No part of a host: what is closed leaves by itself.
 */
#include <sys/epoll.h>

#include "sys/freebsd/calls.h"

int
call_poller(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

int
call_poller_add(int poller, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN};

	return epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev);
}

/* What is read is not ready any more, here without being asked for. */
void
call_poller_settle(int poller)
{
	(void)poller;
}
