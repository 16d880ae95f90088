/* What operators are told of money. */
#include "ledger/notify.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/units.h"
#include "outbox/alert.h"
#include "shop/text.h"

#define TOLD_MS (3 * DAY_MS)

/* What may be done about it, by its words: money that may have to go back, and
 * access that may have to be given back. */
static struct alert_about
about(const struct order *o, enum text text)
{
	static const enum text refunds[] = { TEXT_ALERT_FORGOTTEN,
		TEXT_ALERT_UNKNOWN, TEXT_ALERT_REFUND_FAILED,
		TEXT_ALERT_INQUIRY, TEXT_ALERT_FRAUD, TEXT_ALERT_FRAUD_PAUSED };
	static const enum text grants[] = { TEXT_ALERT_ENDED, TEXT_ALERT_UNPAID,
		TEXT_ALERT_DISPUTE_PAUSED, TEXT_ALERT_FRAUD_PAUSED };
	struct alert_about all = { .tg_id = o->tg_id };

	for (size_t i = 0; i < LENGTH(refunds); i++)
		if (text == refunds[i])
			all.refund_order = o->id;
	for (size_t i = 0; i < LENGTH(grants); i++)
		all.lets_in |= text == grants[i];
	return all;
}

/* What an operator sees of an order. */
static enum err
tell(struct app *app, struct arena *a, const struct order *o, const char *key,
    enum text text, struct kv detail)
{
	const struct alert_about what = about(o, text);
	const struct product *p = catalog_find(&app->catalog, o->product);
	const char *name =
	    p == NULL ? o->product : product_title(p, text_language_code());

	return alert_promise_about(app, a, key,
	    text_fill(a, text,
		KV(kv_text("product", name), kv_int("buyer", o->tg_id),
		    kv_int("order", o->id), detail)),
	    &what);
}

enum err
alert_sale(struct app *app, struct arena *a, const struct order *o)
{
	if (!conf_notifies(&app->conf, "sale"))
		return ERR_OK;
	return tell(app, a, o, arena_printf(a, "sale/%s", o->session_id),
	    TEXT_ALERT_SALE,
	    kv_text("amount",
		text_money_in(
		    text_language(), a, o->amount_minor, o->currency)));
}

/* A past that is asked for all at once (admit reconcile) is for the books. */
enum err
alert_renewal(struct app *app, struct arena *a, const struct order *o,
    const struct payment *p)
{
	if (!conf_notifies(&app->conf, "renewal") ||
	    p->paid_ms < clock_now_ms() - TOLD_MS)
		return ERR_OK;
	return tell(app, a, o, arena_printf(a, "renewal/%s", p->payment),
	    TEXT_ALERT_RENEWAL,
	    kv_text("amount",
		text_money_in(
		    text_language(), a, p->amount_minor, p->currency)));
}

enum err
alert_failure(struct app *app, struct arena *a, const struct order *o,
    const char *attempt)
{
	if (!conf_notifies(&app->conf, "failure"))
		return ERR_OK;
	return tell(app, a, o,
	    arena_printf(a, "failure/%s/%lld", attempt, (long long)o->id),
	    TEXT_ALERT_FAILURE, kv_null("amount"));
}

enum err
alert_forgotten(struct app *app, struct arena *a, const struct order *o)
{
	return tell(app, a, o, arena_printf(a, "forgotten/%s", o->session_id),
	    TEXT_ALERT_FORGOTTEN,
	    kv_text("amount",
		text_money_in(
		    text_language(), a, o->amount_minor, o->currency)));
}

enum err
alert_unknown(struct app *app, struct arena *a, const struct order *o)
{
	return tell(app, a, o, arena_printf(a, "unknown/%s", o->session_id),
	    TEXT_ALERT_UNKNOWN, kv_null("amount"));
}

enum err
alert_refund(struct app *app, struct arena *a, const struct order *o,
    int64_t refunded_minor)
{
	if (!conf_notifies(&app->conf, "refund"))
		return ERR_OK;
	return tell(app, a, o,
	    arena_printf(a, "refund/%lld/%lld", (long long)o->id,
		(long long)refunded_minor),
	    TEXT_ALERT_REFUND,
	    kv_text("amount",
		text_money_in(
		    text_language(), a, refunded_minor, o->currency)));
}

enum err
alert_refund_failed(struct app *app, struct arena *a, const struct order *o,
    int64_t amount_minor)
{
	return tell(app, a, o,
	    arena_printf(a, "unrefunded/%lld/%lld", (long long)o->id,
		(long long)(clock_now_ms() / DAY_MS)),
	    TEXT_ALERT_REFUND_FAILED,
	    kv_text("amount",
		text_money_in(text_language(), a, amount_minor, o->currency)));
}

enum err
alert_ended(
    struct app *app, struct arena *a, const struct order *o, const char *why)
{
	bool unpaid = str_eq(str_from(why), "unpaid");

	if ((!unpaid && !str_eq(str_from(why), "ended")) ||
	    !conf_notifies(&app->conf, "end"))
		return ERR_OK;
	return tell(app, a, o,
	    arena_printf(a, "%s/%lld/%lld", why, (long long)o->id,
		(long long)clock_now_ms()),
	    unpaid ? TEXT_ALERT_UNPAID : TEXT_ALERT_ENDED, kv_null("amount"));
}

/* "-" where nobody said. */
static struct kv
due_day(struct arena *a, int64_t due_ms)
{
	return kv_text("due", due_ms > 0 ? text_date(a, due_ms) : "-");
}

static enum text
dispute_text(enum dispute_stage stage, enum remedy remedy)
{
	static const enum text texts[] = {
		[DISPUTE_WARNING] = TEXT_ALERT_INQUIRY,
		[DISPUTE_OPEN] = TEXT_ALERT_DISPUTE,
		[DISPUTE_LOST] = TEXT_ALERT_DISPUTE_LOST,
		[DISPUTE_SETTLED] = TEXT_ALERT_DISPUTE_WON,
	};

	if (stage == DISPUTE_WARNING && remedy == REMEDY_REFUND)
		return TEXT_ALERT_INQUIRY_REFUNDED;
	if (stage == DISPUTE_OPEN && remedy == REMEDY_PAUSE)
		return TEXT_ALERT_DISPUTE_PAUSED;
	return texts[stage];
}

enum err
alert_dispute(struct app *app, struct arena *a, const struct order *o,
    const char *id, enum dispute_stage stage, int64_t due_ms,
    enum remedy remedy)
{

	if (!conf_notifies(&app->conf, "dispute"))
		return ERR_OK;
	return tell(app, a, o, arena_printf(a, "dispute/%s/%d", id, (int)stage),
	    dispute_text(stage, remedy), due_day(a, due_ms));
}

enum err
alert_appeal(struct app *app, struct arena *a, const struct order *o,
    const char *id, int64_t due_ms)
{
	if (!conf_notifies(&app->conf, "dispute"))
		return ERR_OK;
	return tell(app, a, o,
	    arena_printf(a, "dispute/%s/appeal/%lld", id, (long long)due_ms),
	    TEXT_ALERT_APPEAL, due_day(a, due_ms));
}

enum err
alert_fraud(struct app *app, struct arena *a, const struct order *o,
    const char *payment, enum remedy remedy)
{
	static const enum text texts[] = {
		[REMEDY_TELL] = TEXT_ALERT_FRAUD,
		[REMEDY_PAUSE] = TEXT_ALERT_FRAUD_PAUSED,
		[REMEDY_REFUND] = TEXT_ALERT_FRAUD_REFUNDED,
	};

	if (remedy != REMEDY_PAUSE && !conf_notifies(&app->conf, "dispute"))
		return ERR_OK;
	return tell(app, a, o, arena_printf(a, "fraud/%s", payment),
	    texts[remedy], kv_text("payment", payment));
}
