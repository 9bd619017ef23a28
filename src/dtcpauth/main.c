/* dtcpauth: the users of dtcps(8), one change at a time. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "dtcp/cli.h"
#include "edit.h"
#include "import.h"
#include "password.h"
#include "store.h"

enum option {
	OPT_INIT,
	OPT_USER,
	OPT_DELETE,
	OPT_LIST,
	OPT_IMPORT,
	OPT_FILE,
	OPT_HELP,
	OPT_VERSION,
	OPT_COUNT
};

static const struct cli_option table[OPT_COUNT] = {
    [OPT_INIT] = {'\0', "init", NULL, "[-f file]", "make an empty users file"},
    [OPT_USER] = {'\0', "user", "name", "[-f file]",
	"add a user, or give one another password: asked for on the terminal, "
	"or a line of the standard input where that is none"},
    [OPT_DELETE] = {'\0', "delete", "name", "[-f file]", "remove a user"},
    [OPT_LIST] = {'\0', "list", NULL, "[-f file]", "print the users' names"},
    [OPT_IMPORT] = {'\0', "import", "dump", "[-f file]",
	"add the users of an old pop.auth, from the text that db_dump prints "
	"of it; -: the standard input"},
    [OPT_FILE] = {'f', "file", "file", NULL,
	"the users file (" DTCP_SYSCONFDIR "/dtcps.users)"},
    [OPT_HELP] = {'\0', "help", NULL, "", "print this"},
    [OPT_VERSION] = {'\0', "version", NULL, "", "print the version"},
};

static const struct cli program = {
    .program = "dtcpauth", .options = table, .count = OPT_COUNT};

/* What the command line asks for. */
struct request {
	enum option action; /* OPT_COUNT: none so far */
	const char *value;  /* of the action */
	const char *file;
	struct err *e;
};

static int
set_option(void *arg, size_t option, const char *value, bool by_name)
{
	struct request *r = arg;
	const char *wrong = NULL;

	if (option == OPT_FILE) {
		r->file = value;
		wrong = value[0] == '\0' ? "not a file name" : NULL;
	} else if (r->action != OPT_COUNT) {
		wrong = "one thing at a time";
		value = NULL;
	} else {
		r->action = (enum option)option;
		r->value = value;
		if (option == OPT_USER || option == OPT_DELETE)
			wrong = users_name_wrong(value, strlen(value));
	}
	if (wrong == NULL)
		return 0;
	return cli_fail(&program, option, by_name, value, wrong, r->e);
}

static int
parse(int argc, char *argv[], struct request *r, struct err *e)
{
	int operands, rc;

	*r = (struct request) {.action = OPT_COUNT,
	    .file = DTCP_SYSCONFDIR "/dtcps.users",
	    .e = e};
	rc = cli_parse(&program, argc, argv, set_option, r, &operands, e);
	if (rc != 0)
		return rc;
	if (operands < argc)
		return err_set(
		    e, EINVAL, "%.64s: no operand is taken", argv[operands]);
	if (r->action == OPT_COUNT)
		return err_set(e, EINVAL, "nothing to do was named");
	return 0;
}

/* What was done, and that the server does not know yet. */
static void
tell(const char *who, const char *what, const struct store *s)
{
	printf("%s %s %s; a running dtcps reads it on SIGHUP (service dtcps "
	       "reload, systemctl reload dtcps)\n",
	    who, what, s->path);
}

static int
init(const char *path, struct err *e)
{
	int rc = store_init(path, e);

	if (rc == 0)
		printf("%s made; to add users: dtcpauth -f %s --user name\n",
		    path, path);
	return rc;
}

/* The file is there; once locked it is read again. */
static int
open_to_change(struct store *s, struct err *e)
{
	int rc = store_lock(s, e);

	return rc != 0 ? rc : store_read(s, e);
}

static int
put_user(struct store *s, const char *user, const struct secret_text *password,
    struct err *e)
{
	const size_t n = strlen(user);
	const struct users_entry *entry = users_find(&s->users, user, n);
	struct secret_text out;
	int rc;

	rc = secret_text_new(
	    &out, s->text.len + EDIT_ENTRY_LEN(n, password->len));
	if (rc != 0)
		return err_sys(e, -rc, "users file %s", s->path);
	if (entry != NULL) {
		edit_password(
		    &out, &s->text, entry, password->bytes, password->len);
	} else {
		edit_copy(&out, &s->text);
		edit_add(&out, user, n, password->bytes, password->len);
	}
	rc = store_write(s, &out, e);
	secret_text_free(&out);
	if (rc == 0)
		tell(user,
		    entry != NULL ? "has another password in" : "added to", s);
	return rc;
}

/* Nobody else has to wait while a password is typed. */
static int
user(struct store *s, const char *name, struct err *e)
{
	struct secret_text password;
	int rc = password_get(name, &password, e);

	if (rc != 0)
		return rc;
	rc = open_to_change(s, e);
	if (rc == 0)
		rc = put_user(s, name, &password, e);
	secret_text_free(&password);
	return rc;
}

static int delete (struct store *s, const char *name, struct err *e)
{
	const struct users_entry *entry;
	struct secret_text out;
	int rc = open_to_change(s, e);

	if (rc != 0)
		return rc;
	entry = users_find(&s->users, name, strlen(name));
	if (entry == NULL)
		return err_set(
		    e, ENOENT, "users file %s: no user %s", s->path, name);
	if ((rc = secret_text_new(&out, s->text.len)) != 0)
		return err_sys(e, -rc, "users file %s", s->path);
	edit_delete(&out, &s->text, entry);
	rc = store_write(s, &out, e);
	secret_text_free(&out);
	if (rc == 0)
		tell(name, "deleted from", s);
	return rc;
}

static int
list(struct store *s, struct err *e)
{
	const struct users_entry *entry;
	int rc = store_read(s, e);
	size_t i;

	for (i = 0; rc == 0 && i < s->users.count; i++) {
		entry = &s->users.entries[i];
		printf("%.*s\n", entry->user_len, entry->user);
	}
	return rc;
}

static int
import(struct store *s, const char *path, struct err *e)
{
	struct import_count count = {0};
	char users[32];
	int rc = open_to_change(s, e);

	if (rc == 0)
		rc = import_dump(s, path, &count, e);
	if (rc != 0)
		return rc;
	if (count.added == 0) {
		printf("nothing added to %s\n", s->path);
	} else {
		snprintf(users, sizeof(users), "%zu users", count.added);
		tell(users, "added to", s);
	}
	if (count.bad == 0)
		return 0;
	return err_set(
	    e, EINVAL, "dump %s: entries left out: %zu", path, count.bad);
}

static int
act(const struct request *r, struct err *e)
{
	struct store s = {0};
	int rc;

	if (r->action == OPT_INIT)
		return init(r->file, e);
	rc = store_locate(&s, r->file, e);
	if (rc == 0 && r->action == OPT_USER)
		rc = user(&s, r->value, e);
	else if (rc == 0 && r->action == OPT_DELETE)
		rc = delete (&s, r->value, e);
	else if (rc == 0 && r->action == OPT_IMPORT)
		rc = import(&s, r->value, e);
	else if (rc == 0)
		rc = list(&s, e);
	store_close(&s);
	return rc;
}

static int
run(const struct request *r)
{
	struct err e = {0};
	int rc = act(r, &e);

	if (rc == 0 && fflush(stdout) != 0)
		rc = err_sys(&e, errno, "standard output");
	if (rc == 0)
		return EX_OK;
	fprintf(stderr, "dtcpauth: %s\n", e.text);
	return e.code == EPERM || e.code == EACCES ? EX_NOPERM : EXIT_FAILURE;
}

int
main(int argc, char *argv[])
{
	struct request r;
	struct err e = {0};

	if (parse(argc, argv, &r, &e) != 0) {
		fprintf(stderr, "dtcpauth: %s\n", e.text);
		if (argc == 1)
			cli_usage(&program, stderr);
		return EX_USAGE;
	}
	if (r.action == OPT_HELP) {
		cli_help(&program);
		return EX_OK;
	}
	if (r.action == OPT_VERSION) {
		printf("dtcpauth %s\n", DTCP_VERSION);
		return EX_OK;
	}
	return run(&r);
}
