/* MD5 as DTCP has it, by libcrypto: see dtcp/digest.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "dtcp/digest.h"

#define MD5_BYTES (PROTO_DIGEST_LEN / 2)

/* Looked up once; libcrypto's own clean-up at exit covers the rest. */
static const EVP_MD *md5;

int
digest_init(struct err *e)
{
	if (md5 != NULL)
		return 0;
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
	md5 = EVP_MD_fetch(NULL, "MD5", NULL);
#else
	md5 = EVP_md5();
#endif
	if (md5 != NULL)
		return 0;
	ERR_clear_error();
	return err_set(e, ENOTSUP,
	    "OpenSSL: no MD5, which DTCP needs to log in "
	    "(is FIPS mode in force?)");
}

/* MD5(user || challenge || secret). */
static bool
compute(EVP_MD_CTX *ctx, const char *user, const char *challenge,
    const void *secret, size_t secretlen, unsigned char *sum)
{
	unsigned n = 0;

	return EVP_DigestInit_ex(ctx, md5, NULL) == 1 &&
	    EVP_DigestUpdate(ctx, user, strlen(user)) == 1 &&
	    EVP_DigestUpdate(ctx, challenge, strlen(challenge)) == 1 &&
	    EVP_DigestUpdate(ctx, secret, secretlen) == 1 &&
	    EVP_DigestFinal_ex(ctx, sum, &n) == 1 && n == MD5_BYTES;
}

int
digest_make(const char *user, const char *challenge, const void *secret,
    size_t secretlen, char out[PROTO_DIGEST_LEN + 1], struct err *e)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx;
	bool done;
	int error;

	if ((error = digest_init(e)) != 0)
		return error;
	/* Its buffer holds the password; libcrypto wipes it on release. */
	ctx = EVP_MD_CTX_new();
	done = ctx != NULL &&
	    compute(ctx, user, challenge, secret, secretlen, sum);
	EVP_MD_CTX_free(ctx);
	if (!done) {
		/* A FIPS mode of old refuses only here. */
		ERR_clear_error();
		return err_set(e, ENOTSUP, "OpenSSL: MD5 failed");
	}
	for (size_t i = 0; i < MD5_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02X", sum[i]);
	return 0;
}
