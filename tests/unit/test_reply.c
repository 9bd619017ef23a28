/* What servers say, and what they should not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/proto.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* One printable line that repeats what is wrong. */
static void
assert_one_line(const struct err *e, int error)
{
	assert_int_equal(e->code, -error);
	assert_true(strlen(e->text) > 0);
	for (const char *p = e->text; *p != '\0'; p++)
		assert_in_range(*p, ' ', '~');
}

static void
test_greeting(void **state)
{
	static const struct {
		const char *line;
		int error;
		const char *challenge;
	} t[] = {
	    {"+OK 0B1517C87D516A5FA65BED722D51A04F KAME tunnel server", 0,
		"0B1517C87D516A5FA65BED722D51A04F"},
	    {"+OK c361f05a29f4816ce06d2d2203c13cc4 FBDC TunnelBroker "
	     "(version 0.2) Ready. <870363>:4096",
		0, "c361f05a29f4816ce06d2d2203c13cc4"},
	    {"+OK abc", 0, "abc"},
	    {"+OK abc ", 0, "abc"},
	    {"+OK abc  two  blanks \303\251", 0, "abc"},
	    {"+OK", -EPROTO, NULL},
	    {"+OK ", -EPROTO, NULL},
	    {"+OK  abc", -EPROTO, NULL},
	    {"+OK a\303\251c banner", -EPROTO, NULL},
	    {"+OK a\tb", -EPROTO, NULL},
	    {"", -EPROTO, NULL},
	    {"+O", -EPROTO, NULL},
	    {"SSH-2.0-OpenSSH_9.2", -EPROTO, NULL},
	    {"220 mail ESMTP", -EPROTO, NULL},
	    {" +OK abc", -EPROTO, NULL},
	    {"-ERR authentication failed.", -ECONNREFUSED, NULL},
	    {"-ERR connection timed out, disconnecting", -ECONNREFUSED, NULL},
	    {"-ERR", -ECONNREFUSED, NULL},
	};
	char challenge[PROTO_CHALLENGE_MAX + 1];
	struct err e;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		memset(&e, 0, sizeof(e));
		assert_int_equal(proto_parse_greeting(t[i].line,
				     strlen(t[i].line), challenge, &e),
		    t[i].error);
		if (t[i].error == 0)
			assert_string_equal(challenge, t[i].challenge);
		else
			assert_one_line(&e, t[i].error);
		/* Nobody has to want the text. */
		assert_int_equal(proto_parse_greeting(t[i].line,
				     strlen(t[i].line), challenge, NULL),
		    t[i].error);
	}
}

static void
test_challenge_limit(void **state)
{
	char line[PROTO_CHALLENGE_MAX + 32], challenge[PROTO_CHALLENGE_MAX + 1];
	struct err e;

	(void)state;
	memset(line, 'c', sizeof(line));
	memcpy(line, "+OK ", 4);
	assert_int_equal(
	    proto_parse_greeting(line, 4 + PROTO_CHALLENGE_MAX, challenge, &e),
	    0);
	assert_int_equal(strlen(challenge), PROTO_CHALLENGE_MAX);
	assert_int_equal(proto_parse_greeting(
			     line, 4 + PROTO_CHALLENGE_MAX + 1, challenge, &e),
	    -EPROTO);
	/* A NUL would cut it short. */
	assert_int_equal(
	    proto_parse_greeting("+OK a\0b", 7, challenge, &e), -EPROTO);
}

/* A grant as text: client server [c6 s6] prefixes udp port key. */
static const char *
show(const struct grant *g, char *buf, size_t size)
{
	char a[ADDR4_STRLEN], b[ADDR4_STRLEN], c[ADDR6_STRLEN], d[ADDR6_STRLEN];
	char p[PREFIX6_STRLEN];

	snprintf(buf, size, "%s %s", addr4_format(g->client4, a),
	    addr4_format(g->server4, b));
	if (g->has_pair)
		snprintf(buf + strlen(buf), size - strlen(buf), " [%s %s]",
		    addr6_format(&g->client6, c), addr6_format(&g->server6, d));
	for (unsigned i = 0; i < g->nprefixes; i++)
		snprintf(buf + strlen(buf), size - strlen(buf), " %s",
		    prefix6_format(&g->prefixes[i], p));
	if (g->udp)
		snprintf(
		    buf + strlen(buf), size - strlen(buf), " udp %u", g->port4);
	for (unsigned i = 0; g->has_key && i < GRANT_KEY_LEN; i++)
		snprintf(buf + strlen(buf), size - strlen(buf), "%s%02x",
		    i == 0 ? " " : "", g->key[i]);
	return buf;
}

#define A4   "192.0.2.1 198.51.100.7"
#define PAIR "2001:db8:ffff::0006 2001:db8:ffff::0005"
#define SAME "[2001:db8:ffff::6 2001:db8:ffff::5]"
#define HEX  "000102030405060708090a0b0c0d0e0f"
#define KEY  "key=" HEX
#define UDP  "proto=udp port=4029"

static void
test_grants(void **state)
{
	static const struct {
		enum tunnel_type type;
		const char *line, *grant;
	} t[] = {
	    {TUNNEL_ONLY, "+OK " A4, A4},
	    {TUNNEL_ONLY, "+OK " A4 " ", A4},
	    {TUNNEL_ONLY, "+OK " A4 " color=blue x=", A4},
	    {TUNNEL_HOST, "+OK " A4 " " PAIR, A4 " " SAME},
	    {TUNNEL_HOST, "+OK " A4 " " PAIR " mtu=1/2", A4 " " SAME},
	    {TUNNEL_NETWORK,
		"+OK 60.32.85.217 43.244.255.37 2001:03e0:03c3::/48",
		"60.32.85.217 43.244.255.37 2001:3e0:3c3::/48"},
	    {TUNNEL_NETWORK, "+OK " A4 " " PAIR " 2001:db8:1::/48",
		A4 " " SAME " 2001:db8:1::/48"},
	    {TUNNEL_NETWORK, "+OK " A4 " 2001:db8:1::/48 " PAIR,
		A4 " " SAME " 2001:db8:1::/48"},
	    {TUNNEL_NETWORK,
		"+OK " A4 " 2001:db8:1::/48,2001:db8:2::/48 fd00::/8",
		A4 " 2001:db8:1::/48 2001:db8:2::/48 fd00::/8"},
	    {TUNNEL_NETWORK,
		"+OK " A4 " 2001:db8:1::/48 proto=udp port=4029 " KEY,
		A4 " 2001:db8:1::/48 udp 4029 " HEX},
	    {TUNNEL_HOST,
		"+OK " A4 " " PAIR " x=y " KEY " port=65535 proto=udp",
		A4 " " SAME " udp 65535 " HEX},
	    {TUNNEL_ONLY, "+OK " A4 " proto=udp port=1", A4 " udp 1"},
	    {TUNNEL_ONLY,
		"+OK " A4 " proto=udp port=1 "
		"key=000102030405060708090A0B0C0D0E0F",
		A4 " udp 1 " HEX},
	    /* Without proto they are somebody else's. */
	    {TUNNEL_ONLY, "+OK " A4 " port=0 key=00", A4},
	    {TUNNEL_ONLY, "+OK " A4 " " KEY, A4},
	    {TUNNEL_ONLY, "+OK " A4 " x=1 x=2 Proto=tcp", A4},
	    {TUNNEL_NETWORK,
		"+OK " A4 " 1::/48,2::/48,3::/48,4::/48 5::/48 6::/48 7::/48 "
		"8::/48",
		A4 " 1::/48 2::/48 3::/48 4::/48 5::/48 6::/48 7::/48 8::/48"},
	    /* Sense is the planner's matter, not the codec's. */
	    {TUNNEL_NETWORK, "+OK 127.0.0.1 224.0.0.1 ::/0 2001:db8::1/32",
		"127.0.0.1 224.0.0.1 ::/0 2001:db8::1/32"},
	    {TUNNEL_NETWORK, "+OK " A4 " 2001:db8::/48 2001:db8::/48",
		A4 " 2001:db8::/48 2001:db8::/48"},
	};
	struct grant g;
	struct err e;
	char buf[512];

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		memset(&g, 0xff, sizeof(g));
		assert_int_equal(proto_parse_grant(t[i].line, strlen(t[i].line),
				     t[i].type, &g, &e),
		    0);
		assert_int_equal(g.type, t[i].type);
		assert_string_equal(show(&g, buf, sizeof(buf)), t[i].grant);
	}
}

static void
test_bad_grants(void **state)
{
	static const struct {
		enum tunnel_type type;
		const char *line;
		const char *says; /* part of the error */
	} t[] = {
	    {TUNNEL_ONLY, "", "not a DTCP reply"},
	    {TUNNEL_ONLY, "hello", "\"hello\""},
	    {TUNNEL_ONLY, "+OK", "two addresses"},
	    {TUNNEL_ONLY, "+OK ", "two addresses"},
	    {TUNNEL_ONLY, "+OK 192.0.2.1", "two addresses"},
	    {TUNNEL_ONLY, "+OK pong", "two addresses"},
	    {TUNNEL_ONLY, "+OK hi, happy to hear from you", "\"hi,\""},
	    {TUNNEL_ONLY, "+OK 192.0.2.1 nonsense", "\"nonsense\""},
	    {TUNNEL_ONLY, "+OK 192.0.2.01 198.51.100.7", "\"192.0.2.01\""},
	    {TUNNEL_ONLY, "+OK 192.0.2.256 198.51.100.7", "192.0.2.256"},
	    {TUNNEL_ONLY, "+OK ::1 ::2", "\"::1\""},
	    {TUNNEL_ONLY, "+OK  " A4, "empty field"},
	    {TUNNEL_ONLY, "+OK 192.0.2.1  198.51.100.7", "empty field"},
	    {TUNNEL_ONLY, "+OK " A4 "  ", "empty field"},
	    {TUNNEL_ONLY, "+OK " A4 " " PAIR, "more than the two"},
	    {TUNNEL_ONLY, "+OK " A4 " 2001:db8::/48", "more than the two"},
	    {TUNNEL_ONLY, "+OK " A4 " 203.0.113.1", "\"203.0.113.1\""},
	    {TUNNEL_ONLY, "+OK " A4 " junk", "\"junk\""},
	    {TUNNEL_ONLY, "+OK " A4 " =x", "\"=x\""},
	    {TUNNEL_HOST, "+OK " A4, "no inner address pair"},
	    {TUNNEL_HOST, "+OK " A4 " 2001:db8::1", "without its peer"},
	    {TUNNEL_HOST, "+OK " A4 " " PAIR " 2001:db8::7", "complete pair"},
	    {TUNNEL_HOST, "+OK " A4 " " PAIR " 2001:db8::/48", "not asked"},
	    {TUNNEL_HOST, "+OK " A4 " a=b " PAIR, "after key=value"},
	    {TUNNEL_HOST, "+OK " A4 " 2001:db8::1,2001:db8::2", "neither"},
	    {TUNNEL_NETWORK, "+OK " A4, "no prefix"},
	    {TUNNEL_NETWORK, "+OK " A4 " " PAIR, "no prefix"},
	    {TUNNEL_NETWORK, "+OK " A4 " 2001:db8::1 2001:db8::/48",
		"without its peer"},
	    {TUNNEL_NETWORK, "+OK " A4 " 2001:db8::/129", "2001:db8::/129"},
	    {TUNNEL_NETWORK, "+OK " A4 " 2001:db8::/", "not an IPv6 prefix"},
	    {TUNNEL_NETWORK, "+OK " A4 " 2001:db8::/48,", "prefix: \"\""},
	    {TUNNEL_NETWORK, "+OK " A4 " ,2001:db8::/48", "prefix: \"\""},
	    {TUNNEL_NETWORK, "+OK " A4 " 1::/48,,2::/48", "prefix: \"\""},
	    {TUNNEL_NETWORK, "+OK " A4 " 10.0.0.0/8", "\"10.0.0.0/8\""},
	    {TUNNEL_NETWORK, "+OK " A4 " 1::/48;2::/48", "not an IPv6"},
	    {TUNNEL_NETWORK,
		"+OK " A4 " 1::/48,2::/48,3::/48,4::/48,5::/48,6::/48,7::/48,"
		"8::/48,9::/48",
		"more than 8 prefixes"},
	    {TUNNEL_NETWORK,
		"+OK " A4 " a= b= c= d= e= f= g= h= i= j= k= l= m= n= o= p= q="
		" r= s= t= u= v= w= x= y= z= 0= 1= 2= 3=",
		"more than 32 fields"},
	    {TUNNEL_ONLY, "+OK " A4 " proto=tcp", "over \"tcp\""},
	    {TUNNEL_ONLY, "+OK " A4 " proto=", "over \"\""},
	    {TUNNEL_ONLY, "+OK " A4 " proto=UDP port=1", "over \"UDP\""},
	    {TUNNEL_ONLY, "+OK " A4 " proto=udp", "without port="},
	    {TUNNEL_ONLY, "+OK " A4 " proto=udp port=", "port: \"\""},
	    {TUNNEL_ONLY, "+OK " A4 " proto=udp port=0", "port: \"0\""},
	    {TUNNEL_ONLY, "+OK " A4 " proto=udp port=65536", "\"65536\""},
	    {TUNNEL_ONLY, "+OK " A4 " proto=udp port=04029", "\"04029\""},
	    {TUNNEL_ONLY, "+OK " A4 " proto=udp port=4029=", "\"4029=\""},
	    {TUNNEL_ONLY, "+OK " A4 " " UDP " proto=udp", "proto= comes twice"},
	    {TUNNEL_ONLY, "+OK " A4 " " UDP " port=4029", "port= comes twice"},
	    {TUNNEL_ONLY, "+OK " A4 " " UDP " " KEY " " KEY,
		"key= comes twice"},
	    {TUNNEL_ONLY, "+OK " A4 " port=1 port=1", "port= comes twice"},
	    {TUNNEL_ONLY, "+OK " A4 " " UDP " key=", "32 hex digits"},
	    {TUNNEL_ONLY, "+OK " A4 " " UDP " " KEY "0", "32 hex digits"},
	    {TUNNEL_ONLY, "+OK " A4 " " UDP " " KEY "00", "32 hex digits"},
	    {TUNNEL_ONLY,
		"+OK " A4 " " UDP " key=000102030405060708090a0b0c0d0e0",
		"32 hex digits"},
	    {TUNNEL_ONLY,
		"+OK " A4 " " UDP " key=g00102030405060708090a0b0c0d0e0f",
		"32 hex digits"},
	    {TUNNEL_ONLY, "+OK \033]0;x\007 1.2.3.4", "\\033]0;x\\a"},
	};
	struct grant g, before;
	struct err e;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < N(t); i++) {
		size_t n = strlen(t[i].line);

		memset(&e, 0, sizeof(e));
		g = before;
		assert_int_equal(
		    proto_parse_grant(t[i].line, n, t[i].type, &g, &e),
		    -EPROTO);
		assert_one_line(&e, -EPROTO);
		assert_non_null(strstr(e.text, t[i].says));
		/* Never part of a grant. */
		assert_memory_equal(&g, &before, sizeof(g));
		assert_int_equal(
		    proto_parse_grant(t[i].line, n, t[i].type, &g, NULL),
		    -EPROTO);
	}
	assert_int_equal(
	    proto_parse_grant("+OK 1.2.3.4 5.6.7.8\0", 20, TUNNEL_ONLY, &g, &e),
	    -EPROTO);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *line;
		int error;
		const char *says;
	} t[] = {
	    {"-ERR authentication failed.", -EACCES,
		"\"authentication failed.\""},
	    {"-ERR unsupported tunnel type host", -EOPNOTSUPP,
		"\"unsupported tunnel type host\""},
	    {"-ERR tunnel interface sold out", -ENOBUFS, "sold out"},
	    {"-ERR internal error: no route", -ECONNREFUSED, "no route"},
	    {"-ERR invalid command", -ECONNREFUSED, "invalid command"},
	    {"-ERR connection timed out, disconnecting", -ETIMEDOUT,
		"timed out, disconnecting"},
	    {"-ERR replaced by a new login", -EEXIST,
		"tunnel taken over: server says \"replaced by a new login\""},
	    {"-ERR Authentication failed", -EACCES, "Authentication failed"},
	    {"-ERR", -ECONNREFUSED, "\"\""},
	    {"-ERR ", -ECONNREFUSED, "\"\""},
	    {"-ERR no more authentication failed", -ECONNREFUSED, "no more"},
	    {"-ERR \033[31m\nred\303\251", -ECONNREFUSED,
		"\"\\033[31m\\nred\\303\\251\""},
	    {"-ERR %s%n", -ECONNREFUSED, "\"%s%n\""},
	};
	struct grant g;
	struct err e, f;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		size_t n = strlen(t[i].line);

		assert_int_equal(
		    proto_parse_grant(t[i].line, n, TUNNEL_HOST, &g, &e),
		    t[i].error);
		assert_one_line(&e, t[i].error);
		assert_non_null(strstr(e.text, t[i].says));
		assert_int_equal(proto_parse_ok(t[i].line, n, &f), t[i].error);
		assert_string_equal(f.text, e.text);
	}
}

static void
test_long_words(void **state)
{
	char line[PROTO_LINE_MAX];
	struct err e;

	(void)state;
	memset(line, '\033', sizeof(line));
	memcpy(line, "-ERR ", 5);
	assert_int_equal(proto_parse_ok(line, sizeof(line), &e), -ECONNREFUSED);
	assert_one_line(&e, -ECONNREFUSED);
	memset(line, 'x', sizeof(line));
	assert_int_equal(proto_parse_ok(line, sizeof(line), &e), -EPROTO);
	assert_one_line(&e, -EPROTO);
	assert_in_range(strlen(e.text), 100, 200);
}

static void
test_ok(void **state)
{
	static const char *const good[] = {"+OK", "+OK pong",
	    "+OK hi, happy to hear from you", "+OK see you soon.",
	    "+OK tunnel server quitting",
	    "+OK valid commands are: TUNNEL PING QUIT"};
	static const char *const bad[] = {
	    "", "+", "+O", "OK", "-ER", "pong", " +OK"};

	(void)state;
	for (size_t i = 0; i < N(good); i++)
		assert_int_equal(
		    proto_parse_ok(good[i], strlen(good[i]), NULL), 0);
	for (size_t i = 0; i < N(bad); i++)
		assert_int_equal(
		    proto_parse_ok(bad[i], strlen(bad[i]), NULL), -EPROTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_greeting),
	    cmocka_unit_test(test_challenge_limit),
	    cmocka_unit_test(test_grants),
	    cmocka_unit_test(test_bad_grants),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_long_words),
	    cmocka_unit_test(test_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
