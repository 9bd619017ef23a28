/* --status: what the instance that runs wrote down about itself. */
#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "dtcp/instance.h"

#define STATUS_UP	   0
#define STATUS_NOT_UP	   3
#define STATUS_NOT_RUNNING 4

/* An instance is its locked pid file.  1, 0, or -errno. */
static int
is_running(const char *pidfile)
{
	int fd, held;

	fd = open(pidfile, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1)
		return errno == ENOENT ? 0 : -errno;
	held = flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

static bool
line_says_up(const char *line)
{
	return strcmp(line, "state=up\n") == 0 ||
	    strcmp(line, "state=probing\n") == 0;
}

int
instance_status(const char *program, const char *pidfile, const char *usual)
{
	char path[INSTANCE_PATH_MAX], line[1024];
	bool up = false;
	FILE *f;
	int r;

	r = is_running(pidfile);
	if (r < 0) {
		fprintf(stderr, "%s: %s: %s%s\n", program, pidfile,
		    strerror(-r), r == -EACCES ? "; run as root" : "");
		return r == -EACCES ? EX_NOPERM : STATUS_NOT_RUNNING;
	}
	if (r == 0) {
		fprintf(stderr, "%s: not running: nobody holds %s%s\n", program,
		    pidfile,
		    strcmp(pidfile, usual) == 0 ?
			"; another instance: -f its pid file" :
			"");
		return STATUS_NOT_RUNNING;
	}
	strlcpy(path, pidfile, sizeof(path));
	strlcat(path, ".status", sizeof(path));
	f = fopen(path, "re");
	if (f == NULL) {
		fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
		return STATUS_NOT_UP; /* it starts, or it ends */
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		up = up || line_says_up(line);
		fputs(line, stdout);
	}
	fclose(f);
	return up ? STATUS_UP : STATUS_NOT_UP;
}
