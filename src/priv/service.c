/* The status file's way to the disk, and the word to a service manager. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/service.h"

#define PATH_SIZE 272 /* any status file's name, and ".tmp" */

void
statusfile_write(
    const char *path, void (*print)(FILE *f, const void *arg), const void *arg)
{
	char tmp[PATH_SIZE];
	FILE *f;
	int fd, bad;

	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	(void)unlink(tmp);
	fd = open(
	    tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd == -1 || (f = fdopen(fd, "w")) == NULL) {
		log_msg(
		    LOG_WARNING, "cannot write %s: %s", tmp, strerror(errno));
		if (fd != -1)
			close(fd);
		return;
	}
	print(f, arg);
	bad = ferror(f);
	if (fclose(f) != 0 || bad || rename(tmp, path) == -1) {
		log_msg(
		    LOG_WARNING, "cannot write %s: %s", path, strerror(errno));
		(void)unlink(tmp);
	}
}

void
statusfile_remove(const char *path)
{
	(void)unlink(path);
}

void
notify_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t n;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	n = strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
	if (n >= sizeof(sun.sun_path))
		return;
	if (path[0] == '@') /* the abstract name space */
		sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	if (sendto(fd, state, strlen(state), 0, (struct sockaddr *)&sun,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) == -1)
		log_msg(
		    LOG_DEBUG, "cannot notify %s: %s", path, strerror(errno));
	close(fd);
}
