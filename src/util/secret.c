/* A password that stays in one page: see dtcp/secret.h. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <readpassphrase.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authfile.h"
#include "dtcp/os.h"
#include "dtcp/secret.h"

#define AUTHFILE_MAX 65536 /* bytes */

/* This whole struct is the page: length and bytes go together. */
struct secret {
	size_t len;
	char bytes[SECRET_MAX + 2]; /* with a NUL; one more tells "too long" */
};

struct secret *
secret_new(void)
{
	return os_secret_map(sizeof(struct secret)); /* zeros */
}

void
secret_free(struct secret *s)
{
	os_secret_unmap(s, sizeof(*s));
}

void
secret_clear(struct secret *s)
{
	explicit_bzero(s, sizeof(*s));
}

const char *
secret_bytes(const struct secret *s, size_t *len)
{
	*len = s->len;
	return s->bytes;
}

static int
secret_set(struct secret *s, const char *pw, size_t n)
{
	if (n > SECRET_MAX)
		return -EMSGSIZE;
	if (n == 0)
		return -EINVAL;
	secret_clear(s);
	memcpy(s->bytes, pw, n);
	s->len = n;
	return 0;
}

/* Nobody but its owner, who is root or us, may read or write it. */
static int
check_file(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(e, errno, "auth file %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(
		    e, EINVAL, "auth file %s: not a regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, EPERM,
		    "auth file %s: owned by uid %ju, refused; "
		    "run: chown root %s",
		    path, (uintmax_t)st.st_uid, path);
	if ((st.st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)) != 0)
		return err_set(e, EPERM,
		    "auth file %s: mode %04o lets others in, refused; "
		    "run: chmod 600 %s",
		    path, (unsigned)(st.st_mode & ALLPERMS), path);
	if (st.st_size > AUTHFILE_MAX)
		return err_set(e, EFBIG, "auth file %s: larger than %d bytes",
		    path, AUTHFILE_MAX);
	return 0;
}

/* What fits of the file; its length, or -errno. */
static ssize_t
read_all(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -errno;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* Take the password out of an open file by way of a page like the secret's. */
static int
take_entry(struct secret *s, int fd, const char *path, const char *server,
    const char *user, struct err *e)
{
	const char *pw;
	char *buf;
	size_t pwlen;
	ssize_t n;
	int error = 0;

	if ((buf = os_secret_map(AUTHFILE_MAX)) == NULL)
		return err_sys(e, errno, "auth file %s: memory", path);
	if ((n = read_all(fd, buf, AUTHFILE_MAX)) < 0)
		error = err_sys(e, (int)-n, "auth file %s", path);
	else if (!authfile_match(buf, (size_t)n, server, user, &pw, &pwlen))
		error = err_set(e, ENOENT,
		    "auth file %s: no entry for %s:%s: add a line "
		    "%s:%s:PASSWORD",
		    path, server, user, server, user);
	else if ((error = secret_set(s, pw, pwlen)) != 0)
		error =
		    err_set(e, -error, "auth file %s: password of %s:%s is %s",
			path, server, user, pwlen == 0 ? "empty" : "too long");
	os_secret_unmap(buf, AUTHFILE_MAX);
	return error;
}

int
secret_from_file(struct secret *s, const char *path, const char *server,
    const char *user, struct err *e)
{
	int fd, error;

	/* Not to wait for the other end where it is a FIFO. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return err_sys(e, errno, "auth file %s", path);
	error = check_file(fd, path, e);
	if (error == 0)
		error = take_entry(s, fd, path, server, user, e);
	close(fd);
	return error;
}

int
secret_from_terminal(
    struct secret *s, const char *server, const char *user, struct err *e)
{
	char prompt[256];

	snprintf(prompt, sizeof(prompt), "DTCP password of %s at %s: ", user,
	    server);
	/* Straight into the page: it cannot be kept as it was on failure. */
	secret_clear(s);
	if (readpassphrase(
		prompt, s->bytes, sizeof(s->bytes), RPP_REQUIRE_TTY) == NULL) {
		secret_clear(s);
		if (errno == ENOTTY)
			return err_set(e, ENOTTY,
			    "no terminal to ask for the password of %s at %s",
			    user, server);
		return err_sys(e, errno, "password of %s at %s", user, server);
	}
	s->len = strlen(s->bytes);
	if (s->len != 0 && s->len <= SECRET_MAX)
		return 0;
	err_set(e, EINVAL, "the password is %s",
	    s->len == 0 ? "empty" : "too long");
	secret_clear(s);
	return -EINVAL;
}
