/* A post that says it is Stripe's: whose it is, what it says, and what of it is
 * recorded. */
#include "shop.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "payment/provider.h"

#define SECRET "whsec_1"

static struct app app = { .conf = { .stripe_secret_key = "sk_test_1",
			      .stripe_webhook_secret = SECRET,
			      .bot_id = 1 },
	SELLS({ COURSE }) };

#define EVENT(type, live) \
	"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"" type \
	"\",\"livemode\":" live ",\"data\":{\"object\":{\"id\":\"cs_1\"," \
	"\"object\":\"checkout.session\",\"livemode\":" live "," \
	"\"status\":\"complete\",\"mode\":\"payment\"," \
	"\"payment_status\":\"paid\",\"metadata\":{\"tg_id\":\"5\"," \
	"\"shop\":\"1\",\"product\":\"course\"}}}}"
#define PAID "checkout.session.completed"

static const struct row {
	const char *why, *body, *secret; /* that it is signed with */
	const char *secrets;             /* of the settings */
	enum err want;
	const char *refusal;
	int64_t n_paid; /* orders, once it is recorded */
} rows[] = {
	{ "a payment", EVENT(PAID, "false"), SECRET, SECRET, ERR_OK, NULL, 1 },
	{ "what nothing follows from", EVENT("customer.created", "false"),
	    SECRET, SECRET, ERR_OK, NULL, 0 },
	{ "the other mode", EVENT(PAID, "true"), SECRET, SECRET, ERR_OK, NULL,
	    0 },
	{ "no event", "{}", SECRET, SECRET, ERR_INPUT, "this is no event", 0 },
	{ "another's signature", EVENT(PAID, "false"), "whsec_2", SECRET,
	    ERR_INPUT, "the signature does not fit", 0 },
	{ "nothing to judge it by", EVENT(PAID, "false"), SECRET, NULL,
	    ERR_CONFIG, NULL, 0 },
};

static const char *
signature_of(const char *body, const char *secret)
{
	const char *now =
	    arena_printf(&mem, "%lld", (long long)(clock_now_ms() / 1000));
	const struct str parts[] = { str_from(now), str_from("."),
		str_from(body) };
	unsigned char mac[HMAC_SHA256_BYTES];
	char hex[2 * HMAC_SHA256_BYTES + 1];

	check_err(hmac_sha256(str_from(secret), parts, 3, mac), ERR_OK);
	hex_encode(mac, sizeof(mac), hex);
	return arena_printf(&mem, "HTTP_STRIPE_SIGNATURE=t=%s,v1=%s", now, hex);
}

static enum err
record(struct db *db, void *ctx)
{
	const struct post *p = ctx;

	(void)db;
	return p->found.record(&app, &mem, p->found.what, NULL);
}

static void
posted(void **state)
{
	const struct row *r = *state;
	char *variables[] = {
		arena_dup_text(&mem, signature_of(r->body, r->secret)), NULL
	};
	const struct request req = {
		.arena = &mem, .variables = variables, .body = str_from(r->body)
	};
	struct post p = { .id = NULL };

	shop_open(NOTHING);
	app.conf.stripe_webhook_secret = r->secrets;
	check_err(
	    provider_telling(str_from("stripe"))->read_post(&app, &req, &p),
	    r->want);
	if (r->want == ERR_INPUT)
		check_text(p.refusal, r->refusal);
	if (r->want == ERR_OK && p.found.record != NULL) {
		check_text(p.id, "evt_1");
		shop_does(record, &p);
	}
	check_int(look_int("SELECT COUNT(*) FROM orders"
			   " WHERE paid_ms IS NOT NULL"),
	    r->n_paid);
}

/* It is told by its id, and only where it is signed. */
static void
of_a_trial(void **state)
{
	static const char body[] =
	    "{\"id\":\"evt_admit_check\",\"object\":\"event\",\"type\":\"x\","
	    "\"data\":{\"object\":{}},\"livemode\":false}";
	const struct provider *stripe = provider_find(str_from("stripe"));
	char *variables[] = {
		arena_dup_text(&mem, signature_of(body, "whsec_1")), NULL
	};
	const struct request req = {
		.arena = &mem, .variables = variables, .body = str_from(body)
	};
	struct post p = { .id = NULL };

	(void)state;
	app.conf.stripe_webhook_secret = "whsec_1";
	check_err(stripe->read_post(&app, &req, &p), ERR_OK);
	check_int(p.is_trial, true);
	assert_null(p.found.record);
	app.conf.stripe_webhook_secret = "whsec_2";
	p = (struct post){ .id = NULL };
	check_err(stripe->read_post(&app, &req, &p), ERR_INPUT);
	check_int(p.is_trial, false);
}

/* The first in the table who posts anything. */
static void
without_a_name(void **state)
{
	(void)state;
	assert_ptr_equal(
	    provider_telling(str_from("")), provider_find(str_from("stripe")));
	assert_null(provider_telling(str_from("stars")));
	assert_null(provider_telling(str_from("strip")));
}

int
main(void)
{
	ROWS("a post", posted, rows);
	ONE("a trial", "is known by its id and its signature", of_a_trial);
	ONE("an address without a name", "is Stripe's", without_a_name);
	return testing_run("stripe_post", ledger_make, ledger_remove);
}
