/* Bytes to lines, whole or in pieces. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "dtcp/proto.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Feed n bytes in pieces of at most step; write each line and a '|' to out.
 * Returns the framer's last word.
 */
static int
run(const char *in, size_t n, size_t step, char *out, size_t size)
{
	struct proto_framer f;
	const char *line;
	size_t len, took, off = 0;
	int more;

	proto_framer_init(&f);
	*out = '\0';
	do {
		took = n - off < step ? n - off : step;
		off += proto_framer_feed(&f, in + off, took);
		while ((more = proto_framer_line(&f, &line, &len)) == 1) {
			size_t used = strlen(out);

			assert_true(used + len + 2 <= size);
			memcpy(out + used, line, len);
			memcpy(out + used + len, "|", 2);
		}
	} while (more == 0 && off < n);
	return more;
}

static void
test_lines(void **state)
{
	static const struct {
		const char *in;
		size_t n;
		int end;
		const char *out;
	} t[] = {
	    {"", 0, 0, ""},
	    {"+OK", 3, 0, ""},
	    {"+OK\r\n", 5, 0, "+OK|"},
	    {"+OK\n", 4, 0, "+OK|"},
	    {"+OK\r\n+OK pong\n-ERR x\r\n", 22, 0, "+OK|+OK pong|-ERR x|"},
	    {"\r\n\n\r\n", 5, 0, "|||"},
	    {"\303\251\n", 3, 0, "\303\251|"},
	    {"a\r", 2, 0, ""},
	    {"a\rb\n", 4, -EBADMSG, ""},
	    {"a\r\r\n", 4, -EBADMSG, ""},
	    {"a\tb\n", 4, -EBADMSG, ""},
	    {"ok\na\0b\n", 7, -EBADMSG, "ok|"},
	    {"\0", 1, -EBADMSG, ""}, /* no need to wait for the LF */
	    {"a\033[2J\n", 6, -EBADMSG, ""},
	    {"a\177\n", 3, -EBADMSG, ""},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < N(t); i++)
		for (size_t step = 1; step <= t[i].n + 1; step++) {
			assert_int_equal(
			    run(t[i].in, t[i].n, step, out, sizeof(out)),
			    t[i].end);
			assert_string_equal(out, t[i].out);
		}
}

/* The longest line there may be, and one byte more, with each line end. */
static void
test_limit(void **state)
{
	static const struct {
		size_t n;
		const char *end;
		int error;
	} t[] = {
	    {PROTO_LINE_MAX, "\r\n", 0},
	    {PROTO_LINE_MAX, "\n", 0},
	    {PROTO_LINE_MAX + 1, "\n", -EMSGSIZE},
	    {PROTO_LINE_MAX + 1, "\r\n", -EMSGSIZE},
	    {PROTO_LINE_MAX, "\rx", -EMSGSIZE},
	    {PROTO_LINE_MAX, "\r\r\n", -EMSGSIZE},
	    {PROTO_LINE_MAX + 1, "", -EMSGSIZE},
	    {PROTO_LINE_MAX, "", 0},
	    {PROTO_LINE_MAX, "\r", 0},
	};
	static const size_t steps[] = {1, 7, 1023, 1024, 1025, 1026, 2000};
	char in[2 * PROTO_LINE_MAX], out[2 * PROTO_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < N(t); i++)
		for (size_t j = 0; j < N(steps); j++) {
			size_t len = t[i].n + strlen(t[i].end);

			memset(in, 'x', t[i].n);
			memcpy(in + t[i].n, t[i].end, strlen(t[i].end) + 1);
			assert_int_equal(
			    run(in, len, steps[j], out, sizeof(out)),
			    t[i].error);
			assert_int_equal(strlen(out),
			    t[i].error == 0 && strchr(in, '\n') != NULL ?
				PROTO_LINE_MAX + 1 :
				0);
		}
}

static void
test_takes_what_fits(void **state)
{
	struct proto_framer f;
	char in[3 * PROTO_LINE_MAX];
	const char *line;
	size_t n;

	(void)state;
	memset(in, 'x', sizeof(in));
	in[9] = '\n';
	proto_framer_init(&f);
	assert_int_equal(proto_framer_feed(&f, in, sizeof(in)), sizeof(f.buf));
	assert_int_equal(proto_framer_feed(&f, in, 1), 0); /* full */
	assert_int_equal(proto_framer_line(&f, &line, &n), 1);
	assert_int_equal(n, 9);
	/* The line's ten bytes are free again. */
	assert_int_equal(proto_framer_feed(&f, in + 10, 100), 10);
	assert_int_equal(proto_framer_line(&f, &line, &n), -EMSGSIZE);
	/* Dead from now on. */
	assert_int_equal(proto_framer_feed(&f, "\n", 1), 0);
	assert_int_equal(proto_framer_line(&f, &line, &n), -EMSGSIZE);
	proto_framer_init(&f);
	assert_int_equal(proto_framer_feed(&f, "a\n", 2), 2);
	assert_int_equal(proto_framer_line(&f, &line, &n), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_takes_what_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
