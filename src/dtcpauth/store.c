/* The users file on the disk: see store.h. */
#include <errno.h>
#include <fcntl.h>
#include <libutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dtcp/accounts.h"
#include "dtcp/os.h"
#include "dtcp/ownfile.h"
#include "store.h"

#define KIND	"users file"
#define WAIT_MS 10000 /* for somebody else's change */
#define LOOK_MS 20    /* from one look to the next */

int
store_init(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd == -1 && errno == EEXIST)
		return err_set(e, EEXIST,
		    KIND " %s: is there already and stays as it is", path);
	if (fd == -1)
		return err_sys(e, errno, KIND " %s", path);
	(void)close(fd);
	return 0;
}

int
store_locate(struct store *s, const char *path, struct err *e)
{
	if (realpath(path, s->path) != NULL)
		return 0;
	if (errno == ENOENT)
		return err_set(e, ENOENT,
		    KIND " %s: there is none; run: dtcpauth -f %s --init", path,
		    path);
	return err_sys(e, errno, KIND " %s", path);
}

static int
busy(const char *lock, pid_t other, struct err *e)
{
	/* It may be between taking the lock and writing that down. */
	if (other <= 0)
		return err_set(
		    e, EBUSY, "lock file %s: held by another dtcpauth", lock);
	return err_set(
	    e, EBUSY, "lock file %s: held by pid %ld", lock, (long)other);
}

/*
 * The lock is on a file beside it, as that one itself is replaced.  One whose
 * holder died is as good as none; "no such file": it went while we looked.
 */
int
store_lock(struct store *s, struct err *e)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	const int64_t deadline = os_now_ms() + WAIT_MS;
	char path[PATH_MAX];
	pid_t other = 0;

	if ((size_t)snprintf(path, sizeof(path), "%s.lock", s->path) >=
	    sizeof(path))
		return err_sys(e, ENAMETOOLONG, KIND " %s", s->path);
	while ((s->lock = pidfile_open(path, 0600, &other)) == NULL) {
		if (errno != EEXIST && errno != EAGAIN && errno != ENOENT)
			return err_sys(e, errno, "lock file %s", path);
		if (os_now_ms() >= deadline)
			return busy(path, other, e);
		(void)nanosleep(&pause, NULL);
	}
	if (pidfile_write(s->lock) == -1)
		return err_sys(e, errno, "lock file %s", path);
	return 0;
}

int
store_read(struct store *s, struct err *e)
{
	int rc;

	rc = secretfile_read(KIND, s->path, ACCOUNTS_FILE_MAX, &s->text, e);
	if (rc != 0)
		return rc;
	s->users.entries = calloc(
	    users_lines(s->text.bytes, s->text.len), sizeof(*s->users.entries));
	if (s->users.entries == NULL)
		return err_sys(e, ENOMEM, KIND " %s", s->path);
	return users_index(s->path, s->text.bytes, s->text.len, &s->users, e);
}

int
store_write(
    const struct store *s, const struct secret_text *text, struct err *e)
{
	if (text->len > ACCOUNTS_FILE_MAX)
		return err_set(e, EFBIG,
		    KIND " %s: would be larger than %d bytes", s->path,
		    ACCOUNTS_FILE_MAX);
	return ownfile_write(s->path, text->bytes, text->len, true, e);
}

void
store_close(struct store *s)
{
	secret_text_free(&s->text);
	free(s->users.entries);
	if (s->lock != NULL)
		(void)pidfile_remove(s->lock);
}
