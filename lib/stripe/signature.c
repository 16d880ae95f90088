/* Checking Stripe's signature over the exact bytes received. */
#include "stripe/signature.h"

#include "base/crypto.h"
#include "base/log.h"

#include <stdlib.h>

#define MAX_HEADER_BYTES 4096
#define MAX_STAMP_DIGITS 12

/* The stamp: 1 to 12 digits, and the same each time where it is repeated, so
 * that nobody can have one checked for age and another one signed. */
static enum err
find_stamp(struct str header, struct str *stamp, int64_t *sent_s)
{
	bool found = false;

	while (header.len > 0) {
		struct str value = str_cut(&header, ',');
		int64_t n = 0;

		if (!str_eq(str_cut(&value, '='), "t"))
			continue;
		if (value.len > MAX_STAMP_DIGITS || !str_to_i64(value, &n) ||
		    (found && n != *sent_s))
			return ERR_INPUT;
		*stamp = value;
		*sent_s = n;
		found = true;
	}
	return found ? ERR_OK : ERR_INPUT;
}

/* Compares with every v1; other schemes are none of ours. */
static enum err
match_any(
    struct str header, const unsigned char want[HMAC_SHA256_BYTES], bool *match)
{
	unsigned char got[HMAC_SHA256_BYTES];
	bool seen = false;

	while (header.len > 0) {
		struct str value = str_cut(&header, ',');

		if (!str_eq(str_cut(&value, '='), "v1"))
			continue;
		seen = true;
		/* The loop goes on after a match: while a secret is being
		 * rolled Stripe signs with both, and the duration must not tell
		 * which one fits. */
		if (hex_decode(value, got, sizeof(got)))
			*match |= bytes_equal_ct(want, got, sizeof(got));
	}
	return seen ? ERR_OK : ERR_INPUT;
}

enum err
stripe_signature_check(
    struct str header, struct str body, const char *secrets, int64_t now_s)
{
	struct str stamp = { NULL, 0 }, rest = str_from(secrets);
	unsigned char want[HMAC_SHA256_BYTES];
	bool match = false;
	int64_t sent_s = 0;
	enum err e;

	if (rest.len == 0)
		return ERR_CONFIG;
	if (header.len > MAX_HEADER_BYTES)
		return ERR_INPUT;
	e = find_stamp(header, &stamp, &sent_s);
	while (e == ERR_OK && rest.len > 0) {
		/* The stamp as it was sent, digit by digit, and the body before
		 * any parsing: what is signed are bytes. */
		const struct str signed_bytes[] = { stamp, { ".", 1 }, body };

		e = hmac_sha256(str_cut(&rest, ','), signed_bytes, 3, want);
		if (e == ERR_OK)
			e = match_any(header, want, &match);
	}
	if (e != ERR_OK)
		return e;
	/* Age is judged after the signature, so that this line in the log means
	 * that a clock is wrong, or an old post was sent again, and never that
	 * a stranger made something up. */
	if (match && llabs(now_s - sent_s) > STRIPE_TOLERANCE_S) {
		log_event(LOG_WARN, "signature_clock_skew",
		    KV(kv_int("age_s", now_s - sent_s)));
		return ERR_AUTH;
	}
	return match ? ERR_OK : ERR_AUTH;
}
