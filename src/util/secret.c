/* A password that stays in one page: see dtcp/secret.h. */
#include <errno.h>
#include <readpassphrase.h>
#include <stdio.h>
#include <string.h>

#include "authfile.h"
#include "dtcp/os.h"
#include "dtcp/secret.h"
#include "dtcp/secretfile.h"

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

int
secret_from_file(struct secret *s, const char *path, const char *server,
    const char *user, struct err *e)
{
	struct secret_text t;
	const char *pw;
	size_t pwlen;
	int error;

	error = secretfile_read("auth file", path, AUTHFILE_MAX, &t, e);
	if (error != 0)
		return error;
	if (!authfile_match(t.bytes, t.len, server, user, &pw, &pwlen))
		error = err_set(e, ENOENT,
		    "auth file %s: no entry for %s:%s: add a line "
		    "%s:%s:PASSWORD",
		    path, server, user, server, user);
	else if ((error = secret_set(s, pw, pwlen)) != 0)
		error =
		    err_set(e, -error, "auth file %s: password of %s:%s is %s",
			path, server, user, pwlen == 0 ? "empty" : "too long");
	secret_text_free(&t);
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
