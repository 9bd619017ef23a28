/* --dry-run: what a server's reply would lead to, done to nothing. */
#include <stdio.h>
#include <string.h>

#include "dtcp/proto.h"
#include "options.h"

int
dry_run(const struct options *o)
{
	char text[NETOP_TEXT_MAX];
	struct err e = {0};
	struct grant g;
	struct plan p;
	unsigned i;

	if (proto_parse_grant(
		o->grant, strlen(o->grant), o->session.type, &g, &e) != 0 ||
	    plan_make(&o->plan, NULL, &g, g.client4, &p, &e) != 0) {
		fprintf(stderr, "dtcpc: %s\n", e.text);
		return 1;
	}
	for (i = 0; i < p.n; i++)
		printf("%s\n", netop_format(&p.ops[i], text, sizeof(text)));
	return 0;
}
