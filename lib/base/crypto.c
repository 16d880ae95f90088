/* The only file that includes OpenSSL. */
#include "base/crypto.h"

#include "base/log.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

/* Undone by nothing, so it comes before the library's first use. Its own
 * clean-up at the end would only free what the process leaves anyway. */
void
crypto_only_digests(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
		OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
		OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_ATEXIT,
	    NULL);
}

/* Both contexts are kept for the life of the process, ready for the next use:
 * fetching what they stand for costs more than a signature. One thread uses
 * them; NULL: there is none. */
static EVP_MD_CTX *
digest_context(void)
{
	static EVP_MD_CTX *ctx;
	EVP_MD *md;

	if (ctx != NULL || (md = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL)
		return ctx;
	ctx = EVP_MD_CTX_new();
	if (ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MD_free(md);
	return ctx;
}

static EVP_MAC_CTX *
hmac_context(void)
{
	static EVP_MAC_CTX *ctx;
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					  OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *mac;

	if (ctx != NULL || (mac = EVP_MAC_fetch(NULL, "HMAC", NULL)) == NULL)
		return ctx;
	ctx = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (ctx != NULL && EVP_MAC_CTX_set_params(ctx, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

/* Takes the parts one by one: Stripe signs "stamp.body", and a body of a
 * megabyte is not copied for the sake of the few bytes in front of it. */
static bool
hmac(EVP_MAC_CTX *ctx, struct str key, const struct str *parts, size_t n_parts,
    unsigned char out[HMAC_SHA256_BYTES])
{
	size_t len = 0;
	bool ok =
	    EVP_MAC_init(ctx, (const unsigned char *)key.p, key.len, NULL) == 1;

	for (size_t i = 0; ok && i < n_parts; i++)
		ok = EVP_MAC_update(ctx, (const unsigned char *)parts[i].p,
			 parts[i].len) == 1;
	return ok && EVP_MAC_final(ctx, out, &len, HMAC_SHA256_BYTES) == 1 &&
	    len == HMAC_SHA256_BYTES;
}

static bool
digest(EVP_MD_CTX *ctx, const struct str *parts, size_t n_parts,
    unsigned char out[SHA256_BYTES])
{
	bool ok = EVP_DigestInit_ex(ctx, NULL, NULL) == 1;

	for (size_t i = 0; ok && i < n_parts; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].p, parts[i].len) == 1;
	return ok && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

/* What the library notes of each of its errors is not asked for, and would stay
 * in memory. */
static enum err
failed(const char *event)
{
	ERR_clear_error();
	log_event(LOG_ERROR, event, KV_NONE);
	return ERR_INTERNAL;
}

enum err
hmac_sha256(struct str key, const struct str *parts, size_t n_parts,
    unsigned char out[HMAC_SHA256_BYTES])
{
	EVP_MAC_CTX *ctx;

	if (key.len == 0)
		return ERR_CONFIG;
	if ((ctx = hmac_context()) == NULL ||
	    !hmac(ctx, key, parts, n_parts, out))
		return failed("hmac_failed");
	return ERR_OK;
}

enum err
sha256(const struct str *parts, size_t n_parts, unsigned char out[SHA256_BYTES])
{
	EVP_MD_CTX *ctx = digest_context();

	if (ctx == NULL || !digest(ctx, parts, n_parts, out))
		return failed("digest_failed");
	return ERR_OK;
}

/* One signature makes everything that the next ones need. */
bool
crypto_start(void)
{
	/* Not a secret: only what the library sets up on the way counts. */
	const struct str any = { "x", 1 };
	unsigned char mac[HMAC_SHA256_BYTES];

	return hmac_sha256(any, &any, 1, mac) == ERR_OK;
}

/* Not isxdigit(): that asks the locale, and this reads what strangers send. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(struct str hex, unsigned char *out, size_t size)
{
	if (hex.len != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(hex.p[2 * i]);
		int low = hex_digit(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high * 16 + low);
	}
	return true;
}

void
hex_encode(const unsigned char *bytes, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * size] = '\0';
}

/* Left to OpenSSL, because a compiler may turn a loop of one's own into one
 * that stops at the first difference; then its duration tells how many bytes
 * were right. */
bool
bytes_equal_ct(const void *a, const void *b, size_t size)
{
	return CRYPTO_memcmp(a, b, size) == 0;
}

bool
secret_equal(struct str theirs, struct str secret)
{
	/* Comparing fixed-size digests hides the secret's length as well. */
	unsigned char a[HMAC_SHA256_BYTES], b[HMAC_SHA256_BYTES];

	return secret.len > 0 && hmac_sha256(secret, &theirs, 1, a) == ERR_OK &&
	    hmac_sha256(secret, &secret, 1, b) == ERR_OK &&
	    bytes_equal_ct(a, b, sizeof(a));
}

/* The kernel's. OpenSSL's generators begin with the same bytes, and to set them
 * up takes a quarter of a megabyte in each process. */
enum err
random_bytes(unsigned char *out, size_t size)
{
	while (size > 0) {
		ssize_t n = getrandom(out, size, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log_event(LOG_ERROR, "random_failed",
			    KV(kv_int("errno", errno)));
			return ERR_INTERNAL;
		}
		out += n;
		size -= (size_t)n;
	}
	return ERR_OK;
}
