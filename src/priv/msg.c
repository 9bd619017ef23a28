/*
 * Messages as bytes: one table says which fields a type carries, one function
 * each way walks it.  Pure.
 */
#include <sys/types.h>
#include <sys/endian.h>

#include <errno.h>
#include <string.h>

#include "msg_parts.h"

enum {
	F_ID = 1 << 0,
	F_COUNT = 1 << 1,
	F_LEVEL = 1 << 2,
	F_CODE = 1 << 3,
	F_ADDR4 = 1 << 4,
	F_SERVER4 = 1 << 5,
	F_OP = 1 << 6,
	F_TEXT = 1 << 7,
	F_PREFIX = 1 << 8,
	F_LAN = 1 << 9,
	F_LOGIN = 1 << 10,
	F_GRANT = 1 << 11,
	F_FD = 1 << 12, /* not among the bytes: SCM_RIGHTS */
};

/* A hole in the table would be a type that cannot be told from another. */
static const unsigned msg_fields[MSG_TYPES] = {
    [MSG_DIAL] = F_ID,
    [MSG_DIAL_CANCEL] = 0,
    [MSG_DIGEST_ASK] = F_TEXT,
    [MSG_APPLY] = F_ID | F_COUNT,
    [MSG_OP] = F_OP,
    [MSG_UNDO] = 0,
    [MSG_STATE] = F_LEVEL | F_TEXT,
    [MSG_RA_OPEN] = F_ID,
    [MSG_PREFIXES] = F_COUNT,
    [MSG_PREFIX] = F_ID | F_COUNT | F_PREFIX,
    [MSG_LOG] = F_LEVEL | F_TEXT,
    [MSG_EXIT] = F_LEVEL,
    [MSG_DIALLED] = F_ID | F_ADDR4 | F_SERVER4 | F_FD,
    [MSG_DIAL_FAILED] = F_ID | F_CODE | F_TEXT,
    [MSG_DIGEST] = F_TEXT,
    [MSG_DIGEST_FAILED] = F_CODE | F_TEXT,
    [MSG_APPLIED] = F_ID | F_OP,
    [MSG_APPLY_FAILED] = F_ID | F_CODE | F_TEXT,
    [MSG_TUN] = F_LEVEL | F_FD,
    [MSG_OUTER] = F_LEVEL | F_FD,
    [MSG_LOST] = F_OP,
    [MSG_LOST_END] = 0,
    [MSG_LAN] = F_LAN,
    [MSG_RA_SOCKET] = F_ID | F_LEVEL | F_FD,
    [MSG_RA_FAILED] = F_ID | F_CODE | F_TEXT,
    [MSG_ADDR4_NEW] = F_ADDR4,
    [MSG_ADDR4_GONE] = F_ADDR4,
    [MSG_DEFAULT4] = 0,
    [MSG_RECONNECT] = 0,
    [MSG_STOP] = 0,
    [MSG_INFO] = 0,
    [MSG_LOGIN] = F_ID | F_LOGIN,
    [MSG_LOGOUT] = F_ID | F_TEXT,
    [MSG_LISTEN] = F_FD,
    [MSG_RAW] = F_ADDR4 | F_FD,
    [MSG_SESSION_TUN] = F_ID | F_LEVEL | F_FD,
    [MSG_SESSION_UDP] = F_ID | F_LEVEL | F_FD,
    [MSG_GRANT] = F_ID | F_LEVEL | F_ADDR4 | F_GRANT,
    [MSG_REFUSED] = F_ID | F_LEVEL | F_CODE | F_TEXT,
    [MSG_LET_GO] = F_ID,
    [MSG_REPLACED] = F_ID,
    [MSG_SESSION_LOST] = F_ID | F_TEXT,
};

/* The four-byte fields, in the order in which they are sent. */
static const struct word {
	unsigned field;
	size_t offset;
	bool swap; /* host byte order in struct msg */
} msg_words[] = {
    {F_ID, offsetof(struct msg, id), true},
    {F_COUNT, offsetof(struct msg, count), true},
    {F_LEVEL, offsetof(struct msg, level), true},
    {F_CODE, offsetof(struct msg, code), true},
    {F_ADDR4, offsetof(struct msg, addr4), false},
    {F_SERVER4, offsetof(struct msg, server4), false},
};

#define MSG_WORDS (sizeof(msg_words) / sizeof(msg_words[0]))

_Static_assert(4 * (1 + MSG_WORDS) + NETOP_WIRE_SIZE + PREFIX_SIZE + LAN_SIZE +
	    LOGIN_SIZE + GRANT_SIZE + LOG_LINE_MAX <=
	MSG_WIRE_MAX,
    "a message with every field fits");

bool
msg_has_fd(enum msg_type t)
{
	return t < MSG_TYPES && (msg_fields[t] & F_FD) != 0;
}

static size_t
wire_size(unsigned fields)
{
	size_t i, n = 4;

	for (i = 0; i < MSG_WORDS; i++)
		if (fields & msg_words[i].field)
			n += 4;
	if (fields & F_OP)
		n += NETOP_WIRE_SIZE;
	if (fields & F_PREFIX)
		n += PREFIX_SIZE;
	if (fields & F_LAN)
		n += LAN_SIZE;
	if (fields & F_LOGIN)
		n += LOGIN_SIZE;
	if (fields & F_GRANT)
		n += GRANT_SIZE;
	if (fields & F_TEXT)
		n += LOG_LINE_MAX;
	return n;
}

static void
put_word(uint8_t *p, const struct msg *m, const struct word *w)
{
	uint32_t v;

	memcpy(&v, (const char *)m + w->offset, sizeof(v));
	if (w->swap)
		be32enc(p, v);
	else
		memcpy(p, &v, sizeof(v));
}

static void
get_word(const uint8_t *p, struct msg *m, const struct word *w)
{
	uint32_t v;

	if (w->swap)
		v = be32dec(p);
	else
		memcpy(&v, p, sizeof(v));
	memcpy((char *)m + w->offset, &v, sizeof(v));
}

size_t
msg_encode(const struct msg *m, uint8_t buf[MSG_WIRE_MAX])
{
	unsigned fields;
	uint8_t *p = buf;
	size_t i;

	if (m->type == 0 || m->type >= MSG_TYPES)
		return 0;
	fields = msg_fields[m->type];
	be32enc(p, (uint32_t)m->type);
	p += 4;
	for (i = 0; i < MSG_WORDS; i++) {
		if (fields & msg_words[i].field) {
			put_word(p, m, &msg_words[i]);
			p += 4;
		}
	}
	if (fields & F_OP) {
		netop_encode(&m->op, p);
		p += NETOP_WIRE_SIZE;
	}
	if (fields & F_PREFIX) {
		msg_put_prefix(p, &m->prefix);
		p += PREFIX_SIZE;
	}
	if (fields & F_LAN) {
		msg_put_lan(p, &m->lan);
		p += LAN_SIZE;
	}
	if (fields & F_LOGIN) {
		msg_put_login(p, &m->login);
		p += LOGIN_SIZE;
	}
	if (fields & F_GRANT) {
		msg_put_grant(p, &m->grant);
		p += GRANT_SIZE;
	}
	if (fields & F_TEXT) {
		msg_put_text(p, m->text, LOG_LINE_MAX);
		p += LOG_LINE_MAX;
	}
	return (size_t)(p - buf);
}

int
msg_decode(const uint8_t *buf, size_t n, struct msg *m)
{
	const uint8_t *p = buf;
	unsigned fields;
	uint32_t type;
	size_t i;

	memset(m, 0, sizeof(*m));
	m->fd = -1;
	if (n < 4)
		return -EBADMSG;
	type = be32dec(p);
	p += 4;
	if (type == 0 || type >= MSG_TYPES)
		return -EBADMSG;
	fields = msg_fields[type];
	if (n != wire_size(fields))
		return -EBADMSG;
	m->type = (enum msg_type)type;
	for (i = 0; i < MSG_WORDS; i++) {
		if (fields & msg_words[i].field) {
			get_word(p, m, &msg_words[i]);
			p += 4;
		}
	}
	if (fields & F_OP) {
		if (netop_decode(p, &m->op) != 0)
			return -EBADMSG;
		p += NETOP_WIRE_SIZE;
	}
	if (fields & F_PREFIX) {
		if (msg_get_prefix(p, &m->prefix) != 0)
			return -EBADMSG;
		p += PREFIX_SIZE;
	}
	if (fields & F_LAN) {
		if (msg_get_lan(p, &m->lan) != 0)
			return -EBADMSG;
		p += LAN_SIZE;
	}
	if (fields & F_LOGIN) {
		if (msg_get_login(p, &m->login) != 0)
			return -EBADMSG;
		p += LOGIN_SIZE;
	}
	if (fields & F_GRANT) {
		if (msg_get_grant(p, &m->grant) != 0)
			return -EBADMSG;
		p += GRANT_SIZE;
	}
	if ((fields & F_TEXT) && msg_get_text(p, m->text, LOG_LINE_MAX) != 0)
		return -EBADMSG;
	return 0;
}
