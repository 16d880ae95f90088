/* Counting by the hour. */
#include "payment/limit.h"

#include "base/cidr.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/units.h"
#include "store/db.h"

#include <arpa/inet.h>
#include <string.h>

#define KEY_BYTES 16

struct count {
	int64_t n, since_ms;
};

static void
count_from_row(const struct row *row, void *ctx)
{
	*(struct count *)ctx =
	    (struct count){ row_int(row, 0), row_int(row, 1) };
}

/* What belongs to one customer of an internet provider. With IPv6 that is a /64
 * at least, of which any address may be used for any request, so its first
 * eight bytes are what is counted. */
static struct str
network_of(struct arena *a, const char *address)
{
	unsigned char *v6 = arena_alloc(a, sizeof(struct in6_addr));
	char *plain = arena_alloc(a, CIDR_ADDRESS_BYTES);

	if (!cidr_address(str_from(address), plain))
		return str_from(address);
	if (inet_pton(AF_INET6, plain, v6) == 1)
		return (struct str){ (const char *)v6, 8 };
	return str_from(plain);
}

static enum err
key_of_address(
    struct app *app, struct arena *a, const char *address, const char **key)
{
	/* A plain hash of an address can be undone by hashing all four thousand
	 * million of them; with a key it cannot. The Stripe key will do: it is
	 * secret, and whoever has it has more than addresses. The word in front
	 * keeps this from being a signature of anything else. */
	const struct str parts[] = { str_from("address:"),
		network_of(a, address) };
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[2 * KEY_BYTES + 1];
	enum err e =
	    hmac_sha256(str_from(app->conf.stripe_secret_key), parts, 2, mac);

	if (e != ERR_OK)
		return e;
	hex_encode(mac, KEY_BYTES, hex);
	*key = arena_printf(a, "address:%s", hex);
	return ERR_OK;
}

static enum err
count(struct app *app, struct arena *a, const char *key, int64_t limit,
    int64_t *wait_s)
{
	int64_t now_ms = clock_now_ms();
	/* One statement counts and reads, and begins a new hour where the old
	 * one is over, so two requests at the same moment count as two. */
	struct count c = { 0 };
	enum err e = db_one(app->db, a, SQL_LIMIT_COUNT,
	    KV(kv_text("key", key), kv_int("now_ms", now_ms),
		kv_int("old_ms", now_ms - HOUR_MS)),
	    count_from_row, &c);

	if (e != ERR_OK || c.n <= limit)
		return e;
	/* Rounded up: whoever comes back on the second must not be early. */
	*wait_s = (c.since_ms + HOUR_MS - now_ms) / 1000 + 1;
	/* Once an hour for each, so that a flood does not flood the log. */
	if (c.n == limit + 1)
		log_event(LOG_WARN, "limit_reached", KV(kv_text("of", key)));
	return ERR_THROTTLED;
}

enum err
limit_buyer(struct app *app, struct arena *a, const struct limit_who *who,
    int64_t *wait_s)
{
	if (app->conf.pay_limit_buyer == 0 || who->tg_id == 0)
		return ERR_OK;
	return count(app, a,
	    arena_printf(a, "buyer:%lld", (long long)who->tg_id),
	    app->conf.pay_limit_buyer, wait_s);
}

enum err
limit_address(struct app *app, struct arena *a, const struct limit_who *who,
    int64_t *wait_s)
{
	const char *key;
	enum err e;

	if (app->conf.pay_limit_address == 0 || who->address[0] == '\0')
		return ERR_OK;
	e = key_of_address(app, a, who->address, &key);
	if (e != ERR_OK)
		return e;
	return count(app, a, key, app->conf.pay_limit_address, wait_s);
}

/* The wait is not told: in the chat the answer is a fixed sentence. */
enum err
limit_person(struct app *app, struct arena *a, const char *what, int64_t tg_id,
    int64_t n)
{
	int64_t wait_s;

	return count(app, a, arena_printf(a, "%s:%lld", what, (long long)tg_id),
	    n, &wait_s);
}
