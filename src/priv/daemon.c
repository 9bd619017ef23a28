/*
 * Becoming a daemon.  The fork comes first, so that the pid file and the lock
 * on it belong to the process that stays; the terminal is kept until the
 * password has been asked for and the engine runs.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "dtcp/daemon.h"
#include "dtcp/fd.h"

static int parent_fd = -1;

static void __attribute__((__noreturn__)) wait_for_word(int fd)
{
	unsigned char status;
	ssize_t n;

	do
		n = read(fd, &status, 1);
	while (n == -1 && errno == EINTR);
	_exit(n == 1 ? status : 1);
}

int
daemon_fork(struct err *e)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return err_sys(e, errno, "cannot make a pipe");
	pid = fork();
	if (pid == -1) {
		int saved = errno;

		close(fds[0]);
		close(fds[1]);
		return err_sys(e, saved, "cannot become a daemon");
	}
	if (pid != 0) {
		close(fds[1]);
		wait_for_word(fds[0]);
	}
	close(fds[0]);
	parent_fd = fds[1];
	return 0;
}

void
daemon_ready(int status)
{
	unsigned char byte = (unsigned char)status;

	if (parent_fd == -1)
		return;
	if (status == 0) {
		(void)setsid();
		(void)fd_leave_terminal();
	}
	while (write(parent_fd, &byte, 1) == -1 && errno == EINTR)
		continue;
	close(parent_fd);
	parent_fd = -1;
}
