/* Stripe's signature: the cases of the official libraries' own tests, and
 * those in which the libraries differ from one another. */
#include "testing.h"

#include "base/buf.h"
#include "stripe/signature.c" /* the code under test, statics and all */

#define NOW 1700000000
#define SECRET "whsec_first"
#define OLD_SECRET "whsec_old"
#define BOTH SECRET "," OLD_SECRET
#define BODY "{\"id\":\"evt_1\",\"object\":\"event\"}"

/* In a header, {N} is the signature of "N.body" with the first secret, {oN}
 * the one with the old secret, {UN} the first one in capitals. */
static const struct row {
	const char *why, *header, *secrets;
	enum err want;
} rows[] = {
	{ "as Stripe sends it", "t=1700000000,v1={1700000000}", SECRET,
	    ERR_OK },
	{ "v1 before t", "v1={1700000000},t=1700000000", SECRET, ERR_OK },
	{ "the decoy scheme beside it",
	    "t=1700000000,v1={1700000000},v0={o1700000000}", SECRET, ERR_OK },
	{ "an unknown scheme beside it", "t=1700000000,v9=abc,v1={1700000000}",
	    SECRET, ERR_OK },

	{ "no header", NULL, SECRET, ERR_INPUT },
	{ "an empty header", "", SECRET, ERR_INPUT },
	{ "some word", "bad_header", SECRET, ERR_INPUT },
	{ "a sentence", "i'm not even a real signature header", SECRET,
	    ERR_INPUT },
	{ "names without values", "v1,t=1", SECRET, ERR_AUTH },
	{ "t without a value", "t=", SECRET, ERR_INPUT },
	{ "t alone", "t=1700000000", SECRET, ERR_INPUT },
	{ "v1 alone", "v1={1700000000}", SECRET, ERR_INPUT },
	{ "commas alone", ",,,", SECRET, ERR_INPUT },
	{ "equal signs alone", "=,=,=", SECRET, ERR_INPUT },

	{ "the decoy scheme alone, otherwise right",
	    "t=1700000000,v0={1700000000}", SECRET, ERR_INPUT },
	{ "a later scheme alone", "t=1700000000,v2={1700000000}", SECRET,
	    ERR_INPUT },
	{ "a longer name is another scheme", "t=1700000000,v11={1700000000}",
	    SECRET, ERR_INPUT },
	{ "no signature at all but a word", "t=1700000000,v1=bad_signature",
	    SECRET, ERR_AUTH },
	{ "v1 empty", "t=1700000000,v1=", SECRET, ERR_AUTH },
	{ "v1 without a value", "t=1700000000,v1", SECRET, ERR_AUTH },
	{ "the first eight characters", "t=1700000000,v1=01234567", SECRET,
	    ERR_AUTH },
	{ "another secret's", "t=1700000000,v1={o1700000000}", SECRET,
	    ERR_AUTH },
	{ "of another moment", "t=1700000000,v1={1700000001}", SECRET,
	    ERR_AUTH },
	{ "a character too many", "t=1700000000,v1={1700000000}0", SECRET,
	    ERR_AUTH },

	{ "a bad one beside the good one",
	    "t=1700000000,v1=bad_signature,v1={1700000000}", SECRET, ERR_OK },
	{ "the good one first", "t=1700000000,v1={1700000000},v1=potato",
	    SECRET, ERR_OK },
	{ "two good ones", "t=1700000000,v1={1700000000},v1={1700000000}",
	    SECRET, ERR_OK },

	{ "a rolled secret: the new one verifies",
	    "t=1700000000,v1={1700000000},v1={o1700000000}", SECRET, ERR_OK },
	{ "a rolled secret: the old one verifies",
	    "t=1700000000,v1={1700000000},v1={o1700000000}", OLD_SECRET,
	    ERR_OK },
	{ "a rolled secret, the other order",
	    "t=1700000000,v1={o1700000000},v1={1700000000}", SECRET, ERR_OK },
	{ "two secrets known, signed with the first",
	    "t=1700000000,v1={1700000000}", BOTH, ERR_OK },
	{ "two secrets known, signed with the second",
	    "t=1700000000,v1={o1700000000}", BOTH, ERR_OK },
	{ "two secrets known, signed with neither", "t=1700000000,v1=00", BOTH,
	    ERR_AUTH },

	{ "old by all of the tolerance", "t=1699999700,v1={1699999700}", SECRET,
	    ERR_OK },
	{ "old by one second more", "t=1699999699,v1={1699999699}", SECRET,
	    ERR_AUTH },
	{ "old by five seconds more", "t=1699999695,v1={1699999695}", SECRET,
	    ERR_AUTH },
	{ "ahead by all of the tolerance", "t=1700000300,v1={1700000300}",
	    SECRET, ERR_OK },
	{ "ahead by one second more: most libraries take it, we do not",
	    "t=1700000301,v1={1700000301}", SECRET, ERR_AUTH },
	{ "of 1970", "t=12345,v1={12345}", SECRET, ERR_AUTH },
	{ "of second zero", "t=0,v1={0}", SECRET, ERR_AUTH },
	{ "a stamp in milliseconds", "t=1700000000000,v1={1700000000000}",
	    SECRET, ERR_INPUT },
	{ "twelve digits, far ahead", "t=999999999999,v1={999999999999}",
	    SECRET, ERR_AUTH },
	{ "a stamp of 40 digits",
	    "t=1000000000000000000000000000000000000000,"
	    "v1={1000000000000000000000000000000000000000}",
	    SECRET, ERR_INPUT },

	{ "the same stamp twice", "t=1700000000,t=1700000000,v1={1700000000}",
	    SECRET, ERR_OK },
	{ "two stamps, the fresh one first",
	    "t=1700000000,t=1600000000,v1={1600000000}", SECRET, ERR_INPUT },
	{ "two stamps, the fresh one last",
	    "t=1600000000,t=1700000000,v1={1600000000}", SECRET, ERR_INPUT },
	{ "capitals in the hex", "t=1700000000,v1={U1700000000}", SECRET,
	    ERR_OK },
	{ "blanks after the comma", "t=1700000000, v1={1700000000}", SECRET,
	    ERR_INPUT },
	{ "a blank before the stamp", "t= 1700000000,v1={ 1700000000}", SECRET,
	    ERR_INPUT },
	{ "a letter behind the digits", "t=1700000000x,v1={1700000000x}",
	    SECRET, ERR_INPUT },
	{ "an exponent", "t=17e8,v1={17e8}", SECRET, ERR_INPUT },
	{ "a fraction", "t=1700000000.0,v1={1700000000.0}", SECRET, ERR_INPUT },
	{ "hexadecimal", "t=0x6553f100,v1={0x6553f100}", SECRET, ERR_INPUT },
	{ "a sign", "t=+1700000000,v1={+1700000000}", SECRET, ERR_INPUT },
	{ "a negative stamp", "t=-1700000000,v1={-1700000000}", SECRET,
	    ERR_INPUT },
	{ "a leading zero", "t=01700000000,v1={01700000000}", SECRET,
	    ERR_INPUT },
	{ "a capital T", "T=1700000000,v1={1700000000}", SECRET, ERR_INPUT },
	{ "the header twice, joined by the server",
	    "t=1700000000,v1={1700000000}, t=1700000000,v1={1700000000}",
	    SECRET, ERR_OK },
	{ "two headers of two moments, joined by the server",
	    "t=1700000000,v1={1700000000},t=1700000001,v1={1700000001}", SECRET,
	    ERR_INPUT },

	{ "no secret: nothing is taken", "t=1700000000,v1={1700000000}", "",
	    ERR_CONFIG },
	{ "a null secret", "t=1700000000,v1={1700000000}", NULL, ERR_CONFIG },
	{ "an empty secret between commas would be a public one",
	    "t=1700000000,v1={e1700000000}", ",", ERR_CONFIG },
	{ "a secret counts with its prefix", "t=1700000000,v1={1700000000}",
	    "first", ERR_AUTH },
	{ "a secret is taken exactly as given: a blank counts",
	    "t=1700000000,v1={1700000000}", SECRET " ", ERR_AUTH },
};

/* The signature of "stamp.body"; with no secret, that of a key of one NUL,
 * which HMAC treats as the empty key. */
static void
sign(struct str stamp, struct str body, struct str secret, char hex[65])
{
	const struct str parts[] = { stamp, { ".", 1 }, body };
	unsigned char mac[HMAC_SHA256_BYTES];

	if (secret.len == 0)
		secret = (struct str){ "", 1 };
	check_err(hmac_sha256(secret, parts, 3, mac), ERR_OK);
	hex_encode(mac, sizeof(mac), hex);
}

static void
add_signature(struct buf *out, struct str stamp)
{
	struct str secret = str_from(SECRET);
	char kind = stamp.p[0], hex[65];

	if (kind == 'o')
		secret = str_from(OLD_SECRET);
	else if (kind == 'e')
		secret = str_from("");
	if (kind == 'o' || kind == 'e' || kind == 'U')
		stamp = (struct str){ stamp.p + 1, stamp.len - 1 };
	sign(stamp, str_from(BODY), secret, hex);
	for (char *p = hex; kind == 'U' && *p != '\0'; p++)
		if (*p >= 'a')
			*p = (char)(*p - 'a' + 'A');
	buf_text(out, hex);
}

static struct str
with_signatures(const char *header)
{
	struct buf out = buf_new(&mem, 8192);
	struct str rest = str_from(header);

	while (rest.len > 0) {
		struct str plain = str_cut(&rest, '{');

		buf_add(&out, plain);
		if (rest.len > 0)
			add_signature(&out, str_cut(&rest, '}'));
	}
	return buf_str(&out);
}

static void
header(void **state)
{
	const struct row *r = *state;

	check_err(stripe_signature_check(with_signatures(r->header),
		      str_from(BODY), r->secrets, NOW),
	    r->want);
}

static const struct body {
	const char *why;
	struct str body_signed, body_received;
	enum err want;
} bodies[] = {
	{ "the exact bytes", LIT(BODY), LIT(BODY), ERR_OK },
	{ "a blank more", LIT(BODY), LIT(BODY " "), ERR_AUTH },
	{ "a byte less", LIT(BODY "\n"), LIT(BODY), ERR_AUTH },
	{ "an empty body that was signed", LIT(""), LIT(""), ERR_OK },
	{ "an empty body instead", LIT(BODY), LIT(""), ERR_AUTH },
	{ "bytes that are no text", LIT("\xff\0\xfe"), LIT("\xff\0\xfe"),
	    ERR_OK },
	{ "a change behind a NUL", LIT("a\0b"), LIT("a\0c"), ERR_AUTH },
};

static void
body(void **state)
{
	const struct body *b = *state;
	char hex[65];

	sign(str_from("1700000000"), b->body_signed, str_from(SECRET), hex);
	check_err(stripe_signature_check(
		      str_from(arena_printf(&mem, "t=1700000000,v1=%s", hex)),
		      b->body_received, SECRET, NOW),
	    b->want);
}

static void
each_bit(void **state)
{
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[65];

	(void)state;
	sign(str_from("1700000000"), str_from(BODY), str_from(SECRET), hex);
	for (size_t bit = 0; bit < 8 * sizeof(mac); bit++) {
		char bent[65];

		assert_true(hex_decode(str_from(hex), mac, sizeof(mac)));
		mac[bit / 8] ^= (unsigned char)(1u << bit % 8);
		hex_encode(mac, sizeof(mac), bent);
		check_err(
		    stripe_signature_check(str_from(arena_printf(&mem,
					       "t=1700000000,v1=%s", bent)),
			str_from(BODY), SECRET, NOW),
		    ERR_AUTH);
	}
}

static void
long_header(void **state)
{
	struct buf out = buf_new(&mem, 1 << 20);

	(void)state;
	buf_add(&out, with_signatures("t=1700000000,v1={1700000000}"));
	while (out.len <= MAX_HEADER_BYTES)
		buf_text(&out, ",v1=00");
	check_err(
	    stripe_signature_check(buf_str(&out), str_from(BODY), SECRET, NOW),
	    ERR_INPUT);
}

int
main(void)
{
	ROWS("header", header, rows);
	ROWS("body", body, bodies);
	ONE("mac", "any bit bent", each_bit);
	ONE("header", "longer than any that Stripe sends", long_header);
	return testing_run("signature", NULL, NULL);
}
