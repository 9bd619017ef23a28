/* Small files of the root process's own. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/ownfile.h"

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
write_new(const char *path, const void *buf, size_t n, bool lasting)
{
	int fd, rc;

	if (unlink(path) != 0 && errno != ENOENT)
		return -errno;
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, buf, n);
	if (rc == 0 && lasting && fsync(fd) != 0)
		rc = -errno;
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc != 0)
		(void)unlink(path);
	return rc;
}

/* The new name, too, has to be on the disk; some file systems cannot tell. */
static int
sync_directory(const char *path)
{
	char dir[PATH_MAX];
	char *slash;
	int fd, rc = 0;

	if (strlcpy(dir, path, sizeof(dir)) >= sizeof(dir))
		return -ENAMETOOLONG;
	slash = strrchr(dir, '/');
	if (slash == NULL)
		strlcpy(dir, ".", sizeof(dir));
	else
		slash[slash == dir] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) != 0 && errno != EINVAL)
		rc = -errno;
	(void)close(fd);
	return rc;
}

int
ownfile_write(
    const char *path, const void *buf, size_t n, bool lasting, struct err *e)
{
	char fresh[PATH_MAX];
	int rc;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >=
	    sizeof(fresh))
		return err_sys(e, ENAMETOOLONG, "cannot write %s", path);
	rc = write_new(fresh, buf, n, lasting);
	if (rc != 0)
		return err_sys(e, -rc, "cannot write %s", fresh);
	if (rename(fresh, path) != 0) {
		rc = errno;
		(void)unlink(fresh);
		return err_sys(e, rc, "cannot rename %s to %s", fresh, path);
	}
	if (lasting && (rc = sync_directory(path)) != 0)
		return err_sys(e, -rc, "cannot sync the directory of %s", path);
	return 0;
}

int
ownfile_remove(const char *path, struct err *e)
{
	if (unlink(path) != 0 && errno != ENOENT)
		return err_sys(e, errno, "cannot remove %s", path);
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

int
ownfile_read(const char *path, void *buf, size_t size, size_t *n, struct err *e)
{
	int fd, rc;

	/* Non-blocking: a FIFO in its place must not hold us up. */
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0) {
		/* FreeBSD's word for a symbolic link is EMLINK. */
		rc = errno == EMLINK ? ELOOP : errno;
		return err_sys(e, rc, "cannot open %s", path);
	}
	rc = check_owner(fd, path, e);
	if (rc == 0 && (rc = read_bounded(fd, buf, size, n)) != 0)
		rc = err_sys(e, -rc, "cannot read %s", path);
	(void)close(fd);
	return rc;
}
