/* The users file in memory: see dtcp/users.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounts_parts.h"
#include "dtcp/login.h"

#define KIND "users file"

const char *
users_name_wrong(const char *s, size_t n)
{
	size_t i;

	if (n == 0)
		return "the name is empty";
	if (n > LOGIN_USER_MAX)
		return "the name is longer than 64 bytes";
	if (s[0] == '#')
		return "a name does not begin with #";
	for (i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~' || s[i] == ':')
			return "a name has printable characters only, no "
			       "blank and no colon";
	return NULL;
}

const char *
users_password_wrong(const char *s, size_t n)
{
	if (n == 0)
		return "the password is empty";
	if (n > USERS_PASSWORD_MAX)
		return "the password is longer than 256 bytes";
	if (memchr(s, '\0', n) != NULL || memchr(s, '\n', n) != NULL)
		return "the password holds a NUL or a newline";
	if (s[n - 1] == '\r')
		return "the password ends in a carriage return";
	return NULL;
}

size_t
users_lines(const char *text, size_t n)
{
	const char *p = text, *end = text + n;
	size_t lines = 1;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		lines++;
		p++;
	}
	return lines;
}

bool
line_next(const char **p, const char *end, struct line *l)
{
	const char *stop;

	while (*p < end) {
		l->s = *p;
		stop = memchr(l->s, '\n', (size_t)(end - l->s));
		*p = stop != NULL ? stop + 1 : end;
		if (stop == NULL)
			stop = end;
		if (stop > l->s && stop[-1] == '\r')
			stop--;
		l->n = (size_t)(stop - l->s);
		l->number++;
		if (l->n != 0 && *l->s != '#')
			return true;
	}
	return false;
}

static int
compare_names(const char *a, size_t alen, const char *b, size_t blen)
{
	int order = memcmp(a, b, alen < blen ? alen : blen);

	return order != 0 ? order : (alen > blen) - (alen < blen);
}

static int
compare_entries(const void *pa, const void *pb)
{
	const struct users_entry *a = pa, *b = pb;
	int order = compare_names(a->user, a->user_len, b->user, b->user_len);

	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

void
users_sort(struct users_table *t)
{
	if (t->count > 1)
		qsort(
		    t->entries, t->count, sizeof(*t->entries), compare_entries);
}

const struct users_entry *
users_find(const struct users_table *t, const char *user, size_t n)
{
	const struct users_entry *e;
	size_t low = 0, high = t->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		e = &t->entries[middle];
		order = compare_names(user, n, e->user, e->user_len);
		if (order == 0)
			return e;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

int
table_check_twice(const struct users_table *t, const char *kind,
    const char *path, struct err *e)
{
	const struct users_entry *a, *b;
	size_t i;

	for (i = 1; i < t->count; i++) {
		a = &t->entries[i - 1];
		b = &t->entries[i];
		if (compare_names(a->user, a->user_len, b->user, b->user_len) ==
		    0)
			return err_set(e, EINVAL,
			    "%s %s line %u: %.*s stands in line %u already",
			    kind, path, b->line, b->user_len, b->user, a->line);
	}
	return 0;
}

static const char *
read_entry(const struct line *l, struct users_entry *entry)
{
	const char *colon = memchr(l->s, ':', l->n), *wrong;
	size_t user_len, value_len;

	if (colon == NULL)
		return "no colon between user and password";
	user_len = (size_t)(colon - l->s);
	value_len = l->n - user_len - 1;
	wrong = users_name_wrong(l->s, user_len);
	if (wrong == NULL)
		wrong = users_password_wrong(colon + 1, value_len);
	if (wrong == NULL)
		*entry = (struct users_entry) {.user = l->s,
		    .value = colon + 1,
		    .line = l->number,
		    .user_len = (uint16_t)user_len,
		    .value_len = (uint16_t)value_len};
	return wrong;
}

int
users_index(const char *path, const char *text, size_t n, struct users_table *t,
    struct err *e)
{
	const char *p = text, *wrong;
	struct line l = {0};

	t->count = 0;
	while (line_next(&p, text + n, &l)) {
		wrong = read_entry(&l, &t->entries[t->count]);
		if (wrong != NULL)
			return err_set(e, EINVAL, "%s %s line %u: %s", KIND,
			    path, l.number, wrong);
		t->count++;
	}
	users_sort(t);
	return table_check_twice(t, KIND, path, e);
}
