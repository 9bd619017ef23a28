/*
 * The undo file: what the next start needs to clean up after this one.  It
 * lives as long as the kernel's state does, so nothing is synced to disk.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/executor.h"
#include "dtcp/log.h"

static int
write_all(int fd, const uint8_t *p, size_t n)
{
	ssize_t r;

	while (n > 0) {
		r = write(fd, p, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		p += r;
		n -= (size_t)r;
	}
	return 0;
}

/* A file of that name that nobody else has open or could have made. */
static int
write_new(const char *path, const uint8_t *buf, size_t n)
{
	int fd, rc;

	if (unlink(path) != 0 && errno != ENOENT)
		return -errno;
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, buf, n);
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc != 0)
		(void)unlink(path);
	return rc;
}

int
undofile_write(
    const char *path, const char *tag, const struct journal *j, struct err *e)
{
	uint8_t buf[JOURNAL_WIRE_MAX];
	char fresh[PATH_MAX];
	int rc;

	if (j->n == 0) {
		if (unlink(path) != 0 && errno != ENOENT)
			return err_sys(e, errno, "cannot remove %s", path);
		return 0;
	}
	if (strlen(tag) >= JOURNAL_TAG_MAX ||
	    (size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >=
		sizeof(fresh))
		return err_sys(e, ENAMETOOLONG, "undo file %s", path);
	rc = write_new(fresh, buf, journal_encode(j, tag, buf));
	if (rc != 0)
		return err_sys(e, -rc, "cannot write %s", fresh);
	if (rename(fresh, path) != 0) {
		rc = errno;
		(void)unlink(fresh);
		return err_sys(e, rc, "cannot rename %s to %s", fresh, path);
	}
	return 0;
}

/* What root acts upon must be what root, or who runs this, has written. */
static int
check_owner(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "cannot look at %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EPERM, "%s: not a plain file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, EPERM, "%s: belongs to somebody else", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, EPERM, "%s: others can write it", path);
	return 0;
}

/* At most size bytes; a file that holds more is as long as size. */
static int
read_bounded(int fd, uint8_t *buf, size_t size, size_t *n)
{
	ssize_t r;

	*n = 0;
	while (*n < size) {
		r = read(fd, buf + *n, size - *n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		*n += (size_t)r;
	}
	return 0;
}

static int
decode(const char *path, const char *tag, const uint8_t *buf, size_t n,
    struct journal *j, struct err *e)
{
	char whose[JOURNAL_TAG_MAX];
	struct err why = {0};

	if (journal_decode(buf, n, j, whose, &why) != 0)
		return err_set(e, EBADMSG, "%s: %s", path, why.text);
	if (strcmp(whose, tag) != 0) {
		j->n = 0;
		return err_set(e, EBADMSG, "%s: it is of \"%s\", not of \"%s\"",
		    path, whose, tag);
	}
	return 0;
}

int
undofile_read(
    const char *path, const char *tag, struct journal *j, struct err *e)
{
	uint8_t buf[JOURNAL_WIRE_MAX + 1];
	size_t n;
	int fd, rc;

	memset(j, 0, sizeof(*j));
	/* Non-blocking: a FIFO in its place must not hold us up. */
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		/* FreeBSD's word for a symbolic link is EMLINK. */
		rc = errno == EMLINK ? ELOOP : errno;
		return err_sys(e, rc, "cannot open %s", path);
	}
	if ((rc = check_owner(fd, path, e)) != 0)
		goto out;
	if ((rc = read_bounded(fd, buf, sizeof(buf), &n)) != 0) {
		rc = err_sys(e, -rc, "cannot read %s", path);
		goto out;
	}
	rc = decode(path, tag, buf, n, j, e);
out:
	(void)close(fd);
	return rc;
}

int
undofile_replay(
    const char *path, const char *tag, struct kernel *k, struct err *e)
{
	struct executor x;
	struct err why = {0};
	unsigned n;
	int rc, saved;

	executor_init(&x, k);
	rc = undofile_read(path, tag, &x.journal, e);
	if (rc != 0)
		return rc == -ENOENT ? 0 : rc;
	n = x.journal.n;
	rc = executor_undo(&x, e);
	log_msg(rc == 0 ? LOG_NOTICE : LOG_ERR,
	    "cleaned up after a run that was killed: operations=%u left=%u", n,
	    x.journal.n);
	saved = undofile_write(path, tag, &x.journal, &why);
	if (rc == 0 && saved != 0) {
		if (e != NULL)
			*e = why;
		return saved;
	}
	return rc;
}
