/* The route table in memory: which prefixes are whose. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounts_parts.h"

#define KIND	"route table"
#define LEN_MIN 16
#define LEN_MAX 64

/* What is read, and where to. */
struct reader {
	const char *path;
	const struct prefix6 *reserved;
	struct claim *claims;
	size_t count;
	struct err *e;
};

static int
refuse(const struct reader *r, const struct line *l, const char *what, size_t n,
    const char *why)
{
	/* As much of it as leaves room for the reason. */
	return err_set(r->e, EINVAL, "%s %s line %u: %.*s%s%s", KIND, r->path,
	    l->number, (int)(n < 64 ? n : 64), what, n != 0 ? ": " : "", why);
}

size_t
routes_claims(const char *text, size_t n)
{
	size_t i, claims = 1;

	for (i = 0; i < n; i++)
		claims += text[i] == ',' || text[i] == '\n';
	return claims;
}

static const char *
prefix_wrong(const struct prefix6 *p, const struct prefix6 *reserved)
{
	if (p->len < LEN_MIN || p->len > LEN_MAX)
		return "a prefix has a length of 16 to 64";
	if (!prefix6_is_inner(p))
		return "a prefix is from 2000::/3 or fc00::/7";
	if (prefix6_has_host_bits(p))
		return "has bits set behind its length";
	if (reserved != NULL && prefix6_overlap(p, reserved))
		return "overlaps the prefix of the server's hosts";
	return NULL;
}

/* The part of a list before the next comma; *s and *n are what follows. */
static size_t
next_item(const char **s, size_t *n, const char **item)
{
	const char *comma = memchr(*s, ',', *n);
	size_t len = comma != NULL ? (size_t)(comma - *s) : *n;

	*item = *s;
	*s += len + (comma != NULL);
	*n -= len + (comma != NULL);
	return len;
}

static int
read_list(struct reader *r, const struct line *l, const char *s, size_t n)
{
	struct prefix6 p;
	const char *item, *wrong;
	unsigned count = 0;
	size_t len;
	bool more;

	do {
		len = next_item(&s, &n, &item);
		more = item + len != s;
		if (prefix6_parse(item, len, &p) != 0)
			return refuse(r, l, item, len,
			    "no prefix, which is address/length");
		if ((wrong = prefix_wrong(&p, r->reserved)) != NULL)
			return refuse(r, l, item, len, wrong);
		if (count++ == GRANT_PREFIXES_MAX)
			return refuse(
			    r, l, item, len, "a user has 8 prefixes at most");
		r->claims[r->count++] =
		    (struct claim) {.prefix = p, .line = l->number};
	} while (more);
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Two words; blanks may surround them. */
static int
read_line(struct reader *r, const struct line *l, struct users_entry *entry)
{
	const char *s = l->s, *end = l->s + l->n, *user, *list, *wrong;
	size_t user_len, list_len;
	int rc;

	while (s < end && is_blank(*s))
		s++;
	for (user = s; s < end && !is_blank(*s); s++)
		;
	user_len = (size_t)(s - user);
	if ((wrong = users_name_wrong(user, user_len)) != NULL)
		return refuse(r, l, "", 0, wrong);
	while (s < end && is_blank(*s))
		s++;
	for (list = s; s < end && !is_blank(*s); s++)
		;
	if (s == list)
		return refuse(r, l, user, user_len, "no prefix follows");
	list_len = (size_t)(s - list);
	while (s < end && is_blank(*s))
		s++;
	if (s != end)
		return refuse(r, l, s, (size_t)(end - s),
		    "too much: prefixes are separated by commas alone");
	if ((rc = read_list(r, l, list, list_len)) != 0)
		return rc;
	*entry = (struct users_entry) {.user = user,
	    .value = list,
	    .line = l->number,
	    .user_len = (uint16_t)user_len,
	    .value_len = (uint16_t)list_len};
	return 0;
}

static int
compare_claims(const void *pa, const void *pb)
{
	const struct claim *a = pa, *b = pb;
	int order =
	    memcmp(&a->prefix.addr, &b->prefix.addr, sizeof(a->prefix.addr));

	if (order != 0)
		return order;
	if (a->prefix.len != b->prefix.len)
		return a->prefix.len < b->prefix.len ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

/*
 * Two prefixes are apart or one lies in the other; what stands between these
 * two in the order lies in it, too.  So neighbours are all to be looked at.
 */
static int
check_overlap(struct reader *r)
{
	char first[PREFIX6_STRLEN], second[PREFIX6_STRLEN];
	const struct claim *a, *b, *swap;
	size_t i;

	if (r->count > 1)
		qsort(r->claims, r->count, sizeof(*r->claims), compare_claims);
	for (i = 1; i < r->count; i++) {
		a = &r->claims[i - 1];
		b = &r->claims[i];
		if (!prefix6_overlap(&a->prefix, &b->prefix))
			continue;
		if (a->line > b->line) {
			swap = a;
			a = b;
			b = swap;
		}
		return err_set(r->e, EINVAL,
		    "%s %s line %u: %s overlaps %s of line %u", KIND, r->path,
		    b->line, prefix6_format(&b->prefix, second),
		    prefix6_format(&a->prefix, first), a->line);
	}
	return 0;
}

int
routes_index(const char *path, const char *text, size_t n,
    const struct prefix6 *reserved, struct users_table *t, struct claim *claims,
    struct err *e)
{
	struct reader r = {
	    .path = path, .reserved = reserved, .claims = claims, .e = e};
	const char *p = text;
	struct line l = {0};
	int rc = 0;

	t->count = 0;
	while (rc == 0 && line_next(&p, text + n, &l))
		rc = read_line(&r, &l, &t->entries[t->count++]);
	if (rc != 0)
		return rc;
	users_sort(t);
	rc = table_check_twice(t, KIND, path, e);
	return rc != 0 ? rc : check_overlap(&r);
}

unsigned
accounts_prefixes(const struct accounts *a, const char *user,
    struct prefix6 out[GRANT_PREFIXES_MAX])
{
	const struct users_entry *entry =
	    users_find(&a->routes, user, strlen(user));
	const char *s, *item;
	size_t n, len;
	unsigned count = 0;

	if (entry == NULL)
		return 0;
	s = entry->value;
	n = entry->value_len;
	while (n > 0 && count < GRANT_PREFIXES_MAX) {
		len = next_item(&s, &n, &item);
		if (prefix6_parse(item, len, &out[count]) == 0)
			count++;
	}
	return count;
}
