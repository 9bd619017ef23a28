/*
 * Children of the root process: started with one descriptor, ended when they
 * are no longer wanted.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/fd.h"
#include "dtcp/log.h"
#include "private.h"

#define CHANNEL_FD 3 /* where a child finds its end */

/*
 * The terminal and init signal whole process groups; only the root process
 * acts on that and tells the others.
 */
static void
reset_signals(void)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGPIPE,
	    SIGTTOU, SIGTTIN, SIGTSTP};
	sigset_t none;
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
sink_to_channel(void *arg, int level, const char *line)
{
	struct msg m = {.type = MSG_LOG, .level = level, .fd = -1};

	strlcpy(m.text, line, sizeof(m.text));
	(void)channel_send(*(int *)arg, &m);
}

/*
 * fork(2) with a channel.  In the child every other descriptor beyond the
 * standard ones is closed before anything else runs.  Returns the pid, 0 in
 * the child, or -errno.
 */
static pid_t
fork_child(const struct priv *p, struct child *c, pid_t *parent)
{
	int fds[2], r;
	pid_t pid;

	r = channel_pair(fds);
	if (r != 0)
		return r;
	*parent = getpid();
	pid = fork();
	if (pid == -1) {
		r = -errno;
		close(fds[0]);
		close(fds[1]);
		return r;
	}
	if (pid == 0) {
		reset_signals();
		if (fds[1] != CHANNEL_FD && dup2(fds[1], CHANNEL_FD) == -1)
			_exit(1);
		closefrom(CHANNEL_FD + 1);
		/* It starts before the daemon detaches: nor may it hold on. */
		if (p->conf->daemon && fd_leave_terminal() != 0)
			_exit(1);
		(void)fcntl(CHANNEL_FD, F_SETFD, FD_CLOEXEC);
		return 0;
	}
	close(fds[1]);
	c->pid = pid;
	c->fd = fds[0];
	return pid;
}

/* An engine that is not confined does not run, nor does another. */
static void __attribute__((__noreturn__))
refuse_to_run(int channel, const struct err *e)
{
	struct msg m = {.type = MSG_EXIT, .level = 1, .fd = -1};

	log_msg(LOG_ERR, "%s", e->text);
	(void)channel_send(channel, &m);
	_exit(1);
}

int
spawn_engine(struct priv *p)
{
	static int channel = CHANNEL_FD;
	struct err e = {0};
	pid_t pid, parent;
	int r;

	pid = fork_child(p, &p->engine, &parent);
	if (pid != 0)
		return pid < 0 ? (int)pid : 0;
	setproctitle("engine");
	log_set_sink(sink_to_channel, &channel);
	if (os_confine(&p->conf->ids, &e) != 0)
		refuse_to_run(channel, &e);
	os_die_with_parent(parent);
	r = os_seal(channel, &e);
	if (r == -ENOSYS)
		log_msg(LOG_DEBUG, "engine: %s", e.text);
	else if (r != 0)
		refuse_to_run(channel, &e);
	p->conf->engine(p->conf->engine_arg, channel);
}

int
spawn_dialler(struct priv *p, uint32_t id)
{
	pid_t pid, parent;

	child_end(&p->dialler);
	pid = fork_child(p, &p->dialler, &parent);
	if (pid < 0)
		return (int)pid;
	if (pid == 0) {
		setproctitle("dialler");
		dialler_main(CHANNEL_FD, id, parent, p->conf);
	}
	p->dial_id = id;
	p->dial_deadline = os_now_ms() + DIAL_GUARD;
	return 0;
}

void
child_kill(struct child *c)
{
	if (c->pid != 0)
		(void)kill(c->pid, SIGKILL);
}

/* Until it is dead it may hold on to what is to be undone next. */
void
child_end(struct child *c)
{
	child_kill(c);
	while (c->pid != 0 && waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->pid = 0;
}
