/* Selling for Telegram Stars. */
#include "payment/stars.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "ledger/ledger.h"
#include "ledger/marks.h"
#include "ledger/products.h"
#include "ledger/record.h"
#include "payment/consent.h"
#include "payment/provider.h"
#include "payment/stars_offer.h"
#include "shop/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STARS "XTR"
#define RENEWAL_MS DAY_MS
#define PLAN_MS ((int64_t)TG_PLAN_S * 1000)
#define DATE_MAX_S ((int64_t)1 << 40)

/* The product that an invoice of ours was for. */
static const char *
product_in(const char *payload)
{
	const char *id;

	if (!str_starts(str_from(payload), STARS_PAYLOAD))
		return NULL;
	id = payload + sizeof(STARS_PAYLOAD) - 1;
	return catalog_is_id(id) ? id : NULL;
}

/* Whether the next payment of a subscription of theirs may be due: then they
 * are in and pay all the same, at the price they began with. */
static enum err
is_renewal(struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, bool *renewal)
{
	int64_t until_ms = 0;
	enum err e = db_one(app->db, a, SQL_STARS_PAID_UNTIL,
	    KV(kv_int("tg_id", tg_id), kv_text("product", p->id)), row_to_int,
	    &until_ms);

	*renewal = until_ms != 0 && until_ms - clock_now_ms() < RENEWAL_MS;
	return e;
}

static enum text
why_not(const struct app *app, const struct tg_payment *pay,
    const struct product *p, enum access access)
{
	if (!stars_sell(app, p))
		return TEXT_STARS_NOT_SOLD;
	if (pay->amount != p->stars)
		return TEXT_STARS_WRONG_PRICE;
	return access == ACCESS_IN ? TEXT_STARS_PAID_BEFORE : TEXT__COUNT;
}

/* An invoice may be of a time before the terms were another, or another's that
 * was passed on: the last moment to ask is now. */
static enum err
lacks_consent(struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p, enum text *why)
{
	bool missing = false;
	enum err e = consent_is_missing(app, a, tg_id, p, true, &missing);

	if (missing)
		*why = TEXT_STARS_NO_CONSENT;
	return e;
}

/* TEXT__COUNT: there is none. */
static enum err
refusal(
    struct app *app, struct arena *a, const struct tg_update *u, enum text *why)
{
	const struct tg_payment *pay = &u->payment;
	const char *id = product_in(pay->payload);
	const struct product *p = NULL;
	enum access access = ACCESS_OUT;
	bool renewal = false;
	enum err e = ERR_OK;

	*why = TEXT_STARS_NOT_SOLD;
	if (id != NULL && u->from_id != 0)
		e = products_find(app, a, id, &p);
	if (e != ERR_OK || p == NULL)
		return e;
	*why = TEXT_STARS_WRONG_PRICE;
	if (!str_eq(str_from(pay->currency), STARS))
		return ERR_OK;
	e = ledger_access(app->db, a, u->from_id, p->id, &access);
	if (e == ERR_OK && access == ACCESS_IN)
		e = is_renewal(app, a, u->from_id, p, &renewal);
	*why = renewal ? TEXT__COUNT : why_not(app, pay, p, access);
	return e != ERR_OK || renewal || *why != TEXT__COUNT ?
	    e :
	    lacks_consent(app, a, u->from_id, p, why);
}

enum err
stars_checkout(struct app *app, struct arena *a, const struct tg_update *u,
    enum language in, struct json **params)
{
	enum text why;
	enum err e = refusal(app, a, u, &why);

	*params = tg_answer_checkout(a, u->payment.query_id,
	    why == TEXT__COUNT ? NULL : text_plain_in(in, why));
	return e;
}

/* A payment in Stars as a fact. What is paid for is known by its charge, and
 * lets in who paid it, whoever the invoice was for. */
static struct fact
fact_of_payment(const struct app *app, enum fact_kind kind, int64_t tg_id,
    const struct tg_payment *pay)
{
	int64_t until_ms = pay->until_s * 1000;

	return (struct fact){ .kind = kind,
		.provider = "stars",
		.order = pay->charge_id,
		.at_ms = pay->at_s * 1000,
		.payment = pay->charge_id,
		.product = product_in(pay->payload),
		.tg_id = tg_id,
		.amount_minor = pay->amount,
		.refunded_minor = kind == FACT_REFUNDED ? pay->amount : 0,
		.currency = "xtr",
		.starts_ms = until_ms > PLAN_MS ? until_ms - PLAN_MS : 0,
		.ends_ms = until_ms,
		.until_ms = until_ms,
		.renews = pay->until_s != 0,
		.livemode = app->conf.livemode };
}

enum err
stars_record(struct app *app, struct arena *a, const struct tg_update *u)
{
	const struct tg_payment *pay = &u->payment;
	const struct fact f = fact_of_payment(app,
	    u->kind == TG_PAID ? FACT_PAID : FACT_REFUNDED, u->from_id, pay);

	if (!str_eq(str_from(pay->currency), STARS) || u->from_id == 0 ||
	    f.product == NULL) {
		log_event(LOG_WARN, "payment_foreign",
		    KV(kv_int("tg_id", u->from_id)));
		return ERR_OK;
	}
	if (f.renews)
		log_event(LOG_INFO, "stars_subscription",
		    KV(kv_int("tg_id", u->from_id),
			kv_int("recurs", pay->recurs),
			kv_int("is_first", pay->is_first)));
	return ledger_record(app, a, &f, NULL);
}

enum err
stars_renewal(struct app *app, struct arena *a, const struct tg_update *u)
{
	static const enum renewal renewals[] = {
		[TG_PLAN_ACTIVE] = RENEWAL_COMES,
		[TG_PLAN_CANCELED] = RENEWAL_CANCELED,
		[TG_PLAN_FAILED] = RENEWAL_FAILED,
	};
	const struct fact f = { .kind = FACT_RENEWAL,
		.provider = "stars",
		.product = product_in(u->payment.payload),
		.tg_id = u->from_id,
		.renewal = renewals[u->plan] };

	if (f.product == NULL)
		return ERR_OK;
	log_event(LOG_INFO, "stars_renewal",
	    KV(kv_int("tg_id", f.tg_id), kv_int("renewal", f.renewal)));
	return ledger_record(app, a, &f, NULL);
}

/* ---- the list of all transactions, oldest first ---- */

#define PAGE 100

/* It only grows at its end, so how far it was read is kept in the ledger. */
#define OFFSET "stars_offset"

static bool
may_ask(const struct app *app)
{
	return app->conf.telegram_bot_token != NULL;
}

static enum err
request_page(struct app *app, struct arena *a, const struct provider_list *list,
    const struct list_step *s, struct http_request *out)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);
	int64_t offset = 0;
	enum err e = mark_get(app->db, a, OFFSET, &offset);

	(void)list;
	(void)s;
	json_put_int(params, "offset", offset);
	json_put_int(params, "limit", PAGE);
	*out = tg_request(a, &api, "getStarTransactions", params);
	return e;
}

static enum err
read_page(struct arena *a, const struct http_response *res, void **page)
{
	struct tg_answer answer = { .outcome = TG_LATER };

	tg_answer_read(a, res, &answer);
	*page = answer.result;
	switch (answer.outcome) {
	case TG_DONE:
		return ERR_OK;
	case TG_WAIT:
		return ERR_THROTTLED;
	case TG_LATER:
		return ERR_UNAVAILABLE;
	default:
		return ERR_REFUSED;
	}
}

/* What a transaction of the list says of a payment; false: it is beyond all
 * time. */
static bool
read_payment(
    struct arena *a, struct json *t, struct json *who, struct tg_payment *out)
{
	int64_t period_s = 0, at_s = 0;

	*out = (struct tg_payment){
		.charge_id = arena_dup_text(a, json_text(t, "id")),
		.payload = arena_dup_text(a, json_text(who, "invoice_payload"))
	};
	(void)json_int(t, "amount", &out->amount);
	if (!json_int(t, "date", &at_s))
		return true;
	if (at_s < 0 || at_s > DATE_MAX_S)
		return false;
	out->at_s = at_s;
	if (json_int(who, "subscription_period", &period_s) &&
	    period_s == TG_PLAN_S)
		out->until_s = at_s + period_s;
	return out->until_s <= DATE_MAX_S;
}

/* Money that came has a source, money that went back a receiver, under the same
 * id. A gift and a withdrawal are none of ours. */
static enum err
record_one(struct app *app, struct arena *a, struct json *t)
{
	struct json *in = json_at(t, "source"), *out = json_at(t, "receiver");
	struct json *who = in != NULL ? in : out;
	struct tg_payment pay;
	struct fact f;
	int64_t tg_id = 0;

	if (!read_payment(a, t, who, &pay))
		return ERR_OK;
	(void)json_int(who, "user.id", &tg_id);
	f = fact_of_payment(
	    app, in != NULL ? FACT_PAID : FACT_REFUNDED, tg_id, &pay);
	if (!str_eq(str_from(json_text(who, "type")), "user") || tg_id == 0 ||
	    f.order == NULL || f.amount_minor <= 0 || f.product == NULL)
		return ERR_OK;
	return ledger_record(app, a, &f, NULL);
}

static enum err
facts_known(struct app *app, struct arena *a, struct json *t, int64_t *facts)
{
	const char *id = json_text(t, "id");
	int64_t n = 0;
	enum err e = db_one(app->db, a, SQL_STARS_FACTS_KNOWN,
	    KV(kv_text("charge_id", id)), row_to_int, &n);

	*facts = n;
	return e;
}

static enum err
record_at(struct app *app, struct arena *a, struct json *page, int64_t i,
    struct list_step *s)
{
	char path[40];
	struct json *t;
	int64_t was = 0, is = 0;
	enum err e;

	(void)snprintf(path, sizeof(path), "transactions.%lld", (long long)i);
	t = json_at(page, path);
	e = facts_known(app, a, t, &was);
	if (e == ERR_OK)
		e = record_one(app, a, t);
	if (e == ERR_OK)
		e = facts_known(app, a, t, &is);
	s->n_seen++;
	s->n_healed += was != is;
	return e;
}

static enum err
record_page(struct app *app, struct arena *a, const struct provider_list *list,
    void *page, struct list_step *s)
{
	int64_t offset, n = (int64_t)json_count(page, "transactions");
	enum err e = mark_get(app->db, a, OFFSET, &offset);

	(void)list;
	for (int64_t i = 0; e == ERR_OK && i < n; i++)
		e = record_at(app, a, page, i, s);
	if (e == ERR_OK)
		e = mark_set(app->db, OFFSET, offset + n);
	if (e != ERR_OK)
		return e;
	s->after = n < PAGE ? NULL : arena_printf(a, "%" PRId64, offset + n);
	return ERR_OK;
}

static const struct provider_list lists[] = {
	{ .number = 5,
	    .name = "stars",
	    .in_full = true,
	    .in_small = true,
	    .is_to_telegram = true,
	    .may_ask = may_ask,
	    .request = request_page,
	    .read = read_page,
	    .record = record_page },
};

/* ---- giving back ---- */

/* Telegram takes the number of the payer: the charge alone will not do. */
static struct http_request
refund(const struct app *app, struct arena *a, const struct refund *r)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);

	json_put_int(params, "user_id", r->order->tg_id);
	json_put_text(params, "telegram_payment_charge_id", r->payment);
	return tg_request(a, &api, "refundStarPayment", params);
}

static bool
is_back_before(const struct tg_answer *answer)
{
	return answer->description != NULL &&
	    strstr(answer->description, "CHARGE_ALREADY_REFUNDED") != NULL;
}

/* Telegram says no more than that it was done; a payment goes back whole. */
static enum err
refunded(const struct app *app, struct arena *a, const struct refund *r,
    const struct http_response *res, struct fact *out)
{
	const struct tg_payment pay = { .charge_id = r->payment,
		.amount = r->order->amount_minor };
	struct tg_answer answer;

	tg_answer_read(a, res, &answer);
	*out = fact_of_payment(app, FACT_REFUNDED, r->order->tg_id, &pay);
	if (answer.outcome == TG_DONE)
		return ERR_OK;
	if (is_back_before(&answer))
		return ERR_CONFLICT;
	log_event(LOG_WARN, "stars_not_refunded",
	    KV(kv_text("why", answer.description)));
	return answer.outcome == TG_WAIT || answer.outcome == TG_LATER ?
	    ERR_UNAVAILABLE :
	    ERR_REFUSED;
}

/* ---- taking no more ---- */

/* What is paid is theirs to its end, and there is no sooner one. */
static struct http_request
stop_charging(const struct app *app, struct arena *a, const struct charging *c)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);

	json_put_int(params, "user_id", c->tg_id);
	json_put_text(params, "telegram_payment_charge_id", c->order);
	json_put_bool(params, "is_canceled", true);
	return tg_request(a, &api, "editUserStarSubscription", params);
}

/* Refused is any payment but the subscription's first. */
static enum err
charging_stopped(struct arena *a, const struct http_response *res)
{
	struct tg_answer answer = { .outcome = TG_LATER };

	tg_answer_read(a, res, &answer);
	switch (answer.outcome) {
	case TG_DONE:
		return ERR_OK;
	case TG_WAIT:
		return ERR_THROTTLED;
	case TG_LATER:
		return ERR_UNAVAILABLE;
	default:
		log_event(LOG_INFO, "stars_not_canceled",
		    KV(kv_text("why", answer.description)));
		return ERR_NOT_FOUND;
	}
}

/* Telegram's subscriptions begin with a payment. */
static void
check_trial(struct checkup *c, const struct product *p)
{
	if (p->trial_days != 0 && stars_sell(c->app, p))
		c->say(c, CHECK_NOTE, "trial",
		    arena_printf(c->arena,
			"%s: Stars have no trials, so who pays in them pays "
			"from the first day",
			p->id),
		    NULL);
}

/* Of what has no other price, that it is not sold for Stars is no choice. */
static void
check_sold(struct checkup *c, const struct product *p)
{
	if (p->stars_alone && !stars_sell(c->app, p))
		c->say(c, CHECK_BAD, "price",
		    arena_printf(c->arena,
			"%s has a price in Stars alone and is not sold for "
			"them",
			p->id),
		    "set SELL_WITH to both or stars, and let it be paid by "
		    "the month or once; or give it a price in money");
}

/* Somebody meant to sell for Stars. */
static void
check_priced(struct checkup *c)
{
	const struct catalog *all = &c->app->catalog;
	const char *by = c->app->conf.sell_with;
	bool is_priced = false;

	for (size_t i = 0; i < all->n; i++)
		is_priced = is_priced || all->products[i].stars != 0;
	if (!is_priced && by != NULL && !str_eq(str_from(by), "stripe"))
		c->say(c, CHECK_BAD, "price",
		    arena_printf(c->arena,
			"SELL_WITH is %s, and nothing has a price in Stars",
			by),
		    "set STARS_AMOUNT (or \"stars\" in the products file), or "
		    "SELL_WITH to stripe");
}

static void
check(struct checkup *c)
{
	const struct catalog *all = &c->app->catalog;

	for (size_t i = 0; i < all->n; i++) {
		check_trial(c, &all->products[i]);
		check_sold(c, &all->products[i]);
	}
	check_priced(c);
}

const struct provider stars_provider = {
	.name = "stars",
	.title = "Telegram",
	.sells = stars_sell,
	.sells_alone = stars_only,
	.button = stars_button,
	.invoice = stars_invoice,
	.offer = stars_offer,
	.offered = stars_offered,
	.refund = refund,
	.refunded = refunded,
	.stop_charging = stop_charging,
	.charging_stopped = charging_stopped,
	.stops_by_telegram = true,
	.lists = lists,
	.n_lists = LENGTH(lists),
	.check = check,
};
