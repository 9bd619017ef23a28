/* Where a new password comes from: see password.h. */
#include <errno.h>
#include <readpassphrase.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/login.h"
#include "dtcp/users.h"
#include "password.h"

/* With CR and LF; a NUL, or one byte more, which tells that it is too long. */
#define LINE_ROOM (USERS_PASSWORD_MAX + 3)

static int
ask_once(const char *prompt, const char *user, char *buf, struct err *e)
{
	char line[LOGIN_USER_MAX + 64];

	snprintf(line, sizeof(line), prompt, user);
	if (readpassphrase(line, buf, LINE_ROOM, RPP_REQUIRE_TTY) != NULL)
		return 0;
	if (errno == ENOTTY)
		return err_set(e, ENOTTY, "no terminal to ask on");
	return err_sys(e, errno, "password of %s", user);
}

static int
ask_twice(const char *user, struct secret_text *t, struct err *e)
{
	char *again = t->bytes + LINE_ROOM;
	const char *wrong;
	int rc;

	rc = ask_once("Password of %s: ", user, t->bytes, e);
	if (rc != 0)
		return rc;
	t->len = strlen(t->bytes);
	/* Before it is typed once more in vain. */
	wrong = users_password_wrong(t->bytes, t->len);
	if (wrong != NULL)
		return err_set(e, EINVAL, "%s", wrong);
	rc = ask_once("Password of %s again: ", user, again, e);
	if (rc == 0 && strcmp(t->bytes, again) != 0)
		rc = err_set(e, EINVAL, "the two passwords are not the same");
	return rc;
}

/* What comes first of the standard input, up to a newline or its end. */
static int
read_line(const char *user, struct secret_text *t, struct err *e)
{
	const char *newline = NULL, *wrong;
	ssize_t n = 1;

	while (newline == NULL && n != 0 && t->len < LINE_ROOM) {
		n = read(STDIN_FILENO, t->bytes + t->len, LINE_ROOM - t->len);
		if (n == -1 && errno != EINTR)
			return err_sys(e, errno, "password of %s", user);
		t->len += n > 0 ? (size_t)n : 0;
		newline = memchr(t->bytes, '\n', t->len);
	}
	if (newline != NULL)
		t->len = (size_t)(newline - t->bytes);
	if (newline != NULL && t->len > 0 && t->bytes[t->len - 1] == '\r')
		t->len--;
	wrong = users_password_wrong(t->bytes, t->len);
	return wrong == NULL ? 0 : err_set(e, EINVAL, "%s", wrong);
}

int
password_get(const char *user, struct secret_text *password, struct err *e)
{
	int rc = secret_text_new(password, (size_t)2 * LINE_ROOM);

	if (rc != 0)
		return err_sys(e, -rc, "password of %s", user);
	if (isatty(STDIN_FILENO))
		rc = ask_twice(user, password, e);
	else
		rc = read_line(user, password, e);
	if (rc != 0)
		secret_text_free(password);
	return rc;
}
