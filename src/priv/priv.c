/*
 * The root process: one poll(2) loop over the engine, a dialler and the
 * kernel's events, and what is due by the clock.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/service.h"
#include "dtcp/signals.h"
#include "private.h"

#define MESSAGES_A_TURN 256

void
undo_all(struct priv *p)
{
	struct err e = {0};

	if (executor_undo(&p->executor, &e) != 0)
		log_msg(LOG_ERR, "undo: %s", e.text);
}

static int
save_journal(void *arg, const struct journal *j, struct err *e)
{
	const struct priv *p = arg;

	return undofile_write(p->conf->undofile, p->conf->tag, j, e);
}

static int
start_engine(struct priv *p)
{
	int r;

	memset(&p->batch, 0, sizeof(p->batch));
	p->local4_known = false;
	r = child_may_start(&p->engine_starts, os_now_ms()) ? spawn_engine(p) :
							      -EAGAIN;
	if (r == 0) {
		lan_engine_starts(p);
		return 0;
	}
	log_msg(LOG_ERR, "cannot start the engine: %s",
	    r == -EAGAIN ? "it ended too often" : strerror(-r));
	p->done = true;
	p->status = 1;
	return r;
}

/* The engine ended without a word: leave nothing of its work behind. */
static void
engine_gone(struct priv *p)
{
	if (p->done)
		return;
	child_end(&p->engine);
	child_end(&p->dialler);
	undo_all(p);
	if (p->stopping) {
		p->done = true;
		p->status = 0;
		return;
	}
	log_msg(LOG_ERR, "the engine ended unexpectedly; everything is undone");
	if (p->conf->persist) {
		(void)start_engine(p);
		return;
	}
	p->done = true;
	p->status = 1;
}

static bool
from_engine(void *arg, struct msg *m)
{
	struct priv *p = arg;

	request_from_engine(p, m);
	return !p->done;
}

static void
read_engine(struct priv *p)
{
	int r;

	if (p->done)
		return;
	r = channel_each(p->engine.fd, MESSAGES_A_TURN, from_engine, p);
	if (r >= 0)
		return;
	if (r != -EPIPE)
		log_msg(LOG_ERR, "engine: bad message: %s", strerror(-r));
	engine_gone(p);
}

static bool
from_dialler(void *arg, struct msg *m)
{
	struct priv *p = arg;

	request_from_dialler(p, m);
	return p->dialler.fd != -1;
}

static void
read_dialler(struct priv *p)
{
	int r;

	r = channel_each(p->dialler.fd, MESSAGES_A_TURN, from_dialler, p);
	if (r < 0)
		dial_failed(p, -r, "the dialler ended unexpectedly");
}

/* Milliseconds until the next guard, -1 for none; acts on those passed. */
static int
check_guards(struct priv *p)
{
	int64_t now = os_now_ms(), next = INT64_MAX, save;

	if (p->stopping) {
		if (now >= p->stop_deadline) {
			log_msg(LOG_WARNING, "the engine does not stop");
			engine_gone(p);
			return 0;
		}
		next = p->stop_deadline;
	}
	if (p->dialler.pid != 0) {
		if (now >= p->dial_deadline) {
			dial_failed(
			    p, ETIMEDOUT, "no answer from the dialler in time");
			return 0;
		}
		if (p->dial_deadline < next)
			next = p->dial_deadline;
	}
	save = prefixes_save(p, now);
	if (save < next)
		next = save;
	return next == INT64_MAX ? -1 : (int)(next - now);
}

static void
wait_for_work(struct priv *p, const sigset_t *unblocked)
{
	int ms = check_guards(p), n; /* before: it may end a child */
	struct pollfd pfd[3] = {
	    {.fd = p->engine.fd, .events = POLLIN},
	    {.fd = p->dialler.fd, .events = POLLIN},
	    {.fd = p->kernel->ops->watch_fd(p->kernel), .events = POLLIN},
	};
	struct timespec ts;

	if (p->done)
		return;
	ts.tv_sec = ms / 1000;
	ts.tv_nsec = (long)(ms % 1000) * 1000000;
	n = ppoll(pfd, 3, ms < 0 ? NULL : &ts, unblocked);
	act_on_signals(p);
	if (n <= 0)
		return;
	/*
	 * The kernel first: what it says of an address may be older than
	 * what the others do next.
	 */
	if (pfd[2].revents != 0)
		watch_read(p);
	if (pfd[1].revents != 0 && pfd[1].fd == p->dialler.fd)
		read_dialler(p);
	if (pfd[0].revents != 0 && pfd[0].fd == p->engine.fd)
		read_engine(p);
}

int
priv_run(struct priv_conf *conf, struct kernel *kernel)
{
	struct priv p = {
	    .conf = conf, .kernel = kernel, .engine.fd = -1, .dialler.fd = -1};
	sigset_t unblocked;

	executor_init(&p.executor, kernel);
	p.executor.save = save_journal;
	p.executor.save_arg = &p;
	lan_begin(&p);
	signals_catch(&unblocked);
	if (start_engine(&p) == 0) {
		status_write(&p, SESSION_INIT, "");
		conf->ready(conf->ready_arg);
		notify_manager("READY=1");
	}
	while (!p.done)
		wait_for_work(&p, &unblocked);
	/* The children first: what they have open may keep a device there. */
	child_end(&p.dialler);
	child_end(&p.engine);
	undo_all(&p);
	prefixes_flush(&p);
	statusfile_remove(conf->statusfile);
	return p.status;
}
