/*
 * What differs between systems apart from the network: one file a system,
 * src/sys/<os>/os.c.
 */
#ifndef DTCP_OS_H
#define DTCP_OS_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "dtcp/err.h"

/*
 * Milliseconds of a clock that never jumps and, where the system has such a
 * one, also counts while the machine sleeps (Linux: CLOCK_BOOTTIME).
 */
int64_t os_now_ms(void);

/*
 * A descriptor that is readable when a time on that clock has come, sleep of
 * the machine included.  Open: the descriptor, or -errno.  Set: ms from now,
 * negative for never; what was set before is void, and so is readability.
 */
int os_timer_open(void);
void os_timer_set(int fd, int64_t ms);

/*
 * len bytes, page-aligned, locked (where RLIMIT_MEMLOCK allows it), not in
 * core dumps, zeros in a child after fork(2) (madvise(2) MADV_WIPEONFORK,
 * minherit(2) INHERIT_ZERO).  NULL with errno set.  os_secret_unmap() takes
 * the same len, wipes first, and allows NULL.
 */
void *os_secret_map(size_t len);
void os_secret_unmap(void *p, size_t len);

/* Who to be: the argument of --runas resolved. */
struct os_ids {
	uid_t uid;
	gid_t gid;
};

/*
 * Resolve "name" or "uid:gid" (decimal); NULL: _dtcpc, else nobody.  Root and
 * root's group are refused.  0, -ENOENT (no such user), -EINVAL, or what the
 * look-up failed with.
 */
int os_ids_resolve(const char *spec, struct os_ids *ids, struct err *e);

/*
 * Give up root for good.  os_confine() also leaves the file system (chroot to
 * an empty directory that no longer has a name) and forbids new privileges
 * and new processes: the engine.  os_drop() keeps the file system: the
 * dialler, which must read resolv.conf.  Both verify that root cannot be had
 * back.  Neither closes a descriptor, and neither can be undone: on an error
 * the process has to exit.  After it no file can be written (RLIMIT_FSIZE 0)
 * and no core is dumped; sockets and pipes are not concerned.
 * Return 0 or -errno.
 */
int os_confine(const struct os_ids *ids, struct err *e);
int os_drop(const struct os_ids *ids, struct err *e);

/*
 * The engine, once confined: make no socket and change none, send no message
 * but on channel.  0, or -errno where the system cannot see to it (a kernel
 * without seccomp(2)): what os_confine() did holds all the same.
 */
int os_seal(int channel, struct err *e);

/*
 * Die with SIGKILL when the parent dies, or at once if that is no longer
 * parent; where the system can (Linux).  Call it after os_confine() or
 * os_drop(): a change of user takes the request back, prctl(2).
 */
void os_die_with_parent(pid_t parent);

/* Once at the start of main(), so that setproctitle(3) has room. */
void os_title_init(int argc, char *argv[]);

/* Where this system keeps things. */
const char *os_default_pidfile(void); /* /var/run/dtcpc.pid, /run/dtcpc.pid */

/* The interface that -c means without -i: gif0; NULL where there is none. */
const char *os_default_tunnel(void);

#endif
