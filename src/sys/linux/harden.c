/*
 * What Linux has to be told beyond a change of user: no new privileges, not
 * dumpable, and that no capability stayed.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../harden.h"

int
harden_before(struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_sys(e, errno, "prctl PR_SET_NO_NEW_PRIVS");
	return 0;
}

/* The parent may have set SECBIT_NO_SETUID_FIXUP. */
static int
no_capabilities(struct err *e)
{
	struct __user_cap_header_struct head = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

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

int
harden_after(struct err *e)
{
	/* The change of user sets this by itself as it likes. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_sys(e, errno, "prctl PR_SET_DUMPABLE");
	return no_capabilities(e);
}

int
harden_secret(void *p, size_t len)
{
	if (madvise(p, len, MADV_WIPEONFORK) == -1)
		return -1;
	return madvise(p, len, MADV_DONTDUMP);
}
