/*
 * Parts of a message that have fields of their own, as bytes.  Each put_ writes
 * exactly its size, each get_ reads that, into zeros, and returns 0 or
 * -EBADMSG.  Pure: msg_parts.c, and
 * msg_server.c for what dtcps has of its own.
 */
#ifndef DTCP_PRIV_MSG_PARTS_H
#define DTCP_PRIV_MSG_PARTS_H

#include "dtcp/channel.h"

/* Length and address. */
#define PREFIX_SIZE 17
void msg_put_prefix(uint8_t *p, const struct prefix6 *prefix);
int msg_get_prefix(const uint8_t *p, struct prefix6 *prefix);

#define LAN_SIZE (1 + 1 + 4 + 1 + LAN_HWADDR_MAX + 16)
void msg_put_lan(uint8_t *p, const struct lan *l);
int msg_get_lan(const uint8_t *p, struct lan *l);

/*
 * Text of at most size - 1 bytes, and zeros up to size, so that no old
 * memory leaves the process.
 */
void msg_put_text(uint8_t *p, const char *text, size_t size);
int msg_get_text(const uint8_t *p, char *text, size_t size);

/*
 * What a flag says is not there is sent as zeros, and has to
 * come as zeros.
 */
#define LOGIN_SIZE (LOGIN_USER_MAX + 1 + 2 * (LOGIN_HEX_LEN + 1) + 12)
void msg_put_login(uint8_t *p, const struct login *l);
int msg_get_login(const uint8_t *p, struct login *l);

#define GRANT_SIZE (48 + GRANT_PREFIXES_MAX * PREFIX_SIZE + GRANT_KEY_LEN)
void msg_put_grant(uint8_t *p, const struct grant *g);
int msg_get_grant(const uint8_t *p, struct grant *g);

#endif
