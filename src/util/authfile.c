/* The lines of an auth file, found in memory: see authfile.h. */
#include <string.h>
#include <strings.h>

#include "authfile.h"

/* The field at *p, which ends before end: its length; *p after its ':'. */
static bool
next_field(const char **p, const char *end, const char **field, size_t *n)
{
	const char *colon = memchr(*p, ':', (size_t)(end - *p));

	if (colon == NULL)
		return false;
	*field = *p;
	*n = (size_t)(colon - *p);
	*p = colon + 1;
	return true;
}

/* Does the line from p to end hold a password for user at server? */
static bool
match_line(const char *p, const char *end, const char *server, const char *user,
    const char **pw, size_t *pwlen)
{
	const char *host, *name;
	size_t hostlen, namelen;

	if (p < end && *p == '#')
		return false;
	if (!next_field(&p, end, &host, &hostlen) ||
	    !next_field(&p, end, &name, &namelen))
		return false;
	if (hostlen != strlen(server) ||
	    strncasecmp(host, server, hostlen) != 0)
		return false;
	if (namelen != strlen(user) || memcmp(name, user, namelen) != 0)
		return false;
	*pw = p;
	*pwlen = (size_t)(end - p);
	return true;
}

bool
authfile_match(const char *buf, size_t len, const char *server,
    const char *user, const char **pw, size_t *pwlen)
{
	const char *line, *end, *next, *stop = buf + len;

	for (line = buf; line < stop; line = next) {
		end = memchr(line, '\n', (size_t)(stop - line));
		next = end != NULL ? end + 1 : stop;
		if (end == NULL)
			end = stop;
		if (end > line && end[-1] == '\r')
			end--;
		if (match_line(line, end, server, user, pw, pwlen))
			return true;
	}
	return false;
}
