/* Signatures, hex and comparisons. */
#include "testing.h"

#include "base/crypto.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/wait.h>

#define X10(s) s s s s s s s s s s

static const struct vector {
	const char *why, *key_hex, *data_hex, *mac_hex;
} vectors[] = {
	{ "RFC 4231, 1", X10("0b0b"), "4869205468657265",
	    "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7" },
	{ "RFC 4231, 2: a short key", "4a656665",
	    "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843" },
	{ "RFC 4231, 3", X10("aaaa"), X10("dddddddddd"),
	    "773ea91e36800e46854db8ebd09181a7"
	    "2959098b3ef8c122d9635514ced565fe" },
	{ "RFC 4231, 4", "0102030405060708090a0b0c0d0e0f10111213141516171819",
	    X10("cdcdcdcdcd"),
	    "82558a389a443c0ea4cc819899f2083a"
	    "85f0faa3e578f8077a2e3ff46729665b" },
	{ "RFC 4231, 6: a key longer than a block",
	    X10("aaaaaaaaaaaaaaaaaaaaaaaaaa") "aa",
	    "54657374205573696e67204c61726765"
	    "72205468616e20426c6f636b2d53697a"
	    "65204b6579202d2048617368204b6579"
	    "204669727374",
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54" },
	{ "RFC 4231, 7: and long data", X10("aaaaaaaaaaaaaaaaaaaaaaaaaa") "aa",
	    "5468697320697320612074657374207573696e672061206c6172676572207468"
	    "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074"
	    "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565"
	    "647320746f20626520686173686564206265666f7265206265696e6720757365"
	    "642062792074686520484d414320616c676f726974686d2e",
	    "9b09ffa71b942fcb27635fbcd5b0e944"
	    "bfdc63644f0713938a7f51535c3a35e2" },
};

static struct str
bytes_of(const char *hex)
{
	size_t n = strlen(hex) / 2;
	unsigned char *p = arena_alloc(&mem, n + 1);

	assert_true(hex_decode(str_from(hex), p, n));
	return (struct str){ (const char *)p, n };
}

/* Whole, and in two parts cut at every place. */
static void
vector(void **state)
{
	const struct vector *v = *state;
	struct str key = bytes_of(v->key_hex), data = bytes_of(v->data_hex);
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[2 * HMAC_SHA256_BYTES + 1];

	for (size_t cut = 0; cut <= data.len; cut++) {
		const struct str parts[] = { { data.p, cut },
			{ data.p + cut, data.len - cut } };

		check_err(hmac_sha256(key, parts, 2, mac), ERR_OK);
		hex_encode(mac, sizeof(mac), hex);
		check_text(hex, v->mac_hex);
	}
}

/* In a child, which has not used the library before: with less of the library
 * the signatures are the same. What was left out is what TLS asks it for. */
static void
only_digests(void **state)
{
	int status = -1;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		void *each;

		crypto_only_digests();
		for (size_t i = 0; i < LENGTH(vectors); i++) {
			each = (void *)&vectors[i];
			vector(&each);
		}
		_exit(EVP_get_cipherbyname("AES-128-CBC") == NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	check_int(status, 0);
}

static const struct key {
	const char *why;
	struct str key;
	enum err want;
} keys[] = {
	{ "an empty key would sign for everybody", LIT(""), ERR_CONFIG },
	{ "a null key", { NULL, 0 }, ERR_CONFIG },
	{ "one byte is a key", LIT("k"), ERR_OK },
};

static void
key(void **state)
{
	const struct key *k = *state;
	const struct str part = { "data", 4 };
	unsigned char mac[HMAC_SHA256_BYTES];

	check_err(hmac_sha256(k->key, &part, 1, mac), k->want);
}

static const struct hex {
	const char *why, *text;
	size_t size;
	bool ok;
} hexes[] = {
	{ "small letters", "00ff7f", 3, true },
	{ "capitals", "00FF7F", 3, true },
	{ "too short", "00ff", 3, false },
	{ "too long", "00ff7f00", 3, false },
	{ "an odd number of digits", "00ff7", 3, false },
	{ "no digit", "00fg7f", 3, false },
	{ "no digit, second place", "0gff7f", 3, false },
	{ "a blank", "00 f7f", 3, false },
	{ "the character before 0", "/0ff7f", 3, false },
	{ "the character after 9", ":0ff7f", 3, false },
	{ "the character before A", "@0ff7f", 3, false },
	{ "the character before a", "`0ff7f", 3, false },
	{ "empty for nothing", "", 0, true },
	{ "empty for something", "", 3, false },
};

static void
decode(void **state)
{
	const struct hex *h = *state;
	unsigned char out[3] = { 1, 2, 3 };

	check_int(hex_decode(str_from(h->text), out, h->size), h->ok);
	if (h->ok && h->size == 3)
		assert_memory_equal(out, "\x00\xff\x7f", 3);
}

static void
every_byte(void **state)
{
	unsigned char all[256], back[256];
	char text[513];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	hex_encode(all, sizeof(all), text);
	check_int(strlen(text), 512);
	assert_true(hex_decode(str_from(text), back, sizeof(back)));
	assert_memory_equal(all, back, sizeof(all));
}

static const struct equal {
	const char *why;
	struct str theirs, secret;
	bool want;
} equals[] = {
	{ "the secret", LIT("s3cret"), LIT("s3cret"), true },
	{ "another of its length", LIT("s3creT"), LIT("s3cret"), false },
	{ "its beginning", LIT("s3cre"), LIT("s3cret"), false },
	{ "more than it", LIT("s3crets"), LIT("s3cret"), false },
	{ "a NUL behind it", LIT("s3cret\0"), LIT("s3cret"), false },
	{ "nothing", { NULL, 0 }, LIT("s3cret"), false },
	{ "an empty secret equals nothing", LIT(""), LIT(""), false },
	{ "no secret equals nothing", { NULL, 0 }, { NULL, 0 }, false },
	{ "no secret, any text", LIT("x"), { NULL, 0 }, false },
};

static void
equal(void **state)
{
	const struct equal *e = *state;

	check_int(secret_equal(e->theirs, e->secret), e->want);
}

static void
equal_bytes(void **state)
{
	(void)state;
	assert_true(bytes_equal_ct("abc", "abc", 3));
	assert_false(bytes_equal_ct("abc", "abd", 3));
	assert_true(bytes_equal_ct("abc", "abd", 2));
	assert_true(bytes_equal_ct("a", "b", 0));
}

/* FIPS 180-4, "abc": in parts as well, one of them empty. */
static void
digest(void **state)
{
	const struct str parts[] = { LIT("a"), { NULL, 0 }, LIT("bc") };
	unsigned char got[SHA256_BYTES];
	char hex[2 * sizeof(got) + 1];

	(void)state;
	check_err(sha256(parts, 3, got), ERR_OK);
	hex_encode(got, sizeof(got), hex);
	check_text(hex,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
chance(void **state)
{
	unsigned char a[16] = { 0 }, b[16] = { 0 };

	(void)state;
	check_err(random_bytes(a, sizeof(a)), ERR_OK);
	check_err(random_bytes(b, sizeof(b)), ERR_OK);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	/* First: see there. */
	ONE("hmac", "where nothing else is asked of OpenSSL", only_digests);
	ROWS("hmac", vector, vectors);
	ROWS("key", key, keys);
	ROWS("hex", decode, hexes);
	ROWS("secret", equal, equals);
	ONE("hex", "every byte there and back", every_byte);
	ONE("bytes", "as many as asked for", equal_bytes);
	ONE("sha256", "a known text, in parts", digest);
	ONE("random", "twice is never the same", chance);
	return testing_run("crypto", NULL, NULL);
}
