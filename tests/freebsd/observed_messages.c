/* Routing messages put into words. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "observed_words.h"

#define HEARD	      64
#define WAIT_MS	      50

/* They are no business of the back-end. */
#define RTM_NEWMADDR_ 0xf
#define RTM_DELMADDR_ 0x10

static const char *
type_name(uint8_t type)
{
	switch (type) {
	case FB_RTM_ADD:
		return "RTM_ADD";
	case FB_RTM_DELETE:
		return "RTM_DELETE";
	case FB_RTM_CHANGE:
		return "RTM_CHANGE";
	case FB_RTM_GET:
		return "RTM_GET";
	case FB_RTM_NEWADDR:
		return "RTM_NEWADDR";
	case FB_RTM_DELADDR:
		return "RTM_DELADDR";
	case FB_RTM_IFINFO:
		return "RTM_IFINFO";
	case FB_RTM_IFANNOUNCE:
		return "RTM_IFANNOUNCE";
	case RTM_NEWMADDR_:
		return "RTM_NEWMADDR";
	case RTM_DELMADDR_:
		return "RTM_DELMADDR";
	default:
		return "?";
	}
}

static const char *
error_name(int error)
{
	switch (error) {
	case 0:
		return "0";
	case EEXIST:
		return "EEXIST";
	case ESRCH:
		return "ESRCH";
	case ENETUNREACH:
		return "ENETUNREACH";
	case EINVAL:
		return "EINVAL";
	default:
		return strerror(error);
	}
}

static void
details(const uint8_t *msg, uint8_t type, char *out, size_t size)
{
	struct fb_if_announcemsghdr an;
	struct fb_if_msghdr ifm;
	struct fb_ifa_msghdr ifa;
	struct fb_rt_msghdr rt;
	const uint8_t *sa[FB_RTAX_MAX];

	switch (type) {
	case FB_RTM_IFANNOUNCE:
		memcpy(&an, msg, sizeof(an));
		assert_string_equal(an.name, name_of(an.index));
		(void)snprintf(out, size, " %s %s", an.name,
		    an.what == FB_IFAN_ARRIVAL ? "ARRIVAL" : "DEPARTURE");
		break;
	case FB_RTM_IFINFO:
		memcpy(&ifm, msg, sizeof(ifm));
		(void)snprintf(out, size, " %s 0x%x mtu %u link %u",
		    name_of(ifm.index), (unsigned)ifm.flags, ifm.data.mtu,
		    ifm.data.link_state);
		break;
	case FB_RTM_NEWADDR:
	case FB_RTM_DELADDR:
		memcpy(&ifa, msg, sizeof(ifa));
		find_addrs(msg + sizeof(ifa), msg + ifa.msglen, ifa.addrs, sa);
		(void)snprintf(out, size, " %s 0x%x", name_of(ifa.index),
		    (unsigned)ifa.addrs);
		break;
	case RTM_NEWMADDR_:
	case RTM_DELMADDR_:
		out[0] = '\0';
		break;
	default:
		memcpy(&rt, msg, sizeof(rt));
		find_addrs(msg + sizeof(rt), msg + rt.msglen, rt.addrs, sa);
		(void)snprintf(out, size, " %s 0x%x 0x%x errno %s",
		    name_of(rt.index), (unsigned)rt.flags, (unsigned)rt.addrs,
		    error_name(rt.error));
		break;
	}
}

static void
message_words(const uint8_t *msg, size_t len, char *out)
{
	struct fb_msghdr m;
	char more[WORDS_MAX - 32];

	assert_true(len >= sizeof(m));
	memcpy(&m, msg, sizeof(m));
	assert_int_equal(m.msglen, len);
	assert_int_equal(m.version, FB_RTM_VERSION);
	details(msg, m.type, more, sizeof(more));
	(void)snprintf(
	    out, WORDS_MAX, "%s len %zu%s", type_name(m.type), len, more);
}

static bool
is_membership(const char *line)
{
	return strstr(line, "MADDR") != NULL;
}

/* All that waits, each in words; the count. */
static unsigned
listen_all(char heard[HEARD][WORDS_MAX])
{
	_Alignas(8) uint8_t buf[2048];
	struct pollfd p = {.fd = ob.listen, .events = POLLIN};
	unsigned n = 0;
	ssize_t len;

	while (poll(&p, 1, WAIT_MS) == 1) {
		len = call_read(ob.listen, buf, sizeof(buf));
		assert_true(len > 0 && n < HEARD);
		message_words(buf, (size_t)len, heard[n++]);
	}
	return n;
}

/* Drops what is not for this release; counts memberships where loose. */
static unsigned
sift(const char *const *lines, unsigned n, const char *out[HEARD],
    unsigned *memberships)
{
	bool later = ob.release >= 14;
	unsigned i, kept = 0;

	*memberships = 0;
	for (i = 0; i < n; i++) {
		bool marked = strncmp(lines[i], "15 ", 3) == 0;

		if (marked && !later)
			continue;
		if (later && is_membership(lines[i]))
			(*memberships)++;
		else
			out[kept++] = lines[i] + (marked ? 3 : 0);
	}
	return kept;
}

void
check_messages(const char *const *lines, unsigned n)
{
	static char heard[HEARD][WORDS_MAX];
	const char *all[HEARD], *got[HEARD], *want[HEARD];
	unsigned i, ngot, nwant, got_members, want_members;

	nwant = sift(lines, n, want, &want_members);
	ngot = listen_all(heard);
	for (i = 0; i < ngot; i++)
		all[i] = heard[i];
	ngot = sift(all, ngot, got, &got_members);
	for (i = 0; i < ngot || i < nwant; i++)
		if (i >= ngot || i >= nwant || strcmp(got[i], want[i]) != 0)
			fail_msg("message %u is \"%s\", not \"%s\"", i,
			    i < ngot ? got[i] : "", i < nwant ? want[i] : "");
	assert_int_equal(got_members, want_members);
}

void
forget_messages(void)
{
	static char heard[HEARD][WORDS_MAX];

	(void)listen_all(heard);
}
