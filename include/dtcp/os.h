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
#include "dtcp/lan.h"

/*
 * Milliseconds of a clock that never jumps and, where the system has such a
 * one, also counts while the machine sleeps (Linux: CLOCK_BOOTTIME; FreeBSD
 * has none, its CLOCK_MONOTONIC stands still).
 */
int64_t os_now_ms(void);

/*
 * A descriptor that is readable when a time on that clock has come (timerfd,
 * kqueue(2)).  Open: the descriptor, or -errno.  Set: ms from now, negative
 * for never; what was set before is void, and so is readability.  Both work
 * after os_seal().
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
 * The engine, once confined: reach nothing that it does not hold already.
 * Linux: make no socket and change none, but for what follows the packets
 * (UDP_SEGMENT, IP_TOS), and send nothing with an address (seccomp(2)).
 * FreeBSD: capability mode (cap_enter(2)); the descriptors 0 to 2 can only be
 * written to, channel is limited as OS_FD_CHANNEL.  Before it returns it tries
 * something forbidden.
 *
 * Return 0; -ENOSYS where the system cannot (a kernel without seccomp or
 * Capsicum): what os_confine() did holds all the same.  Any other error means
 * that the seal does not hold: the process has to exit.
 */
enum os_seal {
	OS_SEAL_CLIENT, /* as above */
	/*
	 * dtcps' engine, which sends packets to many clients from a socket: as
	 * above, but send(2) may name an address.  FreeBSD's capability mode
	 * forbids that, so there this one is limited descriptors alone, without
	 * cap_enter(2); nothing forbidden is tried then, and 0 returned.
	 */
	OS_SEAL_SERVER,
};

int os_seal(int channel, enum os_seal how, struct err *e);

/* What the engine does with a descriptor. */
enum os_fd_use {
	OS_FD_CHANNEL,	 /* messages to and from the root process */
	OS_FD_STREAM,	 /* the connection to the server: also shutdown(2) */
	OS_FD_TUN,	 /* packets of a tun device */
	OS_FD_OUTER,	 /* packets of a connected raw socket */
	OS_FD_OUTER_UDP, /* datagrams of a connected one; its traffic class */
	OS_FD_TIMER,	 /* os_timer_open() */
	OS_FD_ICMP6,	 /* messages of a raw ICMPv6 socket */
	/* accept(2); what it gives has OS_FD_STREAM's, and getsockname(2) */
	OS_FD_LISTEN,
	OS_FD_RAW_MANY, /* packets of a raw socket, to many addresses */
	OS_FD_UDP_MANY, /* datagrams to and from many; traffic class */
};

/*
 * Take from a descriptor every right but those that its use needs (read,
 * write, wait for it): no ioctl(2), no address, no option of a socket can be
 * had or set any more.  It holds for this descriptor of this process and for
 * what becomes of it by fork(2) or by a message, for good.  Nothing where the
 * system has no such rights (Linux) or was built without them.
 * 0, or -errno with a line.
 */
int os_limit_fd(int fd, enum os_fd_use use, struct err *e);

/*
 * Let this process and its children have n descriptors open, if root may: the
 * hard limit is raised too.  0, or -errno with a line that names both numbers.
 */
int os_raise_files(unsigned n, struct err *e);

/*
 * The flag that recvmsg(2) gives with a record that came whole and was sent
 * with MSG_EOR, on SOCK_SEQPACKET: MSG_EOR, or 0 where the system never says
 * so (Linux).
 */
int os_record_end(void);

/*
 * Die with SIGKILL when the parent dies, or at once if that is no longer
 * parent.  Call it after os_confine() or os_drop(), as on Linux a change of
 * user takes the request back (prctl(2)), and before os_seal().
 */
void os_die_with_parent(pid_t parent);

/*
 * Routing tables (FreeBSD's FIBs): how many the kernel has, 0 where the system
 * knows none, and the one that this process's routes go to.
 */
uint32_t os_fibs(void);
uint32_t os_fib(void);

/*
 * The interface of that name as it is now (getifaddrs(3); no privileges are
 * needed); slot is left alone.  0, with ifindex 0 where there is none, or
 * -errno with a line.
 */
int os_lan_look(const char *ifname, struct lan *l, struct err *e);

/*
 * Does the system pass IPv6 packets on that come in on that interface?  1, 0,
 * or negative where it does not say.  sysctl: the name of the setting.
 */
#define OS_SYSCTL_MAX 64
int os_forwards(const char *ifname, char sysctl[OS_SYSCTL_MAX]);

/* Once at the start of main(), so that setproctitle(3) has room. */
void os_title_init(int argc, char *argv[]);

/* The interface that -c means without -i: gif0; NULL where there is none. */
const char *os_default_tunnel(void);

/*
 * What the system puts in front of each packet on a tun device, and wants
 * there: an address family of four octets, here in network byte order
 * (FreeBSD: 28, with TUNSIFHEAD of tun(4)); 0: bare packets (Linux).
 */
uint32_t os_tun_family(void);

#endif
