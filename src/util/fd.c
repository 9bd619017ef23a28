/* Descriptors of a process as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <unistd.h>

#include "dtcp/fd.h"

int
fd_leave_terminal(void)
{
	int fd, i, error = 0;

	fd = open(_PATH_DEVNULL, O_RDWR);
	if (fd == -1)
		return -errno;
	for (i = STDIN_FILENO; i <= STDERR_FILENO && error == 0; i++)
		if (dup2(fd, i) == -1)
			error = errno;
	if (fd > STDERR_FILENO)
		close(fd);
	return -error;
}
