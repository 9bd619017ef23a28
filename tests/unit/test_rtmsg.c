/*
 * FreeBSD's routing messages.  The tables were written down by hand from
 * <net/route.h>, <net/if.h> and <net/if_dl.h>, octet by octet, so that neither
 * side can be wrong in the same way.  Numbers in them are little-endian, as
 * on every machine that this is for.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sys/freebsd/rtmsg.h"

/* Bytes in hexadecimal; blanks and what follows ';' to the line's end pass. */
static size_t
hex(const char *s, uint8_t *out)
{
	size_t n = 0;
	unsigned byte;

	while (*s != '\0') {
		if (*s == ';') {
			s += strcspn(s, "\n");
		} else if (*s == ' ' || *s == '\n' || *s == '\t') {
			s++;
		} else {
			assert_int_equal(sscanf(s, "%2x", &byte), 1);
			out[n++] = (uint8_t)byte;
			s += 2;
		}
	}
	return n;
}

static void
expect_bytes(const uint8_t *got, size_t n, const char *want)
{
	uint8_t bytes[512];

	assert_int_equal(hex(want, bytes), n);
	for (size_t i = 0; i < n; i++) {
		if (got[i] != bytes[i])
			fail_msg(
			    "octet %zu: %02x, not %02x", i, got[i], bytes[i]);
	}
}

static struct prefix6
p6(const char *text)
{
	struct prefix6 p;

	assert_int_equal(prefix6_parse(text, strlen(text), &p), 0);
	return p;
}

#define ZEROS8	"00 00 00 00 00 00 00 00 "
#define ZEROS16 ZEROS8 ZEROS8
#define METRICS ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS16

/* "default" over the link with index 3: 272 octets. */
#define ADD_DEFAULT                                                         \
	"10 01 05 01 ; msglen 272, version 5, ADD\n"                        \
	"00 00 00 00 ; index, spare\n"                                      \
	"01 48 00 00 ; UP STATIC PROTO2\n"                                  \
	"07 00 00 00 ; DST GATEWAY NETMASK\n"                               \
	"00 00 00 00 ; pid\n"                                               \
	"2a 00 00 00 ; seq 42\n"                                            \
	"00 00 00 00 ; errno\n"                                             \
	"00 00 00 00 ; fmask\n" ZEROS8 "; inits\n" METRICS                  \
	"1c 1c 00 00 00 00 00 00 ; in6, 28 octets\n" ZEROS16                \
	"00 00 00 00 00 00 00 00 ; scope, padding\n"                        \
	"36 12 03 00 00 00 00 00 ; link, index 3\n" ZEROS16 ZEROS16 ZEROS16 \
	"1c 1c 00 00 00 00 00 00 ; mask\n" ZEROS16 "00 00 00 00 00 00 00 00"

static void
encode_default(void **state)
{
	struct rtrequest r = {.type = FB_RTM_ADD, .seq = 42, .ifindex = 3};
	uint8_t buf[RTMSG_REQUEST_MAX];

	(void)state;
	expect_bytes(buf, rtmsg_encode(&r, buf), ADD_DEFAULT);
}

static void
encode_reject(void **state)
{
	struct rtrequest r = {.type = FB_RTM_DELETE, .seq = 7, .reject = true};
	uint8_t buf[RTMSG_REQUEST_MAX];

	(void)state;
	r.dst = p6("2001:db8:40:0:1::/48"); /* a host bit, to be left out */
	expect_bytes(buf, rtmsg_encode(&r, buf),
	    "f8 00 05 02 ; 248 octets, DELETE\n"
	    "00 00 00 00\n"
	    "09 48 00 00 ; UP REJECT STATIC PROTO2\n"
	    "07 00 00 00\n"
	    "00 00 00 00\n"
	    "07 00 00 00\n"
	    "00 00 00 00 00 00 00 00\n" ZEROS8 METRICS
	    "1c 1c 00 00 00 00 00 00\n"
	    "20 01 0d b8 00 40 00 00 00 00 00 00 00 00 00 00\n"
	    "00 00 00 00 00 00 00 00\n"
	    "1c 1c 00 00 00 00 00 00 ; ::1\n"
	    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01\n"
	    "00 00 00 00 00 00 00 00\n"
	    "1c 1c 00 00 00 00 00 00 ; ffff:ffff:ffff::\n"
	    "ff ff ff ff ff ff 00 00 00 00 00 00 00 00 00 00\n"
	    "00 00 00 00 00 00 00 00");
}

/* A host route has no netmask; a question no gateway. */
static void
encode_get_host(void **state)
{
	struct rtrequest r = {.type = FB_RTM_GET, .seq = 1, .ifindex = 9};
	uint8_t buf[RTMSG_REQUEST_MAX];

	(void)state;
	r.dst = p6("2001:db8::1/128");
	expect_bytes(buf, rtmsg_encode(&r, buf),
	    "b8 00 05 04 ; 184 octets, GET\n"
	    "00 00 00 00\n"
	    "05 48 00 00 ; UP HOST STATIC PROTO2\n"
	    "01 00 00 00 ; DST\n"
	    "00 00 00 00\n"
	    "01 00 00 00\n"
	    "00 00 00 00 00 00 00 00\n" ZEROS8 METRICS
	    "1c 1c 00 00 00 00 00 00\n"
	    "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01\n"
	    "00 00 00 00 00 00 00 00");
}

/* Back to the same meaning. */
static void
round_trip(void **state)
{
	static const char *const dsts[] = {
	    "::/0", "8000::/1", "2001:db8::/33", "2001:db8::5/128"};
	struct rtrequest r = {.type = FB_RTM_ADD, .seq = 5, .ifindex = 77};
	uint8_t buf[RTMSG_REQUEST_MAX];
	struct rtmsg m;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(dsts) / sizeof(dsts[0]); i++) {
		for (int reject = 0; reject < 2; reject++) {
			r.dst = p6(dsts[i]);
			r.reject = reject != 0;
			n = rtmsg_encode(&r, buf);
			assert_int_equal(rtmsg_decode(buf, n, &m), n);
			assert_int_equal(m.type, FB_RTM_ADD);
			assert_int_equal(m.seq, 5);
			assert_int_equal(m.family, FB_AF_INET6);
			assert_true(prefix6_equal(&m.dst, &r.dst));
			assert_int_equal(m.gateway, reject ? 0 : 77);
			assert_int_equal(
			    (m.flags & FB_RTF_REJECT) != 0, reject);
			assert_true(m.flags & FB_RTF_PROTO2);
		}
	}
}

static int
decode(const char *text, struct rtmsg *m)
{
	uint8_t bytes[512];
	size_t n = hex(text, bytes);

	return rtmsg_decode(bytes, n, m);
}

/* As the kernel lists it: more addresses than we ask for, a foreign flag. */
static void
decode_listed_route(void **state)
{
	struct rtmsg m;

	(void)state;
	assert_int_equal(
	    decode("d8 00 05 04 ; 216 octets, GET\n"
		   "03 00 00 00 ; index 3\n"
		   "01 08 10 00 ; UP STATIC PINNED\n"
		   "07 00 00 00\n"
		   "2c 01 00 00 ; pid 300\n"
		   "09 00 00 00\n"
		   "00 00 00 00 00 00 00 00\n" ZEROS8 METRICS
		   "1c 1c 00 00 00 00 00 00\n"
		   "fe 80 00 03 00 00 00 00 " ZEROS8 "00 00 00 00 00 00 00 00\n"
		   "0a 12 04 00 f0 00 00 00 00 00 ; short link\n"
		   "00 00 00 00 00 00\n"
		   "10 00 00 00 00 00 00 00 ; short mask\n"
		   "ff ff ff ff ff ff ff ff\n",
		&m),
	    216);
	assert_int_equal(m.type, FB_RTM_GET);
	assert_int_equal(m.ifindex, 3);
	assert_int_equal(m.gateway, 4);
	assert_int_equal(m.pid, 300);
	assert_int_equal(m.flags, 0x100801);
	assert_int_equal(m.dst.len, 64);
	/* The interface within the address is not told. */
	assert_int_equal(m.dst.addr.s6_addr[0], 0xfe);
	assert_int_equal(m.dst.addr.s6_addr[3], 0);
}

static void
decode_default4(void **state)
{
	static const char head[] =
	    "%02x 00 05 02 00 00 00 00 %s 00 00 %s 00 00 00 00 00 00 00 00 "
	    "00 00 00 00 00 00 00 00 00 00 00 " ZEROS8 METRICS
	    "10 02 00 00 %s 00 00 00 00 00 00 00 00 "	       /* dst */
	    "10 02 00 00 c0 00 02 01 00 00 00 00 00 00 00 00 " /* gateway */
	    "%s";
	char text[2048];
	struct rtmsg m;

	(void)state;
	/* A netmask of no length at all is 0.0.0.0. */
	(void)snprintf(text, sizeof(text), head, 192, "03 08", "07",
	    "00 00 00 00", "00 00 00 00 00 00 00 00");
	assert_int_equal(decode(text, &m), 192);
	assert_int_equal(m.family, FB_AF_INET);
	assert_true(m.default4);
	(void)snprintf(text, sizeof(text), head, 192, "03 08", "07",
	    "0a 00 00 00", "05 00 00 00 ff 00 00 00");
	assert_int_equal(decode(text, &m), 192);
	assert_false(m.default4);
	/* 0.0.0.0/8 is not it, nor the host 0.0.0.0. */
	(void)snprintf(text, sizeof(text), head, 192, "03 08", "07",
	    "00 00 00 00", "05 00 00 00 ff 00 00 00");
	assert_int_equal(decode(text, &m), 192);
	assert_false(m.default4);
	(void)snprintf(
	    text, sizeof(text), head, 184, "07 08", "03", "00 00 00 00", "");
	assert_int_equal(decode(text, &m), 184);
	assert_false(m.default4);
}

#define LINK_AND_ADDRESS                                                  \
	"36 12 03 00 f0 04 00 00 67 69 66 30 ; gif0\n"                    \
	"00 00 00 00 " ZEROS16 ZEROS16 ZEROS8 "1c 1c 00 00 00 00 00 00\n" \
	"20 01 0d b8 00 01 00 00 00 00 00 00 00 00 00 06\n"               \
	"00 00 00 00 00 00 00 00\n"

static void
decode_address(void **state)
{
	struct prefix6 want;
	struct rtmsg m;

	(void)state;
	assert_int_equal(
	    decode("ac 00 05 0c ; 172 octets, NEWADDR\n"
		   "b4 00 00 00 ; NETMASK IFP IFA BRD\n"
		   "00 00 00 00 03 00 00 00 00 00 00 00\n"
		   "1c 1c 00 00 00 00 00 00\n"
		   "ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff\n"
		   "00 00 00 00 00 00 00 00\n" LINK_AND_ADDRESS
		   "1c 1c 00 00 00 00 00 00\n"
		   "20 01 0d b8 00 01 00 00 00 00 00 00 00 00 00 05\n"
		   "00 00 00 00 00 00 00 00",
		&m),
	    172);
	assert_int_equal(m.type, FB_RTM_NEWADDR);
	assert_int_equal(m.ifindex, 3);
	assert_int_equal(m.family, FB_AF_INET6);
	want = p6("2001:db8:1::6/128");
	assert_true(prefix6_equal(&m.addr6, &want));
	assert_true(m.has_peer);
	assert_int_equal(m.peer.s6_addr[15], 5);

	/* Without a far end its place is empty. */
	assert_int_equal(
	    decode("94 00 05 0d ; 148 octets, DELADDR\n"
		   "b4 00 00 00\n"
		   "00 00 00 00 03 00 00 00 00 00 00 00\n"
		   "1c 1c 00 00 00 00 00 00\n"
		   "ff ff ff ff ff ff ff ff 00 00 00 00 00 00 00 00\n"
		   "00 00 00 00 00 00 00 00\n" LINK_AND_ADDRESS
		   "00 00 00 00 00 00 00 00",
		&m),
	    148);
	assert_int_equal(m.type, FB_RTM_DELADDR);
	assert_int_equal(m.addr6.len, 64);
	assert_false(m.has_peer);
}

static void
decode_address4(void **state)
{
	struct rtmsg m;

	(void)state;
	assert_int_equal(decode("44 00 05 0c ; 68 octets, NEWADDR\n"
				"a4 00 00 00 ; NETMASK IFA BRD\n"
				"00 00 00 00 01 00 00 00 00 00 00 00\n"
				"05 02 ff ff ff 00 00 00\n"
				"10 02 00 00 c0 00 02 01 " ZEROS8
				"10 02 00 00 c0 00 02 ff " ZEROS8 "; brd\n"
				"00 00 00 00 00 00 00 00",
			     &m),
	    68);
	assert_int_equal(m.family, FB_AF_INET);
	assert_int_equal(m.addr4.s_addr, htonl(0xc0000201));
	assert_int_equal(m.ifindex, 1);
}

#define IF_DATA                                                                \
	"f0 00 00 00 02 00 98 00 ; gif, link up, 152\n"                        \
	"00 05 00 00 00 00 00 00 ; MTU 1280\n" ZEROS16 ZEROS16 ZEROS16 ZEROS16 \
	    ZEROS16 ZEROS16 ZEROS16 ZEROS16 ZEROS8

static void
decode_interface(void **state)
{
	struct rtmsg m;

	(void)state;
	/* As in the list of interfaces, with its name. */
	assert_int_equal(decode("b8 00 05 0e ; 184 octets, IFINFO\n"
				"10 00 00 00 ; IFP\n"
				"51 80 00 00 ; UP POINTOPOINT ...\n"
				"03 00 00 00\n" IF_DATA
				"0c 12 03 00 f0 04 00 00 67 69 66 30\n"
				"00 00 00 00",
			     &m),
	    184);
	assert_int_equal(m.type, FB_RTM_IFINFO);
	assert_int_equal(m.ifindex, 3);
	assert_int_equal(m.flags, 0x8051);
	assert_int_equal(m.mtu, 1280);
	assert_int_equal(m.iftype, FB_IFT_GIF);
	assert_string_equal(m.ifname, "gif0");
	/* As it is told: without. */
	assert_int_equal(decode("a8 00 05 0e 00 00 00 00 50 80 00 00\n"
				"03 00 00 00\n" IF_DATA,
			     &m),
	    168);
	assert_int_equal(m.ifindex, 3);
	assert_string_equal(m.ifname, "");
}

static void
decode_announcement(void **state)
{
	static const char text[] =
	    "18 00 05 11 03 00 67 69 66 30 00 00 00 00 00 00 00 00 00 00 00 "
	    "00 %s 00";
	char line[128];
	struct rtmsg m;

	(void)state;
	(void)snprintf(line, sizeof(line), text, "01");
	assert_int_equal(decode(line, &m), 24);
	assert_int_equal(m.type, FB_RTM_IFANNOUNCE);
	assert_int_equal(m.ifindex, 3);
	assert_string_equal(m.ifname, "gif0");
	assert_true(m.departure);
	(void)snprintf(line, sizeof(line), text, "00");
	assert_int_equal(decode(line, &m), 24);
	assert_false(m.departure);
}

/* Kinds and versions that we know nothing of have a length all the same. */
static void
unknown_is_passed_over(void **state)
{
	struct rtmsg m;

	(void)state;
	assert_int_equal(decode("08 00 05 7f 01 02 03 04", &m), 8);
	assert_int_equal(m.type, 0);
	assert_int_equal(decode("04 00 06 01", &m), 4);
	assert_int_equal(m.type, 0);
}

/* No prefix of a message is one, whatever its length says. */
static void
cut_short(void **state)
{
	struct rtrequest r = {.type = FB_RTM_ADD, .ifindex = 3};
	uint8_t buf[RTMSG_REQUEST_MAX];
	struct rtmsg m, none;
	uint16_t len;
	size_t n, i;

	(void)state;
	memset(&none, 0, sizeof(none));
	r.dst = p6("2001:db8::/32");
	n = rtmsg_encode(&r, buf);
	for (i = 0; i < n; i++) {
		memset(&m, 0xa5, sizeof(m));
		assert_int_equal(rtmsg_decode(buf, i, &m), -EBADMSG);
		assert_memory_equal(&m, &none, sizeof(m));
	}
	/* With the length set to what is left; padding alone may go. */
	for (i = 4; i < n - 4; i++) {
		len = (uint16_t)i;
		memcpy(buf, &len, sizeof(len));
		assert_int_equal(rtmsg_decode(buf, i, &m), -EBADMSG);
	}
}

static void
lies(void **state)
{
	struct rtrequest r = {.type = FB_RTM_ADD, .ifindex = 3};
	const size_t head = sizeof(struct fb_rt_msghdr);
	uint8_t good[RTMSG_REQUEST_MAX], buf[RTMSG_REQUEST_MAX];
	struct rtmsg m;
	size_t n;

	(void)state;
	r.dst = p6("2001:db8::/32");
	n = rtmsg_encode(&r, good);
	/* An address longer than the message; one of a single octet. */
	memcpy(buf, good, n);
	buf[head] = 0xff;
	assert_int_equal(rtmsg_decode(buf, n, &m), -EBADMSG);
	buf[head] = 1;
	assert_int_equal(rtmsg_decode(buf, n, &m), -EBADMSG);
	/* More addresses named than there are. */
	memcpy(buf, good, n);
	buf[offsetof(struct fb_rt_msghdr, addrs)] = 0x3f;
	assert_int_equal(rtmsg_decode(buf, n, &m), -EBADMSG);
	/* A netmask with a hole. */
	memcpy(buf, good, n);
	buf[n - 32 + 8 + 6] = 0x10;
	assert_int_equal(rtmsg_decode(buf, n, &m), -EBADMSG);
	/* A length of nothing, of less than the beginning. */
	memcpy(buf, good, n);
	buf[0] = buf[1] = 0;
	assert_int_equal(rtmsg_decode(buf, n, &m), -EBADMSG);
	buf[0] = 3;
	assert_int_equal(rtmsg_decode(buf, n, &m), -EBADMSG);
	/* A name longer than an interface's, or than its address. */
	assert_int_equal(
	    decode("b8 00 05 0e 10 00 00 00 51 80 00 00 03 00 00 00\n" IF_DATA
		   "0c 12 03 00 f0 10 00 00 67 69 66 30 00 00 00 00",
		&m),
	    -EBADMSG);
	assert_int_equal(
	    decode("b8 00 05 0e 10 00 00 00 51 80 00 00 03 00 00 00\n" IF_DATA
		   "0c 12 03 00 f0 05 00 00 67 69 66 30 00 00 00 00",
		&m),
	    -EBADMSG);
	/* A name without an end. */
	assert_int_equal(
	    decode("18 00 05 11 03 00 67 69 66 30 67 69 66 30 67 69 66 30 67 "
		   "69 66 30 01 00",
		&m),
	    -EBADMSG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(encode_default),
	    cmocka_unit_test(encode_reject),
	    cmocka_unit_test(encode_get_host),
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(decode_listed_route),
	    cmocka_unit_test(decode_default4),
	    cmocka_unit_test(decode_address),
	    cmocka_unit_test(decode_address4),
	    cmocka_unit_test(decode_interface),
	    cmocka_unit_test(decode_announcement),
	    cmocka_unit_test(unknown_is_passed_over),
	    cmocka_unit_test(cut_short),
	    cmocka_unit_test(lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
