/* The children of dtcpc's root process: the engine and a dialler. */
#include <unistd.h>

#include "private.h"

int
spawn_engine(struct priv *p)
{
	const struct child_engine how = {
	    .ids = p->conf->ids,
	    .seal = OS_SEAL_CLIENT,
	    .daemon = p->conf->daemon,
	    .body = p->conf->engine,
	    .arg = p->conf->engine_arg,
	};

	return child_start_engine(&p->engine, &how);
}

int
spawn_dialler(struct priv *p, uint32_t id)
{
	pid_t pid, parent;

	child_end(&p->dialler);
	pid = child_fork(&p->dialler, p->conf->daemon, &parent);
	if (pid < 0)
		return (int)pid;
	if (pid == 0) {
		setproctitle("dialler");
		dialler_main(CHILD_CHANNEL, id, parent, p->conf);
	}
	p->dial_id = id;
	p->dial_deadline = os_now_ms() + DIAL_GUARD;
	return 0;
}
