/* The files of the accounts, read: see dtcp/accounts.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounts_parts.h"
#include "dtcp/ownfile.h"

/* Room for an entry a line. */
static int
make_room(struct users_table *t, const char *text, size_t n)
{
	t->count = 0;
	t->entries = calloc(users_lines(text, n), sizeof(*t->entries));
	return t->entries != NULL ? 0 : -ENOMEM;
}

static int
load_users(struct accounts *a, const char *path, struct err *e)
{
	struct secret_text *t = &a->users_text;
	int rc;

	rc = secretfile_read("users file", path, ACCOUNTS_FILE_MAX, t, e);
	if (rc != 0)
		return rc;
	if ((rc = make_room(&a->users, t->bytes, t->len)) != 0)
		return err_sys(e, -rc, "users file %s", path);
	return users_index(path, t->bytes, t->len, &a->users, e);
}

/* The text, of which n bytes are used.  0, -ENOENT, another -errno. */
static int
read_routes(struct accounts *a, const char *path, size_t *n, struct err *e)
{
	int rc;

	/* One byte more tells that it is too long. */
	a->routes_text = malloc(ACCOUNTS_FILE_MAX + 1);
	if (a->routes_text == NULL)
		return err_sys(e, ENOMEM, "route table %s", path);
	rc = ownfile_read(path, a->routes_text, ACCOUNTS_FILE_MAX + 1, n, e);
	if (rc == 0 && *n > ACCOUNTS_FILE_MAX)
		rc = err_set(e, EFBIG, "route table %s: larger than %d bytes",
		    path, ACCOUNTS_FILE_MAX);
	return rc;
}

static int
load_routes(struct accounts *a, const char *path,
    const struct prefix6 *reserved, struct err *e)
{
	struct claim *claims;
	size_t n = 0;
	int rc = read_routes(a, path, &n, e);

	if (rc != 0)
		return rc == -ENOENT ? 0 : rc;
	rc = make_room(&a->routes, a->routes_text, n);
	claims = calloc(routes_claims(a->routes_text, n), sizeof(*claims));
	if (rc != 0 || claims == NULL)
		rc = err_sys(e, ENOMEM, "route table %s", path);
	else
		rc = routes_index(
		    path, a->routes_text, n, reserved, &a->routes, claims, e);
	free(claims);
	return rc;
}

int
accounts_load(const char *users, const char *routes,
    const struct prefix6 *reserved, struct accounts **out, struct err *e)
{
	struct accounts *a = calloc(1, sizeof(*a));
	int rc;

	if (a == NULL)
		return err_sys(e, ENOMEM, "users file %s", users);
	rc = load_users(a, users, e);
	if (rc == 0 && routes != NULL)
		rc = load_routes(a, routes, reserved, e);
	if (rc != 0) {
		accounts_free(a);
		return rc;
	}
	*out = a;
	return 0;
}

void
accounts_free(struct accounts *a)
{
	if (a == NULL)
		return;
	secret_text_free(&a->users_text);
	free(a->users.entries);
	free(a->routes.entries);
	free(a->routes_text);
	free(a);
}
