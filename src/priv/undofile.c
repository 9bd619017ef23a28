/*
 * The undo file: what the next start needs to clean up after this one.  It
 * lives as long as the kernel's state does, so nothing is synced to disk.
 */
#include <errno.h>
#include <string.h>

#include "dtcp/executor.h"
#include "dtcp/log.h"
#include "dtcp/ownfile.h"

int
undofile_write(
    const char *path, const char *tag, const struct journal *j, struct err *e)
{
	uint8_t buf[JOURNAL_WIRE_MAX];

	if (j->n == 0)
		return ownfile_remove(path, e);
	if (strlen(tag) >= JOURNAL_TAG_MAX)
		return err_sys(e, ENAMETOOLONG, "undo file %s", path);
	return ownfile_write(path, buf, journal_encode(j, tag, buf), false, e);
}

static int
decode(const char *path, const char *tag, const uint8_t *buf, size_t n,
    struct journal *j, struct err *e)
{
	char whose[JOURNAL_TAG_MAX];
	struct err why = {0};

	if (journal_decode(buf, n, j, whose, &why) != 0)
		return err_set(e, EBADMSG,
		    "%s: %s; without the file it starts, and undoes nothing",
		    path, why.text);
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
	int rc;

	memset(j, 0, sizeof(*j));
	if ((rc = ownfile_read(path, buf, sizeof(buf), &n, e)) != 0)
		return rc;
	return decode(path, tag, buf, n, j, e);
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
