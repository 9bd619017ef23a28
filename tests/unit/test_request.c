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
		    buf, sizeof(buf), t[i].user, t[i].digest, t[i].type);

		if (t[i].line == NULL) {
			assert_int_equal(n, -EINVAL);
			continue;
		}
		assert_int_equal(n, strlen(t[i].line));
		assert_string_equal(buf, t[i].line);
	}
}

static void
test_sizes(void **state)
{
	char user[PROTO_USER_MAX + 2], buf[PROTO_LINE_MAX];
	int n;

	(void)state;
	memset(user, 'u', sizeof(user));
	user[PROTO_USER_MAX] = '\0';
	n = proto_make_tunnel(buf, sizeof(buf), user, DIGEST, TUNNEL_HOST);
	assert_true(n > PROTO_USER_MAX);
	/* Exactly room, and one byte less. */
	assert_int_equal(
	    proto_make_tunnel(buf, (size_t)n + 1, user, DIGEST, TUNNEL_HOST),
	    n);
	assert_int_equal(
	    proto_make_tunnel(buf, (size_t)n, user, DIGEST, TUNNEL_HOST),
	    -EMSGSIZE);
	user[PROTO_USER_MAX] = 'u';
	user[PROTO_USER_MAX + 1] = '\0';
	assert_int_equal(
	    proto_make_tunnel(buf, sizeof(buf), user, DIGEST, TUNNEL_HOST),
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
	    {"ping\r\n", "ping"},
	    {"+OK 0B1517C8 KAME server", "+OK 0B1517C8 KAME server"},
	    {"tunnels a b c", "tunnels a b c"},
	    {"-ERR \033x\r", "-ERR \\033x"},
	    {"\r\n", ""},
	    {"", ""},
	};
	char buf[64];

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
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_tunnel),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
