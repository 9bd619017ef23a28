/*
 * Capsicum's rights on single descriptors, rights(4).  Who lacks CAP_IOCTL,
 * CAP_FCNTL and the socket rights can do none of it, and no list of commands
 * is needed besides.  A UDP socket alone may have options set.
 */
#include <sys/capsicum.h>

#include <errno.h>

#include "dtcp/os.h"

static const char *
name_of(enum os_fd_use use)
{
	switch (use) {
	case OS_FD_CHANNEL:
		return "message channel";
	case OS_FD_STREAM:
		return "connection";
	case OS_FD_TUN:
		return "tun device";
	case OS_FD_OUTER:
	case OS_FD_OUTER_UDP:
		return "outer socket";
	case OS_FD_TIMER:
		return "timer";
	case OS_FD_ICMP6:
		return "ICMPv6 socket";
	case OS_FD_LISTEN:
		return "listening socket";
	case OS_FD_RAW_MANY:
	case OS_FD_UDP_MANY:
		return "packet socket";
	}
	return "descriptor";
}

/* CAP_READ and CAP_WRITE are recv(2) and send(2), too; CAP_EVENT waits. */
static void
rights_for(enum os_fd_use use, cap_rights_t *rights)
{
	switch (use) {
	case OS_FD_CHANNEL:
	case OS_FD_TUN:
	case OS_FD_OUTER:
	case OS_FD_ICMP6:
		cap_rights_init(rights, CAP_READ, CAP_WRITE, CAP_EVENT);
		return;
	case OS_FD_OUTER_UDP:
		/*
		 * IP_TOS follows the packets: RFC 6040.  Not on a raw socket,
		 * which IP_HDRINCL would let forge its own IPv4 header.
		 */
		cap_rights_init(
		    rights, CAP_READ, CAP_WRITE, CAP_EVENT, CAP_SETSOCKOPT);
		return;
	case OS_FD_STREAM:
		cap_rights_init(
		    rights, CAP_READ, CAP_WRITE, CAP_EVENT, CAP_SHUTDOWN);
		return;
	case OS_FD_TIMER:
		cap_rights_init(rights, CAP_KQUEUE_CHANGE, CAP_EVENT);
		return;
	case OS_FD_LISTEN:
		/*
		 * What accept(2) gives has the rights of what it was accepted
		 * from; the address that was called is asked of it.
		 */
		cap_rights_init(rights, CAP_ACCEPT, CAP_EVENT, CAP_READ,
		    CAP_WRITE, CAP_SHUTDOWN, CAP_GETSOCKNAME);
		return;
	case OS_FD_RAW_MANY:
		/* CAP_CONNECT is send(2) with an address, too. */
		cap_rights_init(
		    rights, CAP_READ, CAP_WRITE, CAP_EVENT, CAP_CONNECT);
		return;
	case OS_FD_UDP_MANY:
		cap_rights_init(rights, CAP_READ, CAP_WRITE, CAP_EVENT,
		    CAP_CONNECT, CAP_SETSOCKOPT);
		return;
	}
	cap_rights_init(rights);
}

int
os_limit_fd(int fd, enum os_fd_use use, struct err *e)
{
	cap_rights_t rights;

	rights_for(use, &rights);
	/* ENOSYS: a kernel without Capsicum, which os_seal() tells. */
	if (cap_rights_limit(fd, &rights) == -1 && errno != ENOSYS)
		return err_sys(e, errno, "cannot limit the rights on the %s",
		    name_of(use));
	return 0;
}
