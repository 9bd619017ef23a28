/* The digest against known values, and where MD5 is not to be had. */
#include <sys/wait.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/opensslv.h>

#include "dtcp/digest.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* First, as libcrypto reads its configuration once in a process. */
static void
test_no_md5(void **state)
{
	(void)state;
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	static const char conf[] = "openssl_conf = init\n"
				   "[init]\n"
				   "alg_section = alg\n"
				   "[alg]\n"
				   "default_properties = fips=yes\n";
	char path[] = "/tmp/test_digest.XXXXXX", out[PROTO_DIGEST_LEN + 1];
	int fd = mkstemp(path), status;
	struct err e;
	pid_t pid;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, conf, strlen(conf)), strlen(conf));
	close(fd);
	if ((pid = fork()) == 0) {
		setenv("OPENSSL_CONF", path, 1);
		if (digest_init(&e) != -ENOTSUP ||
		    strstr(e.text, "MD5") == NULL)
			_exit(1);
		_exit(digest_make("u", "c", "p", 1, out, NULL) != -ENOTSUP);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	unlink(path);
	assert_int_equal(status, 0);
#else
	skip();
#endif
}

static void
test_vectors(void **state)
{
	static const struct {
		const char *user, *challenge, *password, *digest;
	} t[] = {
	    {"foo", "0B1517C87D516A5FA65BED722D51A04F", "bar",
		"DAC487C8DFBBF9EE5C7F8CDCC37B62A3"},
	    /* RFC 1321 A.5, cut into three */
	    {"", "", "", "D41D8CD98F00B204E9800998ECF8427E"},
	    {"a", "b", "c", "900150983CD24FB0D6963F7D28E17F72"},
	    {"message", " ", "digest", "F96B697D7CB7938D525A2F31AAF161D0"},
	    {"1234567890123456789012345678901234567890", "12345678901234567890",
		"12345678901234567890", "57EDF4A22BE3C955AC49DA2E2107B67A"},
	};
	char out[PROTO_DIGEST_LEN + 1];

	(void)state;
	assert_int_equal(digest_init(NULL), 0);
	assert_int_equal(digest_init(NULL), 0);
	for (size_t i = 0; i < N(t); i++) {
		assert_int_equal(
		    digest_make(t[i].user, t[i].challenge, t[i].password,
			strlen(t[i].password), out, NULL),
		    0);
		assert_string_equal(out, t[i].digest);
	}
}

/* The challenge's case and every byte of the password count. */
static void
test_exact(void **state)
{
	char a[PROTO_DIGEST_LEN + 1], b[PROTO_DIGEST_LEN + 1];

	(void)state;
	digest_make("u", "ABCDEF", "pw", 2, a, NULL);
	digest_make("u", "abcdef", "pw", 2, b, NULL);
	assert_string_not_equal(a, b);
	digest_make("u", "c", "p\0q", 3, a, NULL);
	digest_make("u", "c", "p\0r", 3, b, NULL);
	assert_string_not_equal(a, b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_md5),
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
