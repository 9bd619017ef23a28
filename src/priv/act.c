/* What dtcpc's root process does when a signal came. */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/service.h"
#include "dtcp/signals.h"
#include "private.h"

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
act_on_signals(struct priv *p)
{
	struct signals s;

	signals_take(&s);
	if (s.info)
		engine_tell_type(p, MSG_INFO);
	if (s.hangup) {
		reread_secret(p);
		engine_tell_type(p, MSG_RECONNECT);
	}
	if (s.stop && !p->stopping) {
		notify_manager("STOPPING=1");
		p->stopping = true;
		p->stop_deadline = os_now_ms() + STOP_GUARD;
		engine_tell_type(p, MSG_STOP);
	}
}
