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

/* What an operator sees of an order. more: what is told besides its product,
 * its buyer and its number; of values, one at most. */
static enum err
tell(struct app *app, struct arena *a, const struct order *o, const char *key,
    struct alert_words more)
{
	const struct alert_about what = about(o, more.text);
	struct kv payment = kv_null("payment");

	if (more.values.n > 0)
		payment = more.values.v[0];
	more.values =
	    KV(kv_int("buyer", o->tg_id), kv_int("order", o->id), payment);
	more.product = o->product;
	return alert_promise_about(app, a, key, &more, &what);
}

static struct alert_words
with_amount(enum text text, int64_t amount_minor, const char *currency)
{
	return (struct alert_words){ .text = text,
		.money = "amount",
		.currency = currency,
		.amount_minor = amount_minor };
}

enum err
alert_sale(struct app *app, struct arena *a, const struct order *o)
{
	if (!conf_notifies(&app->conf, "sale"))
		return ERR_OK;
	return tell(app, a, o, arena_printf(a, "sale/%s", o->session_id),
	    with_amount(TEXT_ALERT_SALE, o->amount_minor, o->currency));
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
	    with_amount(TEXT_ALERT_RENEWAL, p->amount_minor, p->currency));
}

enum err
alert_failure(struct app *app, struct arena *a, const struct order *o,
    const char *attempt)
{
	if (!conf_notifies(&app->conf, "failure"))
		return ERR_OK;
	return tell(app, a, o,
	    arena_printf(a, "failure/%s/%lld", attempt, (long long)o->id),
	    (struct alert_words){ .text = TEXT_ALERT_FAILURE });
}

enum err
alert_forgotten(struct app *app, struct arena *a, const struct order *o)
{
	return tell(app, a, o, arena_printf(a, "forgotten/%s", o->session_id),
	    with_amount(TEXT_ALERT_FORGOTTEN, o->amount_minor, o->currency));
}

enum err
alert_unknown(struct app *app, struct arena *a, const struct order *o)
{
	return tell(app, a, o, arena_printf(a, "unknown/%s", o->session_id),
	    (struct alert_words){ .text = TEXT_ALERT_UNKNOWN });
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
	    with_amount(TEXT_ALERT_REFUND, refunded_minor, o->currency));
}

enum err
alert_refund_failed(struct app *app, struct arena *a, const struct order *o,
    int64_t amount_minor)
{
	return tell(app, a, o,
	    arena_printf(a, "unrefunded/%lld/%lld", (long long)o->id,
		(long long)(clock_now_ms() / DAY_MS)),
	    with_amount(TEXT_ALERT_REFUND_FAILED, amount_minor, o->currency));
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
	    (struct alert_words){
		.text = unpaid ? TEXT_ALERT_UNPAID : TEXT_ALERT_ENDED });
}

static struct alert_words
with_due(enum text text, int64_t due_ms)
{
	return (struct alert_words){
		.text = text, .date = "due", .date_ms = due_ms
	};
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
	    with_due(dispute_text(stage, remedy), due_ms));
}

enum err
alert_appeal(struct app *app, struct arena *a, const struct order *o,
    const char *id, int64_t due_ms)
{
	if (!conf_notifies(&app->conf, "dispute"))
		return ERR_OK;
	return tell(app, a, o,
	    arena_printf(a, "dispute/%s/appeal/%lld", id, (long long)due_ms),
	    with_due(TEXT_ALERT_APPEAL, due_ms));
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
	    (struct alert_words){ .text = texts[remedy],
		.values = KV(kv_text("payment", payment)) });
}
