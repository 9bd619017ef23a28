/* Prefixes, interfaces and text, as bytes. */
#include <sys/types.h>
#include <sys/endian.h>

#include <errno.h>
#include <string.h>

#include "msg_parts.h"

void
msg_put_prefix(uint8_t *p, const struct prefix6 *prefix)
{
	p[0] = prefix->len;
	memcpy(p + 1, &prefix->addr, sizeof(prefix->addr));
}

int
msg_get_prefix(const uint8_t *p, struct prefix6 *prefix)
{
	prefix->len = p[0];
	memcpy(&prefix->addr, p + 1, sizeof(prefix->addr));
	return prefix->len > 128 ? -EBADMSG : 0;
}

void
msg_put_lan(uint8_t *p, const struct lan *l)
{
	p[0] = l->slot;
	p[1] = l->up;
	be32enc(p + 2, l->ifindex);
	p[6] = l->hwlen;
	memcpy(p + 7, l->hwaddr, LAN_HWADDR_MAX);
	memcpy(p + 7 + LAN_HWADDR_MAX, &l->linklocal, sizeof(l->linklocal));
}

int
msg_get_lan(const uint8_t *p, struct lan *l)
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
 * The far end takes a control byte for an attack; one that got as far as here
 * is made harmless instead.
 */
void
msg_put_text(uint8_t *p, const char *text, size_t size)
{
	size_t i, n = strnlen(text, size - 1);

	memset(p, 0, size);
	for (i = 0; i < n; i++) {
		uint8_t c = (uint8_t)text[i];

		p[i] = is_control(c) ? '?' : c;
	}
}

int
msg_get_text(const uint8_t *p, char *text, size_t size)
{
	size_t i, n = strnlen((const char *)p, size);

	if (n == size)
		return -EBADMSG;
	for (i = 0; i < n; i++)
		if (is_control(p[i]))
			return -EBADMSG;
	for (; i < size; i++)
		if (p[i] != 0)
			return -EBADMSG;
	memcpy(text, p, size);
	return 0;
}
