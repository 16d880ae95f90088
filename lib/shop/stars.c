/* Selling for Telegram Stars. */
#include "shop/stars.h"

#include "base/log.h"
#include "shop/ledger.h"
#include "shop/payment.h"
#include "shop/text.h"

#include <stdio.h>

#define PAYLOAD "admit:"
#define STARS "XTR"

bool
stars_sell(const struct app *app, const struct product *p)
{
	return p->stars > 0 && p->every == NULL &&
	    !str_eq(str_from(app->conf.sell_with), "stripe");
}

bool
stars_only(const struct app *app, const struct product *p)
{
	return stars_sell(app, p) &&
	    str_eq(str_from(app->conf.sell_with), "stars");
}

struct json *
stars_invoice(const struct app *app, struct arena *a, int64_t tg_id,
    const struct product *p)
{
	const char *title = product_title(p, "uk");
	const struct tg_invoice inv = { tg_id, title,
		text_fill(
		    a, TEXT_STARS_DESCRIPTION, KV(kv_text("product", title))),
		arena_printf(a, PAYLOAD "%s", p->id), p->stars };

	(void)app;
	return tg_send_invoice(a, &inv);
}

/* The product that an invoice of ours was for. */
static const char *
product_in(const char *payload)
{
	struct str s = str_from(payload);

	return str_starts(s, PAYLOAD) ? payload + sizeof(PAYLOAD) - 1 : NULL;
}

static enum err
refusal(struct app *app, struct arena *a, const struct tg_update *u,
    const char **why)
{
	const struct tg_payment *pay = &u->payment;
	const char *id = product_in(pay->payload);
	const struct product *p =
	    id == NULL ? NULL : catalog_find(&app->catalog, id);
	enum access access = ACCESS_OUT;
	enum err e = ERR_OK;

	*why = NULL;
	if (p != NULL)
		e = ledger_access(app->db, a, u->from_id, p->id, &access);
	if (p == NULL || u->from_id == 0 || !stars_sell(app, p))
		*why = text_plain(TEXT_STARS_NOT_SOLD);
	else if (!str_eq(str_from(pay->currency), STARS) ||
	    pay->amount != p->stars)
		*why = text_plain(TEXT_STARS_WRONG_PRICE);
	else if (access == ACCESS_IN)
		*why = text_plain(TEXT_STARS_PAID_BEFORE);
	return e;
}

enum err
stars_checkout(struct app *app, struct arena *a, const struct tg_update *u,
    struct json **params)
{
	const char *why;
	enum err e = refusal(app, a, u, &why);

	*params = tg_answer_checkout(a, u->payment.query_id, why);
	return e;
}

enum err
stars_record(struct app *app, struct arena *a, const struct tg_update *u)
{
	const struct tg_payment *pay = &u->payment;
	const struct stars_payment paid = { u->from_id,
		product_in(pay->payload), pay->charge_id, pay->amount, 0,
		false };

	if (!str_eq(str_from(pay->currency), STARS) || u->from_id == 0 ||
	    paid.product == NULL) {
		log_event(LOG_WARN, "payment_foreign",
		    KV(kv_int("tg_id", u->from_id)));
		return ERR_OK;
	}
	return u->kind == TG_PAID ?
	    payment_record_stars(app, a, &paid) :
	    payment_record_stars_refund(app, a, paid.charge_id, paid.stars);
}

struct http_request
stars_refund_request(const struct app *app, struct arena *a, int64_t tg_id,
    const char *charge_id)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);

	json_put_int(params, "user_id", tg_id);
	json_put_text(params, "telegram_payment_charge_id", charge_id);
	return tg_request(a, &api, "refundStarPayment", params);
}

struct http_request
stars_list_request(const struct app *app, struct arena *a, int64_t offset)
{
	const struct tg_api api = app_telegram(app);
	struct json *params = json_new(a);

	json_put_int(params, "offset", offset);
	json_put_int(params, "limit", STARS_PAGE);
	return tg_request(a, &api, "getStarTransactions", params);
}

/* One of the list as the update that would have told of it: money that came
 * has a source, money that went back a receiver, under the same id. */
static enum err
record_one(struct app *app, struct arena *a, struct json *t)
{
	struct json *in = json_at(t, "source"), *out = json_at(t, "receiver");
	struct json *who = in != NULL ? in : out;
	struct tg_update u = { .kind = in != NULL ? TG_PAID : TG_REFUNDED };

	u.payment.charge_id = arena_dup_text(a, json_text(t, "id"));
	u.payment.currency = STARS;
	u.payment.payload =
	    arena_dup_text(a, json_text(who, "invoice_payload"));
	(void)json_int(t, "amount", &u.payment.amount);
	(void)json_int(who, "user.id", &u.from_id);
	if (!str_eq(str_from(json_text(who, "type")), "user") ||
	    u.payment.charge_id == NULL || u.payment.amount <= 0 ||
	    product_in(u.payment.payload) == NULL)
		return ERR_OK; /* a gift, a withdrawal: none of ours */
	return stars_record(app, a, &u);
}

static enum err
standing(struct app *app, struct arena *a, struct json *t, int64_t *facts)
{
	const char *id = json_text(t, "id");
	int64_t n = 0;
	enum err e = db_one(app->db, a, SQL_STARS_STANDING,
	    KV(kv_text("charge_id", id)), row_to_int, &n);

	*facts = n;
	return e;
}

enum err
stars_list_record(struct app *app, struct arena *a, struct json *result,
    int64_t *n, int64_t *n_healed)
{
	enum err e = ERR_OK;

	*n = (int64_t)json_count(result, "transactions");
	*n_healed = 0;
	for (int64_t i = 0; e == ERR_OK && i < *n; i++) {
		char path[40];
		struct json *t;
		int64_t was = 0, is = 0;

		(void)snprintf(
		    path, sizeof(path), "transactions.%lld", (long long)i);
		t = json_at(result, path);
		e = standing(app, a, t, &was);
		if (e == ERR_OK)
			e = record_one(app, a, t);
		if (e == ERR_OK)
			e = standing(app, a, t, &is);
		*n_healed += was != is;
	}
	return e;
}
