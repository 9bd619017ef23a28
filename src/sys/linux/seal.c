/*
 * What the engine may not ask of the kernel any more.
 *
 * Its outer socket is bound and connected by the root process, but the socket's
 * holder could change that, or take over the IPv4 header (raw(7), IP_HDRINCL
 * needs no capability).  So the system calls that make or change a socket are
 * refused, but for the size of the datagrams that udp(7)'s UDP_SEGMENT cuts
 * and the traffic class (IP_TOS), which follow the packets.  A client's can
 * send a message with an address on no descriptor: it would go past what a UDP
 * socket is connected to; a server's names whom each packet is for.  The list
 * is one of refusals and short: everything else is held by user, chroot and
 * limits.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <netinet/in.h>
#include <netinet/udp.h>

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/os.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

#ifdef ARCH

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW 0
#else
#define LOW 4
#endif
#define HIGH	  (4 - LOW)
#define X32_CALLS 0x40000000 /* x86-64's other set of numbers */
#define NO_CALL	  X32_CALLS

#define LOAD(field)                        \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (unsigned)offsetof(struct seccomp_data, field))
#define LOAD_HALF(arg, half)               \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (unsigned)offsetof(struct seccomp_data, args[arg]) + (half))
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE_CALL(name) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), REFUSE

/* r: what a call that must not succeed returned. */
static int
refused(int r, const char *what, struct err *e)
{
	if (r == -1 && errno == EPERM)
		return 0;
	return err_set(e, EPERM, "the system call filter does not hold: %s: %s",
	    what, r == -1 ? strerror(errno) : "was let through");
}

/* What succeeds stays so: the process has to exit. */
static int
try_forbidden(int channel, struct err *e)
{
	const int on = 1;
	int error;

	error =
	    refused(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", e);
	if (error != 0)
		return error;
	/* The number of the option that is allowed, at another level. */
	error = refused(
	    setsockopt(channel, SOL_SOCKET, UDP_SEGMENT, &on, sizeof(on)),
	    "setsockopt at another level", e);
	if (error != 0)
		return error;
	return refused(
	    setsockopt(channel, IPPROTO_UDP, UDP_ENCAP, &on, sizeof(on)),
	    "setsockopt of another option", e);
}

int
os_seal(int channel, enum os_seal how, struct err *e)
{
	struct sock_filter code[] = {
	    LOAD(arch),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	    REFUSE,
	    LOAD(nr),
	    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1),
	    REFUSE,
	    REFUSE_CALL(socket),
	    REFUSE_CALL(socketpair),
	    REFUSE_CALL(connect),
	    REFUSE_CALL(bind),
	    REFUSE_CALL(sendmsg),
	    REFUSE_CALL(sendmmsg),
	    REFUSE_CALL(io_uring_setup),
	    REFUSE_CALL(ioctl),
	    REFUSE_CALL(ptrace),
	    REFUSE_CALL(process_vm_writev),
	    REFUSE_CALL(execve),
	    REFUSE_CALL(execveat),
	    /* setsockopt(2): UDP_SEGMENT, IP_TOS; int, as the kernel has it. */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_setsockopt, 0, 9),
	    LOAD_HALF(1, LOW),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 2),
	    LOAD_HALF(2, LOW),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, UDP_SEGMENT, 3, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IP, 0, 3),
	    LOAD_HALF(2, LOW),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IP_TOS, 0, 1),
	    ALLOW,
	    REFUSE,
	    /* sendto(2): a client's only without an address. */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		how == OS_SEAL_CLIENT ? __NR_sendto : NO_CALL, 0, 6),
	    LOAD_HALF(4, LOW),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
	    LOAD_HALF(4, HIGH),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
	    ALLOW,
	    REFUSE,
	    ALLOW,
	};
	struct sock_fprog program = {
	    .len = sizeof(code) / sizeof(code[0]), .filter = code};

	(void)channel; /* one that carries no descriptor can do with send(2) */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1) {
		/* EINVAL: a kernel that was built without filters. */
		return err_sys(e, errno == EINVAL ? ENOSYS : errno,
		    "cannot filter system calls");
	}
	return try_forbidden(channel, e);
}

#else

int
os_seal(int channel, enum os_seal how, struct err *e)
{
	(void)how;
	(void)channel;
	return err_set(
	    e, ENOSYS, "system calls are not filtered on this machine");
}

#endif
