/*
 * Messages between the processes: SOCK_SEQPACKET, one fixed size per type,
 * integers encoded field by field in network byte order, a descriptor only
 * with the types that carry one.  Anything unexpected is fatal to the
 * channel.
 */
#ifndef DTCP_CHANNEL_H
#define DTCP_CHANNEL_H

#include "dtcp/err.h"
#include "dtcp/grant.h"
#include "dtcp/lan.h"
#include "dtcp/log.h"
#include "dtcp/login.h"
#include "dtcp/netop.h"
#include "dtcp/plan.h"
#include "dtcp/proto.h"
#include "dtcp/session.h"

enum msg_type {
	/* engine to priv */
	MSG_DIAL = 1, /* id: start a dialler; an older one ends */
	MSG_DIAL_CANCEL,
	MSG_DIGEST_ASK, /* text: the challenge */
	MSG_APPLY,	/* id; count: that many MSG_OP follow */
	MSG_OP,		/* op */
	MSG_UNDO,	/* everything goes */
	MSG_STATE,	/* level: enum session_state; text: key=value */
	MSG_RA_OPEN,	/* id: slot; the sockets for advertisements there */
	MSG_PREFIXES,	/* count; that many MSG_PREFIX follow: keep these */
	MSG_LOG,	/* level, text */
	MSG_EXIT,	/* level: exit status */
	/*
	 * Either way.  id: slot; prefix; count: for how many seconds it is to
	 * be withdrawn, 0: it is announced.
	 */
	MSG_PREFIX,
	/* priv to engine */
	MSG_DIALLED,	   /* id, addr4 local, server4; descriptor */
	MSG_DIAL_FAILED,   /* id, code, text; also a dialler's to priv */
	MSG_DIGEST,	   /* text */
	MSG_DIGEST_FAILED, /* code, text */
	MSG_APPLIED,	   /* id; op: the tunnel in effect, or NETOP_NONE */
	MSG_APPLY_FAILED,  /* id, code, text; everything is undone */
	/* level: both descriptors' features (enum user_feature) together */
	MSG_TUN,       /* level; descriptor of the tun device */
	MSG_OUTER,     /* level; descriptor of the outer socket */
	MSG_LOST,      /* op: someone removed it */
	MSG_LOST_END,  /* no more of them for now */
	MSG_LAN,       /* lan: an interface of -P, as it is now */
	MSG_RA_SOCKET, /* id: slot; level: enum ra_socket; descriptor */
	MSG_RA_FAILED, /* id: slot; code, text */
	MSG_ADDR4_NEW, /* addr4 */
	MSG_ADDR4_GONE,
	MSG_DEFAULT4,
	MSG_RECONNECT, /* SIGHUP */
	MSG_STOP,      /* SIGTERM, SIGINT */
	MSG_INFO,      /* SIGUSR1: log one status line */
	/* dtcps, engine to root process; id: the connection */
	MSG_LOGIN,  /* id, login: check it, set its tunnel up */
	MSG_LOGOUT, /* id, text: its tunnel goes; text: why, for the log */
	/* dtcps, root process to engine */
	MSG_LISTEN, /* descriptor of a listening socket */
	MSG_RAW, /* addr4; descriptor: protocol 41 to and from that address */
	MSG_SESSION_TUN, /* id, level; descriptor of a device of its own */
	MSG_SESSION_UDP, /* id, level; descriptor of its UDP socket */
	/*
	 * id; level: enum carrier; addr4: our end; grant.  After MSG_TUN (the
	 * shared device), MSG_RAW of addr4 and what is the session's own, as
	 * far as the carrier needs them and they were not sent before.
	 */
	MSG_GRANT,
	/*
	 * id, code; level 1: the tunnel that the connection had stays; text is
	 * for the log alone.
	 */
	MSG_REFUSED,
	/*
	 * id, which has asked for another tunnel: that of before goes, and
	 * what is open of it keeps it there.
	 */
	MSG_LET_GO,
	MSG_REPLACED,	  /* id: its tunnel went, for a new login's sake */
	MSG_SESSION_LOST, /* id, text: its tunnel went, for that reason */
	MSG_TYPES
};

/* A decoded message; fields that a type does not carry are zero. */
struct msg {
	enum msg_type type;
	uint32_t id;
	uint32_t count;
	int32_t level;
	int32_t code; /* errno */
	struct in_addr addr4;
	struct in_addr server4;
	struct netop op;
	struct prefix6 prefix;
	struct lan lan;
	struct login login;
	struct grant grant;
	char text[LOG_LINE_MAX];
	int fd; /* -1: none; the receiver owns it */
};

#define MSG_WIRE_MAX 2048 /* larger than any message */

/*
 * Pure codec.  msg_encode() returns the size, 0 for an unknown type; control
 * bytes in text become '?'.  msg_decode() returns 0 or -EBADMSG: unknown
 * type, other size, text with control bytes or without a NUL and nothing but
 * zeros behind it, op that netop_decode() refuses, a login or a grant that
 * cannot be (strings as text, a type that there is none of, more prefixes than
 * GRANT_PREFIXES_MAX, a flag that is neither 0 nor 1), a prefix longer than 128
 * bits, a lan with a slot or a hardware address that cannot be; it leaves fd
 * at -1.
 */
size_t msg_encode(const struct msg *m, uint8_t buf[MSG_WIRE_MAX]);
int msg_decode(const uint8_t *buf, size_t n, struct msg *m);

/* Must a message of this type come with a descriptor? */
bool msg_has_fd(enum msg_type t);

/* Two ends, non-blocking and close-on-exec.  0 or -errno. */
int channel_pair(int fds[2]);

/*
 * Send one message (waits, 5 s at most, while the far end is slow).  The
 * descriptor stays the caller's.  0, or -errno: -EPIPE far end gone,
 * -ETIMEDOUT it takes nothing, -EINVAL a descriptor where none belongs or
 * none (-1) where one does.
 */
int channel_send(int fd, const struct msg *m);

/*
 * Receive one.  1, 0 (nothing now), -EPIPE (far end gone), -EBADMSG (what
 * msg_decode() refuses, or another number of descriptors than belongs to the
 * type; they are closed), another -errno.
 */
int channel_recv(int fd, struct msg *m);

/*
 * Receive what is there, most messages at a time, and give each to take(),
 * which may set fd to -1 to keep the descriptor, and returns false to stop.
 * 0, or what channel_recv() gave.
 */
int channel_each(
    int fd, unsigned most, bool (*take)(void *arg, struct msg *m), void *arg);

#endif
