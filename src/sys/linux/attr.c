/*
 * netlink attributes: building requests and reading what the kernel sends.
 * No system calls.
 */
#include <string.h>

#include "nl.h"

/* The system's own are signed, and warn wherever they meet a size_t. */
#define ATTR_HEAD     sizeof(struct nlattr)
#define ATTR_ALIGN(n) (((n) + 3) & ~(size_t)3)
#define TYPE_MASK     0x3fffU /* without NLA_F_NESTED and its like */

static void *
reserve(struct nl_request *r, size_t len)
{
	size_t at = NLMSG_ALIGN(r->u.head.nlmsg_len);
	size_t end = at + ATTR_ALIGN(len);

	if (r->overflow || end > sizeof(r->u.bytes)) {
		r->overflow = true;
		return NULL;
	}
	memset(r->u.bytes + at, 0, end - at);
	r->u.head.nlmsg_len = (uint32_t)end;
	return r->u.bytes + at;
}

void
nl_begin(struct nl_request *r, uint16_t type, uint16_t flags, const void *body,
    size_t len)
{
	void *p;

	memset(&r->u.head, 0, sizeof(r->u.head));
	r->overflow = false;
	r->u.head.nlmsg_len = NLMSG_HDRLEN;
	r->u.head.nlmsg_type = type;
	r->u.head.nlmsg_flags = NLM_F_REQUEST | flags;
	p = reserve(r, len);
	if (p != NULL)
		memcpy(p, body, len);
}

void
nl_put(struct nl_request *r, uint16_t attr, const void *data, size_t len)
{
	struct nlattr head = {
	    .nla_len = (uint16_t)(ATTR_HEAD + len), .nla_type = attr};
	uint8_t *p;

	if (len > NL_REQUEST_MAX) {
		r->overflow = true;
		return;
	}
	p = reserve(r, ATTR_HEAD + len);
	if (p == NULL)
		return;
	memcpy(p, &head, sizeof(head));
	if (len > 0)
		memcpy(p + ATTR_HEAD, data, len);
}

void
nl_put_u8(struct nl_request *r, uint16_t attr, uint8_t v)
{
	nl_put(r, attr, &v, sizeof(v));
}

void
nl_put_u32(struct nl_request *r, uint16_t attr, uint32_t v)
{
	nl_put(r, attr, &v, sizeof(v));
}

void
nl_put_string(struct nl_request *r, uint16_t attr, const char *s)
{
	nl_put(r, attr, s, strlen(s) + 1);
}

size_t
nl_nest(struct nl_request *r, uint16_t attr)
{
	size_t start = r->u.head.nlmsg_len;

	nl_put(r, attr, NULL, 0);
	return start;
}

void
nl_nest_end(struct nl_request *r, size_t start)
{
	uint16_t len;

	if (r->overflow)
		return;
	len = (uint16_t)(r->u.head.nlmsg_len - start);
	memcpy(r->u.bytes + start, &len, sizeof(len));
}

const void *
nl_body(const struct nlmsghdr *h)
{
	return (const uint8_t *)h + NLMSG_HDRLEN;
}

static const void *
attr_data(const struct nlattr *a)
{
	return (const uint8_t *)a + ATTR_HEAD;
}

static size_t
attr_len(const struct nlattr *a)
{
	return (size_t)a->nla_len - ATTR_HEAD;
}

/* len bytes of attributes; stops at one that claims more than there is. */
static void
collect(const uint8_t *p, size_t len, const struct nlattr *tb[], unsigned max)
{
	const struct nlattr *a;
	unsigned type;

	while (len >= ATTR_HEAD) {
		a = (const struct nlattr *)(const void *)p;
		if (a->nla_len < ATTR_HEAD || a->nla_len > len)
			return;
		type = a->nla_type & TYPE_MASK;
		if (type <= max)
			tb[type] = a;
		if (ATTR_ALIGN((size_t)a->nla_len) >= len)
			return;
		p += ATTR_ALIGN((size_t)a->nla_len);
		len -= ATTR_ALIGN((size_t)a->nla_len);
	}
}

bool
nl_attrs(const struct nlmsghdr *h, size_t len, const struct nlattr *tb[],
    unsigned max)
{
	size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(len);

	memset(tb, 0, (max + 1) * sizeof(tb[0]));
	if (h->nlmsg_len < NLMSG_HDRLEN + len)
		return false;
	if (h->nlmsg_len > skip)
		collect(
		    (const uint8_t *)h + skip, h->nlmsg_len - skip, tb, max);
	return true;
}

void
nl_nested(const struct nlattr *a, const struct nlattr *tb[], unsigned max)
{
	memset(tb, 0, (max + 1) * sizeof(tb[0]));
	if (a != NULL)
		collect(attr_data(a), attr_len(a), tb, max);
}

bool
nl_read(const struct nlattr *a, void *out, size_t n)
{
	if (a == NULL || attr_len(a) != n)
		return false;
	memcpy(out, attr_data(a), n);
	return true;
}

uint32_t
nl_u32(const struct nlattr *a, uint32_t otherwise)
{
	uint32_t v;

	return nl_read(a, &v, sizeof(v)) ? v : otherwise;
}

void
nl_string(const struct nlattr *a, char *buf, size_t size)
{
	size_t n;

	buf[0] = '\0';
	if (a == NULL || size == 0)
		return;
	n = strnlen(attr_data(a), attr_len(a));
	if (n >= size)
		n = size - 1;
	memcpy(buf, attr_data(a), n);
	buf[n] = '\0';
}
