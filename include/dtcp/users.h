/*
 * A file of accounts in memory, a line each, and who is in it: what the
 * server reads and dtcpauth(8) edits.  Pure.
 *
 *	user:password
 *
 * '#' begins a comment line; empty lines count for nothing; LF or CRLF, which
 * the last line may lack.  A user is 1 to 64 printable bytes without blank and
 * colon, the first no '#'.  A password is 1 to 256 bytes, all that stands
 * behind the first colon, blanks and colons included; it holds no NUL and ends
 * in no CR.
 */
#ifndef DTCP_USERS_H
#define DTCP_USERS_H

#include <stddef.h>
#include <stdint.h>

#include "dtcp/err.h"

#define USERS_PASSWORD_MAX 256 /* bytes */

/* One entry; both point into the file's text and have no NUL at the end. */
struct users_entry {
	const char *user;
	const char *value; /* the password */
	uint32_t line;
	uint16_t user_len;
	uint16_t value_len;
};

/* Sorted by user, then by line. */
struct users_table {
	struct users_entry *entries;
	size_t count;
};

/* Why that is no name, no password; NULL where it is. */
const char *users_name_wrong(const char *s, size_t n);
const char *users_password_wrong(const char *s, size_t n);

/* No file of that text has more entries. */
size_t users_lines(const char *text, size_t n);

/*
 * Fill t, which has room for as many entries as there are lines.  0, or
 * -EINVAL with "users file PATH line 12: why", no password in it.
 */
int users_index(const char *path, const char *text, size_t n,
    struct users_table *t, struct err *e);

/* Sort what was filled in by hand. */
void users_sort(struct users_table *t);

/* NULL: not there. */
const struct users_entry *users_find(
    const struct users_table *t, const char *user, size_t n);

#endif
