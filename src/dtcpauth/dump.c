/*
 * A dump of a pop.auth: see dump.h.  A header of KEYWORD=VALUE lines that ends
 * with HEADER=END, then lines by two, key and data.
 *
 * db_dump(1) writes VERSION=, begins each of those lines with a blank and
 * closes with DATA=END; db_dump185(1) does none of that.
 *
 * The key is the user; the data is the password, each byte XOR 0xff.  A NUL
 * may end either; where one was turned over with the rest it is 0xff.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "dtcp/num.h"
#include "dump.h"

struct dump {
	const char *path;
	char *next, *end;
	uint32_t line; /* of what was taken last */
	bool print;    /* format=print, else hexadecimal digits */
	bool versioned;
	struct err *e;
};

/* A line without its end, or what became of it. */
struct field {
	char *s;
	size_t n;
};

size_t
dump_entries(const char *text, size_t n)
{
	return users_lines(text, n) / 2 + 1;
}

static int
fail(const struct dump *d, const char *why)
{
	return err_set(
	    d->e, EINVAL, "dump %s line %u: %s", d->path, d->line, why);
}

static bool
take_line(struct dump *d, struct field *f)
{
	char *stop;

	if (d->next == d->end)
		return false;
	f->s = d->next;
	stop = memchr(f->s, '\n', (size_t)(d->end - f->s));
	d->next = stop != NULL ? stop + 1 : d->end;
	if (stop == NULL)
		stop = d->end;
	if (stop > f->s && stop[-1] == '\r')
		stop--;
	f->n = (size_t)(stop - f->s);
	d->line++;
	return true;
}

static bool
is(const struct field *f, const char *text)
{
	return f->n == strlen(text) && memcmp(f->s, text, f->n) == 0;
}

static bool
begins(const struct field *f, const char *text)
{
	return f->n >= strlen(text) && memcmp(f->s, text, strlen(text)) == 0;
}

/* Of the many keywords, those that say how to read on. */
static int
read_header(struct dump *d)
{
	struct field f = {0};
	bool format = false;

	while (take_line(d, &f) && !is(&f, "HEADER=END")) {
		if (memchr(f.s, '=', f.n) == NULL)
			return fail(d, "not what db_dump prints");
		if (begins(&f, "VERSION="))
			d->versioned = true;
		else if (is(&f, "format=print"))
			d->print = format = true;
		else if (is(&f, "format=bytevalue"))
			format = true;
		else if (begins(&f, "format="))
			return fail(d, "neither print nor bytevalue");
		else if (is(&f, "keys=0") ||
		    (begins(&f, "type=") && !is(&f, "type=hash") &&
			!is(&f, "type=btree")))
			return fail(d, "a database without names of users");
	}
	if (f.s == NULL || !is(&f, "HEADER=END"))
		return fail(d, "ends before HEADER=END");
	return format ? 0 : fail(d, "the header names no format");
}

/* The next line of the data; false: there is none.  rc: or it is wrong. */
static bool
take_data(struct dump *d, struct field *f, int *rc)
{
	struct field more;

	if (!take_line(d, f)) {
		if (d->versioned)
			*rc = fail(d, "ends without DATA=END");
		return false;
	}
	if (!d->versioned)
		return true;
	if (is(f, "DATA=END")) {
		if (take_line(d, &more))
			*rc = fail(d, "goes on after DATA=END");
		return false;
	}
	if (!begins(f, " ")) {
		*rc = fail(d, "does not begin with a blank");
		return false;
	}
	f->s++;
	f->n--;
	return true;
}

/* In place, as it never gets longer. */
static bool
decode(const struct dump *d, struct field *f)
{
	size_t i = 0, out = 0;
	int byte;

	while (i < f->n) {
		if (d->print && f->s[i] != '\\') {
			f->s[out++] = f->s[i++];
			continue;
		}
		if (d->print && ++i < f->n && f->s[i] == '\\') {
			f->s[out++] = f->s[i++];
			continue;
		}
		if (i + 2 > f->n || (byte = num_hex_byte(f->s + i)) < 0)
			return false;
		f->s[out++] = (char)byte;
		i += 2;
	}
	f->n = out;
	return true;
}

static void
drop_nuls(struct field *f)
{
	while (f->n > 0 && f->s[f->n - 1] == '\0')
		f->n--;
}

static void
uncover(struct field *f)
{
	size_t i;

	drop_nuls(f);
	for (i = 0; i < f->n; i++)
		f->s[i] = (char)~f->s[i];
	drop_nuls(f);
}

/* An entry of a key and its data; or why it is none. */
static const char *
make_entry(const struct dump *d, struct field *key, struct field *data,
    struct users_entry *entry)
{
	const char *wrong;

	if (!decode(d, key)) {
		key->n = 0;
		return "the name is not encoded as the header says";
	}
	drop_nuls(key);
	if ((wrong = users_name_wrong(key->s, key->n)) != NULL)
		return wrong;
	if (!decode(d, data))
		return "the password is not encoded as the header says";
	uncover(data);
	if ((wrong = users_password_wrong(data->s, data->n)) != NULL)
		return wrong;
	*entry = (struct users_entry) {.user = key->s,
	    .value = data->s,
	    .line = d->line - 1,
	    .user_len = (uint16_t)key->n,
	    .value_len = (uint16_t)data->n};
	return NULL;
}

int
dump_read(const char *path, char *text, size_t n, struct users_table *t,
    dump_bad_fn *bad, void *arg, struct err *e)
{
	struct dump d = {.path = path, .next = text, .end = text + n, .e = e};
	struct field key, data;
	struct err why;
	const char *wrong;
	int rc = read_header(&d);

	t->count = 0;
	while (rc == 0 && take_data(&d, &key, &rc)) {
		if (!take_data(&d, &data, &rc))
			return rc != 0 ? rc : fail(&d, "no data for a key");
		wrong = make_entry(&d, &key, &data, &t->entries[t->count]);
		if (wrong == NULL) {
			t->count++;
			continue;
		}
		/* As much of the name as leaves room for the reason. */
		err_set(&why, EINVAL, "dump %s line %u: %s%.*s%s%s", path,
		    d.line - 1, key.n > 0 ? "user " : "",
		    (int)(key.n < 64 ? key.n : 64), key.s,
		    key.n > 0 ? ": " : "", wrong);
		bad(arg, &why);
	}
	users_sort(t);
	return rc;
}
