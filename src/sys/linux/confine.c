/*
 * Giving up root for good.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/os.h"

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
limit(int resource, const char *name, struct err *e)
{
	const struct rlimit none = {0, 0};

	if (setrlimit((__rlimit_resource_t)resource, &none) == -1)
		return err_sys(e, errno, "setrlimit %s to 0", name);
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
 * Trust, but verify: the ids, that there is no way back, and that no
 * capability stayed (the parent may have set SECBIT_NO_SETUID_FIXUP).
 */
static int
verify(const struct os_ids *ids, struct err *e)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) == -1 ||
	    getresgid(&rgid, &egid, &sgid) == -1)
		return err_sys(e, errno, "getresuid");
	if (ruid != ids->uid || euid != ids->uid || suid != ids->uid ||
	    rgid != ids->gid || egid != ids->gid || sgid != ids->gid ||
	    getgroups(0, NULL) != 0)
		return err_set(e, EPERM, "user and group did not change");
	if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 ||
	    setegid(0) == 0)
		return err_set(e, EPERM, "root could be had back");
	memset(caps, 0, sizeof(caps));
	if (syscall(SYS_capget, &head, caps) == -1)
		return err_sys(e, errno, "capget");
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		if ((caps[i].effective | caps[i].permitted) != 0)
			return err_set(
			    e, EPERM, "capabilities outlived the user change");
	}
	return 0;
}

/* What both have in common. */
static int
drop(const struct os_ids *ids, struct err *e)
{
	int error;

	if ((error = limit(RLIMIT_FSIZE, "RLIMIT_FSIZE", e)) != 0 ||
	    (error = limit(RLIMIT_CORE, "RLIMIT_CORE", e)) != 0 ||
	    (error = become(ids, e)) != 0)
		return error;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_sys(e, errno, "prctl PR_SET_NO_NEW_PRIVS");
	/* After the change of user, which sets it by itself as it likes. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_sys(e, errno, "prctl PR_SET_DUMPABLE");
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
	return limit(RLIMIT_NPROC, "RLIMIT_NPROC", e);
}
