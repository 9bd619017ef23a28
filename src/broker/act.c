/* What the root process of dtcps does about signals and the kernel's events. */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "dtcp/service.h"
#include "dtcp/signals.h"
#include "private.h"

#define EVENTS_A_TURN 256 /* so that a flood leaves room for the others */

/* Who has a session keeps it, whatever the new files say. */
static void
reread_accounts(struct broker *b)
{
	const struct offer_conf *o = &b->conf->offer;
	struct accounts *fresh;
	struct err e = {0};

	if (accounts_load(b->conf->users_file, b->conf->routes_file,
		o->has_prefix ? &o->prefix : NULL, &fresh, &e) != 0) {
		log_msg(LOG_WARNING, "keeping the old accounts: %s", e.text);
		return;
	}
	accounts_free(*b->accounts);
	*b->accounts = fresh;
	b->desk.accounts = fresh;
	report_write(b, os_now_ms());
	log_msg(LOG_NOTICE, "accounts reread users=%u routes=%u",
	    accounts_count(fresh), accounts_routes(fresh));
}

void
broker_act_on_signals(struct broker *b)
{
	struct signals s;

	signals_take(&s);
	if (s.info) {
		desk_log_counts(&b->desk);
		tell_engine_type(b, MSG_INFO);
	}
	if (s.hangup)
		reread_accounts(b);
	if (s.stop && !b->stopping) {
		notify_manager("STOPPING=1");
		b->stopping = true;
		b->stop_deadline = os_now_ms() + STOP_GUARD;
		tell_engine_type(b, MSG_STOP);
	}
}

void
broker_act_on_kernel(struct broker *b)
{
	struct kevent ev;
	bool look = false;
	int r = 0, n;

	for (n = 0; n < EVENTS_A_TURN; n++) {
		r = b->kernel->ops->next_event(b->kernel, &ev);
		if (r != 1)
			break;
		look |= ev.kind == KEV_TOUCHED || ev.kind == KEV_RESYNC;
	}
	if (r < 0) {
		log_msg(LOG_ERR, "cannot read kernel events: %s", strerror(-r));
		broker_fail(b);
		return;
	}
	/* Much of it is our own doing. */
	if (look && b->look_due == INT64_MAX)
		b->look_due = b->looked + LOOK_GAP;
}
