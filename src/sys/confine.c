/*
 * Giving up root for good.  The same on every system but for harden.h.
 */
#include <sys/types.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "dtcp/os.h"
#include "harden.h"

#define GROUPS_MAX 16 /* more than one would be wrong as it is */

/*
 * Make an empty directory the root.  It loses its name before it becomes the
 * root, so nothing stays behind and nobody can put a file into it.
 */
static int
leave_file_system(struct err *e)
{
	char path[] = DTCP_RUNDIR "/dtcpc.XXXXXX";
	char other[] = "/tmp/dtcpc.XXXXXX";
	char *dir = path;

	if (mkdtemp(path) == NULL) {
		dir = other;
		if (mkdtemp(other) == NULL)
			return err_sys(e, errno,
			    "empty directory below %s or /tmp", DTCP_RUNDIR);
	}
	if (chdir(dir) == -1) {
		err_sys(e, errno, "chdir %s", dir);
		(void)rmdir(dir);
		return -e->code;
	}
	if (rmdir(dir) == -1)
		return err_sys(e, errno, "rmdir %s", dir);
	if (chroot(".") == -1)
		return err_sys(e, errno, "chroot to an empty directory");
	if (chdir("/") == -1)
		return err_sys(e, errno, "chdir to the empty directory");
	return 0;
}

static int
limit_files(struct err *e)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_FSIZE, &none) == -1)
		return err_sys(e, errno, "setrlimit RLIMIT_FSIZE to 0");
	if (setrlimit(RLIMIT_CORE, &none) == -1)
		return err_sys(e, errno, "setrlimit RLIMIT_CORE to 0");
	return 0;
}

/* This process is the one; 0 would mean "no limit" to FreeBSD's fork(2). */
static int
limit_processes(struct err *e)
{
	const struct rlimit one = {1, 1};

	if (setrlimit(RLIMIT_NPROC, &one) == -1)
		return err_sys(e, errno, "setrlimit RLIMIT_NPROC to 1");
	return 0;
}

static int
become(const struct os_ids *ids, struct err *e)
{
	if (setgroups(0, NULL) == -1) {
		if (errno == EPERM)
			return err_set(e, EPERM,
			    "setgroups: not permitted: "
			    "not root, or a user namespace that denies it");
		return err_sys(e, errno, "setgroups");
	}
	/* EINVAL: a container's user namespace does not map the id. */
	if (setresgid(ids->gid, ids->gid, ids->gid) == -1)
		return err_sys(
		    e, errno, "setresgid to gid %u", (unsigned)ids->gid);
	if (setresuid(ids->uid, ids->uid, ids->uid) == -1)
		return err_sys(
		    e, errno, "setresuid to uid %u", (unsigned)ids->uid);
	return 0;
}

/*
 * The list of groups is empty, or names the effective group, as it always does
 * on FreeBSD before 15.
 */
static bool
no_other_group(gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	int i, n = getgroups(GROUPS_MAX, groups);

	for (i = 0; i < n; i++)
		if (groups[i] != gid)
			return false;
	return n >= 0;
}

/* Trust, but verify: the ids, and that there is no way back. */
static int
verify(const struct os_ids *ids, struct err *e)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) == -1 ||
	    getresgid(&rgid, &egid, &sgid) == -1)
		return err_sys(e, errno, "getresuid");
	if (ruid != ids->uid || euid != ids->uid || suid != ids->uid ||
	    rgid != ids->gid || egid != ids->gid || sgid != ids->gid ||
	    !no_other_group(ids->gid))
		return err_set(e, EPERM, "user and group did not change");
	if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 ||
	    setegid(0) == 0)
		return err_set(e, EPERM, "root could be had back");
	return 0;
}

/* What both have in common. */
static int
drop(const struct os_ids *ids, struct err *e)
{
	int error;

	if ((error = limit_files(e)) != 0 || (error = harden_before(e)) != 0 ||
	    (error = become(ids, e)) != 0 || (error = harden_after(e)) != 0)
		return error;
	return verify(ids, e);
}

int
os_drop(const struct os_ids *ids, struct err *e)
{
	struct err local;

	return drop(ids, e != NULL ? e : &local);
}

int
os_confine(const struct os_ids *ids, struct err *e)
{
	struct err local;
	int error;

	if (e == NULL)
		e = &local;
	if ((error = leave_file_system(e)) != 0 || (error = drop(ids, e)) != 0)
		return error;
	return limit_processes(e);
}
