/*
 * Messages as bytes: one table says which fields a type carries, one function
 * each way walks it.  Pure.
 */
#include <sys/types.h>
#include <sys/endian.h>

#include <errno.h>
#include <string.h>

#include "dtcp/channel.h"

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
	F_FD = 1 << 10, /* not among the bytes: SCM_RIGHTS */
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

#define MSG_WORDS   (sizeof(msg_words) / sizeof(msg_words[0]))

#define PREFIX_SIZE 17 /* length, address */
#define LAN_SIZE    (1 + 1 + 4 + 1 + LAN_HWADDR_MAX + 16)

_Static_assert(4 * (1 + MSG_WORDS) + NETOP_WIRE_SIZE + PREFIX_SIZE + LAN_SIZE +
	    LOG_LINE_MAX <=
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

static void
put_prefix(uint8_t *p, const struct prefix6 *prefix)
{
	p[0] = prefix->len;
	memcpy(p + 1, &prefix->addr, sizeof(prefix->addr));
}

static int
get_prefix(const uint8_t *p, struct prefix6 *prefix)
{
	prefix->len = p[0];
	memcpy(&prefix->addr, p + 1, sizeof(prefix->addr));
	return prefix->len > 128 ? -EBADMSG : 0;
}

static void
put_lan(uint8_t *p, const struct lan *l)
{
	p[0] = l->slot;
	p[1] = l->up;
	be32enc(p + 2, l->ifindex);
	p[6] = l->hwlen;
	memcpy(p + 7, l->hwaddr, LAN_HWADDR_MAX);
	memcpy(p + 7 + LAN_HWADDR_MAX, &l->linklocal, sizeof(l->linklocal));
}

static int
get_lan(const uint8_t *p, struct lan *l)
{
	if (p[0] >= NETOP_SLOTS || p[1] > 1 || p[6] > LAN_HWADDR_MAX)
		return -EBADMSG;
	l->slot = p[0];
	l->up = p[1] != 0;
	l->ifindex = be32dec(p + 2);
	l->hwlen = p[6];
	memcpy(l->hwaddr, p + 7, LAN_HWADDR_MAX);
	memcpy(&l->linklocal, p + 7 + LAN_HWADDR_MAX, sizeof(l->linklocal));
	return 0;
}

static bool
is_control(uint8_t c)
{
	return c < 0x20 || c == 0x7f;
}

/*
 * What follows the NUL is sent as zeros, so that no old memory leaves the
 * process.  The far end takes a control byte for an attack; one that got as
 * far as here is made harmless instead.
 */
static void
put_text(uint8_t *p, const char *text)
{
	size_t i, n = strnlen(text, LOG_LINE_MAX - 1);

	memset(p, 0, LOG_LINE_MAX);
	for (i = 0; i < n; i++) {
		uint8_t c = (uint8_t)text[i];

		p[i] = is_control(c) ? '?' : c;
	}
}

static int
get_text(const uint8_t *p, char *text)
{
	size_t i, n = strnlen((const char *)p, LOG_LINE_MAX);

	if (n == LOG_LINE_MAX)
		return -EBADMSG;
	for (i = 0; i < n; i++)
		if (is_control(p[i]))
			return -EBADMSG;
	for (; i < LOG_LINE_MAX; i++)
		if (p[i] != 0)
			return -EBADMSG;
	memcpy(text, p, LOG_LINE_MAX);
	return 0;
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
		put_prefix(p, &m->prefix);
		p += PREFIX_SIZE;
	}
	if (fields & F_LAN) {
		put_lan(p, &m->lan);
		p += LAN_SIZE;
	}
	if (fields & F_TEXT) {
		put_text(p, m->text);
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
		if (get_prefix(p, &m->prefix) != 0)
			return -EBADMSG;
		p += PREFIX_SIZE;
	}
	if (fields & F_LAN) {
		if (get_lan(p, &m->lan) != 0)
			return -EBADMSG;
		p += LAN_SIZE;
	}
	if ((fields & F_TEXT) && get_text(p, m->text) != 0)
		return -EBADMSG;
	return 0;
}
