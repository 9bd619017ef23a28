/* What the parts of the accounts share. */
#ifndef SERVE_ACCOUNTS_PARTS_H
#define SERVE_ACCOUNTS_PARTS_H

#include "dtcp/accounts.h"
#include "dtcp/secretfile.h"
#include "dtcp/users.h"

struct accounts {
	struct secret_text users_text;
	char *routes_text;
	struct users_table users;
	struct users_table routes; /* their values: prefix/len[,...] */
};

/* One line of a file, without its end. */
struct line {
	const char *s;
	size_t n;
	uint32_t number; /* from 1 */
};

/*
 * The next line at *p that is neither empty nor a comment; *p behind it.
 * number has to be 0 at first.  false: there is none before end.
 */
bool line_next(const char **p, const char *end, struct line *l);

/*
 * No user stands twice in a sorted table.  kind: "users file".  0 or -EINVAL
 * with a line.
 */
int table_check_twice(const struct users_table *t, const char *kind,
    const char *path, struct err *e);

/* A prefix of the route table, and where it stands. */
struct claim {
	struct prefix6 prefix;
	uint32_t line;
};

/* No file of that text has more prefixes. */
size_t routes_claims(const char *text, size_t n);

/*
 * Fill t and claims; t has room for as many entries as there are lines.  0,
 * or -EINVAL with "route table PATH line 12: why".
 */
int routes_index(const char *path, const char *text, size_t n,
    const struct prefix6 *reserved, struct users_table *t, struct claim *claims,
    struct err *e);

#endif
