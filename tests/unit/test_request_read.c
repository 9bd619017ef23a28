/* What a server reads and says: requests, greeting and grant. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <arpa/inet.h>

#include <errno.h>
#include <string.h>

#include "dtcp/proto.h"

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define DIGEST "DAC487C8DFBBF9EE5C7F8CDCC37B62A3"

static void
assert_piece(const char *s, size_t n, const char *want)
{
	assert_int_equal(n, strlen(want));
	assert_memory_equal(s, want, n);
}

static void
test_commands(void **state)
{
	static const struct {
		const char *line;
		enum proto_command command;
	} t[] = {
	    {"ping", PROTO_PING},
	    {"PING", PROTO_PING},
	    {"pInG", PROTO_PING},
	    {"ping are you there", PROTO_PING},
	    {"help", PROTO_HELP},
	    {"Quit", PROTO_QUIT},
	    {"quit ", PROTO_QUIT},
	    {"", PROTO_UNKNOWN},
	    {" ", PROTO_UNKNOWN},
	    {" ping", PROTO_UNKNOWN},
	    {"pin", PROTO_UNKNOWN},
	    {"pings", PROTO_UNKNOWN},
	    {"ping\t", PROTO_UNKNOWN},
	    {"tunnels a b host", PROTO_UNKNOWN},
	    {"tunnel", PROTO_TUNNEL_BAD},
	    {"tunnel ", PROTO_TUNNEL_BAD},
	    {"tunnel foo", PROTO_TUNNEL_BAD},
	    {"tunnel foo x", PROTO_TUNNEL_BAD},
	    {"tunnel foo x ", PROTO_TUNNEL_BAD},
	    {"tunnel  x host", PROTO_TUNNEL_BAD},
	    {"tunnel foo  host", PROTO_TUNNEL_BAD},
	    {"tunnel  foo x host", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host ", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host y", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host =y", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp ", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host  proto=udp", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp y", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=UDP", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=tcp", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp proto=udp", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host port=4028", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp port=1 port=1", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp port=", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp port=0", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp port=65536", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp port=04028", PROTO_TUNNEL_BAD},
	    {"tunnel foo x host proto=udp port=-1", PROTO_TUNNEL_BAD},
	};
	struct proto_request r;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		proto_parse_request(t[i].line, strlen(t[i].line), &r);
		if (r.command != t[i].command)
			fail_msg("\"%s\": %d", t[i].line, (int)r.command);
		assert_null(r.user);
		assert_false(r.udp);
		assert_int_equal(r.port, 0);
	}
}

static void
test_tunnel(void **state)
{
	static const struct {
		const char *line, *user, *type;
		bool udp;
		uint16_t port;
	} t[] = {
	    {"tunnel foo " DIGEST " host", "foo", "host", false, 0},
	    {"TUNNEL Foo " DIGEST " Host", "Foo", "Host", false, 0},
	    {"tunnel a:b=c " DIGEST " x=y", "a:b=c", "x=y", false, 0},
	    {"tunnel foo " DIGEST " network proto=udp", "foo", "network", true,
		0},
	    {"tunnel foo " DIGEST " network proto=udp port=65535", "foo",
		"network", true, 65535},
	    {"tunnel foo " DIGEST " network port=1 proto=udp", "foo", "network",
		true, 1},
	    /* What a later client may say. */
	    {"tunnel foo " DIGEST " host mtu=1400 a==", "foo", "host", false,
		0},
	    {"tunnel foo " DIGEST " host new= proto=udp new=", "foo", "host",
		true, 0},
	};
	struct proto_request r;

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		proto_parse_request(t[i].line, strlen(t[i].line), &r);
		assert_int_equal(r.command, PROTO_TUNNEL);
		assert_piece(r.user, r.userlen, t[i].user);
		assert_piece(r.digest, r.digestlen, DIGEST);
		assert_piece(r.type, r.typelen, t[i].type);
		assert_int_equal(r.udp, t[i].udp);
		assert_int_equal(r.port, t[i].port);
	}
	/* The line alone is looked at, not what lies behind it. */
	proto_parse_request("tunnel foo x host y", 17, &r);
	assert_int_equal(r.command, PROTO_TUNNEL);
	assert_piece(r.type, r.typelen, "host");
}

static void
test_greeting(void **state)
{
	char buf[96];
	int n = proto_make_greeting(buf, sizeof(buf), DIGEST);

	(void)state;
	assert_string_equal(buf, "+OK " DIGEST " KAME tunnel server\r\n");
	assert_int_equal(n, strlen(buf));
	assert_int_equal(
	    proto_make_greeting(buf, (size_t)n, DIGEST), -EMSGSIZE);
	assert_int_equal(proto_make_greeting(buf, (size_t)n + 1, DIGEST), n);
}

static struct grant
grant_of(enum tunnel_type type)
{
	struct grant g = {.type = type};

	assert_int_equal(inet_pton(AF_INET, "192.0.2.2", &g.client4), 1);
	assert_int_equal(inet_pton(AF_INET, "198.51.100.1", &g.server4), 1);
	return g;
}

static void
give_pair(struct grant *g, const char *client6, const char *server6)
{
	g->has_pair = true;
	assert_int_equal(inet_pton(AF_INET6, client6, &g->client6), 1);
	assert_int_equal(inet_pton(AF_INET6, server6, &g->server6), 1);
}

static void
give_prefix(struct grant *g, const char *text)
{
	assert_int_equal(
	    prefix6_parse(text, strlen(text), &g->prefixes[g->nprefixes++]), 0);
}

#define assert_grant(g, want)                                        \
	do {                                                         \
		char buf_[640];                                      \
		int n_ = proto_make_grant(buf_, sizeof(buf_), g);    \
		assert_string_equal(                                 \
		    buf_, "+OK 192.0.2.2 198.51.100.1" want "\r\n"); \
		assert_int_equal(n_, strlen(buf_));                  \
	} while (0)

static void
test_grant(void **state)
{
	struct grant g = grant_of(TUNNEL_ONLY);

	(void)state;
	assert_grant(&g, "");
	g = grant_of(TUNNEL_HOST);
	give_pair(&g, "2001:db8:ffff::6", "2001:db8:ffff::5");
	assert_grant(&g, " 2001:db8:ffff::0006 2001:db8:ffff::0005");
	give_pair(&g, "2001:db8:0:1::fffa", "2001:db8:0:1::10a");
	assert_grant(&g, " 2001:db8:0:1::fffa 2001:db8:0:1::010a");
	give_pair(&g, "2001::6", "fd00:0:0:1::5");
	assert_grant(&g, " 2001::0006 fd00:0:0:1::0005");
	/* Not of a unit's: as they are. */
	give_pair(&g, "2001:db8::1:0:6", "2001:db8::1:5");
	assert_grant(&g, " 2001:db8::1:0:6 2001:db8::1:5");
	g = grant_of(TUNNEL_NETWORK);
	give_prefix(&g, "2001:db8:1000::/48");
	assert_grant(&g, " 2001:db8:1000::/48");
	give_prefix(&g, "2001:db8:2000:100::/56");
	give_pair(&g, "2001:db8:ffff::6", "2001:db8:ffff::5");
	assert_grant(&g,
	    " 2001:db8:ffff::0006 2001:db8:ffff::0005 2001:db8:1000::/48 "
	    "2001:db8:2000:100::/56");
	g = grant_of(TUNNEL_ONLY);
	g.udp = true;
	g.port4 = 4029;
	assert_grant(&g, " proto=udp port=4029");
	g.has_key = true;
	g.key[0] = 0xab;
	g.key[15] = 0x01;
	assert_grant(
	    &g, " proto=udp port=4029 key=ab000000000000000000000000000001");
}

/* The longest one fits where it has to, and is refused anywhere else. */
static void
test_longest_grant(void **state)
{
	struct grant g = grant_of(TUNNEL_NETWORK), again;
	char buf[640];
	int n;

	(void)state;
	g.client4.s_addr = inet_addr("192.168.222.222");
	g.server4.s_addr = inet_addr("198.151.100.111");
	give_pair(&g, "2001:db80:1111:2222:3333:4444:5555:6666",
	    "2001:db80:1111:2222:3333:4444:5555:7777");
	for (unsigned i = 0; i < GRANT_PREFIXES_MAX; i++) {
		give_prefix(&g, "2001:db80:1111:2222:3333:4444:5555:6660/124");
		g.prefixes[i].addr.s6_addr[5] = (uint8_t)i;
	}
	g.udp = g.has_key = true;
	g.port4 = 65535;
	n = proto_make_grant(buf, sizeof(buf), &g);
	assert_int_equal(n, strlen(buf));
	assert_int_equal(
	    proto_parse_grant(buf, (size_t)n - 2, TUNNEL_NETWORK, &again, NULL),
	    0);
	assert_true(addr6_equal(&again.client6, &g.client6));
	assert_true(addr6_equal(&again.server6, &g.server6));
	assert_int_equal(again.nprefixes, GRANT_PREFIXES_MAX);
	for (unsigned i = 0; i < GRANT_PREFIXES_MAX; i++)
		assert_true(prefix6_equal(&again.prefixes[i], &g.prefixes[i]));
	for (size_t size = 0; size <= (size_t)n; size++) {
		memset(buf, '#', sizeof(buf));
		assert_int_equal(proto_make_grant(buf, size, &g), -EMSGSIZE);
		for (size_t i = size; i < sizeof(buf); i++)
			assert_int_equal(buf[i], '#');
	}
	assert_int_equal(proto_make_grant(buf, (size_t)n + 1, &g), n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_commands),
	    cmocka_unit_test(test_tunnel),
	    cmocka_unit_test(test_greeting),
	    cmocka_unit_test(test_grant),
	    cmocka_unit_test(test_longest_grant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
