/* The users file that dtcpauth works on, from its lock to its change. */
#ifndef DTCPAUTH_STORE_H
#define DTCPAUTH_STORE_H

#include <limits.h>

#include "dtcp/secretfile.h"
#include "dtcp/users.h"

struct pidfh;

struct store {
	char path[PATH_MAX]; /* behind symbolic links */
	struct pidfh *lock;
	struct secret_text text;
	struct users_table users; /* what is in text */
};

/*
 * An empty file, mode 0600.  0; -EEXIST: there is one; another -errno.  Like
 * the others with a line.
 */
int store_init(const char *path, struct err *e);

/* Find out which file it is.  0, -ENOENT with what to do, another -errno. */
int store_locate(struct store *s, const char *path, struct err *e);

/*
 * Keep other dtcpauth off, for some seconds waiting for one that is at work.
 * 0; -EBUSY with who it is; another -errno.
 */
int store_lock(struct store *s, struct err *e);

/* What is in the file now.  0 or -errno: also if a line is wrong. */
int store_read(struct store *s, struct err *e);

/* Put text in its place, whole or not at all. */
int store_write(
    const struct store *s, const struct secret_text *text, struct err *e);

/* Wipe, unlock.  s may be all zeros. */
void store_close(struct store *s);

#endif
