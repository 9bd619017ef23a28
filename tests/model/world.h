/*
 * A host with others on it (a link, addresses, routes, another instance's
 * tunnel), an executor on it, and its undo file in memory.
 *
 * world.c is the same everywhere.  What is declared under "The host" is by
 * world_fake.c, on the fake kernel, or by world_freebsd.c: there it is
 * FreeBSD's back-end as it is, on a model of that kernel.
 */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

#include "dtcp/executor.h"
#include "samples.h"

#define TAG		   "dtcp:/run/dtcpc.pid"
#define TAG_2		   "dtcp:/run/dtcpc-2.pid"

/* On the host from the start: what a tunnel could adopt. */
#define WORLD_KERNEL	   "gif0" /* up; accepts router advertisements */
#define WORLD_USER	   "tun0" /* down */
#define WORLD_FOREIGN	   "eth0" /* no tunnel; up, with an address and routes */
#define WORLD_LAN	   "lan0" /* no tunnel; up, and nothing else */

/* The executor's LANs; of the last one there is no interface. */
#define WORLD_SLOT_FOREIGN 1
#define WORLD_SLOT_LAN	   2
#define WORLD_SLOT_NONE	   3
#define WORLD_NONE	   "none0"

struct world_host;
struct world_state; /* a picture of the whole host */
struct world;

/* Between the executor and the back-end. */
struct world_front {
	struct kernel kernel;
	struct world *world;
};

struct world {
	struct world_host *host;
	struct kernel *k, *other;  /* the back-end's, of either instance */
	struct world_state *start; /* what must be there in the end */
	struct world_front front;
	struct executor x; /* works through front */
	uint8_t file[JOURNAL_WIRE_MAX];
	size_t nfile; /* 0: none */
	unsigned saves;
	unsigned fail_save; /* the one to fail; 0: none */
	unsigned applied;   /* operations asked for so far */
	unsigned fail_at;   /* the one to fail; 0: none */
	int fail_error;
	int fail_prepare; /* the next one fails with it; 0: none does */
	/* Called before and after each operation and each save; may be NULL. */
	void (*look)(void);
};

void world_new(struct world *w);
void world_free(struct world *w);

/* No log lines: failures by the thousand, all of them meant. */
void world_quiet(void);

/* Options and a grant of each kind; returns what it is. */
#define WORLD_VARIANTS 19
const char *world_variant(unsigned i, struct plan_conf *c, struct grant *g);

/*
 * With addresses on the first two LANs of each prefix that the grant has, where
 * c names them: made here, as the planner leaves out what is not on the host.
 */
struct plan world_plan_of(const struct plan_conf *c, const struct grant *g);
void world_use_lans(struct plan_conf *c);
/* An address on a LAN, as it is asked for. */
struct netop world_lan_addr(uint8_t slot, const char *prefix);

/* It must succeed. */
void world_apply(struct world *w, const struct plan *p);

/* The nth operation from now on fails with error, and changes nothing. */
void world_fail(struct world *w, unsigned nth, int error);

/* The tunnel in effect has that name; it must be there. */
const char *world_ours(const struct world *w);

/* What the executor says is in effect is, and it is what is wanted. */
void world_consistent(const struct world *w, const struct plan *want);

/* The program is gone; the next start finds the file and cleans up. */
void world_killed(struct world *w);
/* Only the second half: after world_go_back(), which is a kill. */
void world_restarted(struct world *w);

/*
 * What -o leaves is an interface more than at the start, and nobody's: it is
 * removed.  False: there is no such one.
 */
bool world_remove_kept(struct world *w);

/* The host is what it was at the start. */
void world_as_at_the_start(struct world *w);
/* What is there now is what must be there in the end. */
void world_starts_here(struct world *w);

/* ---- The host ---- */

/* Do routes differ by metric?  Then a foreign default route is there. */
bool world_has_metrics(void);
/* Does an interface that goes down lose its addresses and routes? */
bool world_down_flushes(void);
/*
 * How many of the points at which a kill may come leave a tunnel that was
 * made and has no mark yet, which nobody can know again?
 */
unsigned world_unmarked_points(void);

/* host, and the two kernels on it.  Called by world_new(). */
void world_host_new(struct world *w);
void world_host_free(struct world *w);

/* No program runs in the picture: descriptors are closed. */
struct world_state *world_state_take(struct world *w);
void world_state_free(struct world_state *s);
/*
 * Is the host what it was then?  Interfaces made anew may have other indexes,
 * and one that was adopted may have got what the kernel gives to one that was
 * once up.  What differs is printed where that can be told.
 */
bool world_state_is(struct world *w, const struct world_state *s);
/* Likewise, but to the letter, and without a word. */
bool world_state_same(struct world *w, const struct world_state *s);
/*
 * The host becomes what the picture shows; both programs are killed and
 * started anew, and the executor is yet to be.
 */
void world_go_back(struct world *w, const struct world_state *s);

/* Changes by somebody else.  What they name must be there.  Table 0. */
/* ifname NULL: unreachable. */
void world_add_route(
    struct world *w, const char *ifname, const char *prefix, uint32_t metric);
/* An unreachable one with the mark that all instances have in common. */
void world_add_marked_route(
    struct world *w, const char *prefix, uint32_t metric);
void world_remove_route(struct world *w, const char *prefix, uint32_t metric);
void world_remove_addr(struct world *w, const char *ifname, const char *prefix);
void world_add_addr(struct world *w, const char *ifname, const char *prefix);
/* One that a tunnel could adopt. */
void world_add_tunnel(struct world *w, const char *ifname);
/* One that is no tunnel; it is up. */
void world_add_lan(struct world *w, const char *ifname);
void world_remove_link(struct world *w, const char *ifname);
void world_rename_link(struct world *w, const char *ifname, const char *to);
void world_set_up(struct world *w, const char *ifname, bool up);
void world_set_remote4(
    struct world *w, const char *ifname, const char *remote4);
/* MTU 4000, routing table 0, router advertisements accepted. */
void world_spoil(struct world *w, const char *ifname);

/*
 * Another host on the LANs' links has that address; detection of duplicates
 * comes to its end.
 */
void world_set_duplicate(struct world *w, const char *prefix);
void world_dad_done(struct world *w);

bool world_see_route(struct world *w, const char *prefix, uint32_t metric);
bool world_see_link(struct world *w, const char *ifname);
bool world_see_addr(struct world *w, const char *ifname, const char *prefix);

/* An interface that was not there at the start; false: there is none. */
bool world_see_more(struct world *w, char ifname[NETOP_NAMESIZE]);
/*
 * It is down and has neither anybody's tag nor outer addresses nor addresses;
 * clean: nor what else a tag consists of.
 */
bool world_is_nobodys(struct world *w, const char *ifname, bool clean);

#endif
