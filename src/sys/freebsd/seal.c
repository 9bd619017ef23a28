/*
 * Capability mode: no name of a file, an address or a process means anything
 * any more.  It leaves the descriptors, on which ioctl(2) and more still
 * work, so these lose their rights one by one: the standard ones and the
 * channel here, what the root process sends later by itself.
 *
 * In capability mode no packet can be sent to an address, which a server lives
 * by: its engine is held by the limits of its descriptors alone.
 */
#include <sys/types.h>
#include <sys/capsicum.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/os.h"

#define DISCARD 9 /* a port; nothing gets that far */

static int
limit_standard(struct err *e)
{
	cap_rights_t rights;

	cap_rights_init(&rights, CAP_WRITE);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (cap_rights_limit(fd, &rights) == -1 && errno != EBADF &&
		    errno != ENOSYS)
			return err_sys(e, errno,
			    "cannot limit the rights on descriptor %d", fd);
	}
	return 0;
}

/* r: what a call that must not succeed returned. */
static int
refused(long r, int wanted, const char *what, struct err *e)
{
	if (r == -1 && errno == wanted)
		return 0;
	return err_set(e, EPERM, "capability mode does not hold: %s: %s", what,
	    r == -1 ? strerror(errno) : "was let through");
}

/* It was entered; see for ourselves.  What succeeds stays: we are to exit. */
static int
try_forbidden(int channel, struct err *e)
{
	struct sockaddr_in to = {.sin_len = sizeof(to),
	    .sin_family = AF_INET,
	    .sin_port = htons(DISCARD),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct sockaddr *sa = (const struct sockaddr *)&to;
	int fd, count = 0, error;

	error = refused(open("/", O_RDONLY | O_CLOEXEC), ECAPMODE, "open", e);
	if (error != 0)
		return error;
	error =
	    refused(ioctl(channel, FIONREAD, &count), ENOTCAPABLE, "ioctl", e);
	if (error != 0)
		return error;
	/* To make a socket is allowed.  To use it must not be. */
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return err_sys(e, errno, "socket to try the seal with");
	error = refused(
	    sendto(fd, "", 0, 0, sa, sizeof(to)), ECAPMODE, "sendto", e);
	if (error == 0)
		error = refused(
		    connect(fd, sa, sizeof(to)), ECAPMODE, "connect", e);
	(void)close(fd);
	return error;
}

int
os_seal(int channel, enum os_seal how, struct err *e)
{
	int error;

	if ((error = limit_standard(e)) != 0 ||
	    (error = os_limit_fd(channel, OS_FD_CHANNEL, e)) != 0)
		return error;
	if (how == OS_SEAL_SERVER)
		return 0;
	if (cap_enter() == -1)
		return err_sys(e, errno, "cannot enter capability mode");
	return try_forbidden(channel, e);
}
