/* --dry-run: what a server's reply would lead to, done to nothing. */
#include <stdio.h>
#include <string.h>

#include "dtcp/proto.h"
#include "options.h"

static void
left_out(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "dtcpc: %s here, left out\n", line);
}

/* A plan names interfaces by their slots, people by their names. */
static void
print_op(const struct plan_conf *c, struct netop op)
{
	char text[NETOP_TEXT_MAX];

	if (op.slot != NETOP_SLOT_TUNNEL)
		(void)strlcpy(op.ifname, c->lans[op.slot], sizeof(op.ifname));
	printf("%s\n", netop_format(&op, text, sizeof(text)));
}

int
dry_run(const struct options *o)
{
	struct lan lans[NETOP_SLOTS];
	struct err e = {0};
	struct grant g;
	struct plan p;
	unsigned i;

	if (proto_parse_grant(
		o->grant, strlen(o->grant), o->session.type, &g, &e) != 0 ||
	    lans_look(&o->plan, lans, &e) != 0 ||
	    plan_make(&o->plan, lans, &g, g.client4, &p, &e) != 0) {
		fprintf(stderr, "dtcpc: %s\n", e.text);
		return 1;
	}
	lans_faults(&o->plan, lans, left_out, NULL);
	for (i = 0; i < p.n; i++)
		print_op(&o->plan, p.ops[i]);
	return 0;
}
