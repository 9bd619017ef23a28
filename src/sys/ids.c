/*
 * Who to be without root: the argument of --runas.  The same on every system.
 */
#include <sys/types.h>

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "dtcp/num.h"
#include "dtcp/os.h"

#define ID_MAX 0xfffffffeU /* (uid_t)-1 means "no change" */

static const char *const default_users[] = {"_dtcpc", "nobody"};

static int
refuse_root(const char *spec, const struct os_ids *ids, struct err *e)
{
	if (ids->uid == 0)
		return err_set(e, EINVAL, "user %s is root", spec);
	if (ids->gid == 0)
		return err_set(e, EINVAL, "user %s has root's group", spec);
	return 0;
}

/* 1: found, 0: no such user, negative: the look-up itself failed. */
static int
lookup(const char *name, struct os_ids *ids, struct err *e)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL) {
		/* Systems differ in what they call "not found": getpwnam(3). */
		switch (errno) {
		case 0:
		case ENOENT:
		case ESRCH:
		case EBADF:
		case EPERM:
			return 0;
		default:
			return err_sys(e, errno, "look-up of user %s", name);
		}
	}
	ids->uid = pw->pw_uid;
	ids->gid = pw->pw_gid;
	return 1;
}

static int
parse_numbers(
    const char *spec, const char *colon, struct os_ids *ids, struct err *e)
{
	uint32_t uid, gid;

	if (num_parse(spec, (size_t)(colon - spec), 0, ID_MAX, &uid) != 0 ||
	    num_parse(colon + 1, strlen(colon + 1), 0, ID_MAX, &gid) != 0)
		return err_set(e, EINVAL,
		    "user %s: neither a name nor uid:gid in decimal", spec);
	ids->uid = uid;
	ids->gid = gid;
	return 0;
}

int
os_ids_resolve(const char *spec, struct os_ids *ids, struct err *e)
{
	const char *colon;
	int error;

	if (spec == NULL) {
		for (size_t i = 0;
		     i < sizeof(default_users) / sizeof(default_users[0]);
		     i++) {
			error = lookup(default_users[i], ids, e);
			if (error < 0)
				return error;
			if (error == 1)
				return refuse_root(default_users[i], ids, e);
		}
		return err_set(e, ENOENT,
		    "neither user %s nor %s exists: create one or use --runas",
		    default_users[0], default_users[1]);
	}
	colon = strchr(spec, ':');
	if (colon != NULL) {
		error = parse_numbers(spec, colon, ids, e);
		if (error != 0)
			return error;
		return refuse_root(spec, ids, e);
	}
	error = lookup(spec, ids, e);
	if (error < 0)
		return error;
	if (error == 0)
		return err_set(e, ENOENT, "user %s does not exist", spec);
	return refuse_root(spec, ids, e);
}
