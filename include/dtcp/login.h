/* What a client asked for, on its way to who decides.  Data. */
#ifndef DTCP_LOGIN_H
#define DTCP_LOGIN_H

#include <netinet/in.h>

#include <stdbool.h>
#include <stdint.h>

#include "dtcp/grant.h"

#define LOGIN_USER_MAX	64   /* bytes, without the NUL */
#define LOGIN_HEX_LEN	32   /* digits of digest and of our challenges */
#define LOGIN_TYPE_NONE 0xff /* a word that is no type: refused, once known */

struct login {
	char user[LOGIN_USER_MAX + 1];
	char challenge[LOGIN_HEX_LEN + 1];
	char digest[LOGIN_HEX_LEN + 1]; /* as it came: either case */
	uint8_t type;			/* enum tunnel_type, LOGIN_TYPE_NONE */
	bool udp;
	uint16_t port;		/* where to send to, 0: to be found out */
	struct in_addr client4; /* the far end of the connection */
	struct in_addr local4;	/* ours */
};

/* Who moves the packets of a session. */
enum carrier {
	CARRIER_KERNEL, /* a device of the kernel's (gif, sit) */
	CARRIER_SHARED, /* the engine, with the device that many share */
	CARRIER_DEVICE, /* the engine, with a tun device of its own */
};

#endif
