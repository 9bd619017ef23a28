/* Routes put into words, and what they are made of. */
#include <arpa/inet.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "observed_words.h"

#define NAMES 16

static struct {
	uint32_t index;
	char name[FB_IFNAMSIZ];
} names[NAMES];

void
name_index(uint32_t index, const char *name)
{
	unsigned i;

	for (i = 0; names[i].index != 0 && names[i].index != index; i++)
		assert_true(i + 1 < NAMES);
	names[i].index = index;
	memset(names[i].name, 0, sizeof(names[i].name));
	memcpy(names[i].name, name, strnlen(name, FB_IFNAMSIZ - 1));
}

const char *
name_of(uint32_t index)
{
	unsigned i;

	for (i = 0; i < NAMES; i++)
		if (names[i].index == index && index != 0)
			return names[i].name;
	return index == 0 ? "-" : "?";
}

/* ---- Addresses ---- */

void
words_of(const uint8_t *sa, char *out, size_t size)
{
	struct fb_sockaddr_in6 sin6;
	struct fb_sockaddr_dl sdl;

	if (sa[1] == FB_AF_LINK) {
		memcpy(&sdl, sa, offsetof(struct fb_sockaddr_dl, data));
		(void)snprintf(out, size, "link %s", name_of(sdl.index));
		return;
	}
	assert_int_equal(sa[1], FB_AF_INET6);
	assert_int_equal(sa[0], sizeof(sin6));
	memcpy(&sin6, sa, sizeof(sin6));
	assert_non_null(inet_ntop(AF_INET6, &sin6.addr, out, (socklen_t)size));
	/* What a host makes of itself differs from host to host. */
	if (sin6.addr.s6_addr[0] == 0xfe && sin6.addr.s6_addr[8] != 0)
		(void)snprintf(out, size, "fe80::ID");
}

void
find_addrs(const uint8_t *p, const uint8_t *end, int addrs,
    const uint8_t *found[FB_RTAX_MAX])
{
	size_t room;
	int i;

	for (i = 0; i < FB_RTAX_MAX; i++) {
		found[i] = NULL;
		if ((addrs & FB_RTA(i)) == 0)
			continue;
		assert_true(p < end);
		found[i] = p;
		room = p[0] == 0 ? 1 : p[0];
		room = (room + FB_SA_ALIGN - 1) / FB_SA_ALIGN * FB_SA_ALIGN;
		p += room;
		assert_true(p <= end);
	}
	assert_true(end - p < FB_SA_ALIGN);
}

/* ---- Lists ---- */

static uint8_t *
read_dump(size_t *len)
{
	const int mib[] = {
	    FB_CTL_NET, FB_AF_ROUTE, 0, FB_AF_INET6, FB_NET_RT_DUMP, 0};
	uint8_t *buf;

	OK(call_sysctl(mib, 6, NULL, len));
	buf = malloc(*len + 1);
	assert_non_null(buf);
	OK(call_sysctl(mib, 6, buf, len));
	return buf;
}

static void
route_words(const uint8_t *msg, char *out)
{
	struct fb_rt_msghdr h;
	const uint8_t *sa[FB_RTAX_MAX];
	struct fb_sockaddr_in6 mask;
	char dst[64], gw[64], plen[16] = "";
	int i, bits = 0;

	memcpy(&h, msg, sizeof(h));
	assert_int_equal(h.version, FB_RTM_VERSION);
	assert_int_equal(h.type, FB_RTM_GET);
	find_addrs(msg + sizeof(h), msg + h.msglen, h.addrs, sa);
	assert_non_null(sa[FB_RTAX_DST]);
	assert_non_null(sa[FB_RTAX_GATEWAY]);
	words_of(sa[FB_RTAX_DST], dst, sizeof(dst));
	words_of(sa[FB_RTAX_GATEWAY], gw, sizeof(gw));
	if (sa[FB_RTAX_NETMASK] != NULL) {
		memcpy(&mask, sa[FB_RTAX_NETMASK], sizeof(mask));
		for (i = 0; i < 128; i++)
			bits += (mask.addr.s6_addr[i / 8] >> (i % 8)) & 1;
		(void)snprintf(plen, sizeof(plen), "/%d", bits);
	}
	(void)snprintf(out, WORDS_MAX, "%s%s gw %s on %s 0x%x 0x%x", dst, plen,
	    gw, name_of(h.index), (unsigned)h.flags, (unsigned)h.addrs);
}

void
check_routes(const char *const *lines, unsigned n)
{
	size_t len, at = 0;
	uint8_t *buf = read_dump(&len);
	struct fb_msghdr m;
	char line[WORDS_MAX];
	unsigned i;

	for (i = 0; at < len; at += m.msglen, i++) {
		memcpy(&m, buf + at, sizeof(m));
		assert_true(m.msglen > 0 && m.msglen <= len - at);
		route_words(buf + at, line);
		if (i >= n || strcmp(line, lines[i]) != 0)
			fail_msg("route %u is \"%s\", not \"%s\"", i, line,
			    i < n ? lines[i] : "");
	}
	if (i != n)
		fail_msg("no route \"%s\"", lines[i]);
	free(buf);
}

size_t
dump_length(unsigned *n)
{
	size_t len, at;
	uint8_t *buf = read_dump(&len);
	struct fb_msghdr m;

	*n = 0;
	for (at = 0; at < len; at += m.msglen) {
		memcpy(&m, buf + at, sizeof(m));
		assert_true(m.msglen > 0 && m.msglen <= len - at);
		(*n)++;
	}
	free(buf);
	return len;
}

void
read_answer(uint8_t type, char *out)
{
	_Alignas(8) uint8_t buf[2048];
	const uint8_t *sa[FB_RTAX_MAX];
	struct fb_rt_msghdr h;
	char addr[64];
	size_t at = 0;
	ssize_t len;
	int i;

	out[0] = '\0';
	while ((len = call_read(ob.route, buf, sizeof(buf))) > 0) {
		memcpy(&h, buf, sizeof(h));
		if (h.type != type || h.seq != 7)
			continue;
		at = (size_t)snprintf(out, ANSWER_MAX,
		    "len %zd %s 0x%x 0x%x mtu %u", len, name_of(h.index),
		    (unsigned)h.flags, (unsigned)h.addrs, (unsigned)h.rmx[1]);
		find_addrs(buf + sizeof(h), buf + len, h.addrs, sa);
		for (i = 0; i < FB_RTAX_MAX; i++) {
			if (sa[i] == NULL)
				continue;
			words_of(sa[i], addr, sizeof(addr));
			at += (size_t)snprintf(out + at, ANSWER_MAX - at,
			    ", %d: len %u family %u %s", i, sa[i][0], sa[i][1],
			    addr);
		}
	}
	assert_int_equal(errno, EAGAIN);
}
