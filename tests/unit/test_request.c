/* What the client says, and what of it the log may show. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "dtcp/proto.h"

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define DIGEST "DAC487C8DFBBF9EE5C7F8CDCC37B62A3"

static void
test_types(void **state)
{
	static const struct {
		const char *word;
		int error;
		enum tunnel_type type;
		const char *name;
	} t[] = {
	    {"tunnelonly", 0, TUNNEL_ONLY, "tunnelonly"},
	    {"host", 0, TUNNEL_HOST, "host"},
	    {"network", 0, TUNNEL_NETWORK, "network"},
	    {"tunnelroute", 0, TUNNEL_NETWORK, "network"},
	    {"Host", -EINVAL, 0, NULL},
	    {"hos", -EINVAL, 0, NULL},
	    {"hosts", -EINVAL, 0, NULL},
	    {"", -EINVAL, 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		enum tunnel_type type;

		assert_int_equal(
		    proto_type_parse(t[i].word, &type), t[i].error);
		if (t[i].error != 0)
			continue;
		assert_int_equal(type, t[i].type);
		assert_string_equal(proto_type_name(type), t[i].name);
	}
}

static void
test_tunnel(void **state)
{
	static const struct {
		const char *user, *digest;
		enum tunnel_type type;
		const char *line; /* NULL: -EINVAL */
	} t[] = {
	    {"foo", DIGEST, TUNNEL_NETWORK,
		"tunnel foo " DIGEST " network\r\n"},
	    {"foo", DIGEST, TUNNEL_ONLY,
		"tunnel foo " DIGEST " tunnelonly\r\n"},
	    {"f@h.example", DIGEST, TUNNEL_HOST,
		"tunnel f@h.example " DIGEST " host\r\n"},
	    {"", DIGEST, TUNNEL_HOST, NULL},
	    {"foo", "", TUNNEL_HOST, NULL},
	    {"f oo", DIGEST, TUNNEL_HOST, NULL},
	    {"foo ", DIGEST, TUNNEL_HOST, NULL},
	    {"f\too", DIGEST, TUNNEL_HOST, NULL},
	    {"foo\r\nquit", DIGEST, TUNNEL_HOST, NULL},
	    {"f\177", DIGEST, TUNNEL_HOST, NULL},
	    {"foo", "DAC4 87C8", TUNNEL_HOST, NULL},
	    {"foo", "DAC4\n", TUNNEL_HOST, NULL},
	};
	char buf[PROTO_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		int n = proto_make_tunnel(
		    buf, sizeof(buf), t[i].user, t[i].digest, t[i].type, -1);

		if (t[i].line == NULL) {
			assert_int_equal(n, -EINVAL);
			continue;
		}
		assert_int_equal(n, strlen(t[i].line));
		assert_string_equal(buf, t[i].line);
	}
}

static void
test_udp(void **state)
{
	static const struct {
		int port;
		const char *tail;
	} t[] = {
	    {0, " proto=udp\r\n"},
	    {1, " proto=udp port=1\r\n"},
	    {65535, " proto=udp port=65535\r\n"},
	};
	char buf[PROTO_LINE_MAX], want[PROTO_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		strlcpy(want, "tunnel foo " DIGEST " host", sizeof(want));
		strlcat(want, t[i].tail, sizeof(want));
		assert_int_equal(proto_make_tunnel(buf, sizeof(buf), "foo",
				     DIGEST, TUNNEL_HOST, t[i].port),
		    strlen(want));
		assert_string_equal(buf, want);
	}
	assert_int_equal(proto_make_tunnel(buf, sizeof(buf), "foo", DIGEST,
			     TUNNEL_HOST, 65536),
	    -EINVAL);
}

static void
test_sizes(void **state)
{
	char user[PROTO_USER_MAX + 2], buf[PROTO_LINE_MAX];
	int n;

	(void)state;
	memset(user, 'u', sizeof(user));
	user[PROTO_USER_MAX] = '\0';
	n = proto_make_tunnel(
	    buf, sizeof(buf), user, DIGEST, TUNNEL_HOST, 4028);
	assert_true(n > PROTO_USER_MAX);
	/* Exactly room, and one byte less. */
	assert_int_equal(proto_make_tunnel(buf, (size_t)n + 1, user, DIGEST,
			     TUNNEL_HOST, 4028),
	    n);
	assert_int_equal(
	    proto_make_tunnel(buf, (size_t)n, user, DIGEST, TUNNEL_HOST, 4028),
	    -EMSGSIZE);
	user[PROTO_USER_MAX] = 'u';
	user[PROTO_USER_MAX + 1] = '\0';
	assert_int_equal(proto_make_tunnel(
			     buf, sizeof(buf), user, DIGEST, TUNNEL_HOST, 4028),
	    -EMSGSIZE);
	assert_int_equal(proto_make_ping(buf, 7), 6);
	assert_string_equal(buf, "ping\r\n");
	assert_int_equal(proto_make_ping(buf, 6), -EMSGSIZE);
	assert_int_equal(proto_make_quit(buf, 7), 6);
	assert_string_equal(buf, "quit\r\n");
	assert_int_equal(proto_make_quit(buf, 0), -EMSGSIZE);
}

static void
test_mask(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
	    {"tunnel foo " DIGEST " network\r\n", "tunnel foo **** network"},
	    {"TUNNEL foo " DIGEST " network\n", "TUNNEL foo **** network"},
	    {"tunnel foo " DIGEST, "tunnel foo ****"},
	    {"tunnel foo short host", "tunnel foo **** host"},
	    {"tunnel foo  " DIGEST " host", "tunnel foo  **** host"},
	    {" tunnel foo " DIGEST " host", " tunnel foo **** host"},
	    {"tunnel foo\r\n", "tunnel foo"},
	    {"tunnel foo " DIGEST " host proto=udp port=4028",
		"tunnel foo **** host proto=udp port=4028"},
	    {"tunnel foo " DIGEST " host key=1",
		"tunnel foo **** host key=****"},
	    {"+OK 192.0.2.1 198.51.100.7 proto=udp port=4029 key=0011 x=y\r\n",
		"+OK 192.0.2.1 198.51.100.7 proto=udp port=4029 key=**** x=y"},
	    {"+OK KEY=00", "+OK KEY=****"},
	    {"+OK key=0 key=1  key=", "+OK key=**** key=****  key=****"},
	    {"key=0", "key=****"},
	    {"+OK key", "+OK key"},
	    {"+OK keys=2", "+OK keys=2"},
	    {"ping\r\n", "ping"},
	    {"+OK 0B1517C8 KAME server", "+OK 0B1517C8 KAME server"},
	    {"tunnels a b c", "tunnels a b c"},
	    {"-ERR \033x\r", "-ERR \\033x"},
	    {"\r\n", ""},
	    {"", ""},
	};
	char buf[80];

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		proto_mask(t[i].in, strlen(t[i].in), buf, sizeof(buf));
		assert_string_equal(buf, t[i].out);
	}
	/* However little room there is. */
	for (size_t size = 1; size <= sizeof(buf); size++) {
		proto_mask("tunnel foo " DIGEST " host", 48, buf, size);
		assert_true(strlen(buf) < size);
		assert_null(strstr(buf, "DA"));
		proto_mask("+OK 192.0.2.1 key=DAC4", 22, buf, size);
		assert_true(strlen(buf) < size);
		assert_null(strstr(buf, "D"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_tunnel),
	    cmocka_unit_test(test_udp),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
