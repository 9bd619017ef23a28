/* Texts that hold passwords: see dtcp/secretfile.h. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/os.h"
#include "dtcp/secretfile.h"

#define FIRST_ROOM 4096 /* bytes, doubled as long as more comes */

int
secret_text_new(struct secret_text *t, size_t room)
{
	*t = (struct secret_text) {.bytes = os_secret_map(room), .room = room};
	return t->bytes == NULL ? -errno : 0;
}

void
secret_text_free(struct secret_text *t)
{
	os_secret_unmap(t->bytes, t->room);
	*t = (struct secret_text) {0};
}

/* Twice the room, with what is there. */
static int
grow(struct secret_text *t)
{
	struct secret_text larger;
	int error = secret_text_new(&larger, 2 * t->room);

	if (error != 0)
		return error;
	memcpy(larger.bytes, t->bytes, t->len);
	larger.len = t->len;
	secret_text_free(t);
	*t = larger;
	return 0;
}

/* To the end, or to max bytes. */
static int
read_all(int fd, size_t max, struct secret_text *t)
{
	ssize_t n = 1;
	int error = 0;

	while (error == 0 && n != 0 && t->len < max) {
		if (t->len == t->room && (error = grow(t)) != 0)
			break;
		n = read(fd, t->bytes + t->len, t->room - t->len);
		if (n > 0)
			t->len += (size_t)n;
		else if (n == -1 && errno != EINTR)
			error = -errno;
	}
	return error;
}

static int
read_bounded(int fd, const char *what, const char *path, size_t room,
    size_t max, struct secret_text *t, struct err *e)
{
	int error = secret_text_new(t, room);

	/* One byte more tells that it is too long. */
	if (error == 0)
		error = read_all(fd, max + 1, t);
	if (error != 0)
		err_sys(e, -error, "%s %s", what, path);
	else if (t->len > max)
		error = err_set(
		    e, EFBIG, "%s %s: larger than %zu bytes", what, path, max);
	if (error != 0)
		secret_text_free(t);
	return error;
}

int
secret_text_read(int fd, const char *what, const char *path, size_t max,
    struct secret_text *t, struct err *e)
{
	return read_bounded(fd, what, path, FIRST_ROOM, max, t, e);
}

/* Nobody but its owner, who is root or us, may read or write it. */
static int
check_file(const struct stat *st, const char *what, const char *path,
    size_t max, struct err *e)
{
	if (!S_ISREG(st->st_mode))
		return err_set(
		    e, EINVAL, "%s %s: not a regular file", what, path);
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(e, EPERM,
		    "%s %s: owned by uid %ju, refused; run: chown root %s",
		    what, path, (uintmax_t)st->st_uid, path);
	if ((st->st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)) != 0)
		return err_set(e, EPERM,
		    "%s %s: mode %04o lets others in, refused; "
		    "run: chmod 600 %s",
		    what, path, (unsigned)(st->st_mode & ALLPERMS), path);
	if ((uintmax_t)st->st_size > max)
		return err_set(
		    e, EFBIG, "%s %s: larger than %zu bytes", what, path, max);
	return 0;
}

int
secretfile_read(const char *what, const char *path, size_t max,
    struct secret_text *t, struct err *e)
{
	struct stat st;
	int fd, error;

	*t = (struct secret_text) {0};
	/* Not to wait for the other end where it is a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1)
		error = err_sys(e, errno, "%s %s", what, path);
	else if ((error = check_file(&st, what, path, max, e)) == 0)
		error = read_bounded(
		    fd, what, path, (size_t)st.st_size + 1, max, t, e);
	if (fd != -1)
		close(fd);
	return error;
}
