/*
 * The users file and the route table, the same octets as either: what is taken
 * is within the text, holds to the rules, is found again, and no two prefixes
 * overlap.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/accounts_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Each where the one before says that it belongs, and within the text. */
static void
check_table(const struct users_table *t, const char *text, size_t n)
{
	const struct users_entry *e;
	size_t i;

	must(t->count <= users_lines(text, n));
	for (i = 0; i < t->count; i++) {
		e = &t->entries[i];
		must(e->user >= text && e->user + e->user_len < e->value);
		must(e->value + e->value_len <= text + n);
		must(users_name_wrong(e->user, e->user_len) == NULL);
		must(users_find(t, e->user, e->user_len) == e);
	}
}

static void
check_users(const struct users_table *t)
{
	const struct users_entry *e;
	size_t i;

	for (i = 0; i < t->count; i++) {
		e = &t->entries[i];
		must(e->user[e->user_len] == ':');
		must(e->value == e->user + e->user_len + 1);
		must(users_password_wrong(e->value, e->value_len) == NULL);
	}
}

/* As a session would ask; all against all, up to a bound. */
static void
check_routes(const struct users_table *t, const struct prefix6 *reserved)
{
	struct accounts a = {.routes = *t};
	struct prefix6 all[256];
	char user[65];
	unsigned got, i, j, count = 0;

	for (i = 0; i < t->count && count + GRANT_PREFIXES_MAX < 256; i++) {
		memcpy(user, t->entries[i].user, t->entries[i].user_len);
		user[t->entries[i].user_len] = '\0';
		got = accounts_prefixes(&a, user, &all[count]);
		must(got >= 1 && got <= GRANT_PREFIXES_MAX);
		count += got;
	}
	for (i = 0; i < count; i++) {
		must(all[i].len >= 16 && all[i].len <= 64);
		must(prefix6_is_inner(&all[i]));
		must(!prefix6_has_host_bits(&all[i]));
		must(!prefix6_overlap(&all[i], reserved));
		for (j = 0; j < i; j++)
			must(!prefix6_overlap(&all[i], &all[j]));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct prefix6 reserved = {
	    .addr = {{{0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff}}}, .len = 64};
	const char *text = (const char *)data;
	struct users_table t = {0};
	struct claim *claims;
	struct err e;

	t.entries = calloc(users_lines(text, n), sizeof(*t.entries));
	claims = calloc(routes_claims(text, n), sizeof(*claims));
	must(t.entries != NULL && claims != NULL);
	if (users_index("users", text, n, &t, &e) == 0) {
		check_table(&t, text, n);
		check_users(&t);
	}
	if (routes_index("routes", text, n, &reserved, &t, claims, &e) == 0) {
		check_table(&t, text, n);
		check_routes(&t, &reserved);
	}
	free(t.entries);
	free(claims);
	return 0;
}
