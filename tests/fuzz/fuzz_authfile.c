/*
 * Auth files: what is found lies within one line of the file and behind
 * "server:user:"; an entry put in front of any file is the one found.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/authfile.h"

#define SERVER "host.example"
#define USER   "foo"
#define FRONT  SERVER ":" USER ":"
#define ENTRY  FRONT "p:w\r\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
check_found(const char *file, size_t n, const char *pw, size_t pwlen)
{
	const size_t front = strlen(FRONT);

	must(pw >= file + front && pw + pwlen <= file + n);
	must(memchr(pw, '\n', pwlen) == NULL);
	must(strncasecmp(pw - front, FRONT, front) == 0);
	must(memcmp(pw - strlen(USER ":"), USER ":", strlen(USER ":")) == 0);
	/* It starts a line and runs to the end of it. */
	must(pw == file + front || pw[-(ptrdiff_t)front - 1] == '\n');
	must(pw + pwlen == file + n || pw[pwlen] == '\n' || pw[pwlen] == '\r');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *file = (const char *)data, *pw;
	const size_t entry = strlen(ENTRY);
	size_t pwlen;
	char *with;

	if (authfile_match(file, n, SERVER, USER, &pw, &pwlen))
		check_found(file, n, pw, pwlen);
	if ((with = malloc(n + entry)) == NULL)
		return 0;
	memcpy(with, ENTRY, entry);
	memcpy(with + entry, file, n);
	must(authfile_match(with, n + entry, SERVER, USER, &pw, &pwlen));
	must(pwlen == 3 && memcmp(pw, "p:w", 3) == 0);
	free(with);
	return 0;
}
