/* A users file's text, changed: see edit.h. */
#include <string.h>

#include "edit.h"

static void
add(struct secret_text *out, const char *s, size_t n)
{
	memcpy(out->bytes + out->len, s, n);
	out->len += n;
}

void
edit_password(struct secret_text *out, const struct secret_text *old,
    const struct users_entry *entry, const char *password, size_t n)
{
	const char *rest = entry->value + entry->value_len;

	add(out, old->bytes, (size_t)(entry->value - old->bytes));
	add(out, password, n);
	add(out, rest, (size_t)(old->bytes + old->len - rest));
}

void
edit_delete(struct secret_text *out, const struct secret_text *old,
    const struct users_entry *entry)
{
	const char *end = old->bytes + old->len;
	const char *rest = entry->value + entry->value_len;
	const char *newline = memchr(rest, '\n', (size_t)(end - rest));

	rest = newline != NULL ? newline + 1 : end;
	add(out, old->bytes, (size_t)(entry->user - old->bytes));
	add(out, rest, (size_t)(end - rest));
}

void
edit_copy(struct secret_text *out, const struct secret_text *old)
{
	add(out, old->bytes, old->len);
}

void
edit_add(struct secret_text *out, const char *user, size_t user_len,
    const char *password, size_t n)
{
	/* Where the last line lacks it. */
	if (out->len > 0 && out->bytes[out->len - 1] != '\n')
		add(out, "\n", 1);
	add(out, user, user_len);
	add(out, ":", 1);
	add(out, password, n);
	add(out, "\n", 1);
}
