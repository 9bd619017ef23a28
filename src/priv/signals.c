/* The signals of a root process: noted when they come, acted upon between. */
#include <sys/wait.h>

#include <stddef.h>

#include "dtcp/signals.h"

static volatile sig_atomic_t got_stop, got_hangup, got_info, got_child;

static void
on_signal(int sig)
{
	switch (sig) {
	case SIGHUP:
		got_hangup = 1;
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

void
signals_take(struct signals *s)
{
	if (got_child) {
		got_child = 0;
		/* Their ends show on the channels; here they only rest. */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
	}
	s->info = got_info != 0;
	got_info = 0;
	s->hangup = got_hangup != 0;
	got_hangup = 0;
	s->stop = got_stop != 0;
}
