/* The two calls in which every source of news ends - webhook, thank-you page,
 * /help: record the fact, close the difference. Both are called inside a
 * transaction; news that is not new changes nothing. */
#ifndef LEDGER_RECORD_H
#define LEDGER_RECORD_H

#include "ledger/ledger.h"
#include "shop/app.h"
#include "stripe/event.h"

/* What one event says. Foreign sessions (no tg_id of ours) and other kinds of
 * event are no failure: nothing is recorded. */
enum err payment_record_event(
    struct app *app, struct arena *a, const struct stripe_event *ev) MUST_CHECK;

/* What Stripe's API says of a session just now. *order (may be NULL) is the
 * order as it then stands; its id is 0 for a session of another application. */
enum err payment_record_session(struct app *app, struct arena *a,
    const struct stripe_session *s, struct order *order) MUST_CHECK;

/* A payment in Telegram Stars, by Telegram's word for it: charge_id is its
 * name, tg_id who paid, who is let in whoever the invoice was for. */
struct stars_payment {
	int64_t tg_id;
	const char *product, *charge_id;
	int64_t stars;
	int64_t until_ms; /* lets in until then; 0: for good */
	bool renews;      /* Telegram takes the next payment by then */
};
enum err payment_record_stars(
    struct app *app, struct arena *a, const struct stars_payment *p) MUST_CHECK;

/* The Stars of a payment went back; it may not have been heard of yet. */
enum err payment_record_stars_refund(struct app *app, struct arena *a,
    const char *charge_id, int64_t stars) MUST_CHECK;

/* The operator's hand: lets in without a payment until until_ms (0: for good),
 * an order of its own each time, *order (may be NULL); and takes away all that
 * was bought or granted up to now, *n of it. What is bought later lets in
 * again. */
enum err payment_grant(struct app *app, struct arena *a, int64_t tg_id,
    const char *product, int64_t until_ms, struct order *order) MUST_CHECK;
enum err payment_revoke(struct app *app, struct arena *a, int64_t tg_id,
    const char *product, int *n) MUST_CHECK;

/* A subscription stands otherwise than before: settles the access of the
 * orders that it began, which *l then holds. */
#define PAYMENT_ORDERS 8
struct payment_orders {
	struct order o[PAYMENT_ORDERS];
	int n;
};
enum err payment_settle_subscription(struct app *app, struct arena *a,
    const char *id, struct payment_orders *l) MUST_CHECK;

/* Decides anew whether a buyer is in by a product, by all that the ledger has
 * of them, and promises what follows from a change. */
enum err payment_settle_buyer(struct app *app, struct arena *a, int64_t tg_id,
    const char *product) MUST_CHECK;

/* Tells, once, those whose access is going to end; *any: there were some. */
enum err
payment_remind_due(struct app *app, struct arena *a, bool *any) MUST_CHECK;

/* Ends all access whose time is over, as any fact would; *any: there was
 * some. */
enum err
payment_end_due(struct app *app, struct arena *a, bool *any) MUST_CHECK;

#endif
