/*
 * What FreeBSD has to be told beyond a change of user.  Root asks for it: who
 * has none may be forbidden to (security.bsd.unprivileged_proc_debug).
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/procctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <unistd.h>

#include "../harden.h"

static int
control(int what, int value)
{
	if (procctl(P_PID, getpid(), what, &value) == -1)
		return errno;
	return 0;
}

int
harden_before(struct err *e)
{
	/* Neither ptrace(2) nor core.  EBUSY: root traces us as it is. */
	int error = control(PROC_TRACE_CTL, PROC_TRACE_CTL_DISABLE);

	if (error != 0 && error != EBUSY)
		return err_sys(e, error, "procctl PROC_TRACE_CTL");
#ifdef PROC_NO_NEW_PRIVS_CTL
	/* EINVAL: this kernel is older than the headers. */
	error = control(PROC_NO_NEW_PRIVS_CTL, PROC_NO_NEW_PRIVS_ENABLE);
	if (error != 0 && error != EINVAL)
		return err_sys(e, error, "procctl PROC_NO_NEW_PRIVS_CTL");
#endif
	return 0;
}

/* Both of the above stay, and no privilege is left but by user id. */
int
harden_after(struct err *e)
{
	(void)e;
	return 0;
}

int
harden_secret(void *p, size_t len)
{
	if (minherit(p, len, INHERIT_ZERO) == -1)
		return -1;
	return madvise(p, len, MADV_NOCORE);
}
