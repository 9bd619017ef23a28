/*
 * A host with others on it (a link, addresses, routes, another instance's
 * tunnel), an executor on it, and its undo file in memory.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include "dtcp/executor.h"
#include "fake_kernel.h"
#include "samples.h"

#define TAG   "dtcp:/run/dtcpc.pid"
#define TAG_2 "dtcp:/run/dtcpc-2.pid"

struct world {
	struct fake_host *h;
	struct kernel *k, *other;
	struct executor x;
	struct fake_state start; /* what must be there in the end */
	uint8_t file[JOURNAL_WIRE_MAX];
	size_t nfile; /* 0: none */
	unsigned saves;
	unsigned fail_save; /* the one to fail; 0: none */
};

void world_new(struct world *w);
void world_free(struct world *w);

/* No log lines: failures by the thousand, all of them meant. */
void world_quiet(void);

/* Options and a grant of each kind; returns what it is. */
#define WORLD_VARIANTS 10
const char *world_variant(unsigned i, struct plan_conf *c, struct grant *g);

struct plan world_plan_of(const struct plan_conf *c, const struct grant *g);

/* It must succeed. */
void world_apply(struct world *w, const struct plan *p);

/* What the executor says is in effect is, and it is what is wanted. */
void world_consistent(const struct world *w, const struct plan *want);

/* The program is gone; the next start finds the file and cleans up. */
void world_killed(struct world *w);

void world_as_at_the_start(const struct world *w);

#endif
