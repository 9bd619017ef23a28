/* The reactor of dtcps. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

#define CALLBACKS_A_TURN 16

void
gateway_watch(struct gateway *gw, struct event *ev, int fd,
    event_callback_fn callback, void *arg)
{
	if (event_assign(
		ev, gw->base, fd, EV_READ | EV_PERSIST, callback, arg) == -1 ||
	    event_add(ev, NULL) == -1)
		_exit(1);
}

void
gateway_stop(struct gateway *gw)
{
	const struct msg m = {.type = MSG_EXIT, .fd = -1};
	struct serve_effects fx;
	unsigned i;

	for (i = 0; i < gw->nplaces; i++) {
		if (gw->places[i].conn == NULL)
			continue;
		serve_end(&gw->places[i].conn->serve, &fx);
		(void)conn_run(gw->places[i].conn, &fx, "stopped");
	}
	(void)channel_send(gw->channel, &m);
	_exit(0);
}

/*
 * What a callback makes active runs before descriptors are looked at again, so
 * that one who sends without end would be the only one: after so many, they
 * are.
 */
static struct event_base *
new_base(void)
{
	struct event_config *conf = event_config_new();
	struct event_base *base = NULL;

	if (conf != NULL &&
	    event_config_set_max_dispatch_interval(
		conf, NULL, CALLBACKS_A_TURN, 0) == 0)
		base = event_base_new_with_config(conf);
	if (conf != NULL)
		event_config_free(conf);
	return base;
}

void
gateway_main(void *arg, int channel)
{
	static struct gateway gw;

	gw.conf = arg;
	gw.channel = channel;
	gw.base = new_base();
	gw.hub = hub_new();
	if (gw.base == NULL || gw.hub == NULL ||
	    conn_places(&gw, gw.conf->max_sessions + GATEWAY_LOGINS_MAX) != 0)
		_exit(1);
	TAILQ_INIT(&gw.logins);
	relay_init(&gw.relay);
	packets_policy_shared(&gw);
	idle_init(&gw);
	tell_init(&gw);
	gateway_watch(&gw, &gw.channel_event, channel, heard_read, &gw);
	log_msg(
	    LOG_DEBUG, "engine: events by %s", event_base_get_method(gw.base));
	(void)event_base_dispatch(gw.base);
	_exit(1);
}
