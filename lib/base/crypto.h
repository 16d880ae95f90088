/* Signatures, comparisons that tell nothing by their duration, and chance;
 * the door to OpenSSL's libcrypto. */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/err.h"
#include "base/str.h"

#define HMAC_SHA256_BYTES 32

/* For a program that speaks no TLS, before anything else here: the library is
 * spared what only that needs, its configuration file and the names of all
 * ciphers. That is a third of what a program takes that answers one request and
 * ends, and 200 KiB in one that stays. For the life of the process. */
void crypto_only_digests(void);

/* Makes the library ready, for a program that serves for long. Otherwise the
 * library would set itself up under the first request, which may come just when
 * memory is short, and OpenSSL 3.0 goes on without the locks it could not make.
 * False: the library must not be used. */
bool crypto_start(void) MUST_CHECK;

/* HMAC-SHA256 over the parts, one after the other, without copying them.
 * ERR_INTERNAL where the library fails. An empty key is ERR_CONFIG: it would
 * make every signature a public one. */
enum err hmac_sha256(struct str key, const struct str *parts, size_t n_parts,
    unsigned char out[HMAC_SHA256_BYTES]) MUST_CHECK;

#define SHA256_BYTES 32

/* The digest of the parts, one after the other: says whether a text is the same
 * as another. ERR_INTERNAL where the library fails. */
enum err sha256(const struct str *parts, size_t n_parts,
    unsigned char out[SHA256_BYTES]) MUST_CHECK;

/* Lower or upper case hex of exactly 2 * size characters; false otherwise. */
bool hex_decode(struct str hex, unsigned char *out, size_t size);

/* Writes 2 * size characters and a NUL. */
void hex_encode(const unsigned char *bytes, size_t size, char *out);

/* Equal or not, in a time that depends on size alone. */
bool bytes_equal_ct(const void *a, const void *b, size_t size);

/* Whether a stranger's text is the secret. The time it takes depends on the
 * stranger's text alone; an empty secret equals nothing. */
bool secret_equal(struct str theirs, struct str secret);

/* Unpredictable bytes; ERR_INTERNAL where there are none. */
enum err random_bytes(unsigned char *out, size_t size) MUST_CHECK;

#endif
