/*
 * The root process of dtcps: one poll(2) loop over the engine and the
 * kernel's events, and what is due by the clock.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/service.h"
#include "dtcp/signals.h"
#include "private.h"

/*
 * Descriptors of a session: its connection, a device and a socket (tunnelonly
 * over UDP); and beside those: connections without a tunnel, what is listened
 * to, shared ones.  An engine that has none left for what it is handed ends.
 */
#define FILES_EACH   3
#define FILES_BESIDE 2048

void
broker_fail(struct broker *b)
{
	b->done = true;
	b->status = 1;
}

static int
save_journal(void *arg, const struct journal *j, struct err *e)
{
	const struct broker *b = arg;

	return undofile_write(b->conf->undofile, b->conf->tag, j, e);
}

/* Whose packets come in and go nowhere should know why. */
static void
check_forwarding(void)
{
	char sysctl[OS_SYSCTL_MAX];

	if (os_forwards("all", sysctl) == 0)
		log_msg(LOG_WARNING,
		    "forwarding is off: clients reach nothing but this host; "
		    "sysctl %s=1",
		    sysctl);
}

static int
start_engine(struct broker *b, struct err *e)
{
	int rc;

	if (!child_may_start(&b->starts, os_now_ms()))
		return err_set(
		    e, EAGAIN, "cannot start the engine: it ended too often");
	rc = child_start_engine(&b->engine, &b->conf->engine);
	if (rc != 0)
		return err_sys(e, -rc, "cannot start the engine");
	b->since = time(NULL);
	if ((rc = desk_open(&b->desk, e)) == 0 &&
	    (rc = engine_listen(b, e)) == 0)
		report_write(b, os_now_ms());
	return rc;
}

/* What an engine has open may keep a device there: it ends first. */
static void
end_engine(struct broker *b, const char *why)
{
	child_end(&b->engine);
	desk_close(&b->desk, why, os_now_ms());
	b->look_due = INT64_MAX;
}

static void
start_or_fail(struct broker *b)
{
	struct err e = {0};

	if (start_engine(b, &e) == 0)
		return;
	log_msg(LOG_ERR, "%s", e.text);
	broker_fail(b);
}

void
broker_begin_anew(struct broker *b, const char *reason)
{
	if (b->done)
		return;
	end_engine(b, b->stopping ? "reason=stopped" : "reason=failed");
	if (b->stopping) {
		b->done = true;
		b->status = 0;
		return;
	}
	log_msg(LOG_ERR, "%s; everything is undone and begun anew", reason);
	start_or_fail(b);
	if (!b->done)
		report_begin(b);
}

/* Does what is due; milliseconds until there is more, -1: nothing is. */
static int
do_what_is_due(struct broker *b)
{
	int64_t now = os_now_ms(), next;

	if (b->stopping && now >= b->stop_deadline) {
		log_msg(LOG_WARNING, "the engine does not stop");
		broker_begin_anew(b, "the engine does not stop");
		return 0;
	}
	if (now >= b->look_due) {
		b->look_due = INT64_MAX;
		b->looked = now;
		if (!desk_look(&b->desk, now)) {
			broker_begin_anew(b, "the shared interface is gone");
			return 0;
		}
	}
	if (now >= b->status_due)
		report_write(b, now);
	next = desk_log_hidden(&b->desk, now);
	next = b->stopping && b->stop_deadline < next ? b->stop_deadline : next;
	next = b->look_due < next ? b->look_due : next;
	next = b->status_due < next ? b->status_due : next;
	return next == INT64_MAX ? -1 : (int)(next - now);
}

static void
wait_for_work(struct broker *b, const sigset_t *unblocked)
{
	int ms = do_what_is_due(b), n; /* before: it may end the engine */
	struct pollfd pfd[2] = {
	    {.fd = b->engine.fd, .events = POLLIN},
	    {.fd = b->kernel->ops->watch_fd(b->kernel), .events = POLLIN},
	};
	struct timespec ts;

	if (b->done)
		return;
	ts.tv_sec = ms / 1000;
	ts.tv_nsec = (long)(ms % 1000) * 1000000;
	n = ppoll(pfd, 2, ms < 0 ? NULL : &ts, unblocked);
	broker_act_on_signals(b);
	if (n <= 0)
		return;
	if (pfd[1].revents != 0)
		broker_act_on_kernel(b);
	if (pfd[0].revents != 0 && pfd[0].fd == b->engine.fd)
		engine_read(b);
}

int
broker_run(
    struct broker_conf *conf, struct accounts **accounts, struct kernel *kernel)
{
	static struct broker b; /* large, and there is one */
	sigset_t unblocked;
	struct err e = {0};

	memset(&b, 0, sizeof(b));
	b.conf = conf;
	b.accounts = accounts;
	b.kernel = kernel;
	b.engine.fd = -1;
	b.look_due = b.status_due = INT64_MAX;
	desk_init(&b.desk, conf, *accounts);
	works_init(&b.desk.works, kernel, save_journal, &b);
	b.desk.tell = tell_engine;
	b.desk.tell_arg = &b;
	if (os_raise_files(
		FILES_EACH * conf->max_sessions + FILES_BESIDE, &e) != 0)
		log_msg(LOG_WARNING, "%s", e.text);
	signals_catch(&unblocked);
	start_or_fail(&b);
	if (!b.done) {
		/* Whoever started a daemon is told on the terminal, too. */
		if (conf->engine.daemon)
			check_forwarding();
		/* Detached, it goes on where the log is kept. */
		conf->ready(conf->ready_arg);
		report_begin(&b);
		check_forwarding();
		notify_manager("READY=1");
	}
	while (!b.done)
		wait_for_work(&b, &unblocked);
	end_engine(&b, "reason=stopped");
	statusfile_remove(conf->statusfile);
	if (b.stopping)
		log_msg(LOG_NOTICE, "stopped");
	return b.status;
}
