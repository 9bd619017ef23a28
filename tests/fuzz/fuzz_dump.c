/*
 * Dumps of an old pop.auth: what is taken holds to the rules of the users file,
 * lies within the text, and written out it is what a users file says.
 */
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dtcpauth/dump.h"
#include "dtcpauth/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
note_bad(void *arg, const struct err *why)
{
	size_t *bad = arg;

	must(why->code != 0 && strncmp(why->text, "dump x line ", 12) == 0);
	++*bad;
}

static bool
same_user(const struct users_entry *a, const struct users_entry *b)
{
	return a->user_len == b->user_len &&
	    memcmp(a->user, b->user, a->user_len) == 0;
}

/* One entry of each user, as a users file, read back. */
static void
check_written(const struct users_table *t, size_t n)
{
	struct secret_text out = {0};
	struct users_table again = {0};
	const struct users_entry *e, *found;
	struct err why;
	size_t i, users = 0;

	/* No entry is longer than what it was made from. */
	out.room = 3 * n + 64;
	must((out.bytes = malloc(out.room)) != NULL);
	for (i = 0; i < t->count; i++) {
		e = &t->entries[i];
		if (i > 0 && same_user(e - 1, e))
			continue;
		edit_add(&out, e->user, e->user_len, e->value, e->value_len);
		users++;
	}
	must(out.len <= out.room);
	again.entries =
	    calloc(users_lines(out.bytes, out.len), sizeof(*again.entries));
	must(again.entries != NULL);
	must(users_index("y", out.bytes, out.len, &again, &why) == 0);
	must(again.count == users);
	for (i = 0; i < t->count; i++) {
		e = &t->entries[i];
		must(
		    (found = users_find(&again, e->user, e->user_len)) != NULL);
		if (i > 0 && same_user(e - 1, e))
			continue;
		must(found->value_len == e->value_len &&
		    memcmp(found->value, e->value, e->value_len) == 0);
	}
	free(again.entries);
	free(out.bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct users_table t = {0};
	size_t entries, bad = 0;
	struct err e;
	char *text = malloc(n + 1);

	must(text != NULL);
	if (n > 0)
		memcpy(text, data, n);
	entries = dump_entries(text, n);
	t.entries = calloc(entries, sizeof(*t.entries));
	must(t.entries != NULL);
	if (dump_read("x", text, n, &t, note_bad, &bad, &e) == 0) {
		must(t.count + bad <= entries);
		check_written(&t, n);
	}
	free(t.entries);
	free(text);
	return 0;
}
