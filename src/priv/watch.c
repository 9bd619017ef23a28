/*
 * What the kernel reports, sorted into what the engine can use: an address of
 * ours gone, the default route changed, an object of ours removed.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "private.h"

#define EVENTS_A_TURN 256 /* so that a flood leaves room for the others */

static void
tell_addr4(struct priv *p, enum msg_type type, struct in_addr a)
{
	struct msg m = {.type = type, .addr4 = a, .fd = -1};

	engine_tell(p, &m);
}

/*
 * Compare what is there with what should be, and name what is missing.  True
 * where nothing is.
 */
static bool
report_lost(struct priv *p)
{
	struct msg m = {.type = MSG_LOST, .fd = -1};
	struct err e = {0};
	struct plan lost;
	unsigned i;

	if (p->executor.have.n == 0)
		return true;
	if (executor_find_lost(&p->executor, &lost, &e) != 0) {
		log_msg(
		    LOG_WARNING, "cannot compare with the kernel: %s", e.text);
		return false;
	}
	if (lost.n == 0)
		return true;
	for (i = 0; i < lost.n; i++) {
		m.op = lost.ops[i];
		engine_tell(p, &m);
	}
	engine_tell_type(p, MSG_LOST_END);
	return false;
}

/* Events were lost: ask for what they would have said. */
static void
resync(struct priv *p)
{
	log_msg(LOG_INFO, "kernel events were lost; looking at everything");
	if (p->local4_known &&
	    p->kernel->ops->is_local4(p->kernel, p->local4) == 0)
		tell_addr4(p, MSG_ADDR4_GONE, p->local4);
	engine_tell_type(p, MSG_DEFAULT4);
}

void
watch_read(struct priv *p)
{
	struct kevent ev;
	bool look = false, changed = false;
	int r = 0, n;

	for (n = 0; n < EVENTS_A_TURN; n++) {
		r = p->kernel->ops->next_event(p->kernel, &ev);
		if (r != 1)
			break;
		switch (ev.kind) {
		case KEV_ADDR4_NEW:
			tell_addr4(p, MSG_ADDR4_NEW, ev.addr4);
			break;
		case KEV_ADDR4_GONE:
			tell_addr4(p, MSG_ADDR4_GONE, ev.addr4);
			break;
		case KEV_DEFAULT4:
			changed = true;
			break;
		case KEV_TOUCHED:
			look = true;
			break;
		case KEV_RESYNC:
			look = true;
			resync(p);
			break;
		}
	}
	if (r < 0) {
		/* Blind, it could neither follow an address nor repair. */
		log_msg(LOG_ERR, "cannot read kernel events: %s", strerror(-r));
		p->done = true;
		p->status = 1;
		return;
	}
	if (changed) /* once, however many routes were changed at a time */
		engine_tell_type(p, MSG_DEFAULT4);
	/*
	 * The LANs first: what is lost on one that is down is not put back.
	 * Then what is being put back, of which we are told again.
	 */
	if (look)
		lan_look(p);
	if (look && report_lost(p))
		executor_fill_in(&p->executor);
}
