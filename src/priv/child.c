/*
 * Children of a root process: started with one descriptor, ended when they
 * are no longer wanted.
 */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/channel.h"
#include "dtcp/child.h"
#include "dtcp/fd.h"
#include "dtcp/log.h"

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

pid_t
child_fork(struct child *c, bool daemon, pid_t *parent)
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
		if (fds[1] != CHILD_CHANNEL &&
		    dup2(fds[1], CHILD_CHANNEL) == -1)
			_exit(1);
		closefrom(CHILD_CHANNEL + 1);
		/* It starts before the daemon detaches: nor may it hold on. */
		if (daemon && fd_leave_terminal() != 0)
			_exit(1);
		(void)fcntl(CHILD_CHANNEL, F_SETFD, FD_CLOEXEC);
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
child_start_engine(struct child *c, const struct child_engine *how)
{
	static int channel = CHILD_CHANNEL;
	struct err e = {0};
	pid_t pid, parent;
	int r;

	pid = child_fork(c, how->daemon, &parent);
	if (pid != 0)
		return pid < 0 ? (int)pid : 0;
	setproctitle("engine");
	log_set_sink(sink_to_channel, &channel);
	if (os_confine(&how->ids, &e) != 0)
		refuse_to_run(channel, &e);
	os_die_with_parent(parent);
	r = os_seal(channel, how->seal, &e);
	if (r == -ENOSYS)
		log_msg(LOG_DEBUG, "engine: %s", e.text);
	else if (r != 0)
		refuse_to_run(channel, &e);
	how->body(how->arg, channel);
}

void
child_tell(struct child *c, const struct msg *m)
{
	int r;

	if (c->fd == -1)
		return;
	r = channel_send(c->fd, m);
	if (r != 0) {
		/* Its end is noticed, and dealt with, in one place. */
		log_msg(LOG_DEBUG, "engine: cannot send: %s", strerror(-r));
		child_kill(c);
	}
}

void
child_kill(struct child *c)
{
	/* The number of one that was waited for may be another's by now. */
	if (c->pid != 0 && waitpid(c->pid, NULL, WNOHANG) == 0)
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

bool
child_may_start(struct child_starts *s, int64_t now)
{
	int64_t *oldest = &s->at[s->n % CHILD_STARTS];

	if (s->n >= CHILD_STARTS && now - *oldest < CHILD_STARTS_WINDOW)
		return false;
	*oldest = now;
	s->n++;
	return true;
}

/* No child has anything to say that is worse than an error. */
void
child_log(const struct msg *m)
{
	int level = m->level & LOG_PRIMASK;

	log_line(level < LOG_ERR ? LOG_ERR : level, m->text);
}
