/* Accounts of an old server: see import.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dump.h"
#include "edit.h"
#include "import.h"

static void
tell_bad(void *arg, const struct err *why)
{
	struct import_count *count = arg;

	count->bad++;
	fprintf(stderr, "dtcpauth: %s: left out\n", why->text);
}

static int
read_dump(const char *path, struct secret_text *t, struct err *e)
{
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return secret_text_read(
		    STDIN_FILENO, "dump", path, DUMP_MAX, t, e);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return err_sys(e, errno, "dump %s", path);
	rc = secret_text_read(fd, "dump", path, DUMP_MAX, t, e);
	(void)close(fd);
	return rc;
}

/* The same user as in the entry before, of sorted ones? */
static bool
is_again(const struct users_table *t, size_t i)
{
	const struct users_entry *a, *b = &t->entries[i];

	if (i == 0)
		return false;
	a = b - 1;
	return a->user_len == b->user_len &&
	    memcmp(a->user, b->user, b->user_len) == 0;
}

/* Text with what is new; what is not is named. */
static void
add_new(const struct store *s, const char *path, const struct users_table *t,
    struct secret_text *out, struct import_count *count)
{
	const struct users_entry *entry;
	struct err why;
	size_t i;

	edit_copy(out, &s->text);
	for (i = 0; i < t->count; i++) {
		entry = &t->entries[i];
		if (is_again(t, i)) {
			err_set(&why, EINVAL,
			    "dump %s line %u: user %.*s: once more", path,
			    entry->line, entry->user_len, entry->user);
			tell_bad(count, &why);
		} else if (users_find(&s->users, entry->user,
			       entry->user_len) != NULL) {
			err_set(&why, EEXIST,
			    "dump %s line %u: user %.*s: is there already",
			    path, entry->line, entry->user_len, entry->user);
			tell_bad(count, &why);
		} else {
			count->added++;
			edit_add(out, entry->user, entry->user_len,
			    entry->value, entry->value_len);
		}
	}
}

static int
add_entries(struct store *s, const char *path, const struct users_table *t,
    struct import_count *count, struct err *e)
{
	struct secret_text out;
	size_t i, room = s->text.len + 1;
	int rc;

	for (i = 0; i < t->count; i++)
		room += EDIT_ENTRY_LEN((size_t)t->entries[i].user_len,
		    (size_t)t->entries[i].value_len);
	if ((rc = secret_text_new(&out, room)) != 0)
		return err_sys(e, -rc, "dump %s", path);
	add_new(s, path, t, &out, count);
	if (count->added > 0)
		rc = store_write(s, &out, e);
	secret_text_free(&out);
	return rc;
}

int
import_dump(struct store *s, const char *path, struct import_count *count,
    struct err *e)
{
	struct users_table t = {0};
	struct secret_text text = {0};
	int rc = read_dump(path, &text, e);

	if (rc != 0)
		return rc;
	t.entries =
	    calloc(dump_entries(text.bytes, text.len), sizeof(*t.entries));
	if (t.entries == NULL)
		rc = err_sys(e, ENOMEM, "dump %s", path);
	else
		rc = dump_read(
		    path, text.bytes, text.len, &t, tell_bad, count, e);
	if (rc == 0)
		rc = add_entries(s, path, &t, count, e);
	free(t.entries);
	secret_text_free(&text);
	return rc;
}
