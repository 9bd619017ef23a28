/* The signals of the root process: noted when they come, acted upon between. */
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

static volatile sig_atomic_t got_stop, got_reconnect, got_info, got_child;

static void
on_signal(int sig)
{
	switch (sig) {
	case SIGHUP:
		got_reconnect = 1;
		break;
	case SIGUSR1:
#ifdef SIGINFO
	case SIGINFO:
#endif
		got_info = 1;
		break;
	case SIGCHLD:
		got_child = 1;
		break;
	default:
		got_stop = 1;
		break;
	}
}

void
signals_catch(sigset_t *unblocked)
{
	static const int caught[] = {
	    SIGHUP,
	    SIGTERM,
	    SIGINT,
	    SIGCHLD,
	    SIGUSR1,
#ifdef SIGINFO
	    SIGINFO,
#endif
	};
	struct sigaction sa = {.sa_handler = on_signal};
	sigset_t blocked;
	size_t i;

	sigemptyset(&blocked);
	sigemptyset(&sa.sa_mask);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		(void)sigaddset(&blocked, caught[i]);
		(void)sigaction(caught[i], &sa, NULL);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_BLOCK, &blocked, unblocked);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		(void)sigdelset(unblocked, caught[i]);
}

/* SIGHUP: the secret may be a new one; a bad file keeps the old. */
static void
reread_secret(struct priv *p)
{
	struct priv_conf *c = p->conf;
	struct secret *fresh;
	struct err e = {0};

	if (!c->secret_from_file)
		return;
	fresh = secret_new();
	if (fresh == NULL ||
	    secret_from_file(fresh, c->auth_file, c->server, c->user, &e) !=
		0) {
		log_msg(LOG_WARNING, "keeping the old password: %s",
		    fresh == NULL ? strerror(errno) : e.text);
		secret_free(fresh);
		return;
	}
	secret_free(c->secret);
	c->secret = fresh;
}

void
signals_act(struct priv *p)
{
	if (got_child) {
		got_child = 0;
		/* Their ends show on the channels; here they only rest. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
	}
	if (got_info) {
		got_info = 0;
		engine_tell_type(p, MSG_INFO);
	}
	if (got_reconnect) {
		got_reconnect = 0;
		reread_secret(p);
		engine_tell_type(p, MSG_RECONNECT);
	}
	if (got_stop && !p->stopping) {
		notify_manager("STOPPING=1");
		p->stopping = true;
		p->stop_deadline = os_now_ms() + STOP_GUARD;
		engine_tell_type(p, MSG_STOP);
	}
}
