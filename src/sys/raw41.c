/* The raw socket that carries 6in4. */
#include <sys/socket.h>

#include <errno.h>

#include "outer.h"

int
raw41_open(const struct netop *outer, struct err *e)
{
	const struct sockaddr_in local = {
	    .sin_family = AF_INET, .sin_addr = outer->local4};
	const struct sockaddr_in remote = {
	    .sin_family = AF_INET, .sin_addr = outer->remote4};
	char a[ADDR4_STRLEN], b[ADDR4_STRLEN];
	int fd =
	    outer_socket(SOCK_RAW, IPPROTO_IPV6, &local, &remote, OUTER_ROOM);

	if (fd != -1)
		return fd;
	return err_sys(e, errno, "raw IPv4 socket (protocol 41) from %s to %s",
	    addr4_format(outer->local4, a), addr4_format(outer->remote4, b));
}
