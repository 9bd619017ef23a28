/* The pid file, what is called after it, and the first steps of a start. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libutil.h>
#include <paths.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "dtcp/daemon.h"
#include "dtcp/instance.h"
#include "dtcp/log.h"

/* It fits: a pid file's path is shorter than any buffer here. */
static void
join(char *buf, size_t size, const char *a, const char *b)
{
	strlcpy(buf, a, size);
	strlcat(buf, b, size);
}

/* The log names the instance: dtcpc-home for /var/run/dtcpc-home.pid. */
void
instance_name(struct instance *in, const char *pidfile)
{
	const char *base = strrchr(pidfile, '/');
	char *dot;

	in->pidfile = pidfile;
	strlcpy(
	    in->ident, base != NULL ? base + 1 : pidfile, sizeof(in->ident));
	dot = strrchr(in->ident, '.');
	if (dot != NULL && dot != in->ident && strcmp(dot, ".pid") == 0)
		*dot = '\0';
	join(in->tag, sizeof(in->tag), "dtcp:", pidfile);
	join(in->undofile, sizeof(in->undofile), pidfile, ".undo");
	join(in->statusfile, sizeof(in->statusfile), pidfile, ".status");
}

/* Descriptors 0 to 2 exist, nothing else is inherited. */
static void
clean_descriptors(void)
{
	int fd;

	do
		fd = open(_PATH_DEVNULL, O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	closefrom(STDERR_FILENO + 1);
}

int
instance_begin(
    const struct instance *in, bool daemon, bool debug, struct err *e)
{
	log_open(in->ident, true);
	log_set_debug(debug);
	clean_descriptors();
	(void)umask(022);
	if (chdir("/") == -1)
		return err_sys(e, errno, "cannot change to /");
	return daemon ? daemon_fork(e) : 0;
}

/* Root's alone: a lock that anybody could take would keep us from starting. */
int
instance_lock(struct instance *in, struct err *e)
{
	pid_t other = 0;

	in->pidfh = pidfile_open(in->pidfile, 0600, &other);
	if (in->pidfh != NULL)
		return 0;
	if (errno == EEXIST)
		return err_set(e, EEXIST, "%s: already running as pid %ld",
		    in->pidfile, (long)other);
	return err_sys(e, errno, "cannot open the pid file %s", in->pidfile);
}

int
instance_write_pid(struct instance *in, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	if (pidfile_write(in->pidfh) == -1)
		return err_sys(
		    e, errno, "cannot write the pid file %s", in->pidfile);
	return 0;
}

void
instance_ready(const struct instance *in, bool daemon)
{
	if (!daemon)
		return;
	log_open(in->ident, false);
	daemon_ready(EX_OK);
}

void
instance_end(struct instance *in)
{
	if (in->pidfh != NULL)
		(void)pidfile_remove(in->pidfh);
	in->pidfh = NULL;
}

int
instance_exit_status(const struct err *e)
{
	return e->code == EPERM || e->code == EACCES ? EX_NOPERM : EXIT_FAILURE;
}
