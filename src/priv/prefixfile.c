/* The file of the prefixes that were announced to LANs. */
#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/num.h"
#include "dtcp/ownfile.h"
#include "prefixfile.h"

#define FIRST	    "dtcpc prefixes 1\n"
#define LAST	    "end\n"
#define TIME_DIGITS 10
#define RECORD_LEN  (NETOP_NAMESIZE + PREFIX6_STRLEN + TIME_DIGITS + 3)
#define FILE_MAX    (sizeof(FIRST) + PREFIXFILE_MAX * RECORD_LEN + sizeof(LAST))

/* The last directory alone: the one above it belongs to the system. */
static int
make_directory(const char *path, struct err *e)
{
	char dir[PATH_MAX];
	char *slash;

	if (strlcpy(dir, path, sizeof(dir)) >= sizeof(dir) ||
	    (slash = strrchr(dir, '/')) == NULL || slash == dir)
		return 0;
	*slash = '\0';
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		return err_sys(e, errno, "cannot make %s", dir);
	return 0;
}

int
prefixfile_write(
    const char *path, const struct prefix_record *r, unsigned n, struct err *e)
{
	char text[FILE_MAX], prefix[PREFIX6_STRLEN];
	size_t used;
	unsigned i;
	int rc;

	if (n == 0)
		return ownfile_remove(path, e);
	if ((rc = make_directory(path, e)) != 0)
		return rc;
	used = strlcpy(text, FIRST, sizeof(text));
	for (i = 0; i < n && i < PREFIXFILE_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s %s %" PRIu32 "\n", r[i].ifname,
		    prefix6_format(&r[i].prefix, prefix), r[i].until);
	used = strlcat(text, LAST, sizeof(text));
	return ownfile_write(path, text, used, true, e);
}

/* One line without its end: three fields with one blank between them. */
static int
read_line(const char *s, size_t n, struct prefix_record *r)
{
	const char *end = s + n, *prefix, *until;

	memset(r, 0, sizeof(*r));
	prefix = memchr(s, ' ', n);
	if (prefix == NULL || (size_t)(prefix - s) >= sizeof(r->ifname))
		return -EBADMSG;
	memcpy(r->ifname, s, (size_t)(prefix - s));
	prefix++;
	until = memchr(prefix, ' ', (size_t)(end - prefix));
	if (until == NULL || !netop_ifname_ok(r->ifname) ||
	    prefix6_parse(prefix, (size_t)(until - prefix), &r->prefix) != 0 ||
	    !prefix6_is_inner(&r->prefix) || prefix6_has_host_bits(&r->prefix))
		return -EBADMSG;
	until++;
	if (num_parse(until, (size_t)(end - until), 0, UINT32_MAX, &r->until) !=
	    0)
		return -EBADMSG;
	return 0;
}

static int
read_text(const char *s, size_t n, struct prefix_record r[PREFIXFILE_MAX],
    unsigned *count)
{
	const size_t first = sizeof(FIRST) - 1, last = sizeof(LAST) - 1;
	const char *end;

	*count = 0;
	if (n < first + last || memcmp(s, FIRST, first) != 0 ||
	    memcmp(s + n - last, LAST, last) != 0)
		return -EBADMSG;
	for (s += first, n -= first + last; n > 0;
	     n -= (size_t)(end + 1 - s), s = end + 1) {
		end = memchr(s, '\n', n);
		if (end == NULL || *count == PREFIXFILE_MAX ||
		    read_line(s, (size_t)(end - s), &r[*count]) != 0)
			return -EBADMSG;
		++*count;
	}
	return 0;
}

int
prefixfile_read(const char *path, struct prefix_record r[PREFIXFILE_MAX],
    unsigned *n, struct err *e)
{
	char text[FILE_MAX + 1];
	size_t size;
	int rc;

	*n = 0;
	if ((rc = ownfile_read(path, text, sizeof(text), &size, e)) != 0)
		return rc;
	if (read_text(text, size, r, n) != 0) {
		*n = 0;
		return err_set(e, EBADMSG, "%s: damaged", path);
	}
	return 0;
}
